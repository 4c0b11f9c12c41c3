// Repetition of requests as users of a client see it: what each request says of itself, clocks and credentials that
// are mended on the way, what the service asks for, and how much it is asked in all.

#include "base/iso8601.hpp"
#include "protocol/operation.hpp"
#include "support/client_fixture.hpp"
#include "support/manual_time.hpp"

#include <glacier/pager.hpp>

#include <array>
#include <chrono>
#include <ctime>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace glacier;
using namespace glacier::test;
using namespace std::chrono_literals;
using protocol::operation;

namespace {

/// The settings that users get, and time that takes none.
struct retry_fixture : client_fixture {
    retry_fixture() { time = jumping; }

    static client_config plain_config()
    {
        client_config config;
        config.region = "eu-west-1";
        return config;
    }

    client plain_client() { return make_client(plain_config()); }

    client client_with(retry_settings const& retry)
    {
        client_config config = plain_config();
        config.retry = retry;
        return make_client(std::move(config));
    }

    describe_vault_request describe() const { return describe_vault_request(photos); }

    std::chrono::milliseconds waited() const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(jumping->now().time_since_epoch());
    }

    std::shared_ptr<jumping_time> jumping = std::make_shared<jumping_time>();
};

/// An error answer with headers.
fault answer_with(service_errc code, std::initializer_list<std::pair<char const*, char const*>> fields)
{
    fault made = error_answer(code);
    for (auto const& [name, value] : fields)
        made.answer->headers.set(name, value);
    return made;
}

std::string header_of(recorded_request const& request, std::string_view name)
{
    return std::string(request.message.headers.get(name));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_retry_test, retry_fixture)

// ---------------------------------------------------------------------------------------------------
// What a request says of itself

// All attempts of a call have one id, another call has another, and each says which attempt it is.
BOOST_AUTO_TEST_CASE(invocation_and_attempt)
{
    client_environment environment;
    environment.exchanger = service;
    environment.clock = clock;
    environment.random = std::make_shared<base::system_random>();
    environment.time = jumping;
    client_config config = plain_config();
    config.credentials = identity;
    client const tested(
        std::make_shared<client_core>(context.get_executor(), std::move(config), environment));
    service->on(operation::describe_vault, 1, error_answer(service_errc::throttling));
    service->on(operation::describe_vault, 2, error_answer(service_errc::throttling));

    run(tested.describe_vault(describe()));
    run(tested.describe_vault(describe()));

    auto const sent = service->requests();
    BOOST_TEST_REQUIRE(sent.size() == 4U);
    std::string const id = header_of(sent[0], "amz-sdk-invocation-id");
    BOOST_TEST(id.size() == 36U);
    BOOST_TEST(id[14] == '4');
    BOOST_TEST(header_of(sent[1], "amz-sdk-invocation-id") == id);
    BOOST_TEST(header_of(sent[2], "amz-sdk-invocation-id") == id);
    BOOST_TEST(header_of(sent[3], "amz-sdk-invocation-id") != id);
    // The first attempt does not say until when it is waited for: five minutes from 04:05:06.
    BOOST_TEST(header_of(sent[0], "amz-sdk-request") == "attempt=1; max=3");
    BOOST_TEST(header_of(sent[1], "amz-sdk-request") == "ttl=20260203T041006Z; attempt=2; max=3");
    BOOST_TEST(header_of(sent[2], "amz-sdk-request") == "ttl=20260203T041006Z; attempt=3; max=3");
    BOOST_TEST(header_of(sent[3], "amz-sdk-request") == "attempt=1; max=3");
    BOOST_TEST(header_of(sent[0], "authorization").find("amz-sdk-invocation-id;amz-sdk-request;host") !=
               std::string::npos);
}

// Nobody knows how long a body takes, and without a limit there is no time to tell.
BOOST_AUTO_TEST_CASE(requests_without_a_time_to_live)
{
    service->on(operation::upload_archive, 1, error_answer(service_errc::throttling));
    run(plain_client().upload_archive(upload_archive_request(photos, body(std::string("bytes")))));
    client_config config = plain_config();
    config.timeouts.response = 0ms;
    service->on(operation::describe_vault, 1, error_answer(service_errc::throttling));
    run(make_client(std::move(config)).describe_vault(describe()));

    for (recorded_request const& each : {service->requests()[1], service->requests()[3]})
        BOOST_TEST(header_of(each, "amz-sdk-request") == "attempt=2; max=3");
}

