#include "plan/job_wait_plan.hpp"

#include <algorithm>
#include <utility>

namespace glacier::plan {

namespace {

using milliseconds = std::chrono::milliseconds;

/// How long jobs of a kind take as a rule.
struct usual_time {
    milliseconds least;
    milliseconds most;
};

usual_time usual_time_of(job_description const& job) noexcept
{
    using std::chrono::hours;
    using std::chrono::minutes;
    if (job.tier == tier::expedited)
        return {minutes(1), minutes(5)};
    if (job.tier == tier::bulk)
        return {hours(5), hours(12)};
    // Inventories, which have no tier, take hours too.
    return {hours(3), hours(5)};
}

} // namespace

job_progress progress_of(job_description const& job) noexcept
{
    if (job.status == job_status::succeeded)
        return job_progress::succeeded;
    if (job.status == job_status::failed || job.completed)
        return job_progress::failed;
    return job_progress::running;
}

milliseconds usual_interval(job_description const& job, milliseconds age) noexcept
{
    constexpr int looks = 24;
    usual_time const usual = usual_time_of(job);
    if (age < usual.least)
        return usual.least - age;
    milliseconds const interval = (usual.most - usual.least) / looks;
    // What is overdue may still take long.
    return std::max(interval, (age - usual.most) / 4);
}

bool ends_waiting(error_code code) noexcept
{
    if (code == condition::access || code == condition::not_found || code == condition::invalid_value)
        return true;
    if (code == condition::transport || code == condition::retryable || code == condition::quota)
        return false;
    if (code.category() == service_error_category())
        return code != service_errc::unknown;
    return code == errc::invalid_endpoint || code == errc::no_region || code == errc::invalid_profile ||
           code == errc::invalid_ca_bundle;
}

job_wait_plan::job_wait_plan(milliseconds interval_min, milliseconds interval_max,
                             bool by_time_waited) noexcept
    : interval_min_(interval_min), interval_max_(std::max(interval_min, interval_max)),
      by_time_waited_(by_time_waited)
{}

job_wait_plan::ticket job_wait_plan::add(std::string const& job, std::optional<time_point> deadline,
                                         time_point now)
{
    ticket const given = next_ticket_++;
    waits_[given] = {job, deadline};
    if (deadline)
        deadlines_.emplace(*deadline, given);
    auto const [found, is_new] = jobs_.try_emplace(job);
    found->second.tickets.insert(given);
    if (is_new) {
        found->second.since = now;
        found->second.due = now;
        due_.emplace(now, job);
    }
    return given;
}

void job_wait_plan::remove(ticket gone)
{
    auto const found = waits_.find(gone);
    if (found == waits_.end())
        return;
    if (found->second.deadline)
        deadlines_.erase({*found->second.deadline, gone});
    auto const watched = jobs_.find(found->second.job);
    waits_.erase(found);
    watched->second.tickets.erase(gone);
    if (watched->second.tickets.empty())
        forget(watched);
}

void job_wait_plan::forget(job_map::iterator found)
{
    due_.erase({found->second.due, found->first});
    to_find_.erase(found->first);
    to_describe_.erase(found->first);
    jobs_.erase(found);
}

std::vector<job_wait_plan::ticket> job_wait_plan::end_job(job_map::iterator found)
{
    std::vector<ticket> ended(found->second.tickets.begin(), found->second.tickets.end());
    for (ticket const each : ended)
        remove(each);
    return ended;
}

std::vector<job_wait_plan::ticket> job_wait_plan::end_all()
{
    asking_ = false;
    abandon_look();
    std::vector<ticket> ended;
    for (auto const& [given, waiting] : waits_)
        ended.push_back(given);
    for (ticket const each : ended)
        remove(each);
    return ended;
}

std::vector<job_wait_plan::ticket> job_wait_plan::take_expired(time_point now)
{
    std::vector<ticket> expired;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        expired.push_back(deadlines_.begin()->second);
        remove(expired.back());
    }
    return expired;
}

job_wait_plan::decision job_wait_plan::next(time_point now)
{
    decision decided;
    if (waits_.empty()) {
        if (!asking_)
            return decided;
        decided.what = cancelled_ ? step::wait : step::cancel;
        decided.until = time_point::max();
        cancelled_ = true;
        return decided;
    }
    time_point look = time_point::max();
    if (!asking_) {
        if (auto const asked = ask_next())
            return *asked;
        look = std::max(due_.begin()->first, not_before_);
        if (look <= now) {
            begin_look(now);
            return *ask_next();
        }
    }
    decided.what = step::wait;
    decided.until = deadlines_.empty() ? look : std::min(look, deadlines_.begin()->first);
    return decided;
}

