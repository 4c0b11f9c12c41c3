#include "async/timer.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace glacier::async {

namespace {

class system_timer final : public timer {
public:
    explicit system_timer(asio::any_io_executor executor) : timer_(std::move(executor)) {}

    asio::awaitable<void> wait_until(time_point moment) override
    {
        timer_.expires_at(moment);
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        // wake() and a cancellation end the wait alike, but only one of them may be taken for its end.
        auto const cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    void wake() override { timer_.cancel(); }

private:
    asio::steady_timer timer_;
};

class system_time_source final : public time_source {
public:
    time_point now() const override { return std::chrono::steady_clock::now(); }
    timestamp today() const override { return clock_.now(); }

    std::unique_ptr<timer> make_timer(asio::any_io_executor executor) override
    {
        return std::make_unique<system_timer>(std::move(executor));
    }

private:
    base::system_clock clock_;
};

} // namespace

std::shared_ptr<time_source> system_time()
{
    return std::make_shared<system_time_source>();
}

} // namespace glacier::async