// A request that replaces one on a stale connection is one more than the settings allow, and says so.
BOOST_AUTO_TEST_CASE(attempts_beyond_those_that_count)
{
    service->on(operation::describe_vault, 1, stale_connection());
    service->on(operation::describe_vault, 2, error_answer(service_errc::throttling));
    service->on(operation::describe_vault, 3, error_answer(service_errc::throttling));
    service->on(operation::describe_vault, 4, error_answer(service_errc::throttling));

    operation_error const error = failure_of(plain_client().describe_vault(describe()));

    BOOST_TEST(error.attempts() == 4);
    auto const sent = service->requests();
    BOOST_TEST(header_of(sent[0], "amz-sdk-request") == "attempt=1; max=3");
    BOOST_TEST(header_of(sent[1], "amz-sdk-request") == "ttl=20260203T041006Z; attempt=2; max=4");
    BOOST_TEST(header_of(sent[3], "amz-sdk-request") == "ttl=20260203T041006Z; attempt=4; max=4");
}

// The stale connection is replaced whatever is left in the bucket, and at no cost to it.
BOOST_AUTO_TEST_CASE(stale_connection_with_an_empty_bucket)
{
    retry_settings empty;
    empty.quota = 0;
    client const tested = client_with(empty);
    service->on(operation::describe_vault, 1, stale_connection());
    run(tested.describe_vault(describe()));
    BOOST_TEST(service->count() == 2U);
    BOOST_TEST((waited() == 0ms));

    service->on(operation::describe_vault, 3, stale_connection());
    service->on(operation::describe_vault, 4, stale_connection());
    operation_error const error = failure_of(tested.describe_vault(describe()));
    BOOST_TEST(error.attempts() == 2);
    BOOST_TEST((error.code() == errc::connection_closed));
}

// The application shows in the User-Agent.
BOOST_AUTO_TEST_CASE(application_id)
{
    client_config config = plain_config();
    config.application_id = "tape-mover";
    run(make_client(std::move(config)).describe_vault(describe()));
    run(plain_client().describe_vault(describe()));

    BOOST_TEST(header_of(service->requests()[0], "user-agent").ends_with(" app/tape-mover"));
    BOOST_TEST(header_of(service->requests()[1], "user-agent").find(" app/") == std::string::npos);
}

// ---------------------------------------------------------------------------------------------------
// Clocks

namespace {

/// A service that refuses signatures which are more than five minutes off its own clock, as the real one does.
class punctual_service {
public:
    punctual_service(retry_fixture& of, std::chrono::seconds ahead) : of_(of), ahead_(ahead)
    {
        of_.service->when([this](recorded_request const& request) { return refuses(request); }, changing());
    }

    void set_ahead(std::chrono::seconds ahead) { ahead_ = ahead; }

    int refused = 0;

private:
    bool refuses(recorded_request const& request)
    {
        auto const signed_at = base::parse_iso8601_basic(request.message.headers.get("x-amz-date"));
        auto const difference = of_.clock->now() + ahead_ - *signed_at;
        expired_ = difference > 5min;
        bool const off = expired_ || difference < -5min;
        refused += off ? 1 : 0;
        return off;
    }

    /// The answer's text and date are those of the moment.
    fault changing()
    {
        fault made;
        made.answer.emplace();
        made.change = [this](protocol::http_response& answer) {
            answer =
                *error_answer(service_errc::invalid_signature,
                              expired_ ? "Signature expired: 1 is now earlier than 2 (3 - 5 min.)"
                                       : "Signature not yet current: 1 is still later than 2 (3 + 5 min.)")
                     .answer;
            answer.headers.set("Date", http_date(of_.clock->now() + ahead_));
        };
        return made;
    }

    static std::string http_date(timestamp time)
    {
        std::time_t const seconds = std::chrono::system_clock::to_time_t(time);
        std::tm fields{};
        ::gmtime_r(&seconds, &fields);
        std::array<char, 64> text{};
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &fields);
        return text.data();
    }

    retry_fixture& of_;
    std::chrono::seconds ahead_;
    bool expired_ = false;
};

} // namespace

// A clock that is seven minutes off, either way, costs one request more, once for the whole client.
BOOST_AUTO_TEST_CASE(skew_is_repaired_with_one_request)
{
    for (std::chrono::seconds const ahead : {420s, -420s}) {
        retry_fixture fresh;
        punctual_service const punctual(fresh, ahead);
        client const tested = fresh.plain_client();

        fresh.run(tested.describe_vault(fresh.describe()));
        BOOST_TEST(fresh.service->count() == 2U);
        fresh.run(tested.describe_vault(fresh.describe()));
        fresh.run(tested.with(call_settings()).describe_vault(fresh.describe()));
        BOOST_TEST(fresh.service->count() == 4U);
        BOOST_TEST(punctual.refused == 1);
        BOOST_TEST((fresh.waited() == 0ms));
        BOOST_TEST(header_of(fresh.service->requests()[3], "x-amz-date") ==
                   (ahead > 0s ? "20260203T041206Z" : "20260203T035806Z"));
    }
}

