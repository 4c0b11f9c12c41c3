// The deadline of a whole operation: it covers everything that the operation waits for, ends it promptly and once, and
// is not confused with a cancellation by the user.

#include "support/client_fixture.hpp"
#include "support/manual_time.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>

using namespace glacier;
using namespace glacier::test;
using namespace std::chrono_literals;
using protocol::operation;

namespace {

/// Where an operation waits when its deadline passes.
enum class phase { credentials, pool, exchange, delay, rate };

std::ostream& operator<<(std::ostream& stream, phase value)
{
    return stream << static_cast<int>(value);
}

constexpr std::array all_phases{phase::credentials, phase::pool, phase::exchange, phase::delay, phase::rate};

/// Operations may take ten seconds.
struct deadline_fixture : client_fixture {
    deadline_fixture() { time = manual; }
    deadline_fixture(deadline_fixture const&) = delete;
    deadline_fixture& operator=(deadline_fixture const&) = delete;

    /// Nobody may be left waiting: the crowd goes before the loop does.
    ~deadline_fixture()
    {
        held_by->open();
        pass(1h);
    }

    client client_with_deadline(phase waits_at)
    {
        client_config config;
        config.region = "eu-west-1";
        config.timeouts.operation = 10s;
        if (waits_at == phase::rate) {
            config.retry = retry_settings::adaptive();
            // One request every two seconds, and a crowd in front of the one that is tested.
            config.retry.attempts_max = 1;
            client made = make_client(std::move(config));
            service->always(operation::list_vaults, error_answer(service_errc::throttling));
            for (auto& each : crowd) {
                start(made.list_vaults(), each);
                manual_time::settle(context);
            }
            return made;
        }
        config.retry.delay_base = 1h;
        config.retry.delay_max = 1h;
        if (waits_at == phase::credentials)
            identity->held_by = held_by;
        if (waits_at == phase::pool)
            hold(held_unsent(held_by));
        if (waits_at == phase::exchange)
            hold(held(held_by));
        if (waits_at == phase::delay)
            hold(error_answer(service_errc::service_unavailable, "busy"));
        return make_client(std::move(config));
    }

    void hold(fault const& how)
    {
        for (operation const id :
             {operation::describe_vault, operation::upload_archive, operation::initiate_job})
            service->always(id, how);
    }

    static upload_archive_request upload()
    {
        return upload_archive_request(photos, body(std::string("bytes")));
    }

    void pass(std::chrono::milliseconds duration) { manual->pass(context, duration); }

