#include "client/job_waiter.hpp"

#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/manual_time.hpp"
#include "support/started.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <atomic>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

using namespace glacier;
using namespace glacier::test;
using namespace std::chrono_literals;
using protocol::operation;

namespace {

/// Each failure is one look: repetition is another matter.
client_config without_repetition()
{
    client_config config = client_fixture::default_config();
    config.retry.attempts_max = 1;
    return config;
}

/// Jobs that end when the test says so, and a waiter whose time the test turns.
struct job_waiter_fixture : client_fixture {
    job_waiter_fixture() : client_fixture(without_repetition())
    {
        service->set_job_change([this](job_description& job) {
            job.tier = its_tier;
            if (auto const found = ended.find(job.job); found != ended.end()) {
                job.status = found->second;
                job.completed = true;
                job.status_message = "as the test wants it";
            }
        });
    }

    job_id add_job()
    {
        // As if it had just been started: those of add_inventory_job() have been looked at as often as it takes.
        service->set_looks_until_done(0);
        job_id job = service->add_inventory_job("photos");
        service->set_looks_until_done(1'000'000);
        return job;
    }

    std::vector<job_id> add_jobs(int count)
    {
        std::vector<job_id> jobs;
        for (int i = 0; i < count; ++i)
            jobs.push_back(add_job());
        return jobs;
    }

    void end(job_id const& job, job_status status = job_status::succeeded) { ended[job.str()] = status; }

    job_waiter make_waiter(job_waiter_settings settings = job_waiter_settings())
    {
        return job_waiter(std::make_shared<job_waiter::poller>(sut, photos, std::move(settings), time));
    }

    void pass(std::chrono::milliseconds duration) { time->pass(context, duration); }
    void settle() { manual_time::settle(context); }

    std::size_t looks() const { return service->count(operation::describe_job); }
    std::size_t pages() const { return service->count(operation::list_jobs); }

    /// Nothing runs and nothing is awaited: the loop would end by itself.
    void check_idle()
    {
        settle();
        BOOST_TEST(time->waiting() == 0U);
        BOOST_TEST(service->in_flight() == 0U);
        run_to_end();
    }