// The repair costs nothing, and an upload that must not be done twice is repaired too: it was refused.
BOOST_AUTO_TEST_CASE(skew_needs_no_attempts)
{
    punctual_service const punctual(*this, 420s);
    client const tested = client_with(retry_settings::none());
    auto const stored =
        run(tested.upload_archive(upload_archive_request(photos, body(std::string("bytes")))));
    BOOST_TEST(service->count() == 2U);
    BOOST_TEST(service->archives("photos") == 1U);
    BOOST_TEST(punctual.refused == 1);
}

// This machine's clock is put right later: one request more, and the offset is forgotten.
BOOST_AUTO_TEST_CASE(skew_heals)
{
    punctual_service punctual(*this, 420s);
    client const tested = plain_client();
    run(tested.describe_vault(describe()));
    punctual.set_ahead(0s);

    run(tested.describe_vault(describe()));
    run(tested.describe_vault(describe()));

    BOOST_TEST(service->count() == 5U);
    BOOST_TEST(punctual.refused == 2);
    BOOST_TEST(header_of(service->requests()[4], "x-amz-date") == "20260203T040506Z");
}

// A service whose date is no help: two requests for each operation, never more, and nothing is learned for good.
BOOST_AUTO_TEST_CASE(skew_that_does_not_help_is_unlearned)
{
    fault liar = error_answer(service_errc::invalid_signature, "Signature expired: always");
    liar.answer->headers.set("Date", "Tue, 03 Feb 2026 05:05:06 GMT");
    service->always(operation::describe_vault, std::move(liar));
    client const tested = plain_client();

    for (int nth = 1; nth <= 3; ++nth) {
        operation_error const error = failure_of(tested.describe_vault(describe()));
        BOOST_TEST((error.code() == service_errc::invalid_signature));
        BOOST_TEST(error.attempts() == 2);
        auto const sent = service->requests();
        BOOST_TEST_REQUIRE(sent.size() == std::size_t(2 * nth));
        BOOST_TEST(header_of(sent[sent.size() - 2], "x-amz-date") == "20260203T040506Z");
        BOOST_TEST(header_of(sent[sent.size() - 1], "x-amz-date") == "20260203T050506Z");
    }
}

// A wrong key has the same code, and is not tried again; nor is a refusal of the time without a date to learn from.
BOOST_AUTO_TEST_CASE(wrong_key_is_no_skew)
{
    for (char const* const message :
         {"The request signature we calculated does not match the signature you provided.",
          "Signature expired"}) {
        retry_fixture fresh;
        fault refusal = error_answer(service_errc::invalid_signature, message);
        if (std::string_view(message).starts_with("The"))
            refusal.answer->headers.set("Date", "Tue, 03 Feb 2026 05:05:06 GMT");
        fresh.service->always(operation::describe_vault, std::move(refusal));
        BOOST_TEST(fresh.failure_of(fresh.plain_client().describe_vault(fresh.describe())).attempts() == 1);
    }
}

// Dates years away are not believed.
BOOST_AUTO_TEST_CASE(absurd_dates_are_refused)
{
    for (char const* const date : {"Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
                                   "Wed, 03 Feb 2027 04:05:06 +0100", "yesterday"}) {
        retry_fixture fresh;
        fault refusal = error_answer(service_errc::invalid_signature, "Signature expired: ...");
        refusal.answer->headers.set("Date", date);
        fresh.service->always(operation::describe_vault, std::move(refusal));
        BOOST_TEST(fresh.failure_of(fresh.plain_client().describe_vault(fresh.describe())).attempts() == 1,
                   date);
    }
}

// Many operations at once are repaired with one more request each, and all in the same way.
BOOST_AUTO_TEST_CASE(skew_of_many_operations)
{
    punctual_service const punctual(*this, -420s);
    client const tested = plain_client();
    std::vector<started_operation<vault_description>> many(100);
    for (auto& each : many)
        start(tested.describe_vault(describe()), each);
    run_to_end();

    for (auto const& each : many)
        BOOST_TEST(!each.error);
    BOOST_TEST(service->count() == 200U);
    run(tested.describe_vault(describe()));
    BOOST_TEST(service->count() == 201U);
}

