#pragma once

#include <glacier/error.hpp>
#include <glacier/job.hpp>
#include <glacier/timestamp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace glacier::plan {

enum class job_progress { running, succeeded, failed };

/// How far a job is. One that has ended in a way that this version does not know will not succeed either.
job_progress progress_of(job_description const& job) noexcept;

/// How long to wait for the next look at a job of that age, by how long such jobs usually take.
std::chrono::milliseconds usual_interval(job_description const& job, std::chrono::milliseconds age) noexcept;

/// Whether asking again cannot mend the error: it is about the job, the vault, or the right to ask.
bool ends_waiting(error_code code) noexcept;

/**
 * Decides what to ask the service for any number of waits for jobs of one vault. Somebody else makes the requests,
 * one at a time.
 *
 * A look begins when a job is due, and takes along those that soon will be, so that jobs of different ages fall
 * into step. It asks for each job, or goes through the list of the vault's jobs where that costs fewer requests.
 */
class job_wait_plan {
public:
    using milliseconds = std::chrono::milliseconds;
    using time_point = std::chrono::steady_clock::time_point;
    using ticket = std::uint64_t;

    enum class step {
        /// Ask for the job `job`.
        describe,
        /// Ask for the first page of the list.
        list_first,
        /// Ask for the page after the last one.
        list_next,
        /// Nothing to do before `until`, unless something is reported.
        wait,
        /// Nobody waits for the request under way any more: cancel it. Said once, its end must be reported too.
        cancel,
        /// Nobody waits.
        stop,
    };

    struct decision {
        step what = step::stop;
        std::string job;
        time_point until;
    };

    /// `interval_min` is at least 1 ms. It counts where it is above `interval_max`. `by_time_waited`: as
    /// job_waiter_settings::interval_by_time_waited.
    job_wait_plan(milliseconds interval_min, milliseconds interval_max, bool by_time_waited = false) noexcept;

    /// Somebody waits for a job, but not beyond the deadline.
    ticket add(std::string const& job, std::optional<time_point> deadline, time_point now);

    /// The wait has ended otherwise.
    void remove(ticket gone);

    decision next(time_point now);

    /// The waits whose deadline has passed. They are forgotten here.
    std::vector<ticket> take_expired(time_point now);

    // What came of the request that next() asked for. Waits that end with it are returned, and forgotten here.

    /// The job that was asked for.
    std::vector<ticket> on_described(job_description const& job, time_point now, timestamp today);

    /// A job on the page that was asked for. After the last one comes on_page_end().
    std::vector<ticket> on_listed(job_description const& job, time_point now, timestamp today);
    void on_page_end();

    /// There was no further page.
    void on_list_end();

    std::vector<ticket> on_failed(error_code code, time_point now);

    /// Nobody can be served any more.
    std::vector<ticket> end_all();

    bool waits_for(std::string const& job) const { return jobs_.contains(job); }
    std::size_t waiting() const noexcept { return waits_.size(); }

private:
    struct watched_job {
        std::set<ticket> tickets;
        time_point since;
        std::optional<time_point> looked_at;
        time_point due;
    };

    struct wait {
        std::string job;
        std::optional<time_point> deadline;
    };

    using job_map = std::map<std::string, watched_job>;

    std::vector<ticket> look_at(job_map::iterator found, job_description const& job, time_point now,
                                timestamp today);
    std::vector<ticket> end_job(job_map::iterator found);
    void forget(job_map::iterator found);
    bool is_ripe(watched_job const& watched, time_point now) const;
    void begin_look(time_point now);
    void abandon_look();
    std::optional<decision> ask_next();
    void on_answer();

    milliseconds interval_min_;
    milliseconds interval_max_;
    bool by_time_waited_;
    ticket next_ticket_ = 1;
    std::map<ticket, wait> waits_;
    job_map jobs_;
    std::set<std::pair<time_point, std::string>> due_;
    std::set<std::pair<time_point, ticket>> deadlines_;

    // The look under way: first the list, if it goes through one, then single jobs.
    bool listing_ = false;
    std::uint64_t pages_ = 0;
    std::set<std::string> to_find_;
    std::set<std::string> to_describe_;

    // The request under way. The job is empty for a page.
    bool asking_ = false;
    bool cancelled_ = false;
    std::string asked_job_;

    int failures_ = 0;
    time_point not_before_ = time_point::min();
    // What going through the list cost the last time; at first a guess.
    std::uint64_t pages_of_list_ = 5;
};

} // namespace glacier::plan