    tier its_tier = tier::standard;
    std::map<std::string, job_status> ended;
    std::shared_ptr<manual_time> time = std::make_shared<manual_time>();
};

using started_wait = started_operation<job_description>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(job_waiter_test, job_waiter_fixture)

// A job that is done already costs one look, at once.
BOOST_AUTO_TEST_CASE(done_already)
{
    job_id const job = add_job();
    end(job);

    job_description const done = run(job_waiter(sut, photos).wait(job));

    BOOST_TEST(done.job == job.str());
    BOOST_TEST((done.status == job_status::succeeded));
    BOOST_TEST(service->count() == 1U);
    run_to_end();
}

// Nothing is asked for before somebody waits.
BOOST_AUTO_TEST_CASE(nobody_waits)
{
    job_waiter const waiter = make_waiter();
    check_idle();
    BOOST_TEST(service->count() == 0U);
}

// A job is looked at when one of its age and tier may be done.
BOOST_AUTO_TEST_CASE(looks_by_age_and_tier)
{
    its_tier = tier::expedited;
    job_id const job = add_job();
    started_wait wait;
    start(make_waiter().wait(job), wait);
    pass(59s);
    BOOST_TEST(looks() == 1U);
    pass(1s);
    BOOST_TEST(looks() == 2U);
    pass(10s);
    BOOST_TEST(looks() == 3U);
    end(job);
    BOOST_TEST(!wait.ended());

    pass(10s);

    BOOST_TEST_REQUIRE(wait.value.has_value());
    BOOST_TEST(wait.value->job == job.str());
    BOOST_TEST(looks() == 4U);
    check_idle();
}

// The age counts from the creation of the job: a wait that is taken up later looks as often as one from the beginning.
BOOST_AUTO_TEST_CASE(age_from_creation)
{
    time->set_today(timestamp(std::chrono::milliseconds(1'770'091'506'789)) + 4h);
    started_wait wait;
    start(make_waiter().wait(add_job()), wait);
    pass(5min - 1ms);
    BOOST_TEST(looks() == 1U);
    pass(1ms);
    BOOST_TEST(looks() == 2U);
}

// The limits of the interval can be set.
BOOST_AUTO_TEST_CASE(interval_settings)
{
    job_waiter_settings settings;
    settings.interval_min = 1min;
    settings.interval_max = 2min;
    started_wait wait;
    start(make_waiter(settings).wait(add_job()), wait);
    pass(10min);
    BOOST_TEST(looks() == 6U);
}

// Intervals and times that cannot be are refused.
BOOST_DATA_TEST_CASE(bad_settings, boost::unit_test::data::make({0, -1, 86'400'001}))
{
    auto const is_refused = [this](job_waiter_settings const& settings) {
        try {
            make_waiter(settings);
        } catch (invalid_value const& error) {
            return error.code() == errc::invalid_option;
        }
        return false;
    };
    job_waiter_settings settings;
    settings.interval_min = std::chrono::milliseconds(sample);
    BOOST_TEST(is_refused(settings));
    settings = job_waiter_settings();
    settings.interval_max = std::chrono::milliseconds(sample);
    BOOST_TEST(is_refused(settings));
    settings = job_waiter_settings();
    settings.timeout = -1ms;
    BOOST_TEST(is_refused(settings));

    BOOST_TEST((code_of(make_waiter().wait("some-job", -1ms)) == errc::invalid_option));
    BOOST_TEST((code_of(make_waiter().wait(job_id())) == errc::invalid_job_id));
    BOOST_TEST(service->count() == 0U);
}

// Each look at a job that is waited for is told, whoever was asked.
BOOST_AUTO_TEST_CASE(looks_are_told)
{
    std::vector<job_id> const jobs = add_jobs(7);
    std::multiset<std::string> told;
    job_waiter_settings settings;
    settings.on_look = [&told](job_description const& job) { told.insert(job.job); };
    job_waiter const waiter = make_waiter(settings);
    started_wait first;
    start(waiter.wait(jobs[0]), first);
    settle();
    BOOST_TEST((told == std::multiset<std::string>{jobs[0].str()}));

    std::deque<started_wait> others(5);
    for (std::size_t i = 0; i < others.size(); ++i)
        start(waiter.wait(jobs[i + 1]), others[i]);
    pass(15min);

    BOOST_TEST(pages() == 1U);
    BOOST_TEST(told.count(jobs[0].str()) == 2U);
    BOOST_TEST(told.count(jobs[6].str()) == 0U);
}

// A wait that wants to know of looks is told of those at its own job, until it ends, besides the waiter's function.
BOOST_AUTO_TEST_CASE(looks_are_told_to_those_who_wait)
{
    std::vector<job_id> const jobs = add_jobs(2);
    int told_in_all = 0;
    job_waiter_settings settings;
    settings.on_look = [&told_in_all](job_description const&) { ++told_in_all; };
    job_waiter const waiter = make_waiter(settings);
    std::vector<std::string> told;
    auto const options = [&told](std::string const& name) {
        job_wait_options made;
        made.on_look = [&told, name](job_description const& job) {
            told.push_back(name + " " + job.job + (job.completed ? " done" : ""));
        };
        return made;
    };
    std::deque<started_wait> waits(4);
    start(waiter.wait(jobs[0], options("a")), waits[0]);
    start(waiter.wait(jobs[0], options("b")), waits[1]);
    start(waiter.wait(jobs[1], options("c")), waits[2]);
    start(waiter.wait(jobs[1]), waits[3]);
    settle();
    std::vector<std::string> expected{"a " + jobs[0].str(), "b " + jobs[0].str(), "c " + jobs[1].str()};
    BOOST_TEST(told == expected, boost::test_tools::per_element());
    BOOST_TEST(told_in_all == 2);

    waits[1].cancel.emit(asio::cancellation_type::terminal);
    settle();
    told.clear();
    end(jobs[0]);
    pass(15min);
    expected = {"a " + jobs[0].str() + " done", "c " + jobs[1].str()};
    BOOST_TEST(told == expected, boost::test_tools::per_element());
    BOOST_TEST(waits[0].value.has_value());

    told.clear();
    pass(15min);
    BOOST_TEST((told == std::vector<std::string>{"c " + jobs[1].str()}));
}

// What a function throws that is told of looks ends the wait that it belongs to, and no other.
BOOST_DATA_TEST_CASE(looks_that_throw, boost::unit_test::data::make({2, 8}))
{
    std::vector<job_id> const jobs = add_jobs(sample);
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i)
        start(waiter.wait(jobs[i]), waits[i]);
    job_wait_options throwing;
    throwing.on_look = [](job_description const&) { throw std::runtime_error("no"); };
    job_wait_options failing;
    failing.on_look = [](job_description const&) {
        throw boost::system::system_error(make_error_code(service_errc::access_denied));
    };
    std::deque<started_wait> thrown(2);
    start(waiter.wait(jobs[0], throwing), thrown[0]);
    start(waiter.wait(jobs[1], failing), thrown[1]);
    settle();

