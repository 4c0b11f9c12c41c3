#include "cli/stream_io.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <limits>
#include <utility>

namespace glacier::cli {

namespace {

/// For "nothing yet": no buffer is so large.
constexpr std::size_t no_count = std::numeric_limits<std::size_t>::max();

} // namespace

asio::awaitable<std::size_t> io_thread::call(std::function<std::size_t()> function)
{
    // co_spawn() onto the thread would do but for cancellation, which in Boost 1.81 reaches into a signal that may be
    // gone when executors run on different threads.
    auto initiate = [this, work = std::move(function)](auto handler) mutable {
        auto const executor =
            asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        asio::post(thread_, [executor, called = std::move(work), completion = std::move(handler)]() mutable {
            std::exception_ptr error;
            std::size_t value = 0;
            try {
                value = called();
            } catch (...) {
                error = std::current_exception();
            }
            asio::post(executor, [error, value, completed = std::move(completion)]() mutable {
                std::move(completed)(error, value);
            });
        });
    };
    co_return co_await asio::async_initiate<asio::use_awaitable_t<> const,
                                            void(std::exception_ptr, std::size_t)>(std::move(initiate),
                                                                                   asio::use_awaitable);
}

asio::awaitable<std::size_t> descriptor_source::read_some(std::span<std::byte> buffer)
{
    std::function<std::size_t()> const read = [this, buffer] {
        return reader_.read_some(buffer).value_or(no_count);
    };
    std::size_t count = no_count;
    while (count == no_count)
        count = co_await thread_.call(read);
    co_return count;
}

asio::awaitable<void> descriptor_sink::write(std::span<std::byte const> bytes)
{
    while (!bytes.empty()) {
        std::function<std::size_t()> const write_part = [this, bytes] { return writer_.write_some(bytes); };
        bytes = bytes.subspan(co_await thread_.call(write_part));
    }
}

} // namespace glacier::cli
