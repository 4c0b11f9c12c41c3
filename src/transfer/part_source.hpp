#pragma once

#include <glacier/body.hpp>
#include <glacier/byte_range.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace glacier::transfer {

namespace asio = boost::asio;

/// Where an upload gets its parts from. Everything is called on the strand of the upload.
class part_source {
public:
    part_source() = default;
    part_source(part_source const&) = delete;
    part_source& operator=(part_source const&) = delete;
    virtual ~part_source() = default;

    /// The bytes of a part: the same each time, until it is let go.
    virtual body part(std::uint64_t number, byte_range const& range) const = 0;

    /// The service has the part.
    virtual asio::awaitable<void> let_go(std::uint64_t number, byte_range range) = 0;

    /// Throws if the bytes may have changed since the upload was begun.
    virtual asio::awaitable<void> check() = 0;

    // Of a stream.

    /// Reads the next part, which is the last one if it is shorter than the others, and gives its bytes: 0 if there
    /// is none.
    virtual asio::awaitable<std::uint64_t> read() = 0;
    /// Whether read() would give 0.
    virtual bool has_ended() const noexcept = 0;
};

} // namespace glacier::transfer
