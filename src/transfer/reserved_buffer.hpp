#pragma once

#include "async/budget.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace glacier::transfer {

namespace asio = boost::asio;

/// Memory that was reserved before it was taken.
class reserved_buffer {
public:
    reserved_buffer(async::budget::reservation room, std::size_t size);

    std::span<std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }

private:
    async::budget::reservation room_;
    std::size_t size_;
    std::unique_ptr<std::byte[]> bytes_; // NOLINT: a vector would clear what is overwritten anyway
};

/// Waits for room. Errors and cancellation: those of budget::reserve().
asio::awaitable<std::shared_ptr<reserved_buffer>> reserve_buffer(std::shared_ptr<async::budget> memory,
                                                                 std::size_t size);

} // namespace glacier::transfer
