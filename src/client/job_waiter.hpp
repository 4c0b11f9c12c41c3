#pragma once

#include "async/timer.hpp"
#include "plan/job_wait_plan.hpp"

#include <glacier/pager.hpp>
#include <glacier/waiter.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace glacier {

/**
 * What the copies of a job_waiter share. While somebody waits, one coroutine on a strand does what the plan says. It
 * has each request made by a coroutine of its own, so that deadlines pass in time while an answer is awaited.
 *
 * Thread safety: wait() from any thread. Plan and waits are behind a mutex, everything else is on the strand.
 */
class job_waiter::poller : public std::enable_shared_from_this<job_waiter::poller> {
public:
    poller(client service, vault_name vault, job_waiter_settings settings,
           std::shared_ptr<async::time_source> time);

    static asio::awaitable<job_description> wait(std::shared_ptr<poller> self, job_id job,
                                                 job_wait_options options);

private:
    using ticket = plan::job_wait_plan::ticket;
    using decision = plan::job_wait_plan::decision;

    struct waiting_one;
    class place;
    class polling_guard;

    using waiting_ones = std::vector<std::shared_ptr<waiting_one>>;

    void start_polling();
    static asio::awaitable<void> poll(std::unique_ptr<polling_guard> guard);
    decision decide();
    void start_asking(decision asked);
    static asio::awaitable<void> ask(std::shared_ptr<poller> self, decision asked);
    asio::awaitable<void> describe(job_id job);
    asio::awaitable<void> list(bool first);
    void tell(std::string const& id, job_description const& job);
    void tell_observer(std::string const& id, job_description const& job) const;
    waiting_ones waiting_for(std::string const& id);
    void give_up(waiting_ones const& ones, std::exception_ptr const& error);
    void on_failure(std::exception_ptr const& error);
    void wake();
    void post_wake();

    /// Under the mutex.
    waiting_ones take(std::vector<ticket> const& ended);

    // Not under the mutex: a coroutine that is dropped leaves its place.
    void end(waiting_ones const& ended, job_description const& job) const;
    static void end(waiting_ones const& ended, std::exception_ptr const& error);
    void time_out(waiting_ones const& expired) const;
    operation_error error_of(waiting_one const& wait, errc reason, std::string message) const;

    client service_;
    vault_name vault_;
    job_waiter_settings settings_;
    std::shared_ptr<async::time_source> time_;
    asio::any_io_executor strand_;

    std::mutex mutex_;
    plan::job_wait_plan plan_;
    std::map<ticket, std::shared_ptr<waiting_one>> waits_;
    // Those that want to be told of looks, by the job.
    std::multimap<std::string, std::shared_ptr<waiting_one>, std::less<>> lookers_;
    bool polling_ = false;

    // On the strand, while somebody waits.
    std::unique_ptr<async::timer> timer_;
    std::shared_ptr<asio::cancellation_signal> cancel_;
    std::optional<job_pager> pager_;
};

} // namespace glacier