// ---------------------------------------------------------------------------------------------------
// Credentials

// Expired credentials are reported to their provider, and the request goes out once more with others.
BOOST_AUTO_TEST_CASE(expired_token_is_renewed)
{
    service->on(operation::upload_archive, 1, error_answer(service_errc::expired_token));

    run(client_with(retry_settings::none())
            .upload_archive(upload_archive_request(photos, body(std::string("bytes")))));

    BOOST_TEST((identity->expired == std::vector<std::string>{"KEY1"}));
    BOOST_TEST(service->count() == 2U);
    BOOST_TEST(header_of(service->requests()[1], "x-amz-security-token") == "token2");
    BOOST_TEST((waited() == 0ms));
}

// Once for each operation; then it is the operation's error.
BOOST_AUTO_TEST_CASE(expired_token_once)
{
    service->always(operation::describe_vault, error_answer(service_errc::expired_token));
    client const tested = plain_client();

    operation_error const error = failure_of(tested.describe_vault(describe()));
    BOOST_TEST((error.code() == service_errc::expired_token));
    BOOST_TEST(error.attempts() == 2);
    BOOST_TEST(failure_of(tested.describe_vault(describe())).attempts() == 2);
    BOOST_TEST((identity->expired == std::vector<std::string>{"KEY1", "KEY3"}));
}

// If the provider has no others, its error is that of the operation, and says what was sent.
BOOST_AUTO_TEST_CASE(expired_token_without_others)
{
    fault refusal = error_answer(service_errc::expired_token);
    service->when(
        [this](recorded_request const&) {
            error_details details;
            details.message = "nothing new";
            identity->error = std::make_exception_ptr(operation_error(errc::credentials_failed, details));
            return true;
        },
        std::move(refusal));

    operation_error const error = failure_of(plain_client().describe_vault(describe()));
    BOOST_TEST((error.code() == errc::credentials_failed));
    BOOST_TEST(error.attempts() == 1);
    BOOST_TEST(!error.outcome_unknown());
}

// ---------------------------------------------------------------------------------------------------
// What the service asks for