    BOOST_REQUIRE(thrown[0].ended());
    BOOST_CHECK_THROW(std::rethrow_exception(thrown[0].error), std::runtime_error);
    BOOST_TEST((thrown[1].code() == service_errc::access_denied));
    for (auto const& each : waits)
        BOOST_TEST(!each.ended());
    for (job_id const& each : jobs)
        end(each);
    pass(15min);
    for (auto const& each : waits)
        BOOST_TEST(each.value.has_value());
    check_idle();
}

// So does the waiter's own function end those of the job that it was told of.
BOOST_AUTO_TEST_CASE(waiters_own_look_throws)
{
    std::vector<job_id> const jobs = add_jobs(2);
    job_waiter_settings settings;
    settings.on_look = [&jobs](job_description const& job) {
        if (job.job == jobs[0].str())
            throw std::runtime_error("no");
    };
    job_waiter const waiter = make_waiter(settings);
    std::deque<started_wait> waits(3);
    start(waiter.wait(jobs[0]), waits[0]);
    start(waiter.wait(jobs[0]), waits[1]);
    start(waiter.wait(jobs[1]), waits[2]);
    settle();

    BOOST_TEST(waits[0].ended());
    BOOST_TEST(waits[1].ended());
    BOOST_TEST(!waits[2].ended());
    end(jobs[1]);
    pass(15min);
    BOOST_TEST(waits[2].value.has_value());
    check_idle();
}

// Options have a time-out too; without one that of the settings counts.
BOOST_AUTO_TEST_CASE(options_with_a_timeout)
{
    job_id const job = add_job();
    job_waiter_settings settings;
    settings.timeout = 2h;
    job_waiter const waiter = make_waiter(settings);
    job_wait_options short_time;
    short_time.timeout = 1h;
    job_wait_options no_limit;
    no_limit.timeout = 0ms;
    std::deque<started_wait> waits(3);
    start(waiter.wait(job, short_time), waits[0]);
    start(waiter.wait(job, job_wait_options()), waits[1]);
    start(waiter.wait(job, no_limit), waits[2]);
    pass(1h);
    BOOST_TEST((waits[0].code() == errc::wait_timeout));
    BOOST_TEST(!waits[1].ended());
    pass(1h);
    BOOST_TEST((waits[1].code() == errc::wait_timeout));
    pass(48h);
    BOOST_TEST(!waits[2].ended());

    job_wait_options negative;
    negative.timeout = -1ms;
    BOOST_TEST((code_of(waiter.wait(job, negative)) == errc::invalid_option));
}

// The observer is told of each look at a job that is waited for.
BOOST_AUTO_TEST_CASE(looks_are_events)
{
    event_log events;
    client_config config = without_repetition();
    config.observer = events.make_observer();
    client const observed = make_client(std::move(config));
    std::vector<job_id> const jobs = add_jobs(7);
    job_waiter const waiter(
        std::make_shared<job_waiter::poller>(observed, photos, job_waiter_settings(), time));
    std::deque<started_wait> waits(6);
    for (std::size_t i = 0; i < waits.size(); ++i)
        start(waiter.wait(jobs[i]), waits[i]);
    settle();
    BOOST_TEST(events.lines("job_looked_at").size() == 6U);
    std::string const resource = "trace job_looked_at resource=\"vault photos, job " + jobs[0].str() + "\"";
    BOOST_TEST(events.lines("job_looked_at").front() == resource + " status=InProgress");

    end(jobs[0]);
    pass(15min);
    BOOST_TEST(events.lines("job_looked_at").size() == 12U);
    BOOST_TEST(events.lines(resource + " completed=true status=Succeeded").size() == 1U);
}

// ---------------------------------------------------------------------------------------------------
// One poller for all who share a client

