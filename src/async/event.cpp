#include "async/event.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace glacier::async {

class event::waiter {
public:
    waiter() = default;
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;
    virtual ~waiter() = default;

    /// Resumes the coroutine, never within this call.
    virtual void complete(bool happened) = 0;
};

template <class Handler>
class event::handler_waiter final : public event::waiter {
public:
    explicit handler_waiter(Handler handler)
        : handler_(std::move(handler)), work_(asio::get_associated_executor(handler_))
    {}

    void complete(bool happened) override
    {
        asio::post(work_.get_executor(),
                   [handler = std::move(handler_), happened]() mutable { std::move(handler)(happened); });
    }

private:
    Handler handler_;
    asio::executor_work_guard<asio::associated_executor_t<Handler>> work_;
};

event::event() = default;
event::~event() = default;

template <class Handler>
void event::start_waiting(Handler&& handler)
{
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto made = std::make_unique<handler_waiter<std::decay_t<Handler>>>(std::forward<Handler>(handler));
    {
        std::lock_guard const lock(mutex_);
        if (!set_) {
            waiter_ = std::move(made);
            // The slot is cleared before the coroutine resumes, and this object outlives the wait.
            if (slot.is_connected())
                slot.assign([this](asio::cancellation_type type) {
                    if (type != asio::cancellation_type::none)
                        finish(false);
                });
            return;
        }
    }
    made->complete(true);
}

void event::finish(bool happened)
{
    std::unique_ptr<waiter> waiting;
    {
        std::lock_guard const lock(mutex_);
        set_ = set_ || happened;
        waiting = std::move(waiter_);
    }
    if (waiting)
        waiting->complete(happened);
}

void event::set()
{
    finish(true);
}

bool event::is_set() const
{
    std::lock_guard const lock(mutex_);
    return set_;
}

void event::reset()
{
    std::lock_guard const lock(mutex_);
    set_ = false;
}

asio::awaitable<bool> event::wait()
{
    return asio::async_initiate<asio::use_awaitable_t<> const, void(bool)>(
        [this](auto handler) { start_waiting(std::move(handler)); }, asio::use_awaitable);
}

} // namespace glacier::async
