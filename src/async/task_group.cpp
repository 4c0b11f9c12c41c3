#include "async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace glacier::async {

/// Takes the end of a child, also of one that is dropped because its context is destroyed.
class task_group::child_completion {
public:
    child_completion(std::shared_ptr<state> const& owner, std::uint64_t id)
        : setter_(std::shared_ptr<event>(owner, &owner->ended)), owner_(owner), id_(id)
    {}

    child_completion(child_completion&&) noexcept = default;
    child_completion& operator=(child_completion&&) = delete;

    ~child_completion()
    {
        if (owner_)
            end(std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
    }

    void operator()(std::exception_ptr error) { end(std::move(error)); }

private:
    void end(std::exception_ptr error)
    {
        auto const owner = std::exchange(owner_, nullptr);
        owner->children[id_].ended = true;
        owner->completions.push_back({id_, std::move(error)});
    }

    // Destroyed last, so that whoever waits finds the completion.
    event_setter setter_;
    std::shared_ptr<state> owner_;
    std::uint64_t id_;
};

task_group::task_group(asio::any_io_executor strand)
    : strand_(std::move(strand)), state_(std::make_shared<state>())
{}

void task_group::start(std::uint64_t id, asio::awaitable<void> operation)
{
    child& started = state_->children[id];
    asio::co_spawn(strand_, std::move(operation),
                   asio::bind_cancellation_slot(started.cancel.slot(), child_completion(state_, id)));
}

asio::awaitable<std::unique_ptr<task_group::completion>> task_group::next()
{
    while (state_->completions.empty()) {
        state_->ended.reset();
        if (!co_await state_->ended.wait())
            co_return nullptr;
    }
    auto taken = std::make_unique<completion>(std::move(state_->completions.front()));
    state_->completions.pop_front();
    state_->children.erase(taken->id);
    co_return taken;
}

void task_group::cancel()
{
    for (auto& [id, running] : state_->children)
        if (!running.ended)
            running.cancel.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> task_group::run(asio::awaitable<void> body)
{
    std::exception_ptr error;
    try {
        co_await std::move(body);
    } catch (...) {
        error = std::current_exception();
    }
    cancel();
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (state_->completions.size() < state_->children.size()) {
        state_->ended.reset();
        co_await state_->ended.wait();
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    state_->completions.clear();
    state_->children.clear();
    if (error)
        std::rethrow_exception(error);
}

} // namespace glacier::async
