#pragma once

#include "async/timer.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace glacier::test {

namespace asio = boost::asio;

/// Time that passes when the test says so. For a loop that runs on one thread.
class manual_time final : public async::time_source {
public:
    time_point now() const override { return now_; }
    timestamp today() const override
    {
        return today_ + std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
    }

    std::unique_ptr<async::timer> make_timer(asio::any_io_executor executor) override
    {
        return std::make_unique<manual_timer>(*this, std::move(executor));
    }

    /// Lets everything happen that can happen without time passing.
    static void settle(asio::io_context& context)
    {
        context.restart();
        context.poll();
    }

    /// Lets time pass, and what it makes happen.
    void pass(asio::io_context& context, std::chrono::milliseconds duration)
    {
        settle(context);
        time_point const end = now_ + duration;
        for (auto due = next(); due && *due <= end; due = next()) {
            now_ = std::max(now_, *due);
            for (manual_timer* const each : timers_)
                each->fire(now_);
            settle(context);
        }
        now_ = end;
    }

    /// Timers that are waited for.
    std::size_t waiting() const
    {
        return static_cast<std::size_t>(
            std::count_if(timers_.begin(), timers_.end(),
                          [](manual_timer const* each) { return each->due().has_value(); }));
    }

    /// The time of day at the beginning.
    void set_today(timestamp today) { today_ = today; }

private:
    // The moment is kept here; the real timer only holds the coroutine, so that the loop owns it.
    class manual_timer final : public async::timer {
    public:
        manual_timer(manual_time& owner, asio::any_io_executor executor)
            : owner_(owner), holder_(std::move(executor), asio::steady_timer::time_point::max())
        {
            owner_.timers_.push_back(this);
        }

        ~manual_timer() override { std::erase(owner_.timers_, this); }

        asio::awaitable<void> wait_until(time_point moment) override
        {
            if (moment <= owner_.now_)
                co_return;
            due_ = moment;
            boost::system::error_code ignored;
            co_await holder_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            due_.reset();
            auto const cancellation = co_await asio::this_coro::cancellation_state;
            if (cancellation.cancelled() != asio::cancellation_type::none)
                throw boost::system::system_error(asio::error::operation_aborted);
        }

        void wake() override { holder_.cancel(); }

        void fire(time_point now)
        {
            if (due_ && *due_ <= now)
                holder_.cancel();
        }

        std::optional<time_point> due() const noexcept { return due_; }

    private:
        manual_time& owner_;
        asio::steady_timer holder_;
        std::optional<time_point> due_;
    };

    std::optional<time_point> next() const
    {
        std::optional<time_point> first;
        for (manual_timer const* const each : timers_)
            if (each->due() && (!first || *each->due() < *first))
                first = each->due();
        return first;
    }

    time_point now_;
    // 2026-02-03T04:05:06.789Z, when things in the fake service were made.
    timestamp today_{std::chrono::milliseconds(1'770'091'506'789)};
    std::vector<manual_timer*> timers_;
};

/// Time that jumps to whatever is waited for: hours of waits take no time, and add up. For a loop that runs on one
/// thread.
class jumping_time final : public async::time_source {
public:
    time_point now() const override { return now_; }
    timestamp today() const override
    {
        return timestamp(std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()));
    }

    std::unique_ptr<async::timer> make_timer(asio::any_io_executor executor) override
    {
        return std::make_unique<jumping_timer>(*this, std::move(executor));
    }

private:
    class jumping_timer final : public async::timer {
    public:
        jumping_timer(jumping_time& owner, asio::any_io_executor executor)
            : owner_(owner), executor_(std::move(executor))
        {}

        asio::awaitable<void> wait_until(time_point moment) override
        {
            owner_.now_ = std::max(owner_.now_, moment);
            co_await asio::post(executor_, asio::use_awaitable);
            auto const cancellation = co_await asio::this_coro::cancellation_state;
            if (cancellation.cancelled() != asio::cancellation_type::none)
                throw boost::system::system_error(asio::error::operation_aborted);
        }

        void wake() override {}

    private:
        jumping_time& owner_;
        asio::any_io_executor executor_;
    };

    time_point now_;
};

} // namespace glacier::test