// The service's own header, in milliseconds, and HTTP's, in seconds or as a date, put the repetition off; not by more
// than five seconds beyond what it would have been. The random wait is a half of a second.
BOOST_AUTO_TEST_CASE(retry_after)
{
    struct wish {
        char const* name;
        char const* value;
        std::chrono::milliseconds wait;
    };
    for (wish const& each : std::vector<wish>{{"x-amz-retry-after", "1500", 1'500ms},
                                              {"x-amz-retry-after", "20", 501ms},
                                              {"x-amz-retry-after", "3600000", 5'501ms},
                                              {"x-amz-retry-after", "-1", 501ms},
                                              {"Retry-After", "3", 3'000ms},
                                              {"Retry-After", "86400", 5'501ms},
                                              {"Retry-After", "Tue, 03 Feb 2026 04:05:10 GMT", 4'000ms},
                                              {"Retry-After", "Tue, 03 Feb 2026 04:04:10 GMT", 501ms}}) {
        retry_fixture fresh;
        fresh.service->on(operation::describe_vault, 1,
                          answer_with(service_errc::throttling, {{each.name, each.value}}));
        fresh.run(fresh.plain_client().describe_vault(fresh.describe()));
        BOOST_TEST(fresh.waited().count() == each.wait.count(), each.value);
    }
}

// ---------------------------------------------------------------------------------------------------
// Settings of single calls

// A handle with other settings shares the bucket; what is not set is as before.
BOOST_AUTO_TEST_CASE(settings_of_a_call)
{
    service->always(operation::describe_vault, error_answer(service_errc::service_unavailable));
    client const tested = plain_client();
    call_settings once;
    once.retry = retry_settings::none();
    call_settings often;
    often.retry.emplace();
    often.retry->attempts_max = 6;

    BOOST_TEST(failure_of(tested.with(once).describe_vault(describe())).attempts() == 1);
    BOOST_TEST(failure_of(tested.with(often).describe_vault(describe())).attempts() == 6);
    BOOST_TEST(failure_of(tested.with(once).with(call_settings()).describe_vault(describe())).attempts() ==
               1);
    BOOST_TEST(failure_of(tested.describe_vault(describe())).attempts() == 3);

    // 500 / 14 = 35, of which 5 and 2 are gone: the others may have 28.
    std::size_t const before = service->count();
    for (int i = 0; i < 100; ++i)
        failure_of(tested.with(often).describe_vault(describe()));
    BOOST_TEST(service->count() - before == 100U + 28U);
    BOOST_TEST(failure_of(tested.describe_vault(describe())).attempts() == 1);
}

// A handle with free repetitions repeats although the bucket is empty.
BOOST_AUTO_TEST_CASE(patient_calls_need_no_bucket)
{
    retry_settings poor;
    poor.quota = 0;
    client const tested = client_with(poor);
    for (int nth = 1; nth <= 99; ++nth)
        service->on(operation::describe_vault, nth, error_answer(service_errc::service_unavailable));
    call_settings patient;
    patient.retry = retry_settings::patient();

    run(tested.with(patient).describe_vault(describe()));

    BOOST_TEST(service->count() == 100U);
    BOOST_TEST((waited() > 1h));
}

// Pagers take the settings of the handle that they are made from.
BOOST_AUTO_TEST_CASE(pager_of_a_handle)
{
    service->always(operation::list_vaults, error_answer(service_errc::service_unavailable));
    call_settings once;
    once.retry = retry_settings::none();
    vault_pager pager(plain_client().with(once), list_vaults_request());

    BOOST_TEST(failure_of(pager.next()).attempts() == 1);
}

// Settings that cannot work are refused with their name.
BOOST_AUTO_TEST_CASE(unusable_settings_of_a_call)
{
    client const tested = plain_client();
    call_settings never;
    never.retry.emplace();
    never.retry->attempts_max = 0;
    BOOST_CHECK_EXCEPTION(tested.with(never), invalid_value, [](invalid_value const& error) {
        return error.code() == errc::invalid_option &&
               std::string_view(error.what()).find("retry.attempts_max = 0") != std::string_view::npos;
    });
    call_settings past;
    past.operation_timeout = -1ms;
    BOOST_CHECK_THROW(tested.with(past), invalid_value);
}

// ---------------------------------------------------------------------------------------------------
// How much a service in trouble is asked

namespace {

/// Requests that 10,000 operations send to a service that always answers so.
std::size_t requests_of_ten_thousand(retry_fixture& fixture, retry_settings const& retry, fault answer)
{
    fixture.service->heal();
    std::size_t const before = fixture.service->count();
    fixture.service->always(operation::describe_vault, std::move(answer));
    client const tested = fixture.client_with(retry);
    int failed = 0;
    // A hundred at a time, as a server would.
    for (int round = 0; round < 100; ++round) {
        std::vector<started_operation<vault_description>> many(100);
        for (auto& each : many)
            fixture.start(tested.describe_vault(fixture.describe()), each);
        fixture.run_to_end();
        for (auto const& each : many)
            failed += each.error ? 1 : 0;
    }
    BOOST_TEST(failed == 10'000);
    return fixture.service->count() - before;
}

} // namespace

// The bucket bounds the repetitions: 500/14 after failures, 500/5 after requests to slow down.
BOOST_AUTO_TEST_CASE(ten_thousand_operations_against_a_service_in_trouble)
{
    BOOST_TEST(requests_of_ten_thousand(*this, retry_settings(), gateway_answer(503)) == 10'035U);
    BOOST_TEST(requests_of_ten_thousand(*this, retry_settings(), error_answer(service_errc::throttling)) ==
               10'100U);
}

// In adaptive mode, a service that always asks to slow down is asked once in two seconds.
BOOST_AUTO_TEST_CASE(adaptive_mode_slows_down)
{
    service->always(operation::describe_vault, error_answer(service_errc::throttling));
    client const tested = client_with(retry_settings::adaptive());

    for (int i = 0; i < 100; ++i)
        failure_of(tested.describe_vault(describe()));

    // 100 operations, 100 repetitions at most.
    BOOST_TEST(service->count() == 200U);
    BOOST_TEST((waited() > 390s && waited() < 600s));
}

// A standard handle of an adaptive client does not wait for the rate, nor does it change it.
BOOST_AUTO_TEST_CASE(standard_call_of_an_adaptive_client)
{
    service->on(operation::describe_vault, 1, error_answer(service_errc::throttling));
    client const tested = client_with(retry_settings::adaptive());
    run(tested.describe_vault(describe()));
    auto const before = waited();
    call_settings standard;
    standard.retry.emplace();

    run(tested.with(standard).describe_vault(describe()));
    BOOST_TEST((waited() == before));
    run(tested.describe_vault(describe()));
    BOOST_TEST((waited() > before));
}

BOOST_AUTO_TEST_SUITE_END()
