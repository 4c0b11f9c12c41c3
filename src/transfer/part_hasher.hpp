#pragma once

#include "protocol/payload_hasher.hpp"

#include <glacier/body.hpp>
#include <glacier/client.hpp>
#include <glacier/hash_path.hpp>
#include <glacier/hashes.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace glacier::transfer {

/**
 * Computes both hashes of some bodies, side by side and in one pass: those in memory in place, others in blocks.
 *
 * hash_some() may block, for about two milliseconds. Thread safety: none.
 */
class part_hasher {
public:
    static constexpr std::size_t parts_max = protocol::payload_group_hasher::payloads_max;

    /// Of each body that is read at a time.
    static constexpr std::size_t block_bytes = std::size_t(64) * 1'024;

    /// 1 to parts_max bodies of 1 byte or more. `path`: nothing for the quickest one.
    part_hasher(std::vector<body> parts, std::optional<hash_path> path);

    /// Bytes that it will allocate for blocks.
    std::size_t buffer_bytes() const noexcept;

    /// Takes in the next bytes. Gives whether there are more.
    bool hash_some();

    /// In the order of the parts. Once, when hash_some() gave false.
    std::vector<body_hashes> finish();

private:
    struct part {
        body content;
        std::optional<std::span<std::byte const>> in_memory;
        std::uint64_t offset = 0;

        std::uint64_t left() const { return content.size() - offset; }
    };

    void hash_next(std::uint64_t bytes_each);

    std::vector<part> parts_;
    hash_path path_;
    protocol::payload_group_hasher hasher_;
    std::vector<std::byte> buffer_;
    std::vector<std::span<std::byte const>> pieces_;
};

/// The same off the event loop, on the blocking executor of the client, with memory of its budget. Cancellation: prompt.
asio::awaitable<std::vector<body_hashes>> hash_parts(client service, std::vector<body> parts);

} // namespace glacier::transfer
