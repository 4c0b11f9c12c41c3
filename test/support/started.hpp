#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <utility>

namespace glacier::test {

namespace asio = boost::asio;

/// A coroutine that was started and that the test can cancel and look after.
template <class T>
class started {
public:
    started(asio::any_io_executor executor, asio::awaitable<T> operation)
        : signal_(std::make_shared<asio::cancellation_signal>()),
          outcome_(asio::co_spawn(std::move(executor), std::move(operation),
                                  asio::bind_cancellation_slot(signal_->slot(), asio::use_future)))
    {}

    /// Must be called where the coroutine runs, and takes effect at once there; or while nothing runs, and
    /// takes effect with the next step.
    void cancel() { signal_->emit(asio::cancellation_type::terminal); }

    bool ended() const { return outcome_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

    /// Returns or rethrows the outcome, once. A coroutine that was dropped unfinished throws std::future_error.
    T get()
    {
        BOOST_TEST_REQUIRE(ended(), "the operation has not ended");
        return outcome_.get();
    }

private:
    std::shared_ptr<asio::cancellation_signal> signal_;
    std::future<T> outcome_;
};

/// Counts how many of it exist: in the frame of a coroutine it shows whether the frame is still there.
class counted {
public:
    explicit counted(int& count) noexcept : count_(&count) { ++*count_; }
    counted(counted const& other) noexcept : count_(other.count_) { ++*count_; }
    counted& operator=(counted const&) = delete;
    ~counted() { --*count_; }

private:
    int* count_;
};

} // namespace glacier::test
