#include "async/memory_budget.hpp"

#include <glacier/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace glacier::async {

memory_budget::reservation::reservation(std::shared_ptr<memory_budget> owner, std::size_t bytes) noexcept
    : owner_(std::move(owner)), bytes_(bytes)
{}

memory_budget::reservation::reservation(reservation&& other) noexcept
    : owner_(std::move(other.owner_)), bytes_(std::exchange(other.bytes_, 0))
{}

memory_budget::reservation& memory_budget::reservation::operator=(reservation&& other) noexcept
{
    reservation taken(std::move(other));
    std::swap(owner_, taken.owner_);
    std::swap(bytes_, taken.bytes_);
    return *this;
}

memory_budget::reservation::~reservation()
{
    shrink_to(0);
}

void memory_budget::reservation::shrink_to(std::size_t bytes) noexcept
{
    if (bytes < bytes_)
        owner_->give_back(std::exchange(bytes_, bytes) - bytes);
}

/// Stands in the line until it is admitted.
struct memory_budget::place {
    explicit place(std::size_t its_bytes) noexcept : bytes(its_bytes) {}

    std::size_t const bytes;
    // Under the mutex.
    bool in_line = true;
    async::event admitted;
};

/// The place of one coroutine. When it goes, also because its coroutine is destroyed where it waits, the others move up.
class memory_budget::turn {
public:
    turn(std::shared_ptr<memory_budget> owner, std::size_t bytes)
        : owner_(std::move(owner)), place_(std::make_shared<place>(bytes))
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
            owner_->give_back(place_->bytes);
    }

    /// False on cancellation.
    asio::awaitable<bool> wait() { return place_->admitted.wait(); }

    reservation take() noexcept
    {
        taken_ = true;
        return reservation(owner_, place_->bytes);
    }

private:
    std::shared_ptr<memory_budget> owner_;
    std::shared_ptr<place> place_;
    std::list<std::shared_ptr<place>>::iterator self_;
    bool taken_ = false;
};

asio::awaitable<memory_budget::reservation> memory_budget::reserve(std::size_t bytes)
{
    return wait_in_line(shared_from_this(), bytes);
}

asio::awaitable<memory_budget::reservation> memory_budget::wait_in_line(std::shared_ptr<memory_budget> self,
                                                                        std::size_t bytes)
{
    if (bytes > self->bytes_max_) {
        error_details details;
        details.message = std::to_string(bytes) + " bytes, " + std::to_string(self->bytes_max_) +
                          " are allowed (transfer_settings::memory_max)";
        throw operation_error(errc::memory_limit_too_low, std::move(details));
    }
    reservation at_once = self->try_reserve(bytes);
    if (at_once.bytes() == bytes)
        co_return at_once;
    turn mine(std::move(self), bytes);
    bool const admitted = co_await mine.wait();
    if (!admitted)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return mine.take();
}

memory_budget::reservation memory_budget::try_reserve(std::size_t bytes) noexcept
{
    std::lock_guard const lock(mutex_);
    if (!line_.empty() || !has_room_for(bytes))
        return {};
    take(bytes);
    return reservation(shared_from_this(), bytes);
}

void memory_budget::take(std::size_t bytes) noexcept
{
    reserved_ += bytes;
    reserved_most_ = std::max(reserved_most_, reserved_);
}

void memory_budget::give_back(std::size_t bytes) noexcept
{
    {
        std::lock_guard const lock(mutex_);
        reserved_ -= bytes;
    }
    admit();
}

void memory_budget::admit() noexcept
{
    // Where a context is going, set() destroys the coroutine, which comes back here. The line may be long, so that must
    // not become deep.
    std::list<std::shared_ptr<place>> admitted;
    for (bool first = true;; first = false) {
        {
            std::lock_guard const lock(mutex_);
            if (first && std::exchange(admitting_, true))
                return;
            while (!line_.empty() && has_room_for(line_.front()->bytes)) {
                take(line_.front()->bytes);
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

std::size_t memory_budget::reserved() const noexcept
{
    std::lock_guard const lock(mutex_);
    return reserved_;
}

std::size_t memory_budget::reserved_most() const noexcept
{
    std::lock_guard const lock(mutex_);
    return reserved_most_;
}

std::size_t memory_budget::waiting() const noexcept
{
    std::lock_guard const lock(mutex_);
    return line_.size();
}

} // namespace glacier::async