// Whoever waits for jobs of a vault through the same client shares requests with the others, whatever handle he has.
BOOST_AUTO_TEST_CASE(shared_waiter)
{
    client_fixture::time = time;
    client const made = make_client(without_repetition());
    std::vector<job_id> const jobs = add_jobs(8);
    std::vector<error_code> failures;
    call_settings settings;
    settings.on_failed_attempt = [&failures](error_code code) { failures.push_back(code); };
    service->on(operation::list_jobs, 2, error_answer(service_errc::service_unavailable));
    std::deque<started_wait> waits(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        client const handle = i % 2 == 0 ? made.with(settings) : made;
        start(shared_job_waiter(handle, photos).wait(jobs[i]), waits[i]);
    }
    settle();
    // As with a single waiter: one look at the job that came first, and one at all others.
    BOOST_TEST(looks() == 1U);
    BOOST_TEST(pages() == 1U);
    // The requests belong to nobody in particular. The second look comes soon: the jobs may be those of an emulator.
    pass(1s);
    BOOST_TEST(pages() == 2U);
    BOOST_TEST(failures.empty());

    // There is no limit of time.
    pass(500h);
    for (started_wait const& each : waits)
        BOOST_TEST(!each.ended());
    for (job_id const& job : jobs)
        end(job);
    pass(15min);
    for (started_wait const& each : waits)
        BOOST_TEST(each.value.has_value());
    check_idle();
}

// Other vaults and other clients have others, and none without a name.
BOOST_AUTO_TEST_CASE(not_shared)
{
    client_fixture::time = time;
    client const one = make_client(without_repetition());
    client const other = make_client(without_repetition());
    job_id const job = add_job();
    std::deque<started_wait> waits(2);
    start(shared_job_waiter(one, photos).wait(job), waits[0]);
    settle();
    BOOST_TEST(looks() == 1U);
    start(shared_job_waiter(other, photos).wait(job), waits[1]);
    settle();
    BOOST_TEST(looks() == 2U);
    BOOST_CHECK_EXCEPTION(shared_job_waiter(one, vault_name()), invalid_value,
                          [](auto const& error) { return error.code() == errc::invalid_vault_name; });
    end(job);
    pass(15min);
    BOOST_TEST((waits[0].value && waits[1].value));
}

// The client keeps no poller that nobody has a handle of, and a poller that is in use keeps the client's state.
BOOST_AUTO_TEST_CASE(shared_waiter_goes)
{
    job_id const job = add_job();
    std::weak_ptr<client_core> core;
    started_wait wait;
    {
        client const made = make_client(without_repetition());
        core = made.core();
        start(shared_job_waiter(made, photos).wait(job), wait);
        shared_job_waiter(made, "films");
    }
    run_until([this] { return looks() == 1; });
    BOOST_TEST(!wait.ended());
    wait.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();
    BOOST_TEST(wait.was_aborted());
    BOOST_TEST(core.expired());
}

// ---------------------------------------------------------------------------------------------------
// Many waits

// A thousand waits for a thousand jobs cost as many requests as one walk through the list, and one for the job that
// came first, when the poller did not know of the others.
BOOST_AUTO_TEST_CASE(a_thousand_waits)
{
    std::vector<job_id> const jobs = add_jobs(1'000);
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i)
        start(waiter.wait(jobs[i]), waits[i]);
    settle();
    BOOST_TEST(pages() == 20U);
    for (std::size_t i = 0; i < jobs.size(); i += 2)
        end(jobs[i]);

    pass(15min);

    BOOST_TEST(pages() == 40U);
    BOOST_TEST(looks() == 1U);
    int wrong = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        bool const right =
            i % 2 == 0 ? waits[i].value && waits[i].value->job == jobs[i].str() : !waits[i].ended();
        wrong += right ? 0 : 1;
    }
    BOOST_TEST(wrong == 0);
}

// All who wait for the same job are told by the same look.
BOOST_AUTO_TEST_CASE(same_job)
{
    job_id const job = add_job();
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(3);
    for (started_wait& each : waits)
        start(waiter.wait(job), each);
    settle();
    BOOST_TEST(looks() == 1U);
    end(job);

    pass(15min);

    BOOST_TEST(looks() == 2U);
    for (started_wait const& each : waits)
        BOOST_TEST(each.value.has_value());
    check_idle();
}

