#include "plan/retry_plan.hpp"

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ostream>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace glacier::plan {

static std::ostream& operator<<(std::ostream& stream, retry_step step)
{
    switch (step) {
    case retry_step::give_up:
        return stream << "give_up";
    case retry_step::repeat_at_once:
        return stream << "repeat_at_once";
    case retry_step::repeat_after_delay:
        return stream << "repeat_after_delay";
    }
    return stream;
}

namespace {

using namespace std::chrono_literals;
using protocol::repeatable;

/// The older constants, whose delays are the same whatever has failed.
retry_settings settings(int attempts_max = 3)
{
    retry_settings made = retry_settings::standard();
    made.attempts_max = attempts_max;
    return made;
}

/// The service answered with an error of its own.
attempt_failure answered(service_errc code)
{
    attempt_failure failure;
    failure.code = code;
    failure.answered = true;
    failure.from_service = true;
    failure.sent = true;
    return failure;
}

/// A proxy answered with a status and nothing else.
attempt_failure answered_by_gateway(service_errc code)
{
    attempt_failure failure = answered(code);
    failure.from_service = false;
    return failure;
}

/// The connection failed before an answer came.
attempt_failure lost(error_code code, bool sent, bool reused_connection = false)
{
    attempt_failure failure;
    failure.code = code;
    failure.sent = sent;
    failure.reused_connection = reused_connection;
    return failure;
}

error_code connection_reset()
{
    return make_error_code(boost::system::errc::connection_reset);
}

BOOST_AUTO_TEST_SUITE(retry_plan_test)

// An error that may pass is repeated after a delay, up to the number of attempts.
BOOST_AUTO_TEST_CASE(repeats_up_to_the_number_of_attempts)
{
    retry_quota quota(500);
    retry_plan plan(settings(3), quota, repeatable::yes);
    BOOST_TEST(plan.attempts() == 1);
    BOOST_TEST(plan.on_failure(answered(service_errc::service_unavailable), 0.5).step ==
               retry_step::repeat_after_delay);
    BOOST_TEST(plan.attempts() == 2);
    BOOST_TEST(plan.on_failure(answered(service_errc::throttling), 0.5).step ==
               retry_step::repeat_after_delay);
    BOOST_TEST(plan.attempts() == 3);
    auto const last = plan.on_failure(answered(service_errc::service_unavailable), 0.5);
    BOOST_TEST(last.step == retry_step::give_up);
    BOOST_TEST(!last.outcome_unknown);
    BOOST_TEST(plan.attempts() == 3);
}

// One attempt: repetition is off.
BOOST_AUTO_TEST_CASE(one_attempt_means_no_repetition)
{
    retry_quota quota(500);
    retry_plan plan(settings(1), quota, repeatable::yes);
    BOOST_TEST(plan.on_failure(answered(service_errc::service_unavailable), 0.5).step == retry_step::give_up);
    BOOST_TEST(quota.available() == 500);
}

// Which errors of the service are repeated: LimitExceededException is a quota, capacity and policy are for
// the caller to decide, and a refused request is refused again.
BOOST_AUTO_TEST_CASE(which_errors_of_the_service_are_repeated)
{
    std::vector<service_errc> const repeated{service_errc::request_timeout, service_errc::service_unavailable,
                                             service_errc::throttling};
    for (int value = 1; value <= static_cast<int>(service_errc::unknown); ++value) {
        auto const code = static_cast<service_errc>(value);
        retry_quota quota(500);
        retry_plan plan(settings(), quota, repeatable::yes);
        bool const expected = std::find(repeated.begin(), repeated.end(), code) != repeated.end();
        auto const decision = plan.on_failure(answered(code), 0.5);
        BOOST_TEST(decision.step == (expected ? retry_step::repeat_after_delay : retry_step::give_up),
                   make_error_code(code).message());
        BOOST_TEST(quota.available() == (expected ? 495 : 500));
        BOOST_TEST(!decision.outcome_unknown);
    }
}

// LimitExceededException is never repeated, also where the request may be.
BOOST_AUTO_TEST_CASE(limit_exceeded_is_not_repeated)
{
    retry_quota quota(500);
    for (repeatable const repeat : {repeatable::yes, repeatable::no}) {
        retry_plan plan(settings(), quota, repeat);
        auto const decision = plan.on_failure(answered(service_errc::limit_exceeded), 0.5);
        BOOST_TEST(decision.step == retry_step::give_up);
        BOOST_TEST(!decision.outcome_unknown);
    }
}

// Lost connections and timeouts are repeated; untrusted certificates and refused values are not.
BOOST_AUTO_TEST_CASE(which_local_errors_are_repeated)
{
    for (error_code const code :
         {connection_reset(), make_error_code(boost::system::errc::connection_refused),
          make_error_code(boost::system::errc::broken_pipe), make_error_code(boost::system::errc::timed_out),
          make_error_code(errc::resolve_timeout), make_error_code(errc::connect_timeout),
          make_error_code(errc::tls_handshake_timeout), make_error_code(errc::response_timeout),
          make_error_code(errc::transfer_stalled), make_error_code(errc::connection_closed),
          make_error_code(errc::tree_hash_mismatch), make_error_code(errc::length_mismatch)}) {
        retry_quota quota(500);
        retry_plan plan(settings(), quota, repeatable::yes);
        BOOST_TEST(plan.on_failure(lost(code, true), 0.5).step == retry_step::repeat_after_delay,
                   code.message());
    }
    for (error_code const code :
         {make_error_code(errc::certificate_untrusted), make_error_code(errc::certificate_host_mismatch),
          make_error_code(errc::certificate_expired), make_error_code(errc::invalid_vault_name),
          make_error_code(errc::no_credentials), make_error_code(errc::too_many_waiting),
          make_error_code(errc::connection_wait_timeout), make_error_code(errc::unexpected_status),
          make_error_code(errc::malformed_response), make_error_code(errc::file_changed),
          make_error_code(boost::system::errc::operation_canceled),
          make_error_code(boost::system::errc::no_such_file_or_directory)}) {
        retry_quota quota(500);
        retry_plan plan(settings(), quota, repeatable::yes);
        BOOST_TEST(plan.on_failure(lost(code, false), 0.5).step == retry_step::give_up, code.message());
        BOOST_TEST(quota.available() == 500);
    }
}

// The n-th delay is a random part of min(base x 2^(n-1), max).
BOOST_AUTO_TEST_CASE(delay_doubles_up_to_the_longest)
{
    retry_quota quota(500);
    retry_plan plan(settings(9), quota, repeatable::yes);
    for (auto const longest : {1s, 2s, 4s, 8s, 16s, 20s, 20s, 20s}) {
        auto const decision = plan.on_failure(answered(service_errc::throttling), 0.25);
        BOOST_TEST(decision.step == retry_step::repeat_after_delay);
        BOOST_TEST(decision.delay.count() == std::chrono::milliseconds(longest).count() / 4);
    }
}

// The fraction spreads the delay over the whole of [0, longest).
BOOST_AUTO_TEST_CASE(jitter_covers_the_whole_range)
{
    for (double const fraction : {0.0, 0.001, 0.5, 0.999, 1.0 - 0x1p-53}) {
        retry_quota quota(500);
        retry_plan plan(settings(), quota, repeatable::yes);
        auto const first = plan.on_failure(answered(service_errc::throttling), fraction);
        BOOST_TEST(first.delay.count() == static_cast<long>(fraction * 1'000));
        BOOST_TEST((first.delay >= 0ms && first.delay < 1s));
        auto const second = plan.on_failure(answered(service_errc::throttling), fraction);
        BOOST_TEST((second.delay >= 0ms && second.delay < 2s));
    }
}

// Hundreds of attempts, for a transfer of weeks, do not overflow the delay.
BOOST_AUTO_TEST_CASE(many_attempts_keep_the_longest_delay)
{
    retry_settings patient = settings(1'000);
    patient.delay_max = 3min;
    patient.cost_of_throttling = 0;
    retry_quota quota(0);
    retry_plan plan(patient, quota, repeatable::yes);
    for (int attempt = 1; attempt < 1'000; ++attempt) {
        auto const decision = plan.on_failure(answered(service_errc::throttling), 0.5);
        BOOST_TEST_REQUIRE(decision.step == retry_step::repeat_after_delay);
        BOOST_TEST_REQUIRE((decision.delay > 0ms && decision.delay <= 90s));
    }
    BOOST_TEST(plan.on_failure(answered(service_errc::throttling), 0.5).step == retry_step::give_up);
}

// A repetition takes out of the bucket: more after a timeout without an answer than after an answer.
BOOST_AUTO_TEST_CASE(repetitions_cost)
{
    retry_quota quota(500);
    retry_plan plan(settings(10), quota, repeatable::yes);
    plan.on_failure(answered(service_errc::service_unavailable), 0.5);
    BOOST_TEST(quota.available() == 495);
    plan.on_failure(lost(errc::response_timeout, true), 0.5);
    BOOST_TEST(quota.available() == 485);
    plan.on_failure(lost(connection_reset(), true), 0.5);
    BOOST_TEST(quota.available() == 480);
    // A 408 is an answer.
    plan.on_failure(answered(service_errc::request_timeout), 0.5);
    BOOST_TEST(quota.available() == 475);
}

// A success gives back what the last repetition took, and a success at first go gives one.
BOOST_AUTO_TEST_CASE(success_gives_back)
{
    retry_quota quota(500);
    BOOST_TEST(quota.take(100));
    {
        retry_plan plan(settings(10), quota, repeatable::yes);
        plan.on_success();
        BOOST_TEST(quota.available() == 401);
    }
    {
        retry_plan plan(settings(10), quota, repeatable::yes);
        plan.on_failure(answered(service_errc::throttling), 0.5);
        plan.on_failure(lost(errc::response_timeout, true), 0.5);
        BOOST_TEST(quota.available() == 386);
        plan.on_success();
        BOOST_TEST(quota.available() == 396);
    }
}

// The bucket never holds more than at the start, and gives nothing that it does not have.
BOOST_AUTO_TEST_CASE(quota_has_bounds)
{
    retry_quota quota(10);
    quota.give_back(5);
    BOOST_TEST(quota.available() == 10);
    BOOST_TEST(!quota.take(11));
    BOOST_TEST(quota.available() == 10);
    BOOST_TEST(quota.take(10));
    BOOST_TEST(quota.available() == 0);
    BOOST_TEST(!quota.take(1));
    BOOST_TEST(quota.take(0));
    quota.give_back(100);
    BOOST_TEST(quota.available() == 10);
}

// An empty bucket makes failures final at once, for all operations of the client.
BOOST_AUTO_TEST_CASE(empty_quota_stops_repetition)
{
    retry_quota quota(12);
    for (int operation = 0; operation < 2; ++operation) {
        retry_plan plan(settings(), quota, repeatable::yes);
        BOOST_TEST(plan.on_failure(answered(service_errc::service_unavailable), 0.5).step ==
                   retry_step::repeat_after_delay);
    }
    retry_plan plan(settings(), quota, repeatable::yes);
    auto const decision = plan.on_failure(answered(service_errc::service_unavailable), 0.5);
    BOOST_TEST(decision.step == retry_step::give_up);
    BOOST_TEST(!decision.outcome_unknown);
    BOOST_TEST(plan.attempts() == 1);
    BOOST_TEST(quota.available() == 2);

    // Successes elsewhere fill it again.
    for (int success = 0; success < 3; ++success)
        retry_plan(settings(), quota, repeatable::yes).on_success();
    BOOST_TEST(plan.on_failure(answered(service_errc::service_unavailable), 0.5).step ==
               retry_step::repeat_after_delay);
}

// The bucket is shared by the threads of a client: nothing gets lost.
BOOST_AUTO_TEST_CASE(quota_is_safe_in_threads)
{
    retry_quota quota(1'000'000);
    auto const work = [&quota] {
        for (int i = 0; i < 10'000; ++i)
            if (quota.take(7))
                quota.give_back(6);
    };
    std::thread first(work);
    std::thread second(work);
    first.join();
    second.join();
    BOOST_TEST(quota.available() == 980'000);
}

// The peer closed an idle connection just when it was used again: once, this costs neither an attempt nor
// quota nor time.
BOOST_AUTO_TEST_CASE(stale_connection_is_repeated_once_for_nothing)
{
    for (error_code const code : {connection_reset(), make_error_code(errc::connection_closed)}) {
        retry_quota quota(500);
        retry_plan plan(settings(), quota, repeatable::yes);
        auto const first = plan.on_failure(lost(code, true, true), 0.5);
        BOOST_TEST(first.step == retry_step::repeat_at_once);
        BOOST_TEST(first.delay.count() == 0);
        BOOST_TEST(plan.attempts() == 1);
        BOOST_TEST(quota.available() == 500);

        auto const second = plan.on_failure(lost(code, true, true), 0.5);
        BOOST_TEST(second.step == retry_step::repeat_after_delay);
        BOOST_TEST(plan.attempts() == 2);
        BOOST_TEST(quota.available() == 495);
    }
}

// It helps even where repetition is off and the bucket is empty: the service is not in trouble.
BOOST_AUTO_TEST_CASE(stale_connection_needs_no_quota)
{
    retry_quota quota(0);
    retry_plan plan(settings(1), quota, repeatable::yes);
    BOOST_TEST(plan.on_failure(lost(connection_reset(), true, true), 0.5).step == retry_step::repeat_at_once);
    BOOST_TEST(plan.on_failure(lost(connection_reset(), true, true), 0.5).step == retry_step::give_up);
}

// A new connection, an answer or a timeout have nothing to do with a stale connection.
BOOST_AUTO_TEST_CASE(what_is_no_stale_connection)
{
    attempt_failure with_answer = answered(service_errc::service_unavailable);
    with_answer.reused_connection = true;
    for (attempt_failure const& failure :
         {lost(connection_reset(), true, false), with_answer, lost(errc::response_timeout, true, true),
          lost(make_error_code(boost::system::errc::timed_out), true, true)}) {
        retry_quota quota(500);
        retry_plan plan(settings(), quota, repeatable::yes);
        BOOST_TEST(plan.on_failure(failure, 0.5).step == retry_step::repeat_after_delay);
        BOOST_TEST(quota.available() < 500);
    }
    retry_quota quota(500);
    retry_plan plan(settings(), quota, repeatable::yes);
    BOOST_TEST(plan.on_failure(lost(errc::certificate_untrusted, false, true), 0.5).step ==
               retry_step::give_up);
}

// A request that may not be repeated was sent and its answer got lost: the outcome is unknown.
BOOST_AUTO_TEST_CASE(lost_answer_of_an_unrepeatable_request_is_unknown)
{
    for (error_code const code :
         {connection_reset(), make_error_code(errc::connection_closed),
          make_error_code(errc::response_timeout), make_error_code(errc::transfer_stalled),
          make_error_code(errc::invalid_http_message)}) {
        for (bool const reused : {false, true}) {
            retry_quota quota(500);
            retry_plan plan(settings(), quota, repeatable::no);
            auto const decision = plan.on_failure(lost(code, true, reused), 0.5);
            BOOST_TEST(decision.step == retry_step::give_up, code.message());
            BOOST_TEST(decision.outcome_unknown, code.message());
            BOOST_TEST(quota.available() == 500);
        }
    }
}

// The same request is repeated as long as not a byte of it went out.
BOOST_AUTO_TEST_CASE(unsent_request_is_repeated)
{
    retry_quota quota(500);
    retry_plan plan(settings(), quota, repeatable::no);
    BOOST_TEST(plan.on_failure(lost(connection_reset(), false, true), 0.5).step ==
               retry_step::repeat_at_once);
    auto const second = plan.on_failure(lost(errc::connect_timeout, false), 0.5);
    BOOST_TEST(second.step == retry_step::repeat_after_delay);
    auto const third = plan.on_failure(lost(connection_reset(), false), 0.5);
    BOOST_TEST(third.step == retry_step::repeat_after_delay);
    auto const last = plan.on_failure(lost(connection_reset(), false), 0.5);
    BOOST_TEST(last.step == retry_step::give_up);
    BOOST_TEST(!last.outcome_unknown);
}

// An error that the service itself wrote says that nothing was done, so the request may be sent again.
BOOST_AUTO_TEST_CASE(error_of_the_service_tells_the_outcome)
{
    for (service_errc const code :
         {service_errc::throttling, service_errc::service_unavailable, service_errc::request_timeout}) {
        retry_quota quota(500);
        retry_plan plan(settings(), quota, repeatable::no);
        auto const decision = plan.on_failure(answered(code), 0.5);
        BOOST_TEST(decision.step == retry_step::repeat_after_delay);
        BOOST_TEST(!decision.outcome_unknown);
    }
    retry_quota quota(500);
    retry_plan plan(settings(), quota, repeatable::no);
    auto const refused = plan.on_failure(answered(service_errc::invalid_parameter_value), 0.5);
    BOOST_TEST(refused.step == retry_step::give_up);
    BOOST_TEST(!refused.outcome_unknown);
}

// A gateway's 5xx may have come after the service did the work; its 4xx refused the request before.
BOOST_AUTO_TEST_CASE(gateway_may_hide_the_outcome)
{
    retry_quota quota(500);
    {
        retry_plan plan(settings(), quota, repeatable::no);
        auto const decision = plan.on_failure(answered_by_gateway(service_errc::service_unavailable), 0.5);
        BOOST_TEST(decision.step == retry_step::give_up);
        BOOST_TEST(decision.outcome_unknown);
    }
    for (service_errc const code :
         {service_errc::access_denied, service_errc::resource_not_found, service_errc::unknown}) {
        retry_plan plan(settings(), quota, repeatable::no);
        auto const decision = plan.on_failure(answered_by_gateway(code), 0.5);
        BOOST_TEST(decision.step == retry_step::give_up);
        BOOST_TEST(!decision.outcome_unknown);
    }
    // Where nothing can be done twice, the gateway's error is one like any other.
    retry_plan plan(settings(), quota, repeatable::yes);
    BOOST_TEST(plan.on_failure(answered_by_gateway(service_errc::service_unavailable), 0.5).step ==
               retry_step::repeat_after_delay);
}

// A repeatable request never has an unknown outcome: it may simply be sent again.
BOOST_AUTO_TEST_CASE(repeatable_request_has_no_unknown_outcome)
{
    retry_quota quota(0);
    retry_plan plan(settings(), quota, repeatable::yes);
    auto const decision = plan.on_failure(lost(errc::response_timeout, true), 0.5);
    BOOST_TEST(decision.step == retry_step::give_up);
    BOOST_TEST(!decision.outcome_unknown);
}

// ---------------------------------------------------------------------------------------------------
// The named sets of constants

/// One failure of each kind, and what it does to the bucket and to the first two waits.
struct preset_case {
    char const* name;
    retry_settings settings;
    attempt_failure failure;
    int cost;
    std::chrono::milliseconds first_longest;
    std::chrono::milliseconds second_longest;
};

std::ostream& operator<<(std::ostream& stream, preset_case const& value)
{
    return stream << value.name << ", " << value.failure.code.message();
}

std::vector<preset_case> preset_cases()
{
    auto const throttled = answered(service_errc::throttling);
    auto const unavailable = answered(service_errc::service_unavailable);
    auto const reset = lost(connection_reset(), true);
    auto const timed_out = lost(errc::response_timeout, true);
    auto const stalled = answered(service_errc::request_timeout);
    std::vector<preset_case> cases;
    for (retry_settings const& revised :
         {retry_settings(), retry_settings::standard_2026(), retry_settings::adaptive()}) {
        cases.push_back({"2026", revised, throttled, 5, 1s, 2s});
        for (attempt_failure const& failure : {unavailable, reset, timed_out, stalled})
            cases.push_back({"2026", revised, failure, 14, 50ms, 100ms});
    }
    for (attempt_failure const& failure : {throttled, unavailable, reset, stalled})
        cases.push_back({"standard", retry_settings::standard(), failure, 5, 1s, 2s});
    cases.push_back({"standard", retry_settings::standard(), timed_out, 10, 1s, 2s});
    for (attempt_failure const& failure : {throttled, unavailable, reset, timed_out, stalled})
        cases.push_back({"patient", retry_settings::patient(), failure, 0, 1s, 2s});
    return cases;
}

// What each set takes out of the bucket and how long it waits, for each kind of failure.
BOOST_AUTO_TEST_CASE(presets)
{
    for (preset_case const& each : preset_cases()) {
        retry_quota quota(500);
        retry_plan plan(each.settings, quota, repeatable::yes);
        auto const first = plan.on_failure(each.failure, 0.999);
        BOOST_TEST(first.step == retry_step::repeat_after_delay, each);
        BOOST_TEST(quota.available() == 500 - each.cost, each);
        BOOST_TEST(first.delay.count() ==
                       std::int64_t(static_cast<double>(each.first_longest.count()) * 0.999),
                   each);
        auto const second = plan.on_failure(each.failure, 0.999);
        BOOST_TEST(second.delay.count() ==
                       std::int64_t(static_cast<double>(each.second_longest.count()) * 0.999),
                   each);
        if (each.settings.attempts_max == 3)
            BOOST_TEST(plan.on_failure(each.failure, 0.5).step == retry_step::give_up, each);
    }
}

// How many repetitions the full bucket pays for, by set and kind of failure.
BOOST_AUTO_TEST_CASE(what_a_bucket_pays_for)
{
    auto const repetitions = [](retry_settings const& settings, attempt_failure const& failure) {
        retry_quota quota(settings.quota);
        int count = 0;
        for (int operation = 0; operation < 10'000; ++operation) {
            retry_plan plan(settings, quota, repeatable::yes);
            while (plan.on_failure(failure, 0.5).step == retry_step::repeat_after_delay)
                ++count;
        }
        return count;
    };
    auto const unavailable = answered(service_errc::service_unavailable);
    auto const throttled = answered(service_errc::throttling);
    auto const timed_out = lost(errc::response_timeout, true);
    BOOST_TEST(repetitions(retry_settings(), unavailable) == 35);
    BOOST_TEST(repetitions(retry_settings(), timed_out) == 35);
    BOOST_TEST(repetitions(retry_settings(), throttled) == 100);
    BOOST_TEST(repetitions(retry_settings::standard(), unavailable) == 100);
    BOOST_TEST(repetitions(retry_settings::standard(), timed_out) == 50);
    BOOST_TEST(repetitions(retry_settings::standard(), throttled) == 100);
    BOOST_TEST(repetitions(retry_settings::none(), unavailable) == 0);
}

// The patient set outlasts an hour of failures, and never waits for more than three minutes by itself.
BOOST_AUTO_TEST_CASE(patient_outlasts_an_hour)
{
    retry_quota quota(0);
    retry_plan plan(retry_settings::patient(), quota, repeatable::yes);
    std::chrono::milliseconds waited{0};
    for (auto decision = plan.on_failure(answered(service_errc::service_unavailable), 0.5);
         decision.step == retry_step::repeat_after_delay;
         decision = plan.on_failure(answered(service_errc::service_unavailable), 0.5)) {
        BOOST_TEST((decision.delay <= 3min));
        waited += decision.delay;
    }
    BOOST_TEST((waited > 1h));
    BOOST_TEST(plan.attempts() == 100);
}

// Settings that cannot work are named; all presets can.
BOOST_AUTO_TEST_CASE(faults_of_settings)
{
    for (retry_settings const& good :
         {retry_settings(), retry_settings::standard(), retry_settings::standard_2026(),
          retry_settings::adaptive(), retry_settings::patient(), retry_settings::none()})
        BOOST_TEST(!fault_of(good).has_value());
    auto const fault = [](auto member, auto value) {
        retry_settings made;
        made.*member = value;
        return fault_of(made).value_or("none");
    };
    BOOST_TEST(fault(&retry_settings::attempts_max, 0) == "attempts_max = 0");
    BOOST_TEST(fault(&retry_settings::delay_base, -1ms) == "delay_base = -1 ms");
    BOOST_TEST(fault(&retry_settings::delay_base_of_throttling, -2ms) == "delay_base_of_throttling = -2 ms");
    BOOST_TEST(fault(&retry_settings::delay_max, -1ms) == "delay_max = -1 ms");
    BOOST_TEST(fault(&retry_settings::retry_after_excess_max, -1ms) == "retry_after_excess_max = -1 ms");
    BOOST_TEST(fault(&retry_settings::quota, -1) == "quota = -1");
    BOOST_TEST(fault(&retry_settings::cost, -1) == "cost = -1");
    BOOST_TEST(fault(&retry_settings::cost_of_timeout, -1) == "cost_of_timeout = -1");
    BOOST_TEST(fault(&retry_settings::cost_of_throttling, -1) == "cost_of_throttling = -1");
    BOOST_TEST(fault(&retry_settings::delay_base, 0ms) == "none");
}

// ---------------------------------------------------------------------------------------------------
// What the answer asks for, and what it may mean

// A wish for a later repetition is granted between the random wait and that plus the bound.
BOOST_AUTO_TEST_CASE(retry_after)
{
    for (auto const& [wish, delay] :
         {std::pair(0ms, 500ms), std::pair(499ms, 500ms), std::pair(501ms, 501ms),
          std::pair(5'500ms, 5'500ms), std::pair(5'501ms, 5'500ms), std::pair(86'400'000ms, 5'500ms)}) {
        retry_quota quota(500);
        retry_plan plan(retry_settings(), quota, repeatable::yes);
        attempt_failure failure = answered(service_errc::throttling);
        failure.retry_after = wish;
        BOOST_TEST(plan.on_failure(failure, 0.5).delay.count() == delay.count());
    }
    retry_settings deaf;
    deaf.retry_after_excess_max = 0ms;
    retry_quota quota(500);
    retry_plan plan(deaf, quota, repeatable::yes);
    attempt_failure failure = answered(service_errc::throttling);
    failure.retry_after = 1h;
    BOOST_TEST(plan.on_failure(failure, 0.5).delay.count() == 500);
}

// A wish does not make a repetition of what is not repeated.
BOOST_AUTO_TEST_CASE(retry_after_of_a_refusal)
{
    retry_quota quota(500);
    retry_plan plan(retry_settings(), quota, repeatable::yes);
    for (service_errc const code : {service_errc::limit_exceeded, service_errc::policy_enforced,
                                    service_errc::insufficient_capacity, service_errc::no_longer_supported}) {
        attempt_failure failure = answered(code);
        failure.retry_after = 10ms;
        BOOST_TEST(plan.on_failure(failure, 0.5).step == retry_step::give_up);
    }
}

// Of a code that this version does not know, the status says whether it may pass.
BOOST_AUTO_TEST_CASE(unknown_codes_go_by_status)
{
    for (int const status : {400, 403, 404, 409, 418, 501, 505})
        for (repeatable const repeat : {repeatable::yes, repeatable::no}) {
            attempt_failure failure = answered(service_errc::unknown);
            failure.http_status = status;
            retry_quota quota(500);
            retry_plan plan(retry_settings(), quota, repeat);
            auto const decision = plan.on_failure(failure, 0.5);
            BOOST_TEST(decision.step == retry_step::give_up, status);
            BOOST_TEST(decision.outcome_unknown == (repeat == repeatable::no && status >= 500), status);
        }
    for (int const status : {408, 429, 500, 502, 503, 504}) {
        attempt_failure failure = answered(service_errc::unknown);
        failure.http_status = status;
        retry_quota quota(500);
        retry_plan plan(retry_settings(), quota, repeatable::yes);
        BOOST_TEST(plan.on_failure(failure, 0.5).step == retry_step::repeat_after_delay, status);
        BOOST_TEST(quota.available() == (status == 429 ? 495 : 486), status);

        // Nobody can say what an unknown failure inside the service has done.
        retry_plan once(retry_settings(), quota, repeatable::no);
        auto const decision = once.on_failure(failure, 0.5);
        BOOST_TEST(decision.outcome_unknown == (status >= 500), status);
        BOOST_TEST((decision.step == retry_step::give_up) == (status >= 500), status);
    }
}

// A gateway that asks to slow down has not passed the request on; one that failed otherwise may have.
BOOST_AUTO_TEST_CASE(gateway_by_status)
{
    for (auto const& [code, status, unknown] :
         {std::tuple(service_errc::throttling, 429, false), std::tuple(service_errc::unknown, 413, false),
          std::tuple(service_errc::request_timeout, 408, true), std::tuple(service_errc::unknown, 501, true),
          std::tuple(service_errc::unknown, 524, true)}) {
        attempt_failure failure = answered_by_gateway(code);
        failure.http_status = status;
        retry_quota quota(500);
        retry_plan plan(retry_settings(), quota, repeatable::no);
        auto const decision = plan.on_failure(failure, 0.5);
        BOOST_TEST(decision.outcome_unknown == unknown, status);
        BOOST_TEST((decision.step == retry_step::repeat_after_delay) == (status == 429), status);
    }
}

// Once the head of an answer has come, the connection was not stale.
BOOST_AUTO_TEST_CASE(answer_that_broke_off_is_no_stale_connection)
{
    attempt_failure failure = lost(errc::connection_closed, true, true);
    failure.http_status = 200;
    retry_quota quota(500);
    retry_plan plan(retry_settings(), quota, repeatable::yes);
    BOOST_TEST(plan.on_failure(failure, 0.5).step == retry_step::repeat_after_delay);
    BOOST_TEST(quota.available() == 486);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
