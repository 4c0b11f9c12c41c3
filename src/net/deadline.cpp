#include "net/deadline.hpp"

#include <utility>

namespace glacier::net {

struct deadline::state {
    using time_point = asio::steady_timer::time_point;

    state(asio::any_io_executor strand, std::function<void()> action)
        : timer(std::move(strand)), on_expiry(std::move(action))
    {}

    asio::steady_timer timer;
    std::function<void()> on_expiry;
    time_point at = time_point::max();
    time_point armed_for = time_point::max();
    errc reason{};
    // The reason of the first limit that passed: later ones change nothing.
    std::optional<errc> expired;

    static void arm(std::shared_ptr<state> const& self)
    {
        self->armed_for = self->at;
        self->timer.expires_at(self->at);
        self->timer.async_wait([weak = std::weak_ptr<state>(self)](error_code error) {
            auto const alive = weak.lock();
            if (!error && alive)
                alive->look(alive);
        });
    }

    void look(std::shared_ptr<state> const& self)
    {
        armed_for = time_point::max();
        if (at == time_point::max())
            return;
        if (asio::steady_timer::clock_type::now() < at) {
            arm(self);
            return;
        }
        if (!expired)
            expired = reason;
        on_expiry();
    }
};

deadline::deadline(asio::any_io_executor strand, std::function<void()> on_expiry)
    : state_(std::make_shared<state>(std::move(strand), std::move(on_expiry)))
{}

deadline::~deadline()
{
    state_->on_expiry = [] {};
    state_->timer.cancel();
}

void deadline::expires_after(std::chrono::milliseconds limit, errc reason)
{
    if (limit == std::chrono::milliseconds::zero()) {
        clear();
        return;
    }
    state_->at = asio::steady_timer::clock_type::now() + limit;
    state_->reason = reason;
    if (state_->at < state_->armed_for)
        state::arm(state_);
}

void deadline::clear()
{
    state_->at = state::time_point::max();
    state_->armed_for = state::time_point::max();
    state_->timer.cancel();
}

std::optional<errc> deadline::expired() const noexcept
{
    return state_->expired;
}

} // namespace glacier::net