// Copies of a waiter share the poller.
BOOST_AUTO_TEST_CASE(copies)
{
    std::vector<job_id> const jobs = add_jobs(50);
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i)
        start(job_waiter(waiter).wait(jobs[i]), waits[i]);
    settle();
    BOOST_TEST(looks() == 1U);
    BOOST_TEST(pages() == 1U);
}

// There is one request at a time, however many jobs are asked for.
BOOST_AUTO_TEST_CASE(one_request_at_a_time)
{
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(4);
    for (started_wait& each : waits)
        start(waiter.wait(add_job()), each);
    settle();
    BOOST_TEST(looks() == 4U);
    BOOST_TEST(service->in_flight_max(operation::describe_job) == 1U);
}

// Who comes later is looked at at once; the others keep their time.
BOOST_AUTO_TEST_CASE(somebody_comes_later)
{
    job_waiter const waiter = make_waiter();
    started_wait first;
    start(waiter.wait(add_job()), first);
    pass(5min);
    BOOST_TEST(looks() == 1U);
    job_id const done = add_job();
    end(done);
    started_wait second;
    start(waiter.wait(done), second);
    pass(0ms);
    BOOST_TEST(second.value.has_value());
    BOOST_TEST(looks() == 2U);
    pass(10min);
    BOOST_TEST(looks() == 3U);
    BOOST_TEST(!first.ended());
}

// When all have what they waited for the poller ends, and the next wait starts it again.
BOOST_AUTO_TEST_CASE(again)
{
    job_waiter const waiter = make_waiter();
    for (int i = 0; i < 3; ++i) {
        job_id const job = add_job();
        end(job);
        BOOST_TEST(run(waiter.wait(job)).job == job.str());
        check_idle();
    }
    BOOST_TEST(looks() == 3U);
}

// ---------------------------------------------------------------------------------------------------
// How waits end

// A failed job is an error with the service's words.
BOOST_AUTO_TEST_CASE(failed_job)
{
    job_id const job = add_job();
    end(job, job_status::failed);

    operation_error const error = failure_of(make_waiter().wait(job));

    BOOST_TEST((error.code() == errc::job_failed));
    BOOST_TEST(error.details().message == "as the test wants it");
    BOOST_TEST(error.details().resource == "vault photos, job " + job.str());
    check_idle();
}

// So is a job that has ended in a way that this version does not know.
BOOST_AUTO_TEST_CASE(ended_in_an_unknown_way)
{
    job_id const job = add_job();
    end(job, job_status::unknown);
    BOOST_TEST((failure_of(make_waiter().wait(job)).code() == errc::job_failed));
}

// A job that the service does not know ends the waits for it with the service's error, and no others.
BOOST_AUTO_TEST_CASE(unknown_job)
{
    job_waiter const waiter = make_waiter();
    started_wait other;
    start(waiter.wait(add_job()), other);
    settle();

    operation_error const error = failure_of(waiter.wait("no-such-job"));

    BOOST_TEST((error.code() == service_errc::resource_not_found));
    BOOST_TEST(error.operation() == "DescribeJob");
    BOOST_TEST(!other.ended());
}

// Also when it vanishes among many, where the list is what is looked at.
BOOST_AUTO_TEST_CASE(job_vanishes_from_the_list)
{
    std::vector<job_id> const jobs = add_jobs(60);
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i)
        start(waiter.wait(jobs[i]), waits[i]);
    settle();
    service->remove_job("photos", jobs[20]);
    std::size_t const before = looks();

    pass(15min);

    BOOST_TEST(pages() == 4U);
    BOOST_TEST(looks() == before + 1);
    BOOST_TEST((waits[20].code() == condition::not_found));
    BOOST_TEST(std::count_if(waits.begin(), waits.end(), [](auto const& each) { return each.ended(); }) == 1);
}

// A vault that the service does not know ends all waits.
BOOST_AUTO_TEST_CASE(unknown_vault)
{
    service->always(operation::list_jobs, error_answer(service_errc::resource_not_found));
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(10);
    for (started_wait& each : waits)
        start(waiter.wait(add_job()), each);

    settle();

    for (started_wait const& each : waits)
        BOOST_TEST((each.code() == condition::not_found));
    BOOST_TEST(pages() == 1U);
    check_idle();
}

