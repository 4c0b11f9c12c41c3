#pragma once

#include <glacier/client.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace glacier {

/// For wait_until_vault_exists() and wait_until_vault_not_exists().
struct wait_for_vault_request {
    /// Takes the vault to wait for.
    explicit wait_for_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault to wait for; one without a name is errc::invalid_vault_name.
    vault_name vault;
    /// Between two looks; 1 ms or more. The first look comes at once. 3 s, as the official model has it.
    std::chrono::milliseconds interval = std::chrono::seconds(3);
    /// Looks; 1 or more. 15, as the official model has it.
    int attempts_max = 15;
};

/**
 * Waits until a vault exists, and describes it.
 *
 * Cancellation: terminal and prompt.
 * Errors: operation_error with errc::wait_timeout if the last look still finds none; those of
 *   client::describe_vault() other than not_found, with which the wait ends at once. invalid_value for an interval
 *   or a number of attempts that cannot be.
 */
asio::awaitable<vault_description> wait_until_vault_exists(client service, wait_for_vault_request request);

/// Waits until a vault does not exist; otherwise as wait_until_vault_exists().
asio::awaitable<void> wait_until_vault_not_exists(client service, wait_for_vault_request request);

/// For job_waiter.
struct job_waiter_settings {
    job_waiter_settings() = default;

    /// Between two looks at a job that is in progress, 1 ms to 24 hours. By age and tier of the job the interval is
    /// what is left until it can be done (1 minute after its creation if Expedited, 3 hours if Standard or an
    /// inventory, 5 hours if Bulk), then 1/24 of the time in which such jobs end (10 s, 5 and 17.5 minutes), and
    /// longer for one that is overdue. interval_min counts where it is the greater one.
    std::chrono::milliseconds interval_min = std::chrono::seconds(10);
    /// The longest interval, also after looks that failed.
    std::chrono::milliseconds interval_max = std::chrono::minutes(15);
    /// Instead: half of the time waited so far, whatever the tier. For services whose jobs do not take hours, such as
    /// an emulator.
    bool interval_by_time_waited = false;
    /// For waits that do not say how long. Zero: no limit.
    std::chrono::milliseconds timeout = std::chrono::hours(48);
    /// Told after each look at a job that is waited for. Called on an executor of the client's context; must not
    /// block. What it throws ends the waits for that job.
    std::function<void(job_description const&)> on_look;
};

/// For a single job_waiter::wait().
struct job_wait_options {
    job_wait_options() = default;

    /// Zero: no limit. Nothing: job_waiter_settings::timeout. Errors: errc::invalid_option below zero.
    std::optional<std::chrono::milliseconds> timeout;
    /// Told after each look at this job, until the wait ends; job_waiter_settings::on_look is told too. Called on an
    /// executor of the client's context; must not block. What it throws ends this wait, and no other.
    std::function<void(job_description const&)> on_look;
};

/**
 * Waits for any number of jobs of one vault at once. A job_waiter is a cheap handle: copies share one poller.
 *
 * The poller asks for single jobs while few are due, otherwise it goes through the list of the vault's jobs, so that
 * thousands of waits cost no more requests than one. It makes one request at a time. A job that is new to it is
 * looked at at once. While nobody waits, it does nothing and keeps no timer.
 *
 * A look that fails (no network, throttling, a gateway's 404, an answer that makes no sense) does not end a wait: the poller looks
 * again, at first after interval_min, then after twice as long each time, up to interval_max.
 */
class job_waiter {
public:
    class poller;

    /// Errors: invalid_value for settings that cannot be.
    job_waiter(client service, vault_name vault, job_waiter_settings settings = job_waiter_settings());

    /// For tests with a time of their own; see src/client/job_waiter.hpp.
    explicit job_waiter(std::shared_ptr<poller> shared) noexcept;

    /**
     * Waits until a job has succeeded.
     *
     * Lifetime: keeps the poller and the client's state alive; the handle may go while it runs.
     * Thread safety: may be called from every thread, also for the same job.
     * Cancellation: terminal and prompt; ends this wait only. The job goes on at the service.
     * Errors: operation_error with errc::job_failed and the service's words if the job failed; errc::wait_timeout
     *   after the time of the settings; not_found if the service does not know the job (any more) or the vault;
     *   access, and other errors that asking again cannot mend.
     */
    asio::awaitable<job_description> wait(job_id job) const;

    /// The same with a time of its own. Zero: no limit. Errors: also invalid_value for a time below zero.
    asio::awaitable<job_description> wait(job_id job, std::chrono::milliseconds timeout) const;

    /// The same with options of its own. Errors: also invalid_value for options that cannot be.
    asio::awaitable<job_description> wait(job_id job, job_wait_options options) const;

private:
    std::shared_ptr<poller> poller_;
};

/**
 * The waiter that all who ask for it share, for a vault and a client, its copies and those of client::with(). It looks
 * at a job after a second, and then after half of the time waited so far, 15 minutes at most: jobs of an emulator
 * take seconds. It has no limit of time, and makes its requests with the settings of client_config. It exists as
 * long as somebody has a handle of it.
 *
 * Thread safety: may be called from every thread.
 * Errors: invalid_value with errc::invalid_vault_name for an empty name.
 */
job_waiter shared_job_waiter(client const& service, vault_name const& vault);

} // namespace glacier
