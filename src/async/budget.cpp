#include "async/budget.hpp"

#include <glacier/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace glacier::async {

budget::reservation::reservation(std::shared_ptr<budget> owner, std::size_t amount) noexcept
    : owner_(std::move(owner)), amount_(amount)
{}

budget::reservation::reservation(reservation&& other) noexcept
    : owner_(std::move(other.owner_)), amount_(std::exchange(other.amount_, 0))
{}

budget::reservation& budget::reservation::operator=(reservation&& other) noexcept
{
    reservation taken(std::move(other));
    std::swap(owner_, taken.owner_);
    std::swap(amount_, taken.amount_);
    return *this;
}

budget::reservation::~reservation()
{
    shrink_to(0);
}

void budget::reservation::shrink_to(std::size_t amount) noexcept
{
    if (amount < amount_)
        owner_->give_back(std::exchange(amount_, amount) - amount);
}

/// Stands in the line until it is admitted.
struct budget::place {
    explicit place(std::size_t its_amount) noexcept : amount(its_amount) {}

    std::size_t const amount;
    // Under the mutex.
    bool in_line = true;
    async::event admitted;
};

/// The place of one coroutine. When it goes, also because its coroutine is destroyed where it waits, the others move up.
class budget::turn {
public:
    turn(std::shared_ptr<budget> owner, std::size_t amount)
        : owner_(std::move(owner)), place_(std::make_shared<place>(amount))
    {
        {
            std::lock_guard const lock(owner_->mutex_);
            self_ = owner_->line_.insert(owner_->line_.end(), place_);
        }
        // There may be room since it was looked for.
        owner_->admit();
    }

    turn(turn const&) = delete;
    turn& operator=(turn const&) = delete;

    ~turn()
    {
        if (taken_)
            return;
        bool was_in_line = false;
        {
            std::lock_guard const lock(owner_->mutex_);
            was_in_line = place_->in_line;
            if (was_in_line)
                owner_->line_.erase(self_);
        }
        if (was_in_line)
            owner_->admit();
        else
            owner_->give_back(place_->amount);
    }

    /// False on cancellation.
    asio::awaitable<bool> wait() { return place_->admitted.wait(); }

    reservation take() noexcept
    {
        taken_ = true;
        return reservation(owner_, place_->amount);
    }

private:
    std::shared_ptr<budget> owner_;
    std::shared_ptr<place> place_;
    std::list<std::shared_ptr<place>>::iterator self_;
    bool taken_ = false;
};

asio::awaitable<budget::reservation> budget::reserve(std::size_t amount)
{
    return wait_in_line(shared_from_this(), amount);
}

asio::awaitable<budget::reservation> budget::wait_in_line(std::shared_ptr<budget> self, std::size_t amount)
{
    if (amount > self->amount_max_) {
        error_details details;
        details.message = std::to_string(amount) + " bytes, " + std::to_string(self->amount_max_) +
                          " are allowed (transfer_settings::memory_max)";
        throw operation_error(errc::memory_limit_too_low, std::move(details));
    }
    reservation at_once = self->try_reserve(amount);
    if (at_once.amount() == amount)
        co_return at_once;
    turn mine(std::move(self), amount);
    bool const admitted = co_await mine.wait();
    if (!admitted)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return mine.take();
}

budget::reservation budget::try_reserve(std::size_t amount) noexcept
{
    std::lock_guard const lock(mutex_);
    if (!line_.empty() || !has_room_for(amount))
        return {};
    take(amount);
    return reservation(shared_from_this(), amount);
}

void budget::take(std::size_t amount) noexcept
{
    reserved_ += amount;
    reserved_most_ = std::max(reserved_most_, reserved_);
}

void budget::give_back(std::size_t amount) noexcept
{
    {
        std::lock_guard const lock(mutex_);
        reserved_ -= amount;
    }
    admit();
}

void budget::admit() noexcept
{
    // Where a context is going, set() destroys the coroutine, which comes back here. The line may be long, so that must
    // not become deep.
    std::list<std::shared_ptr<place>> admitted;
    for (bool first = true;; first = false) {
        {
            std::lock_guard const lock(mutex_);
            if (first && std::exchange(admitting_, true))
                return;
            while (!line_.empty() && has_room_for(line_.front()->amount)) {
                take(line_.front()->amount);
                line_.front()->in_line = false;
                admitted.splice(admitted.end(), line_, line_.begin());
            }
            if (admitted.empty()) {
                admitting_ = false;
                return;
            }
        }
        for (auto const& each : admitted)
            each->admitted.set();
        admitted.clear();
    }
}

std::size_t budget::reserved() const noexcept
{
    std::lock_guard const lock(mutex_);
    return reserved_;
}

std::size_t budget::reserved_most() const noexcept
{
    std::lock_guard const lock(mutex_);
    return reserved_most_;
}

std::size_t budget::waiting() const noexcept
{
    std::lock_guard const lock(mutex_);
    return line_.size();
}

} // namespace glacier::async