// Without access nobody is served.
BOOST_AUTO_TEST_CASE(no_access)
{
    service->always(operation::describe_job, error_answer(service_errc::access_denied));
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(3);
    for (started_wait& each : waits)
        start(waiter.wait(add_job()), each);

    settle();

    for (started_wait const& each : waits)
        BOOST_TEST((each.code() == condition::access));
    BOOST_TEST(looks() == 1U);
    check_idle();
}

// What is no error of the service or of the way there ends all waits, with what was thrown.
BOOST_AUTO_TEST_CASE(other_exception)
{
    identity->error = std::make_exception_ptr(std::bad_alloc());
    started_wait wait;
    start(make_waiter().wait(add_job()), wait);

    settle();

    BOOST_TEST_REQUIRE(wait.ended());
    BOOST_CHECK_THROW(std::rethrow_exception(wait.error), std::bad_alloc);
    check_idle();
}

// A look that fails does not end a wait. There are others, less and less often, until one succeeds.
BOOST_DATA_TEST_CASE(failed_looks, boost::unit_test::data::make({0, 1, 2, 3, 4}))
{
    fault const faults[] = {error_answer(service_errc::throttling), not_connected(), gateway_answer(502),
                            with_body("<html>"), gateway_answer(404)};
    service->always(operation::describe_job, faults[sample]);
    job_id const job = add_job();
    end(job);
    started_wait wait;
    start(make_waiter().wait(job), wait);
    pass(10s - 1ms);
    BOOST_TEST(looks() == 1U);
    pass(1ms);
    BOOST_TEST(looks() == 2U);
    pass(20s);
    BOOST_TEST(looks() == 3U);
    pass(40s - 1ms);
    BOOST_TEST(looks() == 3U);
    BOOST_TEST(!wait.ended());
    service->heal();

    pass(1ms);

    BOOST_TEST(wait.value.has_value());
}

// Neither does a list that a broken service lets go round in a circle; it is not gone round for ever.
BOOST_AUTO_TEST_CASE(list_in_a_circle)
{
    service->always(operation::list_jobs, with_body(R"({"JobList":[],"Marker":"m"})"));
    job_waiter const waiter = make_waiter();
    std::deque<started_wait> waits(10);
    for (started_wait& each : waits)
        start(waiter.wait(add_job()), each);
    settle();
    BOOST_TEST(pages() == 2U);
    pass(10s);
    BOOST_TEST(pages() == 4U);
    for (started_wait const& each : waits)
        BOOST_TEST(!each.ended());
}

// ---------------------------------------------------------------------------------------------------
// Deadlines and cancellation

// A wait that says how long ends then, with an error that says so; the others go on.
BOOST_AUTO_TEST_CASE(timeout)
{
    job_id const job = add_job();
    job_waiter const waiter = make_waiter();
    started_wait hasty;
    started_wait patient;
    start(waiter.wait(job, 7min), hasty);
    start(waiter.wait(job), patient);
    pass(7min - 1ms);
    BOOST_TEST(!hasty.ended());

    pass(1ms);

    BOOST_TEST((hasty.code() == errc::wait_timeout));
    BOOST_CHECK_EXCEPTION(std::rethrow_exception(hasty.error), operation_error, [&](auto const& error) {
        return std::string(error.what()) ==
               "wait for job of vault photos, job " + job.str() +
                   ": what was waited for did not happen in time: waited 420000 ms";
    });
    BOOST_TEST(!patient.ended());
    BOOST_TEST(looks() == 1U);
}

// Otherwise it is the time of the settings: two days unless set.
BOOST_AUTO_TEST_CASE(timeout_of_the_settings)
{
    started_wait wait;
    start(make_waiter().wait(add_job()), wait);
    pass(48h - 1ms);
    BOOST_TEST(!wait.ended());
    pass(1ms);
    BOOST_TEST((wait.code() == errc::wait_timeout));
    check_idle();
}

// Zero is no limit, in the settings and for one wait.
BOOST_AUTO_TEST_CASE(no_timeout)
{
    job_waiter_settings settings;
    settings.timeout = 0ms;
    started_wait first;
    start(make_waiter(settings).wait(add_job()), first);
    started_wait second;
    start(make_waiter().wait(add_job(), 0ms), second);
    pass(100h);
    BOOST_TEST(!first.ended());
    BOOST_TEST(!second.ended());
}

