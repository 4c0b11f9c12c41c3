#include "transfer/reserved_buffer.hpp"

#include <utility>

namespace glacier::transfer {

reserved_buffer::reserved_buffer(async::budget::reservation room, std::size_t size)
    : room_(std::move(room)), size_(size), bytes_(new std::byte[size])
{}

asio::awaitable<std::shared_ptr<reserved_buffer>> reserve_buffer(std::shared_ptr<async::budget> memory,
                                                                 std::size_t size)
{
    async::budget::reservation room = co_await memory->reserve(size);
    co_return std::make_shared<reserved_buffer>(std::move(room), size);
}

} // namespace glacier::transfer
