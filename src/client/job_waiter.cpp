#include "client/job_waiter.hpp"

#include "async/event.hpp"
#include "async/transfer_limits.hpp"
#include "client/client_core.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <utility>

namespace glacier {

namespace {

using std::chrono::milliseconds;

// Jobs vanish a day after they have ended.
constexpr milliseconds interval_limit = std::chrono::hours(24);
constexpr milliseconds timeout_limit = std::chrono::hours(24 * 3'650);
// A vault has no more jobs than can be started in some days.
constexpr std::uint64_t listed_jobs_max = 1'000'000;

void check_interval(char const* name, milliseconds interval)
{
    if (interval < milliseconds(1) || interval > interval_limit)
        throw invalid_value(errc::invalid_option, std::string(name) + " " + std::to_string(interval.count()) +
                                                      " ms; 1 ms to 24 hours are allowed");
}

void check_timeout(milliseconds timeout)
{
    if (timeout < milliseconds(0))
        throw invalid_value(errc::invalid_option,
                            "timeout " + std::to_string(timeout.count()) + " ms; 0 or more are allowed");
}

std::exception_ptr aborted()
{
    return std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
}

std::optional<error_code> code_of(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (operation_error const& caught) {
        // A 404 without the service's code comes from a gateway, which knows nothing of jobs.
        bool const is_gateways = caught.code() == condition::not_found && caught.service_code().empty();
        return is_gateways ? make_error_code(service_errc::unknown) : caught.code();
    } catch (boost::system::system_error const& caught) {
        return caught.code();
    } catch (...) {
        return std::nullopt;
    }
}

std::string_view name_of(job_status status) noexcept
{
    switch (status) {
    case job_status::in_progress:
        return "InProgress";
    case job_status::succeeded:
        return "Succeeded";
    case job_status::failed:
        return "Failed";
    case job_status::unknown:
        break;
    }
    return "unknown";
}

} // namespace

/// A call of wait() and how it ended.
struct job_waiter::poller::waiting_one {
    waiting_one(std::string its_job, milliseconds its_timeout,
                std::function<void(job_description const&)> its_on_look)
        : job(std::move(its_job)), timeout(its_timeout), on_look(std::move(its_on_look))
    {}

    std::string job;
    milliseconds timeout;
    // Written before anybody else knows of it.
    ticket its_ticket = 0;
    // Held while it is told, so that whoever waits does not go in the middle of it.
    std::mutex telling;
    std::function<void(job_description const&)> on_look;
    async::event ended;
    // Written before `ended` is set.
    std::optional<job_description> done;
    std::exception_ptr error;
};

/// A place among those who wait. It is left when the call ends, also because its coroutine is dropped.
class job_waiter::poller::place {
public:
    place(std::shared_ptr<poller> owner, std::string const& job, milliseconds timeout,
          std::function<void(job_description const&)> on_look)
        : owner_(std::move(owner)), looks_(on_look != nullptr),
          wait_(std::make_shared<waiting_one>(job, timeout, std::move(on_look)))
    {
        auto const now = owner_->time_->now();
        std::optional<async::timer::time_point> deadline;
        if (timeout > milliseconds(0))
            deadline = now + std::min(timeout, timeout_limit);
        bool polling = true;
        {
            std::lock_guard const lock(owner_->mutex_);
            wait_->its_ticket = owner_->plan_.add(job, deadline, now);
            owner_->waits_.emplace(wait_->its_ticket, wait_);
            if (looks_)
                looker_ = owner_->lookers_.emplace(job, wait_);
            polling = std::exchange(owner_->polling_, true);
        }
        if (polling)
            owner_->post_wake();
        else
            owner_->start_polling();
    }

    place(place const&) = delete;
    place& operator=(place const&) = delete;