bool job_wait_plan::is_ripe(watched_job const& watched, time_point now) const
{
    if (watched.due <= now)
        return true;
    if (!watched.looked_at)
        return false;
    auto const interval = watched.due - *watched.looked_at;
    return now >= *watched.looked_at + std::max<time_point::duration>(interval / 4 * 3, interval_min_);
}

void job_wait_plan::begin_look(time_point now)
{
    for (auto const& [job, watched] : jobs_)
        if (is_ripe(watched, now))
            to_describe_.insert(job);
    pages_ = 0;
    listing_ = to_describe_.size() > pages_of_list_;
    if (listing_)
        to_find_.swap(to_describe_);
}

void job_wait_plan::abandon_look()
{
    listing_ = false;
    to_find_.clear();
    to_describe_.clear();
}

std::optional<job_wait_plan::decision> job_wait_plan::ask_next()
{
    // All are found, or nobody waits for the others any more: the rest of the list is of no interest.
    if (listing_ && to_find_.empty())
        on_list_end();
    decision decided;
    if (listing_) {
        decided.what = pages_ == 0 ? step::list_first : step::list_next;
    } else {
        if (to_describe_.empty())
            return std::nullopt;
        decided.what = step::describe;
        decided.job = *to_describe_.begin();
    }
    asking_ = true;
    cancelled_ = false;
    asked_job_ = decided.job;
    return decided;
}

void job_wait_plan::on_answer()
{
    asking_ = false;
    failures_ = 0;
}

std::vector<job_wait_plan::ticket> job_wait_plan::look_at(job_map::iterator found, job_description const& job,
                                                          time_point now, timestamp today)
{
    to_find_.erase(found->first);
    to_describe_.erase(found->first);
    if (progress_of(job) != job_progress::running)
        return end_job(found);

    watched_job& watched = found->second;
    auto const waited = std::chrono::duration_cast<milliseconds>(now - watched.since);
    auto age = waited;
    if (job.creation_date != timestamp())
        age = std::max(today - job.creation_date, milliseconds(0));
    milliseconds const interval = by_time_waited_ ? waited / 2 : usual_interval(job, age);
    due_.erase({watched.due, found->first});
    watched.looked_at = now;
    watched.due = now + std::clamp(interval, interval_min_, interval_max_);
    due_.emplace(watched.due, found->first);
    return {};
}

std::vector<job_wait_plan::ticket> job_wait_plan::on_described(job_description const& job, time_point now,
                                                               timestamp today)
{
    on_answer();
    // By the id that was asked for: whatever id the answer has, the next look is later.
    auto const found = jobs_.find(asked_job_);
    return found == jobs_.end() ? std::vector<ticket>() : look_at(found, job, now, today);
}

std::vector<job_wait_plan::ticket> job_wait_plan::on_listed(job_description const& job, time_point now,
                                                            timestamp today)
{
    auto const found = jobs_.find(job.job);
    return found == jobs_.end() ? std::vector<ticket>() : look_at(found, job, now, today);
}

void job_wait_plan::on_page_end()
{
    on_answer();
    ++pages_;
}

void job_wait_plan::on_list_end()
{
    on_answer();
    listing_ = false;
    if (pages_ > 0)
        pages_of_list_ = pages_;
    // What the list does not show may be too new for it. If it is gone, the service says so for each job.
    to_describe_.merge(to_find_);
    to_find_.clear();
}

std::vector<job_wait_plan::ticket> job_wait_plan::on_failed(error_code code, time_point now)
{
    asking_ = false;
    if (cancelled_)
        return {};
    if (!ends_waiting(code)) {
        // The part of the look that is left is repeated with the next one.
        abandon_look();
        auto const backoff = interval_min_ * (std::int64_t(1) << std::min(failures_, 20));
        ++failures_;
        not_before_ = now + std::min(backoff, interval_max_);
        return {};
    }
    bool const about_one_job = !asked_job_.empty() && code != condition::access;
    if (!about_one_job)
        return end_all();
    auto const found = jobs_.find(asked_job_);
    return found == jobs_.end() ? std::vector<ticket>() : end_job(found);
}

} // namespace glacier::plan