// The longest time that can be said is no time in the past.
BOOST_AUTO_TEST_CASE(longest_timeout)
{
    started_wait wait;
    start(make_waiter().wait(add_job(), std::chrono::milliseconds::max()), wait);
    pass(100h);
    BOOST_TEST(!wait.ended());
}

// A deadline passes in time also while an answer is awaited, and then nobody needs the answer any more.
BOOST_AUTO_TEST_CASE(timeout_during_a_request)
{
    auto const closed = std::make_shared<gate>();
    service->always(operation::describe_job, held(closed));
    started_wait wait;
    start(make_waiter().wait(add_job(), 30s), wait);
    settle();
    BOOST_TEST(closed->waiting() == 1U);

    pass(30s);

    BOOST_TEST((wait.code() == errc::wait_timeout));
    BOOST_TEST(closed->waiting() == 0U);
    check_idle();
}

// A cancellation ends its own wait, at once, and no other.
BOOST_AUTO_TEST_CASE(cancelled)
{
    job_id const job = add_job();
    job_waiter const waiter = make_waiter();
    started_wait cancelled_one;
    started_wait other;
    start(waiter.wait(job), cancelled_one);
    start(waiter.wait(job), other);
    settle();

    cancelled_one.cancel.emit(asio::cancellation_type::terminal);
    settle();

    BOOST_TEST(cancelled_one.completions == 1);
    BOOST_TEST(cancelled_one.was_aborted());
    BOOST_TEST(!other.ended());
    end(job);
    pass(15min);
    BOOST_TEST(other.value.has_value());
    check_idle();
}

// When the last one is cancelled, the timer goes too, so that the loop can end.
BOOST_AUTO_TEST_CASE(last_one_is_cancelled)
{
    started_wait wait;
    start(make_waiter().wait(add_job()), wait);
    settle();
    BOOST_TEST(time->waiting() == 1U);

    wait.cancel.emit(asio::cancellation_type::terminal);
    settle();

    BOOST_TEST(wait.was_aborted());
    check_idle();
}

// Who is cancelled does not wait for an answer that does not come, and the request is cancelled with the last one.
BOOST_AUTO_TEST_CASE(cancelled_during_a_request)
{
    auto const closed = std::make_shared<gate>();
    service->always(operation::describe_job, held(closed));
    job_id const job = add_job();
    job_waiter const waiter = make_waiter();
    started_wait first;
    started_wait second;
    start(waiter.wait(job), first);
    start(waiter.wait(job), second);
    settle();

    first.cancel.emit(asio::cancellation_type::terminal);
    settle();
    BOOST_TEST(first.was_aborted());
    BOOST_TEST(closed->waiting() == 1U);

    second.cancel.emit(asio::cancellation_type::terminal);
    settle();
    BOOST_TEST(second.was_aborted());
    BOOST_TEST(closed->waiting() == 0U);
    check_idle();
}

// Who comes in the moment in which the poller gives up is served all the same, whatever moment that is.
BOOST_AUTO_TEST_CASE(somebody_comes_at_the_end)
{
    job_id const job = add_job();
    end(job);
    job_waiter const waiter = make_waiter();
    for (int steps = 0; steps < 12; ++steps) {
        BOOST_TEST_CONTEXT("after " << steps << " steps")
        {
            auto const closed = std::make_shared<gate>();
            service->always(operation::describe_job, held(closed));
            started_wait first;
            started_wait second;
            start(waiter.wait(job), first);
            settle();
            BOOST_TEST(closed->waiting() == 1U);
            context.restart();
            first.cancel.emit(asio::cancellation_type::terminal);
            for (int step = 0; step < steps; ++step)
                context.poll_one();

            start(waiter.wait(job), second);
            settle();
            BOOST_TEST(closed->waiting() == 1U);
            closed->open();
            settle();

            BOOST_TEST(first.was_aborted());
            BOOST_TEST(second.value.has_value());
            check_idle();
        }
    }
}

// ---------------------------------------------------------------------------------------------------
// Lifetimes

// The handle may go while waits are in flight.
BOOST_AUTO_TEST_CASE(handle_goes)
{
    job_id const job = add_job();
    started_wait wait;
    {
        job_waiter const waiter = make_waiter();
        start(waiter.wait(job), wait);
    }
    settle();
    end(job);
    pass(15min);
    BOOST_TEST(wait.value.has_value());
}

