#include "net/host_addresses.hpp"

#include "async/event.hpp"
#include "net/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>

#include <utility>

namespace glacier::net {

/// How a look-up ended.
struct host_addresses::outcome {
    std::vector<plan::host_address> addresses;
    error_code error;
};

struct host_addresses::waiter {
    async::event woken;
    // Written under the mutex. Null: the look-up was dropped.
    std::shared_ptr<outcome const> ended;
};

/// A place among those who wait.
class host_addresses::place {
public:
    place(std::shared_ptr<host_addresses> owner, std::shared_ptr<waiter> waiting)
        : owner_(std::move(owner)), waiting_(std::move(waiting))
    {}
    place(place const&) = delete;
    place& operator=(place const&) = delete;

    ~place()
    {
        std::lock_guard const lock(owner_->mutex_);
        owner_->waiting_.erase(waiting_);
    }

private:
    std::shared_ptr<host_addresses> owner_;
    std::shared_ptr<waiter> waiting_;
};

/// Tells those who wait that nobody looks up any more, also when the coroutine is dropped with its context: then one
/// of them does it.
class host_addresses::look_up_guard {
public:
    explicit look_up_guard(std::shared_ptr<host_addresses> owner) noexcept : owner_(std::move(owner)) {}
    look_up_guard(look_up_guard&&) noexcept = default;
    look_up_guard& operator=(look_up_guard&&) = delete;

    ~look_up_guard()
    {
        if (owner_)
            owner_->end_look_up(nullptr);
    }

    host_addresses& operator*() const noexcept { return *owner_; }

    void end(std::shared_ptr<outcome const> const& ended)
    {
        std::exchange(owner_, nullptr)->end_look_up(ended);
    }

private:
    std::shared_ptr<host_addresses> owner_;
};

host_addresses::host_addresses(std::string host, look_up_settings settings)
    : host_(std::move(host)), settings_(std::move(settings)),
      cache_(settings_.pool.address_life, settings_.pool.address_negative_life)
{}

void host_addresses::end_look_up(std::shared_ptr<outcome const> const& ended)
{
    std::set<std::shared_ptr<waiter>> woken;
    {
        std::lock_guard const lock(mutex_);
        auto const now = settings_.time->now();
        if (!ended) {
            cache_.on_abandoned();
        } else if (ended->error) {
            cache_.on_failed(now);
            last_error_ = ended->error;
        } else {
            cache_.on_found(ended->addresses, now);
        }
        woken.swap(waiting_);
        for (auto const& each : woken)
            each->ended = ended;
    }
    for (auto const& each : woken)
        each->woken.set();
}

asio::awaitable<void> host_addresses::look_up(look_up_guard guard, asio::any_io_executor executor)
{
    host_addresses& self = *guard;
    auto const begin = self.settings_.time->now();
    auto const ended = std::make_shared<outcome>();
    try {
        ended->addresses = co_await self.settings_.resolver->resolve(executor, self.host_);
        if (ended->addresses.empty())
            ended->error = asio::error::host_not_found;
    } catch (boost::system::system_error const& error) {
        ended->error = error.code();
    }
    if (self.settings_.observer)
        self.report(*ended, begin);
    guard.end(ended);
}

void host_addresses::report(outcome const& ended, async::time_source::time_point begin) const
{
    host_resolved event;
    event.host = host_;
    event.addresses = ended.addresses.size();
    event.duration = std::chrono::duration_cast<std::chrono::microseconds>(settings_.time->now() - begin);
    event.error = ended.error;
    settings_.observer->on_host_resolved(event);
}

asio::awaitable<std::vector<plan::host_address>> host_addresses::get(asio::any_io_executor strand)
{
    using step = plan::address_cache::step;
    auto const waiting = std::make_shared<waiter>();
    deadline limit(strand, [waiting] { waiting->woken.set(); });
    limit.expires_after(settings_.limit, errc::resolve_timeout);
    while (true) {
        if (limit.expired())
            throw connection_error(errc::resolve_timeout, "looking up the host name " + host_);
        step decided{};
        error_code failed;
        std::vector<plan::host_address> known;
        {
            std::lock_guard const lock(mutex_);
            auto const now = settings_.time->now();
            decided = cache_.ask(now);
            if (decided == step::use) {
                known = cache_.addresses(now);
            } else if (decided == step::fail) {
                failed = last_error_;
            } else {
                waiting->woken.reset();
                waiting_.insert(waiting);
            }
        }
        if (decided == step::use)
            co_return known;
        if (decided != step::fail) {
            place const held(shared_from_this(), waiting);
            if (decided == step::look_up)
                asio::co_spawn(strand, look_up(look_up_guard(shared_from_this()), strand), asio::detached);
            if (!co_await waiting->woken.wait())
                throw boost::system::system_error(asio::error::operation_aborted);
            if (limit.expired())
                throw connection_error(errc::resolve_timeout, "looking up the host name " + host_);
            // Dropped: somebody else has to look up.
            if (!waiting->ended)
                continue;
            if (!waiting->ended->error)
                co_return waiting->ended->addresses;
            failed = waiting->ended->error;
        }
        throw connection_error(failed, "looking up the host name " + host_);
    }
}

void host_addresses::on_reached(std::string const& address)
{
    std::lock_guard const lock(mutex_);
    cache_.on_reached(address);
}

void host_addresses::on_unreachable(std::string const& address)
{
    std::lock_guard const lock(mutex_);
    cache_.on_unreachable(address, settings_.time->now());
}

void host_addresses::on_none_reached()
{
    std::lock_guard const lock(mutex_);
    cache_.on_none_reached();
}

} // namespace glacier::net
