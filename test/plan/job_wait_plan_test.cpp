#include "plan/job_wait_plan.hpp"

#include <boost/system/errc.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

namespace glacier {

static std::ostream& operator<<(std::ostream& stream, service_errc code)
{
    return stream << make_error_code(code).message();
}

static std::ostream& operator<<(std::ostream& stream, job_status status)
{
    return stream << (status == job_status::succeeded ? "succeeded" : "failed");
}

} // namespace glacier

namespace glacier::plan {

static std::ostream& operator<<(std::ostream& stream, job_wait_plan::step step)
{
    using enum job_wait_plan::step;
    switch (step) {
    case describe:
        return stream << "describe";
    case list_first:
        return stream << "list_first";
    case list_next:
        return stream << "list_next";
    case wait:
        return stream << "wait";
    case cancel:
        return stream << "cancel";
    case stop:
        return stream << "stop";
    }
    return stream;
}

namespace {

using namespace std::chrono_literals;
using step = job_wait_plan::step;
using ticket = job_wait_plan::ticket;
using tickets = std::vector<ticket>;

constexpr timestamp created(std::chrono::milliseconds(1'770'091'506'789));

job_description job_of(tier its_tier)
{
    job_description job;
    job.action = job_action::archive_retrieval;
    job.status = job_status::in_progress;
    job.tier = its_tier;
    job.creation_date = created;
    return job;
}

/// A plan, and a clock that the test turns. Jobs are created when it begins.
struct plan_fixture {
    using time_point = job_wait_plan::time_point;

    job_wait_plan::decision next() { return plan.next(now); }

    /// How long the plan wants to wait; the test fails if it wants something else.
    std::chrono::milliseconds wait()
    {
        auto const decided = next();
        BOOST_TEST(decided.what == step::wait);
        return std::chrono::duration_cast<std::chrono::milliseconds>(decided.until - now);
    }

    ticket add(std::string const& job, std::optional<std::chrono::milliseconds> limit = std::nullopt)
    {
        std::optional<time_point> deadline;
        if (limit)
            deadline = now + *limit;
        return plan.add(job, deadline, now);
    }

    timestamp today() const
    {
        return created + std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
    }

    tickets described(job_description const& job) { return plan.on_described(job, now, today()); }
    tickets described(job_status status)
    {
        job_description job = job_of(tier::standard);
        job.status = status;
        return described(job);
    }

    tickets listed(std::string const& id, job_status status = job_status::in_progress)
    {
        job_description job = job_of(tier::standard);
        job.job = id;
        job.status = status;
        return plan.on_listed(job, now, today());
    }

    /// Takes jobs "1" to "count" and goes through a list that shows them on so many pages.
    void list_all(int count, int pages)
    {
        for (int page = 0; page < pages; ++page) {
            BOOST_TEST(next().what == (page == 0 ? step::list_first : step::list_next));
            for (int i = page; i < count; i += pages)
                listed(std::to_string(i + 1));
            plan.on_page_end();
        }
    }

    tickets add_many(int count)
    {
        tickets given;
        for (int i = 0; i < count; ++i)
            given.push_back(add(std::to_string(i + 1)));
        return given;
    }