// A wait that is never awaited leaves nothing behind, nor does one whose loop is destroyed, wherever the poller is:
// not yet started, in a request, or between two looks.
BOOST_DATA_TEST_CASE(loop_is_destroyed, boost::unit_test::data::make({0, 1, 2}))
{
    auto const service_in_memory = std::make_shared<fake_service>();
    service_in_memory->add_vault("photos");
    service_in_memory->set_looks_until_done(0);
    job_id const job = service_in_memory->add_inventory_job("photos");
    service_in_memory->set_looks_until_done(10);
    auto const closed = std::make_shared<gate>();
    if (sample == 1)
        service_in_memory->always(operation::describe_job, held(closed));
    std::weak_ptr<job_waiter::poller> left;
    int frames = 0;
    {
        asio::io_context loop;
        client_config config = without_repetition();
        config.credentials = identity;
        client_environment environment;
        environment.exchanger = service_in_memory;
        environment.clock = clock;
        environment.random = std::make_shared<fixed_random>();
        client const own(
            std::make_shared<client_core>(loop.get_executor(), std::move(config), std::move(environment)));
        auto const poller =
            std::make_shared<job_waiter::poller>(own, photos, job_waiter_settings(), async::system_time());
        left = poller;
        job_waiter const waiter(poller);
        auto const never = waiter.wait(job);
        auto const wait_counted = [](job_waiter with, job_id its_job, counted) -> asio::awaitable<void> {
            co_await with.wait(std::move(its_job));
        };
        for (int i = 0; i < 3; ++i)
            asio::co_spawn(loop, wait_counted(waiter, job, counted(frames)), asio::detached);
        if (sample > 0)
            loop.poll();
        else
            loop.poll_one();
        BOOST_TEST(frames == 3);
    }
    BOOST_TEST(frames == 0);
    BOOST_TEST(left.expired());
}

// ---------------------------------------------------------------------------------------------------
// Threads

// Waits may be started, cancelled and ended on any number of threads, all of one poller.
BOOST_AUTO_TEST_CASE(many_threads)
{
    constexpr int count = 200;
    std::vector<job_id> const jobs = add_jobs(count);
    // Of those that a look shows, every second one is done.
    std::atomic<int> shown{0};
    service->set_job_change([&shown](job_description& job) {
        bool const done = ++shown % 2 == 0;
        job.completed = done;
        job.status = done ? job_status::succeeded : job_status::in_progress;
    });
    job_waiter_settings settings;
    settings.interval_min = 1ms;
    settings.interval_max = 2ms;
    job_waiter const waiter(sut, photos, settings);
    std::atomic<int> succeeded{0};
    std::atomic<int> timed_out{0};
    std::atomic<int> others{0};
    std::atomic<int> told{0};
    std::atomic<int> told_too_late{0};
    auto const on_end = [&](std::exception_ptr const& error, job_description const&) {
        if (!error) {
            ++succeeded;
            return;
        }
        try {
            std::rethrow_exception(error);
        } catch (operation_error const& caught) {
            ++(caught.code() == errc::wait_timeout ? timed_out : others);
        }
    };
    for (job_id const& job : jobs) {
        asio::co_spawn(context, waiter.wait(job), on_end);
        asio::co_spawn(context, waiter.wait(job, 1ms), on_end);
        // Nobody is told any more when his wait has ended.
        auto const waits = std::make_shared<std::atomic<bool>>(true);
        job_wait_options options;
        options.on_look = [&told, &told_too_late, waits](job_description const&) {
            ++told;
            told_too_late += *waits ? 0 : 1;
        };
        asio::co_spawn(context, waiter.wait(job, std::move(options)),
                       [waits, on_end](std::exception_ptr const& error, job_description const& done) {
                           *waits = false;
                           on_end(error, done);
                       });
    }

    run_on_threads(4);

    BOOST_TEST(succeeded + timed_out == 3 * count);
    BOOST_TEST(told >= count);
    BOOST_TEST(told_too_late == 0);
    BOOST_TEST(succeeded >= 2 * count);
    BOOST_TEST(others == 0);
}

BOOST_AUTO_TEST_SUITE_END()