    ~place()
    {
        bool last = false;
        {
            std::lock_guard const lock(owner_->mutex_);
            if (looks_)
                owner_->lookers_.erase(looker_);
            if (owner_->waits_.erase(wait_->its_ticket) != 0) {
                owner_->plan_.remove(wait_->its_ticket);
                last = owner_->waits_.empty();
            }
        }
        // Otherwise the poller would keep the context busy for nobody.
        if (last)
            owner_->post_wake();
        if (looks_) {
            std::lock_guard const lock(wait_->telling);
            wait_->on_look = nullptr;
        }
    }

    waiting_one& wait() const noexcept { return *wait_; }

private:
    std::shared_ptr<poller> owner_;
    bool looks_;
    std::shared_ptr<waiting_one> wait_;
    // If it looks.
    std::multimap<std::string, std::shared_ptr<waiting_one>, std::less<>>::iterator looker_;
};

/// Belongs to the polling coroutine. If that is dropped unfinished, because its context is destroyed, nobody would wake
/// those who wait.
class job_waiter::poller::polling_guard {
public:
    explicit polling_guard(std::shared_ptr<poller> owner) noexcept : owner_(std::move(owner)) {}
    polling_guard(polling_guard const&) = delete;
    polling_guard& operator=(polling_guard const&) = delete;

    ~polling_guard()
    {
        owner_->timer_.reset();
        owner_->cancel_.reset();
        owner_->pager_.reset();
        if (finished_)
            return;
        waiting_ones left;
        {
            std::lock_guard const lock(owner_->mutex_);
            owner_->polling_ = false;
            left = owner_->take(owner_->plan_.end_all());
        }
        end(left, aborted());
    }