    job_wait_plan plan{10s, 15min};
    time_point now{};
};

BOOST_FIXTURE_TEST_SUITE(job_wait_plan_test, plan_fixture)

// ---------------------------------------------------------------------------------------------------
// What is known of a job

// A job has ended well only if it says so; one that has ended otherwise is not waited for any longer.
BOOST_AUTO_TEST_CASE(progress)
{
    job_description job;
    job.status = job_status::in_progress;
    BOOST_TEST((progress_of(job) == job_progress::running));
    job.status = job_status::succeeded;
    BOOST_TEST((progress_of(job) == job_progress::succeeded));
    job.status = job_status::failed;
    BOOST_TEST((progress_of(job) == job_progress::failed));
    job.status = job_status::unknown;
    BOOST_TEST((progress_of(job) == job_progress::running));
    job.completed = true;
    BOOST_TEST((progress_of(job) == job_progress::failed));
}

// Before a job can be done there is nothing to see; then come 24 looks; one that is overdue may take long.
BOOST_AUTO_TEST_CASE(usual_intervals)
{
    auto const expedited = job_of(tier::expedited);
    BOOST_TEST((usual_interval(expedited, 0s) == 1min));
    BOOST_TEST((usual_interval(expedited, 40s) == 20s));
    BOOST_TEST((usual_interval(expedited, 1min) == 10s));
    BOOST_TEST((usual_interval(expedited, 5min) == 10s));
    BOOST_TEST((usual_interval(expedited, 9min) == 1min));

    auto const standard = job_of(tier::standard);
    BOOST_TEST((usual_interval(standard, 0s) == 3h));
    BOOST_TEST((usual_interval(standard, 4h) == 5min));
    BOOST_TEST((usual_interval(standard, 9h) == 1h));

    auto const bulk = job_of(tier::bulk);
    BOOST_TEST((usual_interval(bulk, 1h) == 4h));
    BOOST_TEST((usual_interval(bulk, 6h) == 17min + 30s));

    job_description inventory;
    inventory.action = job_action::inventory_retrieval;
    BOOST_TEST((usual_interval(inventory, 1h) == 2h));
    BOOST_TEST((usual_interval(inventory, 4h) == 5min));
}

// Where tiers mean nothing, short jobs are noticed soon, and long ones cost few looks.
BOOST_AUTO_TEST_CASE(interval_by_time_waited)
{
    plan = job_wait_plan(1s, 5min, true);
    add("1");
    std::vector<std::chrono::milliseconds> intervals;
    for (int look = 0; look < 6; ++look) {
        BOOST_TEST(next().what == step::describe);
        BOOST_TEST(described(job_of(tier::bulk)).empty());
        intervals.push_back(wait());
        now += intervals.back();
    }
    BOOST_TEST((intervals == std::vector<std::chrono::milliseconds>{1s, 1s, 1s, 1500ms, 2250ms, 3375ms}));
    now += 1h;
    BOOST_TEST(next().what == step::describe);
    BOOST_TEST(described(job_of(tier::bulk)).empty());
    BOOST_TEST((wait() == 5min));
}

// Errors about the job, the vault or the right to ask end the waiting. Those of the way, or of an overloaded service,
// do not, nor do answers that make no sense.
BOOST_AUTO_TEST_CASE(errors_that_end_waiting)
{
    for (service_errc const code :
         {service_errc::access_denied, service_errc::expired_token, service_errc::unrecognized_client,
          service_errc::resource_not_found, service_errc::invalid_parameter_value, service_errc::bad_request})
        BOOST_TEST(ends_waiting(code), make_error_code(code).message());
    for (errc const code : {errc::no_credentials, errc::invalid_job_id, errc::invalid_profile})
        BOOST_TEST(ends_waiting(code), make_error_code(code).message());

    for (service_errc const code :
         {service_errc::throttling, service_errc::service_unavailable, service_errc::request_timeout,
          service_errc::limit_exceeded, service_errc::unknown})
        BOOST_TEST(!ends_waiting(code), make_error_code(code).message());
    for (errc const code :
         {errc::resolve_timeout, errc::connect_timeout, errc::connection_closed, errc::too_many_waiting,
          errc::malformed_response, errc::unexpected_status, errc::repeated_marker, errc::too_many_items})
        BOOST_TEST(!ends_waiting(code), make_error_code(code).message());
    namespace sys = boost::system::errc;
    BOOST_TEST(!ends_waiting(sys::make_error_code(sys::connection_refused)));
    BOOST_TEST(!ends_waiting(sys::make_error_code(sys::too_many_files_open)));
}

// ---------------------------------------------------------------------------------------------------
// When to look

// Nobody waits: nothing to do.
BOOST_AUTO_TEST_CASE(nobody)
{
    BOOST_TEST(next().what == step::stop);
}

// A job that is new to the plan is looked at at once, and while the answer is awaited there is nothing else to do.
BOOST_AUTO_TEST_CASE(first_look_at_once)
{
    now += 1h;
    add("a");

    auto const decided = next();

    BOOST_TEST(decided.what == step::describe);
    BOOST_TEST(decided.job == "a");
    BOOST_TEST(next().what == step::wait);
    BOOST_TEST((next().until == time_point::max()));
}

// The age of the job counts from its creation, not from the beginning of the wait.
BOOST_AUTO_TEST_CASE(age_counts)
{
    now += 2h + 50min;
    add("a");
    next();
    described(job_of(tier::standard));
    BOOST_TEST((wait() == 10min));
}

// Without a date of creation, the time that was waited must do.
BOOST_AUTO_TEST_CASE(no_creation_date)
{
    job_description job = job_of(tier::expedited);
    job.creation_date = timestamp();
    now += 40s;
    add("a");
    next();
    now += 30s;
    described(job);
    BOOST_TEST((wait() == 30s));
}

// A job from the future, because clocks differ, is as old as one that was just made.
BOOST_AUTO_TEST_CASE(job_from_the_future)
{
    add("a");
    next();
    job_description job = job_of(tier::expedited);
    job.creation_date += 100h;
    described(job);
    BOOST_TEST((wait() == 1min));
}

// Intervals stay within the limits of the settings, and the least counts more than the most.
BOOST_AUTO_TEST_CASE(limits_of_intervals)
{
    add("a");
    next();
    described(job_of(tier::bulk));
    BOOST_TEST((wait() == 15min));

    plan = job_wait_plan(30s, 1s);
    now += 2min;
    add("a");
    next();
    described(job_of(tier::expedited));
    BOOST_TEST((wait() == 30s));
}

// When the interval is over, there is a look; not before.
BOOST_AUTO_TEST_CASE(looks_again)
{
    add("a");
    next();
    described(job_of(tier::expedited));
    now += 59'999ms;
    BOOST_TEST((wait() == 1ms));
    now += 1ms;
    BOOST_TEST(next().what == step::describe);
}

// A job of four hours costs about as many requests as there are quarters before and twelfths after three hours.
BOOST_AUTO_TEST_CASE(hours_cost_few_requests)
{
    add("a");
    int looks = 0;
    while (now < time_point() + 4h) {
        auto const decided = next();
        if (decided.what == step::describe) {
            ++looks;
            described(job_of(tier::standard));
        } else {
            now = decided.until;
        }
    }
    BOOST_TEST(looks == 24);
}

// Who waits for a job that others wait for already gets the next look.
BOOST_AUTO_TEST_CASE(same_job)
{
    ticket const first = add("a");
    next();
    described(job_of(tier::expedited));
    now += 5s;
    ticket const second = add("a");
    BOOST_TEST((wait() == 55s));
    now += 55s;
    next();
    BOOST_TEST((described(job_status::succeeded) == tickets{first, second}));
    BOOST_TEST(next().what == step::stop);
}

// Jobs that will soon be due are looked at together with the one that is, but none before the least interval is over.
BOOST_AUTO_TEST_CASE(falls_into_step)
{
    job_description const job = job_of(tier::expedited);
    add("a");
    next();
    described(job);
    now += 14s; // Due at 60 s, ripe at 60 - 46/4 = 48.5 s.
    add("b");
    next();
    described(job);
    now += 34s;
    add("c");
    BOOST_TEST(next().job == "a");
    described(job);
    BOOST_TEST(next().job == "c");
    described(job);
    BOOST_TEST((wait() == 12s));

    now += 12s;
    add("d");
    BOOST_TEST(next().job == "a");
    described(job);
    BOOST_TEST(next().job == "b");
    described(job);
    BOOST_TEST(next().job == "c");
    described(job);
    BOOST_TEST(next().job == "d");
}

// No job is looked at before the least interval is over, whoever is looked at meanwhile.
BOOST_AUTO_TEST_CASE(least_interval)
{
    now += 2min;
    job_description const job = job_of(tier::expedited);
    add("a");
    next();
    described(job);
    now += 9s;
    add("b");
    BOOST_TEST(next().job == "b");
    described(job);
    BOOST_TEST((wait() == 1s));
}

// ---------------------------------------------------------------------------------------------------
// Whom to ask

// A few jobs are asked for one by one.
BOOST_AUTO_TEST_CASE(few_jobs)
{
    add_many(5);
    for (std::string const job : {"1", "2", "3", "4", "5"}) {
        auto const decided = next();
        BOOST_TEST(decided.what == step::describe);
        BOOST_TEST(decided.job == job);
        described(job_status::in_progress);
    }
    BOOST_TEST(next().what == step::wait);
}

// For many the list of the vault is gone through, page by page, until all have been seen.
BOOST_AUTO_TEST_CASE(many_jobs)
{
    add_many(1'000);
    list_all(1'000, 20);
    BOOST_TEST(next().what == step::wait);
    BOOST_TEST(plan.waiting() == 1'000U);
}

// From then on it is known what the list costs: more than one job is cheaper with a list of one page, and twenty
// cheaper without a list of twenty.
BOOST_DATA_TEST_CASE(cost_of_the_list, boost::unit_test::data::make({1, 20}))
{
    add_many(100);
    list_all(100, sample);
    for (ticket gone = 1; gone <= 100; ++gone)
        plan.remove(gone);

    add_many(sample);
    BOOST_TEST(next().what == step::describe);
    plan.end_all();
    add_many(sample + 1);
    BOOST_TEST(next().what == step::list_first);
}

// A job on the list for which nobody waits is of no interest.
BOOST_AUTO_TEST_CASE(other_jobs_on_the_list)
{
    add_many(6);
    next();
    BOOST_TEST(listed("somebody else's", job_status::succeeded).empty());
    BOOST_TEST(!plan.waits_for("somebody else's"));
    BOOST_TEST(plan.waits_for("6"));
}

// Those that the list shows as ended are done; the others go on.
BOOST_AUTO_TEST_CASE(some_on_the_list_have_ended)
{
    tickets const given = add_many(6);
    next();
    BOOST_TEST((listed("2", job_status::succeeded) == tickets{given[1]}));
    BOOST_TEST((listed("4", job_status::failed) == tickets{given[3]}));
    for (std::string const job : {"1", "3", "5", "6"})
        BOOST_TEST(listed(job).empty());
    plan.on_page_end();
    BOOST_TEST(next().what == step::wait);
    BOOST_TEST(plan.waiting() == 4U);
}

// What the list does not show is asked for by itself: only so the service says whether it knows it.
BOOST_AUTO_TEST_CASE(not_on_the_list)
{
    tickets const given = add_many(6);
    next();
    for (std::string const job : {"1", "2", "3", "4"})
        listed(job);
    plan.on_page_end();
    BOOST_TEST(next().what == step::list_next);
    plan.on_list_end();

    BOOST_TEST(next().job == "5");
    BOOST_TEST((plan.on_failed(service_errc::resource_not_found, now) == tickets{given[4]}));
    BOOST_TEST(next().job == "6");
    described(job_status::in_progress);

    BOOST_TEST(next().what == step::wait);
    BOOST_TEST(plan.waiting() == 5U);
}

// When nobody waits any more for those that were not seen yet, the rest of the list is of no interest.
BOOST_AUTO_TEST_CASE(rest_of_the_list)
{
    tickets const given = add_many(6);
    next();
    for (std::string const job : {"1", "2", "3", "4", "5"})
        listed(job);
    plan.on_page_end();
    plan.remove(given[5]);
    BOOST_TEST(next().what == step::wait);
}

// Whatever id the answer has: the job that was asked for has been looked at, and is not asked for again at once.
BOOST_AUTO_TEST_CASE(answer_with_another_id)
{
    ticket const given = add("a");
    next();
    job_description job = job_of(tier::standard);
    job.job = "b";
    BOOST_TEST(described(job).empty());
    BOOST_TEST((wait() == 15min));
    now += 15min;
    next();
    job.status = job_status::succeeded;
    BOOST_TEST((described(job) == tickets{given}));
}

// ---------------------------------------------------------------------------------------------------
// Who is done

// A job that ends ends all waits for it and no other.
BOOST_DATA_TEST_CASE(ended, boost::unit_test::data::make({job_status::succeeded, job_status::failed}))
{
    ticket const first = add("a");
    ticket const other = add("b");
    ticket const second = add("a");
    BOOST_TEST(next().job == "a");
    BOOST_TEST((described(sample) == tickets{first, second}));
    BOOST_TEST(next().job == "b");
    BOOST_TEST((described(sample) == tickets{other}));
    BOOST_TEST(next().what == step::stop);
}

// A deadline ends its own wait, at its time and whatever else is under way.
BOOST_AUTO_TEST_CASE(deadlines)
{
    ticket const patient = add("a");
    ticket const hasty = add("a", 5min);
    add("a", 20min);
    next();
    BOOST_TEST((wait() == 5min));
    now += 5min - 1ms;
    BOOST_TEST(plan.take_expired(now).empty());
    now += 1ms;
    BOOST_TEST((plan.take_expired(now) == tickets{hasty}));
    BOOST_TEST(plan.take_expired(now).empty());
    BOOST_TEST((wait() == 15min));
    described(job_of(tier::standard));
    BOOST_TEST((wait() == 15min));
    now += 15min;
    BOOST_TEST(plan.take_expired(now).size() == 1U);
    BOOST_TEST(plan.waiting() == 1U);
    next();
    BOOST_TEST((described(job_status::succeeded) == tickets{patient}));
}

// A wait that goes takes its deadline along.
BOOST_AUTO_TEST_CASE(removed)
{
    ticket const given = add("a", 5min);
    add("a");
    plan.remove(given);
    plan.remove(given);
    now += 5min;
    BOOST_TEST(plan.take_expired(now).empty());
    BOOST_TEST(plan.waiting() == 1U);
}

// When the last wait goes, there is nothing to do.
BOOST_AUTO_TEST_CASE(last_one_goes)
{
    ticket const given = add("a");
    next();
    described(job_status::in_progress);
    plan.remove(given);
    BOOST_TEST(next().what == step::stop);
}

// When it goes while an answer is awaited, that is cancelled, once, and then waited for.
BOOST_AUTO_TEST_CASE(last_one_goes_during_a_request)
{
    ticket const given = add("a");
    next();
    plan.remove(given);
    BOOST_TEST(next().what == step::cancel);
    BOOST_TEST(next().what == step::wait);
    plan.on_failed(boost::system::errc::make_error_code(boost::system::errc::operation_canceled), now);
    BOOST_TEST(next().what == step::stop);
}

// Who comes while a cancelled request ends is served right after it: that it failed means nothing.
BOOST_AUTO_TEST_CASE(somebody_comes_during_a_cancelled_request)
{
    plan.remove(add("a"));
    ticket const gone = add("a");
    next();
    plan.remove(gone);
    next();
    add("a");
    BOOST_TEST(next().what == step::wait);
    plan.on_failed(boost::system::errc::make_error_code(boost::system::errc::operation_canceled), now);
    BOOST_TEST(next().what == step::describe);
}

// The cancelled request may as well have been answered.
BOOST_AUTO_TEST_CASE(cancelled_request_is_answered)
{
    ticket const gone = add("a");
    next();
    plan.remove(gone);
    next();
    ticket const given = add("a");
    BOOST_TEST((described(job_status::succeeded) == tickets{given}));
    BOOST_TEST(next().what == step::stop);

    // The next one is not cancelled.
    add("b");
    next();
    plan.on_failed(service_errc::throttling, now);
    BOOST_TEST((wait() == 10s));
}

// A list that is cancelled half-way is forgotten: the next look begins anew.
BOOST_AUTO_TEST_CASE(list_is_cancelled)
{
    tickets const gone = add_many(6);
    next();
    listed("1");
    plan.on_page_end();
    next();
    for (ticket const each : gone)
        plan.remove(each);
    BOOST_TEST(next().what == step::cancel);
    add_many(6);
    plan.on_failed(boost::system::errc::make_error_code(boost::system::errc::operation_canceled), now);
    BOOST_TEST(next().what == step::list_first);
}

// ---------------------------------------------------------------------------------------------------
// Failures

// A look that fails is repeated after the least interval, then after twice as long each time, up to the most. No wait
// ends, and who comes meanwhile waits too.
BOOST_AUTO_TEST_CASE(backs_off)
{
    add("a");
    for (auto const expected : {10s, 20s, 40s, 80s, 160s, 320s, 640s, 900s, 900s}) {
        BOOST_TEST(next().what == step::describe);
        BOOST_TEST(plan.on_failed(service_errc::throttling, now).empty());
        BOOST_TEST((wait() == expected));
        add("b" + std::to_string(plan.waiting()));
        BOOST_TEST((wait() == expected));
        now += expected;
        plan.remove(plan.waiting());
    }
}

// Any number of failures is possible.
BOOST_AUTO_TEST_CASE(backs_off_for_long)
{
    add("a");
    for (int i = 0; i < 1'000; ++i) {
        next();
        plan.on_failed(errc::connect_timeout, now);
        now += wait();
    }
    BOOST_TEST((now - time_point() > 990 * 15min));
}

// An answer ends the bad time.
BOOST_AUTO_TEST_CASE(recovers)
{
    add("a");
    for (int i = 0; i < 5; ++i) {
        next();
        plan.on_failed(service_errc::service_unavailable, now);
        now += wait();
    }
    next();
    described(job_of(tier::standard));
    now += wait();
    next();
    plan.on_failed(service_errc::service_unavailable, now);
    BOOST_TEST((wait() == 10s));
}

// A list that fails half-way is begun again; what was seen counts.
BOOST_AUTO_TEST_CASE(list_fails_half_way)
{
    add_many(20);
    BOOST_TEST(next().what == step::list_first);
    for (int i = 1; i <= 10; ++i)
        listed(std::to_string(i));
    plan.on_page_end();
    BOOST_TEST(next().what == step::list_next);
    BOOST_TEST(plan.on_failed(service_errc::throttling, now).empty());
    now += wait();
    BOOST_TEST(next().what == step::list_first);
    for (int i = 11; i <= 20; ++i)
        listed(std::to_string(i));
    plan.on_page_end();
    BOOST_TEST(next().what == step::wait);
}

// What the service says about one job ends the waits for that job.
BOOST_DATA_TEST_CASE(job_is_unknown, boost::unit_test::data::make({service_errc::resource_not_found,
                                                                   service_errc::invalid_parameter_value}))
{
    ticket const given = add("a");
    add("b");
    next();
    BOOST_TEST((plan.on_failed(sample, now) == tickets{given}));
    BOOST_TEST(next().job == "b");
}

// A vault that is gone, which the list shows, ends all.
BOOST_AUTO_TEST_CASE(vault_is_unknown)
{
    tickets const given = add_many(6);
    next();
    BOOST_TEST((plan.on_failed(service_errc::resource_not_found, now) == given));
    BOOST_TEST(next().what == step::stop);
}

// No access to one job is no access to any.
BOOST_AUTO_TEST_CASE(no_access)
{
    ticket const first = add("a");
    ticket const second = add("b");
    next();
    BOOST_TEST((plan.on_failed(service_errc::access_denied, now) == tickets{first, second}));
    BOOST_TEST(next().what == step::stop);
}

// When nobody can be served any more, all waits end, and whoever comes later begins anew.
BOOST_AUTO_TEST_CASE(all_end)
{
    tickets const given = add_many(6);
    next();
    BOOST_TEST((plan.end_all() == given));
    BOOST_TEST(next().what == step::stop);
    add("a");
    BOOST_TEST(next().what == step::describe);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
