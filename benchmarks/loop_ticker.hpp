#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <vector>

namespace benchmark_support {

/// A timer of 1 ms on a loop, which notes how late it is each time: what others on the loop have to bear.
class loop_ticker {
public:
    /// Ticks from when the loop runs until stop().
    explicit loop_ticker(boost::asio::io_context& loop) : state_(std::make_shared<state>())
    {
        boost::asio::co_spawn(loop, tick(state_), boost::asio::detached);
    }

    void stop() noexcept { state_->stopped = true; }

    /// Percentiles in milliseconds.
    void print()
    {
        std::vector<double>& late = state_->late;
        if (late.empty())
            late.push_back(0);
        std::sort(late.begin(), late.end());
        auto const at = [&late](double part) {
            return late[static_cast<std::size_t>(part * static_cast<double>(late.size() - 1))];
        };
        std::printf("ticks %zu p50_ms %.3f p99_ms %.3f p999_ms %.3f max_ms %.3f\n", late.size(), at(0.5),
                    at(0.99), at(0.999), late.back());
    }

private:
    struct state {
        std::vector<double> late;
        bool stopped = false;
    };

    static boost::asio::awaitable<void> tick(std::shared_ptr<state> shared)
    {
        using clock = std::chrono::steady_clock;
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        while (!shared->stopped) {
            auto const due = clock::now() + std::chrono::milliseconds(1);
            timer.expires_at(due);
            co_await timer.async_wait(boost::asio::use_awaitable);
            shared->late.push_back(std::chrono::duration<double, std::milli>(clock::now() - due).count());
        }
    }

    std::shared_ptr<state> state_;
};

} // namespace benchmark_support