    poller& owner() const noexcept { return *owner_; }
    void finish() noexcept { finished_ = true; }

private:
    std::shared_ptr<poller> owner_;
    bool finished_ = false;
};

job_waiter::poller::poller(client service, vault_name vault, job_waiter_settings settings,
                           std::shared_ptr<async::time_source> time)
    : service_(std::move(service)), vault_(std::move(vault)), settings_(std::move(settings)),
      time_(std::move(time)), strand_(asio::make_strand(service_.get_executor())),
      plan_(settings_.interval_min, settings_.interval_max, settings_.interval_by_time_waited)
{
    check_interval("interval_min", settings_.interval_min);
    check_interval("interval_max", settings_.interval_max);
    check_timeout(settings_.timeout);
    if (vault_.str().empty())
        throw invalid_value(errc::invalid_vault_name, vault_.str());
}

asio::awaitable<job_description> job_waiter::poller::wait(std::shared_ptr<poller> self, job_id job,
                                                          job_wait_options options)
{
    milliseconds const limit = options.timeout.value_or(self->settings_.timeout);
    check_timeout(limit);
    if (job.str().empty())
        throw invalid_value(errc::invalid_job_id, job.str());
    place const taken(std::move(self), job.str(), limit, std::move(options.on_look));
    waiting_one& wait = taken.wait();
    bool const ended = co_await wait.ended.wait();
    if (!ended)
        throw boost::system::system_error(asio::error::operation_aborted);
    // Taken, so that the exception dies with whoever handles it, not on the poller's thread.
    if (std::exception_ptr error = std::exchange(wait.error, nullptr))
        std::rethrow_exception(std::move(error));
    co_return std::move(*wait.done);
}

void job_waiter::poller::start_polling()
{
    auto guard = std::make_unique<polling_guard>(shared_from_this());
    asio::co_spawn(strand_, poll(std::move(guard)), asio::detached);
}

asio::awaitable<void> job_waiter::poller::poll(std::unique_ptr<polling_guard> guard)
{
    using step = plan::job_wait_plan::step;
    poller& self = guard->owner();
    self.timer_ = self.time_->make_timer(self.strand_);
    while (true) {
        decision decided = self.decide();
        if (decided.what == step::stop) {
            guard->finish();
            co_return;
        }
        if (decided.what == step::wait)
            co_await self.timer_->wait_until(decided.until);
        else if (decided.what == step::cancel)
            self.cancel_->emit(asio::cancellation_type::terminal);
        else
            self.start_asking(std::move(decided));
    }
}

job_waiter::poller::decision job_waiter::poller::decide()
{
    auto const now = time_->now();
    decision decided;
    waiting_ones expired;
    {
        std::lock_guard const lock(mutex_);
        expired = take(plan_.take_expired(now));
        decided = plan_.next(now);
        // In the same moment: whoever comes now starts polling again.
        if (decided.what == plan::job_wait_plan::step::stop)
            polling_ = false;
    }
    time_out(expired);
    return decided;
}

void job_waiter::poller::start_asking(decision asked)
{
    // A signal for each request: the one before may be in use until its coroutine has unwound.
    auto const cancel = std::make_shared<asio::cancellation_signal>();
    cancel_ = cancel;
    auto on_end = [self = shared_from_this(), cancel](std::exception_ptr const& /*none*/) { self->wake(); };
    asio::co_spawn(strand_, ask(shared_from_this(), std::move(asked)),
                   asio::bind_cancellation_slot(cancel->slot(), std::move(on_end)));
}

asio::awaitable<void> job_waiter::poller::ask(std::shared_ptr<poller> self, decision asked)
{
    using step = plan::job_wait_plan::step;
    try {
        if (asked.what == step::describe)
            co_await self->describe(job_id(asked.job));
        else
            co_await self->list(asked.what == step::list_first);
    } catch (...) {
        self->on_failure(std::current_exception());
    }
}

asio::awaitable<void> job_waiter::poller::describe(job_id job)
{
    job_description const found = co_await service_.describe_job(describe_job_request(vault_, job));
    tell(job.str(), found);
    waiting_ones ended;
    {
        std::lock_guard const lock(mutex_);
        ended = take(plan_.on_described(found, time_->now(), time_->today()));
    }
    end(ended, found);
}

asio::awaitable<void> job_waiter::poller::list(bool first)
{
    if (first)
        pager_.emplace(service_, list_jobs_request(vault_), listed_jobs_max);
    auto const page = co_await pager_->next_page();
    if (!page) {
        std::lock_guard const lock(mutex_);
        plan_.on_list_end();
        co_return;
    }
    for (job_description const& found : *page) {
        tell(found.job, found);
        waiting_ones ended;
        {
            std::lock_guard const lock(mutex_);
            ended = take(plan_.on_listed(found, time_->now(), time_->today()));
        }
        end(ended, found);
    }
    std::lock_guard const lock(mutex_);
    plan_.on_page_end();
}

void job_waiter::poller::tell(std::string const& id, job_description const& job)
{
    waiting_ones told;
    {
        std::lock_guard const lock(mutex_);
        if (!plan_.waits_for(id))
            return;
        auto const lookers = lookers_.equal_range(id);
        for (auto each = lookers.first; each != lookers.second; ++each)
            told.push_back(each->second);
    }
    tell_observer(id, job);
    try {
        if (settings_.on_look)
            settings_.on_look(job);
    } catch (...) {
        give_up(waiting_for(id), std::current_exception());
        return;
    }
    for (auto const& each : told) {
        try {
            std::lock_guard const lock(each->telling);
            if (each->on_look)
                each->on_look(job);
        } catch (...) {
            give_up({each}, std::current_exception());
        }
    }
}

job_waiter::poller::waiting_ones job_waiter::poller::waiting_for(std::string const& id)
{
    waiting_ones found;
    std::lock_guard const lock(mutex_);
    for (auto const& [its_ticket, each] : waits_)
        if (each->job == id)
            found.push_back(each);
    return found;
}

/// What one function throws must not end the waits of others.
void job_waiter::poller::give_up(waiting_ones const& ones, std::exception_ptr const& error)
{
    waiting_ones ended;
    {
        std::lock_guard const lock(mutex_);
        for (auto const& each : ones)
            if (waits_.erase(each->its_ticket) != 0) {
                plan_.remove(each->its_ticket);
                ended.push_back(each);
            }
    }
    end(ended, error);
}

void job_waiter::poller::tell_observer(std::string const& id, job_description const& job) const
{
    observer* const watcher = service_.get_observer().get();
    if (watcher == nullptr)
        return;
    std::string const resource = "vault " + vault_.str() + ", job " + id;
    job_looked_at event;
    event.resource = resource;
    event.completed = job.completed;
    event.status = name_of(job.status);
    watcher->on_job_looked_at(event);
}

void job_waiter::poller::on_failure(std::exception_ptr const& error)
{
    std::optional<error_code> const code = code_of(error);
    waiting_ones ended;
    {
        std::lock_guard const lock(mutex_);
        ended = take(code ? plan_.on_failed(*code, time_->now()) : plan_.end_all());
    }
    end(ended, error);
}

void job_waiter::poller::wake()
{
    if (timer_)
        timer_->wake();
}

void job_waiter::poller::post_wake()
{
    asio::post(strand_, [self = shared_from_this()] { self->wake(); });
}

job_waiter::poller::waiting_ones job_waiter::poller::take(std::vector<ticket> const& ended)
{
    waiting_ones taken;
    for (ticket const each : ended)
        if (auto node = waits_.extract(each))
            taken.push_back(std::move(node.mapped()));
    return taken;
}

operation_error job_waiter::poller::error_of(waiting_one const& wait, errc reason, std::string message) const
{
    error_details details;
    details.operation = "wait for job";
    details.resource = "vault " + vault_.str() + ", job " + wait.job;
    details.message = std::move(message);
    return operation_error(reason, std::move(details));
}

void job_waiter::poller::end(waiting_ones const& ended, job_description const& job) const
{
    bool const succeeded = plan::progress_of(job) == plan::job_progress::succeeded;
    for (auto const& each : ended) {
        if (succeeded)
            each->done = job;
        else
            each->error = std::make_exception_ptr(error_of(
                *each, errc::job_failed, job.status_message.value_or("the service gives no reason")));
        each->ended.set();
    }
}

void job_waiter::poller::end(waiting_ones const& ended, std::exception_ptr const& error)
{
    for (auto const& each : ended) {
        each->error = error;
        each->ended.set();
    }
}

void job_waiter::poller::time_out(waiting_ones const& expired) const
{
    for (auto const& each : expired) {
        each->error = std::make_exception_ptr(
            error_of(*each, errc::wait_timeout, "waited " + std::to_string(each->timeout.count()) + " ms"));
        each->ended.set();
    }
}

job_waiter::job_waiter(client service, vault_name vault, job_waiter_settings settings)
    : poller_(std::make_shared<poller>(std::move(service), std::move(vault), std::move(settings),
                                       async::system_time()))
{}

job_waiter::job_waiter(std::shared_ptr<poller> shared) noexcept : poller_(std::move(shared)) {}

asio::awaitable<job_description> job_waiter::wait(job_id job) const
{
    return poller::wait(poller_, std::move(job), job_wait_options());
}

asio::awaitable<job_description> job_waiter::wait(job_id job, std::chrono::milliseconds timeout) const
{
    job_wait_options options;
    options.timeout = timeout;
    return poller::wait(poller_, std::move(job), std::move(options));
}

asio::awaitable<job_description> job_waiter::wait(job_id job, job_wait_options options) const
{
    return poller::wait(poller_, std::move(job), std::move(options));
}

job_waiter shared_job_waiter(client const& service, vault_name const& vault)
{
    auto make = [&service, &vault] {
        job_waiter_settings settings;
        settings.interval_min = std::chrono::seconds(1);
        settings.interval_by_time_waited = true;
        settings.timeout = milliseconds(0);
        // What belongs to one who waits does not belong to the others.
        client const plain(service.core()->as_configured());
        return std::make_shared<job_waiter::poller>(plain, vault, std::move(settings),
                                                    plain.limits().shared()->time);
    };
    return job_waiter(service.core()->pollers().find_or_make(vault.str(), make));
}

} // namespace glacier
