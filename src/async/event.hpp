#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace glacier::async {

namespace asio = boost::asio;

/**
 * Something that happens once and that one coroutine at a time may wait for.
 *
 * Thread safety: set() from any thread, wait() from one coroutine. The coroutine resumes on its own executor,
 * and counts as work of it while it waits.
 */
class event {
public:
    event();
    event(event const&) = delete;
    event& operator=(event const&) = delete;
    ~event();

    void set();
    bool is_set() const;

    /// Makes it happen again later. Nobody may be waiting.
    void reset();

    /**
     * Waits; false if the coroutine was cancelled first. One cancellation ends one wait.
     *
     * Who must wait to the end whatever is cancelled first sets this_coro::throw_if_cancelled(false): without
     * it a cancelled coroutine throws at each co_await, before it has even begun to wait.
     */
    asio::awaitable<bool> wait();

private:
    class waiter;
    template <class Handler>
    class handler_waiter;

    template <class Handler>
    void start_waiting(Handler&& handler);

    void finish(bool happened);

    mutable std::mutex mutex_;
    bool set_ = false;
    std::unique_ptr<waiter> waiter_;
};

/**
 * Sets an event when it goes, so that whoever waits is not forgotten when the work is dropped undone, for
 * instance because its execution context is destroyed. Shares ownership of what holds the event.
 */
class event_setter {
public:
    explicit event_setter(std::shared_ptr<event> target) noexcept : target_(std::move(target)) {}
    event_setter(event_setter&&) noexcept = default;
    event_setter& operator=(event_setter&&) = delete;

    ~event_setter()
    {
        if (target_)
            target_->set();
    }

private:
    std::shared_ptr<event> target_;
};

} // namespace glacier::async