    std::shared_ptr<manual_time> manual = std::make_shared<manual_time>();
    std::shared_ptr<gate> held_by = std::make_shared<gate>();
    std::array<started_operation<list_vaults_result>, 10> crowd;
};

/// What the operation failed with.
operation_error error_of(started_operation_base const& started)
{
    BOOST_TEST_REQUIRE(started.completions == 1);
    BOOST_TEST_REQUIRE(bool(started.error));
    try {
        std::rethrow_exception(started.error);
    } catch (operation_error const& error) {
        return error;
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_deadline_test, deadline_fixture)

// Wherever an operation waits, it ends when its time is over, not before, and leaves nothing behind.
BOOST_DATA_TEST_CASE(every_phase, boost::unit_test::data::make(all_phases))
{
    client const limited = client_with_deadline(sample);
    started_operation<vault_description> described;
    start(limited.describe_vault(describe_vault_request(photos)), described);
    manual_time::settle(context);

    pass(9'999ms);
    BOOST_TEST(!described.ended());
    pass(1ms);

    operation_error const error = error_of(described);
    BOOST_TEST((error.code() == errc::operation_timeout));
    BOOST_TEST((error.code() == condition::timeout));
    BOOST_TEST(error.operation() == "DescribeVault");
    BOOST_TEST(error.details().resource == "vault photos");
    BOOST_TEST(error.attempts() == (sample == phase::credentials || sample == phase::rate ? 0 : 1));
    BOOST_TEST(!error.outcome_unknown());
    BOOST_TEST(service->in_flight() == 0U);
    if (sample == phase::delay) {
        BOOST_TEST(error.details().message == "more than 10000 ms, after a failure: busy");
        BOOST_TEST(error.service_code() == "ServiceUnavailableException");
        BOOST_TEST(error.request_id() == "request-1");
    } else {
        BOOST_TEST(error.details().message == "more than 10000 ms");
    }
    pass(1h);
    BOOST_TEST(described.completions == 1);
}

// An upload that must not be done twice has an unknown outcome only if its last byte may have gone out.
BOOST_DATA_TEST_CASE(outcome_of_an_upload, boost::unit_test::data::make(all_phases))
{
    client const limited = client_with_deadline(sample);
    std::size_t const others = manual->waiting();
    started_operation<archive_creation_result> uploaded;
    start(limited.upload_archive(upload()), uploaded);
    // Its hashes are made by a thread; then its deadline runs.
    run_until([&] { return manual->waiting() > others; });
    manual_time::settle(context);
    pass(10s);

    operation_error const error = error_of(uploaded);
    BOOST_TEST((error.code() == errc::operation_timeout));
    BOOST_TEST(error.outcome_unknown() == (sample == phase::exchange));
    BOOST_TEST(error.is(condition::outcome_unknown) == (sample == phase::exchange));
    BOOST_TEST(service->archives("photos") == 0U);
}

// The user's cancellation is none of the deadline's, wherever it comes.
BOOST_DATA_TEST_CASE(cancelled_by_the_user, boost::unit_test::data::make(all_phases))
{
    client const limited = client_with_deadline(sample);
    started_operation<vault_description> described;
    start(limited.describe_vault(describe_vault_request(photos)), described);
    manual_time::settle(context);
    std::size_t const timers = manual->waiting();
    BOOST_TEST(timers > 0U);

    described.cancel.emit(asio::cancellation_type::terminal);
    manual_time::settle(context);

    BOOST_TEST(described.completions == 1);
    BOOST_TEST(described.was_aborted());
    BOOST_TEST(service->in_flight() == 0U);
    BOOST_TEST(manual->waiting() < timers);
}

// What is in time is not touched, and no timer stays.
BOOST_AUTO_TEST_CASE(in_time)
{
    client const limited = client_with_deadline(phase::exchange);
    started_operation<vault_description> described;
    start(limited.describe_vault(describe_vault_request(photos)), described);
    manual_time::settle(context);
    pass(9s);
    held_by->open();
    manual_time::settle(context);

    BOOST_TEST(described.completions == 1);
    BOOST_TEST(!described.error);
    BOOST_TEST(manual->waiting() == 0U);
}

// The error of the operation itself stays what it is.
BOOST_AUTO_TEST_CASE(other_errors)
{
    client const limited = client_with_deadline(phase::exchange);
    service->always(operation::describe_vault, error_answer(service_errc::access_denied));
    BOOST_TEST((failure_of(limited.describe_vault(describe_vault_request(photos))).code() ==
                service_errc::access_denied));
    identity->error = std::make_exception_ptr(std::runtime_error("the provider's own"));
    BOOST_CHECK_THROW(run(limited.describe_vault(describe_vault_request(photos))), std::runtime_error);
    BOOST_TEST(manual->waiting() == 0U);
}

// Time that is spent in several places adds up: a first attempt, a wait, and a second one.
BOOST_AUTO_TEST_CASE(attempts_share_the_time)
{
    client_config config = default_config();
    config.timeouts.operation = 10s;
    config.retry.delay_base = 8s;
    client const limited = make_client(std::move(config));
    service->on(operation::describe_vault, 1, error_answer(service_errc::service_unavailable, "busy"));
    service->on(operation::describe_vault, 2, held(held_by));
    config.retry.delay_max = 20s;
    started_operation<vault_description> described;
    start(limited.describe_vault(describe_vault_request(photos)), described);
    pass(9'999ms);
    BOOST_TEST(service->count() == 2U);
    BOOST_TEST(!described.ended());
    pass(1ms);
    BOOST_TEST(error_of(described).attempts() == 2);
}

// Without a deadline there is no timer at all.
BOOST_AUTO_TEST_CASE(no_deadline_no_timer)
{
    client const limited = client_with_deadline(phase::exchange);
    call_settings unlimited;
    unlimited.operation_timeout = 0ms;
    started_operation<vault_description> described;
    start(limited.with(unlimited).describe_vault(describe_vault_request(photos)), described);
    manual_time::settle(context);
    BOOST_TEST(service->in_flight() == 1U);
    BOOST_TEST(manual->waiting() == 0U);
    pass(1h);
    BOOST_TEST(!described.ended());
    held_by->open();
    manual_time::settle(context);
    BOOST_TEST(!described.error);
}

// A call may have a deadline of its own.
BOOST_AUTO_TEST_CASE(deadline_of_a_call)
{
    client const limited = client_with_deadline(phase::exchange);
    call_settings hasty;
    hasty.operation_timeout = 1s;
    started_operation<vault_description> described;
    start(limited.with(hasty).describe_vault(describe_vault_request(photos)), described);
    pass(1s);
    BOOST_TEST(error_of(described).details().message == "more than 1000 ms");
}

// An output is read for as long as it takes.
BOOST_AUTO_TEST_CASE(a_streamed_output_is_no_part_of_it)
{
    client const limited = client_with_deadline(phase::exchange);
    job_id const job = service->add_job("photos", service->add_archive("photos", "bytes"));
    started_operation<job_output_stream> opened;
    start(limited.get_job_output(get_job_output_request(photos, job)), opened);
    manual_time::settle(context);
    BOOST_TEST_REQUIRE(opened.value.has_value());
    pass(1h);

    std::array<std::byte, 16> buffer{};
    started_operation<std::size_t> read;
    start(opened.value->read_some(buffer), read);
    manual_time::settle(context);
    BOOST_TEST(*read.value == 5U);
}

// After any number of steps of the loop, the deadline ends the operation once: in time or not.
BOOST_AUTO_TEST_CASE(deadline_after_every_step)
{
    bool succeeded = false;
    int timed_out = 0;
    for (int steps = 0; !succeeded && steps < 300; ++steps) {
        deadline_fixture fresh;
        client_config config = default_config();
        config.timeouts.operation = 10s;
        client const limited = fresh.make_client(std::move(config));
        fresh.service->on(operation::initiate_job, 1,
                          not_connected(make_error_code(errc::connection_closed)));
        started_operation<initiate_job_result> initiated;
        fresh.start(
            limited.initiate_job(initiate_job_request(
                photos, job_parameters::archive_retrieval(fresh.service->add_archive("photos", "bytes")))),
            initiated);
        fresh.context.restart();
        for (int i = 0; i < steps && !initiated.ended(); ++i) {
            if (fresh.context.poll_one() == 0) {
                fresh.context.restart();
                fresh.pass(1ms);
            }
        }
        fresh.pass(11s);

        BOOST_TEST_REQUIRE(initiated.completions == 1);
        succeeded = !initiated.error;
        if (initiated.error) {
            operation_error const error = error_of(initiated);
            BOOST_TEST((error.code() == errc::operation_timeout));
            // The service has the job exactly if nobody knows.
            if (fresh.service->jobs("photos") > 0)
                BOOST_TEST(error.outcome_unknown());
            ++timed_out;
        }
        BOOST_TEST(fresh.service->in_flight() == 0U);
        BOOST_TEST(fresh.manual->waiting() == 0U);
    }
    BOOST_TEST(succeeded);
}

// A cancellation at any step ends an operation with a deadline once, with operation_aborted.
BOOST_AUTO_TEST_CASE(cancellation_after_every_step)
{
    bool succeeded = false;
    for (int steps = 0; !succeeded && steps < 300; ++steps) {
        client_fixture fresh;
        client_config config = default_config();
        config.timeouts.operation = 1h;
        client const limited = fresh.make_client(std::move(config));
        fresh.service->on(operation::describe_vault, 1, error_answer(service_errc::service_unavailable));
        started_operation<vault_description> described;
        fresh.start(limited.describe_vault(describe_vault_request(photos)), described);
        for (int i = 0; i < steps && !described.ended(); ++i)
            fresh.context.run_one_for(5s);
        described.cancel.emit(asio::cancellation_type::terminal);
        fresh.run_to_end();

        BOOST_TEST(described.completions == 1);
        BOOST_TEST((!described.error || described.was_aborted()));
        BOOST_TEST(fresh.service->in_flight() == 0U);
        succeeded = !described.error;
    }
    BOOST_TEST(succeeded);
}

// A context that goes while operations with a deadline run takes them with it.
BOOST_AUTO_TEST_CASE(context_goes_first)
{
    for (phase const waits_at : {phase::credentials, phase::exchange, phase::delay, phase::rate}) {
        int completions = 0;
        std::weak_ptr<fake_service> left;
        {
            client_fixture fresh;
            left = fresh.service;
            client_config config = default_config();
            config.timeouts.operation = 1h;
            config.retry.delay_base = 1h;
            config.retry.delay_max = 1h;
            config.retry.delay_base_of_throttling = 0ms;
            if (waits_at == phase::rate)
                config.retry.mode = retry_mode::adaptive;
            auto const by = std::make_shared<gate>();
            if (waits_at == phase::credentials)
                fresh.identity->held_by = by;
            fresh.service->always(operation::describe_vault,
                                  waits_at == phase::delay  ? error_answer(service_errc::service_unavailable)
                                  : waits_at == phase::rate ? error_answer(service_errc::throttling)
                                                            : held(by));
            client const limited = fresh.make_client(std::move(config));
            asio::io_context loop;
            for (int i = 0; i < 3; ++i)
                asio::co_spawn(loop, limited.describe_vault(describe_vault_request(photos)),
                               [&completions](std::exception_ptr, vault_description) { ++completions; });
            loop.poll();
        }
        BOOST_TEST(completions == 0);
        BOOST_TEST(left.expired());
    }
}

// Threads: deadlines pass while the operations end by themselves.
BOOST_AUTO_TEST_CASE(threads)
{
    time = async::system_time();
    client_config config = default_config();
    config.timeouts.operation = 5ms;
    config.retry.delay_base = 3ms;
    client const limited = make_client(std::move(config));
    service->when([nth = 0](recorded_request const&) mutable { return ++nth % 3 == 0; },
                  error_answer(service_errc::service_unavailable));
    std::atomic<int> ended = 0;
    std::atomic<int> odd = 0;
    for (int i = 0; i < 500; ++i)
        asio::co_spawn(context, limited.describe_vault(describe_vault_request(photos)),
                       [&](std::exception_ptr const& error, vault_description const&) {
                           ++ended;
                           try {
                               if (error)
                                   std::rethrow_exception(error);
                           } catch (operation_error const& failure) {
                               if (failure.code() != errc::operation_timeout &&
                                   failure.code() != service_errc::service_unavailable)
                                   ++odd;
                           } catch (...) {
                               ++odd;
                           }
                       });
    run_on_threads(4);
    BOOST_TEST(ended == 500);
    BOOST_TEST(odd == 0);
}

BOOST_AUTO_TEST_SUITE_END()
