#include "client/client_core.hpp"

#include "async/transfer_limits.hpp"
#include "net/connection.hpp"
#include "protocol/sigv4.hpp"
#include "support/client_fixture.hpp"
#include "support/manual_time.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <ostream>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

client_config config_with(int attempts_max, int quota = 500)
{
    client_config config = client_fixture::default_config();
    // The older constants: what repetitions cost is easier to count with.
    config.retry = retry_settings::standard();
    config.retry.delay_base = std::chrono::milliseconds(1);
    config.retry.delay_base_of_throttling = std::chrono::milliseconds(1);
    config.retry.attempts_max = attempts_max;
    config.retry.quota = quota;
    return config;
}

describe_vault_request describe_photos()
{
    return describe_vault_request(photos);
}

upload_archive_request upload_bytes()
{
    return upload_archive_request(photos, body(std::string("bytes")));
}

initiate_job_request retrieve_some()
{
    return initiate_job_request(photos, job_parameters::archive_retrieval("some-archive"));
}

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

/// A network that opens connections ahead, or cannot.
class warm_network final : public net::exchanger {
public:
    asio::awaitable<net::exchange_result> exchange(net::exchange_request /*request*/) override
    {
        co_return net::exchange_result();
    }

    pool_statistics statistics() const override
    {
        pool_statistics now;
        now.opened = opened;
        return now;
    }

    asio::awaitable<std::size_t> warm_up(std::size_t connections) override
    {
        if (error)
            throw net::connection_error(error, "nobody there");
        opened += connections;
        co_return connections;
    }

    std::uint64_t opened = 0;
    error_code error;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_core_test, client_fixture)

// ---------------------------------------------------------------------------------------------------
// What is sent

// A request goes out once if all is well, signed and complete.
BOOST_AUTO_TEST_CASE(signed_request)
{
    run(sut.describe_vault(describe_photos()));

    recorded_request const sent = service->only_request();
    auto const authorization = protocol::parse_authorization(sent.message.headers.get("authorization"));
    BOOST_TEST_REQUIRE(authorization.has_value());
    BOOST_TEST(authorization->access_key_id == "KEY1");
    BOOST_TEST(authorization->scope == "20260203/eu-west-1/glacier/aws4_request");
    BOOST_TEST(authorization->signature.size() == 64U);
    BOOST_TEST(sent.message.headers.get("host") == "glacier.eu-west-1.amazonaws.com");
    BOOST_TEST(sent.message.headers.get("x-amz-date") == "20260203T040506Z");
    BOOST_TEST(sent.message.headers.get("x-amz-security-token") == "token1");
    BOOST_TEST(sent.message.headers.get("x-amz-glacier-version") == "2012-06-01");
    BOOST_TEST(sent.message.headers.get("user-agent").starts_with("glacier-cpp/"));
}

// What says what is asked is signed: the version, the host, and the hash of what is sent.
BOOST_AUTO_TEST_CASE(signed_headers)
{
    run(sut.upload_archive(upload_bytes()));

    auto const authorization =
        protocol::parse_authorization(service->only_request().message.headers.get("authorization"));
    for (char const* const name : {"host", "x-amz-date", "x-amz-glacier-version", "x-amz-content-sha256",
                                   "x-amz-sha256-tree-hash", "x-amz-security-token"}) {
        auto const& names = authorization->signed_headers;
        BOOST_TEST((std::find(names.begin(), names.end(), name) != names.end()), name);
    }
}

// The account of the configuration owns the vaults; `-` is that of the credentials.
BOOST_AUTO_TEST_CASE(account)
{
    client_config config = default_config();
    config.account = "123456789012";
    run(make_client(std::move(config)).describe_vault(describe_photos()));

    BOOST_TEST(service->only_request().message.target == "/123456789012/vaults/photos");
}

// An endpoint of one's own changes the host header and keeps the region in the signature.
BOOST_AUTO_TEST_CASE(own_endpoint)
{
    client_config config = default_config();
    config.endpoint = "http://localhost:8080";
    run(make_client(std::move(config)).describe_vault(describe_photos()));

    recorded_request const sent = service->only_request();
    BOOST_TEST(sent.message.headers.get("host") == "localhost:8080");
    BOOST_TEST(contains(sent.message.headers.get("authorization"), "/eu-west-1/glacier/"));
}

// Each attempt asks for credentials and for the time again: both may have changed meanwhile.
BOOST_AUTO_TEST_CASE(credentials_and_time_per_attempt)
{
    // The clock moves when the first attempt is answered.
    fault moves = with_body("{}");
    moves.change = [this](protocol::http_response& answer) {
        clock->set(timestamp(std::chrono::sys_days(std::chrono::year(2026) / 2 / 4)));
        answer.status = 503;
        answer.body.clear();
    };
    service->on(operation::describe_vault, 1, std::move(moves));

    run(sut.describe_vault(describe_photos()));

    BOOST_TEST(identity->calls == 2);
    auto const sent = service->requests();
    BOOST_TEST_REQUIRE(sent.size() == 2U);
    BOOST_TEST(contains(sent[0].message.headers.get("authorization"), "KEY1/20260203"));
    BOOST_TEST(contains(sent[1].message.headers.get("authorization"), "KEY2/20260204"));
    BOOST_TEST(sent[1].message.headers.get("x-amz-security-token") == "token2");
}

// ---------------------------------------------------------------------------------------------------
// Error answers

// The error holds everything that the service said, and its sentence names it.
BOOST_AUTO_TEST_CASE(error_answer_in_full)
{
    service->always(operation::describe_vault,
                    error_answer(service_errc::resource_not_found, "Vault not found"));

    operation_error const error = failure_of(sut.describe_vault(describe_photos()));

    BOOST_TEST((error.code() == service_errc::resource_not_found));
    BOOST_TEST((error.code() == condition::not_found));
    BOOST_TEST(error.operation() == "DescribeVault");
    BOOST_TEST(error.details().resource == "vault photos");
    BOOST_TEST(error.service_code() == "ResourceNotFoundException");
    BOOST_TEST(error.details().message == "Vault not found");
    BOOST_TEST(error.request_id() == "request-1");
    BOOST_TEST(error.http_status() == 404);
    BOOST_TEST(error.attempts() == 1);
    BOOST_TEST(!error.outcome_unknown());
    BOOST_TEST(std::string(error.what()) == "DescribeVault of vault photos: Vault not found "
                                            "(ResourceNotFoundException, HTTP 404, request id request-1)");
}

struct code_case {
    service_errc code;
    int requests;
};

std::ostream& operator<<(std::ostream& stream, code_case const& value)
{
    return stream << static_cast<int>(value.code);
}

// What may pass is repeated, as often as configured; refusals, and quotas that look like throttling, are not.
BOOST_DATA_TEST_CASE(which_codes_are_repeated, boost::unit_test::data::make({
                                                   code_case{service_errc::service_unavailable, 3},
                                                   code_case{service_errc::throttling, 3},
                                                   code_case{service_errc::request_timeout, 3},
                                                   code_case{service_errc::limit_exceeded, 1},
                                                   code_case{service_errc::policy_enforced, 1},
                                                   code_case{service_errc::insufficient_capacity, 1},
                                                   code_case{service_errc::no_longer_supported, 1},
                                                   code_case{service_errc::access_denied, 1},
                                                   // Once more, with fresh credentials.
                                                   code_case{service_errc::expired_token, 2},
                                                   code_case{service_errc::invalid_signature, 1},
                                                   code_case{service_errc::invalid_parameter_value, 1},
                                                   code_case{service_errc::missing_parameter_value, 1},
                                                   code_case{service_errc::missing_authentication_token, 1},
                                                   code_case{service_errc::unrecognized_client, 1},
                                                   code_case{service_errc::resource_not_found, 1},
                                                   code_case{service_errc::serialization, 1},
                                                   code_case{service_errc::bad_request, 1},
                                                   code_case{service_errc::incomplete_signature, 1},
                                               }))
{
    service->always(operation::describe_vault, error_answer(sample.code));

    operation_error const error = failure_of(sut.describe_vault(describe_photos()));

    BOOST_TEST((error.code() == sample.code));
    BOOST_TEST(error.attempts() == sample.requests);
    BOOST_TEST(service->count() == static_cast<std::size_t>(sample.requests));
}

// An error of the service that this version does not know keeps its name, and is not repeated.
BOOST_AUTO_TEST_CASE(unknown_code)
{
    fault odd;
    odd.answer.emplace();
    odd.answer->status = 418;
    odd.answer->body = R"({"code":"TeapotException","message":"short and stout"})";
    service->always(operation::describe_vault, std::move(odd));

    operation_error const error = failure_of(sut.describe_vault(describe_photos()));

    BOOST_TEST((error.code() == service_errc::unknown));
    BOOST_TEST(error.service_code() == "TeapotException");
    BOOST_TEST(error.http_status() == 418);
    BOOST_TEST(service->count() == 1U);
}

// What a gateway writes instead of the service is understood by its status, and control characters in what
// comes from the network do not reach the terminal.
BOOST_AUTO_TEST_CASE(gateway_and_control_characters)
{
    service->always(operation::describe_vault, gateway_answer(502));
    operation_error const bad_gateway = failure_of(sut.describe_vault(describe_photos()));
    BOOST_TEST((bad_gateway.code() == service_errc::service_unavailable));
    BOOST_TEST(bad_gateway.details().message == "502");
    BOOST_TEST(contains(bad_gateway.what(), "the service is unavailable: 502 (HTTP 502"));

    service->always(operation::describe_vault, error_answer(service_errc::access_denied, "a\n\x1b[31mred"));
    operation_error const error = failure_of(sut.describe_vault(describe_photos()));
    BOOST_TEST(!contains(error.what(), "\n"));
    BOOST_TEST(!contains(error.what(), "\x1b"));
}

// Another success than the operation's own is an error.
BOOST_DATA_TEST_CASE(unexpected_status, boost::unit_test::data::make({202, 204, 206, 301, 304}))
{
    service->always(operation::describe_vault, other_status(sample));

    operation_error const error = failure_of(sut.describe_vault(describe_photos()));

    BOOST_TEST((error.code() == errc::unexpected_status));
    BOOST_TEST(error.http_status() == sample);
    BOOST_TEST(error.request_id() == "request-1");
    // The body is that of the success which it is not.
    BOOST_TEST(error.details().message.starts_with("expected 200, got " + std::to_string(sample) + ": {\""));
    BOOST_TEST(!error.outcome_unknown());
    BOOST_TEST(service->count() == 1U);
}

// A redirection is not followed: the error says whereto it was, and what the page says.
BOOST_AUTO_TEST_CASE(redirections_are_not_followed)
{
    fault moved;
    moved.change = [](protocol::http_response& answer) {
        answer.status = 307;
        answer.headers.add("x-amz-request-id", "front-1");
        answer.headers.add("Location", "https://elsewhere.example/\x1b");
        answer.body = "<html><title>Temporary\n Redirect</title></html>";
    };
    service->always(operation::describe_vault, std::move(moved));

    operation_error const error = failure_of(sut.describe_vault(describe_photos()));

    BOOST_TEST((error.code() == errc::unexpected_status));
    BOOST_TEST(error.details().message ==
               "expected 200, got 307 to https://elsewhere.example/\\x1b: Temporary Redirect");
    BOOST_TEST(error.request_id() == "front-1");
    BOOST_TEST(service->count() == 1U);
}

// An operation that answers with bytes has two successes.
BOOST_AUTO_TEST_CASE(unexpected_status_of_an_output)
{
    fault empty;
    empty.answer.emplace();
    empty.answer->status = 204;
    service->always(operation::get_job_output, std::move(empty));

    operation_error const error = failure_of(sut.get_job_output(get_job_output_request(photos, "some-job")));

    BOOST_TEST((error.code() == errc::unexpected_status));
    BOOST_TEST(error.details().message == "expected 200 or 206, got 204");
}

// Where a second request would do the work twice, an odd success says that nobody knows; a redirection does not.
BOOST_AUTO_TEST_CASE(unexpected_success_of_an_upload)
{
    service->on(operation::upload_archive, 1, other_status(200));
    service->on(operation::upload_archive, 2, other_status(307));

    BOOST_TEST(failure_of(sut.upload_archive(upload_bytes())).outcome_unknown());
    BOOST_TEST(!failure_of(sut.upload_archive(upload_bytes())).outcome_unknown());
}

// ---------------------------------------------------------------------------------------------------
// Repetition

// A failure that passes is not seen by the caller.
BOOST_AUTO_TEST_CASE(unavailable_then_success)
{
    service->on(operation::describe_vault, 1, error_answer(service_errc::service_unavailable));
    service->on(operation::describe_vault, 2, gateway_answer(503));

    vault_description const vault = run(sut.describe_vault(describe_photos()));

    BOOST_TEST(vault.vault_name == "photos");
    BOOST_TEST(service->count() == 3U);
}

// The last of the attempts decides what is reported.
BOOST_AUTO_TEST_CASE(last_error_is_reported)
{
    service->on(operation::describe_vault, 1, error_answer(service_errc::service_unavailable, "first"));
    service->on(operation::describe_vault, 2, error_answer(service_errc::throttling, "second"));
    service->on(operation::describe_vault, 3, error_answer(service_errc::throttling, "third"));

    operation_error const error = failure_of(sut.describe_vault(describe_photos()));

    BOOST_TEST(error.details().message == "third");
    BOOST_TEST((error.code() == condition::throttling));
    BOOST_TEST(error.request_id() == "request-3");
    BOOST_TEST(error.attempts() == 3);
    BOOST_TEST(contains(error.what(), "3 attempts"));
}

// With one attempt, nothing is repeated.
BOOST_AUTO_TEST_CASE(repetition_turned_off)
{
    client const once = make_client(config_with(1));
    service->always(operation::describe_vault, error_answer(service_errc::service_unavailable));

    BOOST_TEST(failure_of(once.describe_vault(describe_photos())).attempts() == 1);
    BOOST_TEST(service->count() == 1U);
}

// All operations of a client pay from one bucket; once it is empty, failures are final at once.
BOOST_AUTO_TEST_CASE(quota_is_shared_and_runs_out)
{
    client const poor = make_client(config_with(3, 15));
    service->always(operation::describe_vault, error_answer(service_errc::service_unavailable));
    service->always(operation::list_vaults, error_answer(service_errc::service_unavailable));

    BOOST_TEST(failure_of(poor.describe_vault(describe_photos())).attempts() == 3);
    BOOST_TEST(failure_of(poor.list_vaults()).attempts() == 2);
    BOOST_TEST(failure_of(poor.describe_vault(describe_photos())).attempts() == 1);
}

// Success puts back what the repetition took, so a service that recovers finds the bucket full.
BOOST_AUTO_TEST_CASE(success_fills_the_quota)
{
    client const poor = make_client(config_with(2, 5));
    for (int nth : {1, 3, 5})
        service->on(operation::describe_vault, nth, error_answer(service_errc::service_unavailable));

    for (int i = 0; i < 3; ++i)
        run(poor.describe_vault(describe_photos()));

    BOOST_TEST(service->count() == 6U);
}

// A client of its own has a bucket of its own.
BOOST_AUTO_TEST_CASE(quota_is_the_clients)
{
    client const first = make_client(config_with(2, 5));
    client const second = make_client(config_with(2, 5));
    service->always(operation::describe_vault, error_answer(service_errc::service_unavailable));

    BOOST_TEST(failure_of(first.describe_vault(describe_photos())).attempts() == 2);
    BOOST_TEST(failure_of(first.describe_vault(describe_photos())).attempts() == 1);
    BOOST_TEST(failure_of(second.describe_vault(describe_photos())).attempts() == 2);
}

// A time-out costs more than another failure.
BOOST_AUTO_TEST_CASE(timeouts_cost_more)
{
    client const poor = make_client(config_with(3, 15));
    service->always(operation::describe_vault, not_connected(make_error_code(errc::connect_timeout)));

    BOOST_TEST(failure_of(poor.describe_vault(describe_photos())).attempts() == 2);
}

// The wait before a repetition is the random part of the delay.
BOOST_AUTO_TEST_CASE(waits_before_repeating)
{
    auto const manual = std::make_shared<manual_time>();
    time = manual;
    client_config config = default_config();
    config.retry.delay_base = std::chrono::milliseconds(60);
    config.retry.delay_base_of_throttling = std::chrono::milliseconds(600);
    config.retry.delay_max = std::chrono::seconds(20);
    client const patient = make_client(std::move(config));
    service->on(operation::describe_vault, 1, error_answer(service_errc::throttling));
    service->on(operation::describe_vault, 2, error_answer(service_errc::service_unavailable));
    started_operation<vault_description> described;
    start(patient.describe_vault(describe_photos()), described);

    // The fraction of the test's random source is a half and a little; the second limit is twice the base.
    manual->pass(context, std::chrono::milliseconds(300));
    BOOST_TEST(service->count() == 1U);
    manual->pass(context, std::chrono::milliseconds(1));
    BOOST_TEST(service->count() == 2U);
    manual->pass(context, std::chrono::milliseconds(59));
    BOOST_TEST(service->count() == 2U);
    manual->pass(context, std::chrono::milliseconds(1));
    BOOST_TEST(service->count() == 3U);
    BOOST_TEST(described.ended());
    BOOST_TEST(!described.error);
}

// ---------------------------------------------------------------------------------------------------
// The way to the service

// A connection that could not be had is tried again, for every operation: nothing was sent.
BOOST_AUTO_TEST_CASE(not_sent_is_repeated)
{
    for (operation const id : {operation::describe_vault, operation::upload_archive})
        service->on(id, 1, not_connected());

    run(sut.describe_vault(describe_photos()));
    run(sut.upload_archive(upload_bytes()));

    BOOST_TEST(service->count(operation::describe_vault) == 2U);
    BOOST_TEST(service->count(operation::upload_archive) == 2U);
    BOOST_TEST(service->archives("photos") == 1U);
}

// If it never can be had, the error says why, and that nothing happened.
BOOST_AUTO_TEST_CASE(never_connected)
{
    service->always(operation::upload_archive, not_connected());

    operation_error const error = failure_of(sut.upload_archive(upload_bytes()));

    BOOST_TEST((error.code() == errc::connect_timeout));
    BOOST_TEST((error.code() == condition::transport));
    BOOST_TEST((error.code() == condition::timeout));
    BOOST_TEST(error.attempts() == 3);
    BOOST_TEST(error.http_status() == 0);
    BOOST_TEST(error.request_id().empty());
    BOOST_TEST(!error.outcome_unknown());
    BOOST_TEST(contains(error.what(), "as the test wants it"));
}

// A lost answer is no reason not to ask again, where asking twice does no harm.
BOOST_AUTO_TEST_CASE(lost_answer_of_a_reading_operation)
{
    service->on(operation::describe_vault, 1, lost_answer());

    run(sut.describe_vault(describe_photos()));

    BOOST_TEST(service->count() == 2U);
}

// A lost answer to an upload is reported, not repeated: a second archive would be paid for.
BOOST_AUTO_TEST_CASE(lost_answer_of_an_upload)
{
    service->on(operation::upload_archive, 1, lost_answer());

    operation_error const error = failure_of(sut.upload_archive(upload_bytes()));

    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST((error.code() == errc::connection_closed));
    BOOST_TEST(contains(error.what(), "whether it took effect is unknown"));
    BOOST_TEST(service->count() == 1U);
    BOOST_TEST(service->archives("photos") == 1U);
}

// An upload that broke off in the middle of its body has stored nothing, so it is sent again.
BOOST_AUTO_TEST_CASE(upload_that_broke_off)
{
    service->on(operation::upload_archive, 1, broken_while_sending());
    run(sut.upload_archive(upload_bytes()));
    BOOST_TEST(service->count() == 2U);
    BOOST_TEST(service->archives("photos") == 1U);

    service->always(operation::upload_archive, broken_while_sending());
    operation_error const error = failure_of(sut.upload_archive(upload_bytes()));
    BOOST_TEST(error.attempts() == 3);
    BOOST_TEST(!error.outcome_unknown());
    BOOST_TEST((error.code() == boost::system::errc::connection_reset));
}

// The same for a job, which is charged each time.
BOOST_AUTO_TEST_CASE(lost_answer_of_a_job)
{
    job_parameters parameters = job_parameters::archive_retrieval(service->add_archive("photos", "bytes"));
    service->on(operation::initiate_job, 1, lost_answer(make_error_code(errc::response_timeout)));

    operation_error const error =
        failure_of(sut.initiate_job(initiate_job_request(photos, std::move(parameters))));

    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST((error.code() == condition::timeout));
    BOOST_TEST(service->count() == 1U);
    BOOST_TEST(service->jobs("photos") == 1U);
}

// A gateway's 5xx tells nothing about what the service did; the service's own 5xx says that it did nothing.
BOOST_AUTO_TEST_CASE(gateway_error_of_a_job)
{
    service->on(operation::initiate_job, 1, gateway_answer(504));
    operation_error const gateway = failure_of(sut.initiate_job(retrieve_some()));
    BOOST_TEST(gateway.outcome_unknown());
    BOOST_TEST(service->count() == 1U);

    service->always(operation::initiate_job, error_answer(service_errc::service_unavailable));
    operation_error const own = failure_of(sut.initiate_job(retrieve_some()));
    BOOST_TEST(!own.outcome_unknown());
    BOOST_TEST(own.attempts() == 3);
}

// Multipart operations may be repeated: no archive comes twice of it.
BOOST_AUTO_TEST_CASE(lost_answers_of_a_multipart_upload)
{
    for (operation const id : {operation::initiate_multipart_upload, operation::upload_multipart_part,
                               operation::complete_multipart_upload})
        service->on(id, 1, lost_answer());
    std::string const bytes = "part";

    upload_id const upload =
        run(sut.initiate_multipart_upload(initiate_multipart_upload_request(photos, part_size(1'048'576))))
            .upload;
    run(sut.upload_multipart_part(
        upload_multipart_part_request(photos, upload, byte_range(0, 3), body(bytes))));
    complete_multipart_upload_request complete(photos, upload, 4, reference_tree_hash(bytes));
    run(sut.complete_multipart_upload(std::move(complete)));

    BOOST_TEST(service->archives("photos") == 1U);
    BOOST_TEST(service->count() == 6U);
}

// A connection that was closed while it lay idle says nothing about the service: repeated once, at no cost.
BOOST_AUTO_TEST_CASE(stale_connection_is_repeated_once)
{
    client const poor = make_client(config_with(1, 0));
    service->on(operation::describe_vault, 1, stale_connection());

    run(poor.describe_vault(describe_photos()));

    BOOST_TEST(service->count() == 2U);
}

// Twice is no coincidence.
BOOST_AUTO_TEST_CASE(stale_connection_twice)
{
    client const once = make_client(config_with(1));
    service->always(operation::describe_vault, stale_connection());

    operation_error const error = failure_of(once.describe_vault(describe_photos()));

    BOOST_TEST((error.code() == errc::connection_closed));
    BOOST_TEST(error.attempts() == 2);
    BOOST_TEST(service->count() == 2U);
}

// An upload on a stale connection may have arrived all the same.
BOOST_AUTO_TEST_CASE(stale_connection_of_an_upload)
{
    service->on(operation::upload_archive, 1, stale_connection());

    BOOST_TEST(failure_of(sut.upload_archive(upload_bytes())).outcome_unknown());
    BOOST_TEST(service->count() == 1U);
}

// A local fault that repeating does not mend is not repeated.
BOOST_AUTO_TEST_CASE(certificate_is_not_repeated)
{
    service->always(operation::describe_vault, not_connected(make_error_code(errc::certificate_untrusted)));

    BOOST_TEST((failure_of(sut.describe_vault(describe_photos())).code() == errc::certificate_untrusted));
    BOOST_TEST(service->count() == 1U);
}

// ---------------------------------------------------------------------------------------------------
// Credentials

// Without credentials nothing is sent, and the error says for which operation they were wanted.
BOOST_AUTO_TEST_CASE(no_credentials)
{
    error_details details;
    details.message = "looked everywhere";
    identity->error = std::make_exception_ptr(operation_error(errc::no_credentials, std::move(details)));

    operation_error const error = failure_of(sut.describe_vault(describe_photos()));

    BOOST_TEST((error.code() == errc::no_credentials));
    BOOST_TEST(error.operation() == "DescribeVault");
    BOOST_TEST(error.details().resource == "vault photos");
    BOOST_TEST(error.details().message == "looked everywhere");
    BOOST_TEST(!error.outcome_unknown());
    BOOST_TEST(identity->calls == 1);
    BOOST_TEST(service->count() == 0U);
}

// What else a provider throws reaches the caller as it is.
BOOST_AUTO_TEST_CASE(provider_throws_something_else)
{
    identity->error = std::make_exception_ptr(std::runtime_error("the provider's own"));

    BOOST_CHECK_EXCEPTION(
        run(sut.describe_vault(describe_photos())), std::runtime_error,
        [](auto const& error) { return std::string(error.what()) == "the provider's own"; });
}

// ---------------------------------------------------------------------------------------------------
// Configuration

template <class Change>
error_code refused(client_fixture& fixture, Change change)
{
    client_config config = client_fixture::default_config();
    change(config);
    try {
        fixture.make_client(std::move(config));
    } catch (boost::system::system_error const& error) {
        return error.code();
    }
    return {};
}

// A configuration that cannot work is refused when the client is made.
BOOST_AUTO_TEST_CASE(unusable_configuration)
{
    BOOST_TEST((refused(*this, [](client_config& c) { c.region = ""; }) == errc::no_region));
    BOOST_TEST((refused(*this, [](client_config& c) { c.region = "eu west"; }) == errc::invalid_endpoint));
    BOOST_TEST(
        (refused(*this, [](client_config& c) { c.endpoint = "ftp://host"; }) == errc::invalid_endpoint));
    BOOST_TEST((refused(*this, [](client_config& c) { c.endpoint = ""; }) == errc::invalid_endpoint));
    BOOST_TEST((refused(*this, [](client_config& c) {
                    c.endpoint = "https://host";
                    c.use_fips_endpoint = true;
                }) == errc::invalid_option));
    BOOST_TEST((refused(*this, [](client_config& c) {
                    c.endpoint = "https://host";
                    c.use_dualstack_endpoint = true;
                }) == errc::invalid_option));
    BOOST_TEST((refused(*this, [](client_config& c) { c.retry.attempts_max = 0; }) == errc::invalid_option));
    BOOST_TEST((refused(*this, [](client_config& c) { c.retry.delay_max = std::chrono::seconds(-1); }) ==
                errc::invalid_option));
    BOOST_TEST((refused(*this, [](client_config& c) { c.timeouts.operation = std::chrono::seconds(-1); }) ==
                errc::invalid_option));
    BOOST_TEST((refused(*this, [](client_config& c) {
                    c.timeouts.throughput_min = 1;
                    c.timeouts.throughput_window = std::chrono::seconds(0);
                }) == errc::invalid_option));
    BOOST_TEST(
        !refused(*this, [](client_config& c) { c.timeouts.throughput_window = std::chrono::seconds(0); }));
    BOOST_TEST(
        (refused(*this, [](client_config& c) { c.application_id = "two words"; }) == errc::invalid_option));
    BOOST_TEST(
        (refused(*this, [](client_config& c) { c.application_id = "a\r\nb"; }) == errc::invalid_option));
    BOOST_TEST((refused(*this, [](client_config& c) { c.application_id = std::string(51, 'a'); }) ==
                errc::invalid_option));
    BOOST_TEST(!refused(*this, [](client_config& c) { c.application_id = std::string(50, 'a'); }));
    BOOST_TEST(
        (refused(*this, [](client_config& c) { c.pool.connections_max = 0; }) == errc::invalid_option));
    BOOST_TEST(!refused(*this, [](client_config&) {}));
}

// A client without a provider is refused at once, not with its first request.
BOOST_AUTO_TEST_CASE(configuration_without_credentials)
{
    try {
        client_core const core(context.get_executor(), default_config(), client_environment());
        BOOST_FAIL("it was made");
    } catch (operation_error const& error) {
        BOOST_TEST((error.code() == errc::no_credentials));
    }
}

// The public constructor refuses the same, and a bundle of authorities that is none.
BOOST_AUTO_TEST_CASE(public_constructor)
{
    auto const code_with = [this](client_config config) -> error_code {
        try {
            client const made(context.get_executor(), std::move(config));
        } catch (boost::system::system_error const& error) {
            return error.code();
        }
        return {};
    };
    client_config config = default_config();
    BOOST_TEST((code_with(config) == errc::no_credentials));
    config.credentials = identity;
    BOOST_TEST((code_with(client_config()) == errc::no_region));
    BOOST_TEST(!code_with(config));
    config.tls.ca_bundle = "/nowhere/bundle.pem";
    BOOST_TEST((code_with(config) == errc::invalid_ca_bundle));
}

/// Keeps the request.
class recording_exchanger final : public net::exchanger {
public:
    asio::awaitable<net::exchange_result> exchange(net::exchange_request request) override
    {
        message = std::move(request.message);
        net::exchange_result result;
        result.sent = true;
        result.response.status = 204;
        co_return result;
    }

    protocol::http_request message;
};

/// The request that a client of this configuration sends.
protocol::http_request request_with(client_fixture& fixture, client_config config)
{
    auto const exchanger = std::make_shared<recording_exchanger>();
    client_environment environment;
    environment.exchanger = exchanger;
    environment.clock = fixture.clock;
    environment.random = std::make_shared<fixed_random>();
    config.credentials = fixture.identity;
    client_core core(fixture.context.get_executor(), std::move(config), environment);
    client_core::prepared_request request(protocol::operation::delete_vault);
    request.message.method = protocol::http_method::delete_;
    request.message.target = "/-/vaults/photos";
    fixture.run(core.perform(std::move(request)));
    return exchanger->message;
}

// The prefix of an endpoint stands before each target, without double slashes, and is signed.
BOOST_AUTO_TEST_CASE(prefix_is_signed)
{
    client_config config = default_config();
    config.endpoint = "https://example.org:8443//gate%20way/glacier/";
    protocol::http_request const sent = request_with(*this, config);

    BOOST_TEST(sent.target == "/gate%20way/glacier/-/vaults/photos");
    BOOST_TEST(sent.headers.get("host") == "example.org:8443");
    auto const authorization = protocol::parse_authorization(sent.headers.get("authorization"));
    BOOST_TEST_REQUIRE(authorization.has_value());
    std::string const canonical =
        protocol::canonical_request(sent, authorization->signed_headers, protocol::empty_payload_sha256);
    BOOST_TEST(canonical.starts_with("DELETE\n/gate%2520way/glacier/-/vaults/photos\n\n"), canonical);
    protocol::signing_scope const scope{"eu-west-1", "glacier"};
    BOOST_TEST(authorization->signature ==
               protocol::signature(protocol::signing_key(secret_string("secret"), clock->now(), scope),
                                   protocol::string_to_sign(canonical, clock->now(), scope)));
}

// The old name of a FIPS host is no region to sign with.
BOOST_AUTO_TEST_CASE(fips_name_signs_with_its_region)
{
    client_config config = default_config();
    config.region = "fips-us-east-1";
    protocol::http_request const sent = request_with(*this, config);

    BOOST_TEST(sent.headers.get("host") == "glacier-fips.us-east-1.amazonaws.com");
    auto const authorization = protocol::parse_authorization(sent.headers.get("authorization"));
    BOOST_TEST(authorization->scope.find("/us-east-1/glacier/") != std::string::npos, authorization->scope);
}

// Files are read where the configuration says, or on threads of the context.
BOOST_AUTO_TEST_CASE(blocking_executor)
{
    asio::io_context other;
    client_config config = default_config();
    config.blocking_executor = other.get_executor();
    client const with_own = make_client(std::move(config));

    BOOST_TEST((with_own.get_blocking_executor() == asio::any_io_executor(other.get_executor())));
    BOOST_TEST((sut.get_blocking_executor() != asio::any_io_executor(context.get_executor())));
    BOOST_TEST((sut.get_executor() == asio::any_io_executor(context.get_executor())));
}

// A handle says whom it talks to, and how it repeats.
BOOST_AUTO_TEST_CASE(what_a_handle_says)
{
    client_config config = default_config();
    config.endpoint = "http://localhost:8080/prefix/";
    config.account = "123456789012";
    client const made = make_client(std::move(config));
    call_settings settings;
    settings.retry = retry_settings::none();

    BOOST_TEST(made.get_endpoint() == "http://localhost:8080/prefix");
    BOOST_TEST(made.get_region() == "eu-west-1");
    BOOST_TEST(made.get_account().str() == "123456789012");
    BOOST_TEST(made.get_retry().attempts_max == 3);
    BOOST_TEST(made.with(settings).get_retry().attempts_max == 1);
    BOOST_TEST(sut.get_endpoint() == "https://glacier.eu-west-1.amazonaws.com:443");
}

// Memory and speed of transfers are those of the configuration, and one for all handles of a client.
BOOST_AUTO_TEST_CASE(limits_of_transfers)
{
    client_config config = default_config();
    config.transfers.memory_max = 2'097'152;
    config.transfers.upload_rate_max = 1'000;
    config.transfers.download_rate_max = 2'000;
    client const made = make_client(std::move(config));
    transfer_limits limits = made.with(call_settings()).limits();

    BOOST_TEST(limits.memory_max() == 2'097'152U);
    BOOST_TEST(limits.upload_rate_max() == 1'000U);
    BOOST_TEST(limits.download_rate_max() == 2'000U);
    limits.set_upload_rate_max(3'000);
    BOOST_TEST(made.limits().upload_rate_max() == 3'000U);
    BOOST_TEST(sut.limits().upload_rate_max() == 0U);
    BOOST_TEST((made.limits().shared()->time == time));
}

// Settings of transfers that cannot work are refused, and the message says what is allowed.
BOOST_AUTO_TEST_CASE(refused_limits_of_transfers)
{
    auto const message_of = [this](transfer_settings const& settings) -> std::string {
        client_config config = default_config();
        config.transfers = settings;
        try {
            make_client(std::move(config));
        } catch (invalid_value const& error) {
            BOOST_TEST((error.code() == errc::invalid_option));
            return error.what();
        }
        return {};
    };
    transfer_settings settings;
    settings.memory_max = 1'048'575;
    BOOST_TEST(contains(message_of(settings), "transfers.memory_max = 1048575"));
    BOOST_TEST(contains(message_of(settings), "1048576 or more"));
    settings.memory_max = 1'048'576;
    BOOST_TEST(message_of(settings).empty());
    settings.hashing = hash_path::openssl;
    BOOST_TEST(message_of(settings).empty());
    for (hash_path const path : {hash_path::sha_ni, hash_path::avx512}) {
        settings.hashing = path;
        BOOST_TEST(message_of(settings).empty() == is_available(path));
    }
}

// Whoever asks is told of each request that failed, whether or not it is repeated, and of no other.
BOOST_AUTO_TEST_CASE(failed_attempts_are_told)
{
    service->on(operation::describe_vault, 1, error_answer(service_errc::throttling));
    service->on(operation::describe_vault, 2, not_connected());
    service->on(operation::describe_vault, 4, error_answer(service_errc::access_denied));
    std::vector<error_code> told;
    call_settings settings;
    settings.on_failed_attempt = [&told](error_code code) { told.push_back(code); };
    client const asking = sut.with(settings);

    run(asking.describe_vault(describe_vault_request(photos)));
    std::vector<error_code> expected{service_errc::throttling, errc::connect_timeout};
    BOOST_TEST((told == expected));

    // It stays with handles that are made of this one.
    failure_of(asking.with(call_settings()).describe_vault(describe_vault_request(photos)));
    expected.push_back(service_errc::access_denied);
    BOOST_TEST((told == expected));

    // A further one is told after it.
    service->heal();
    service->always(operation::describe_vault, error_answer(service_errc::access_denied));
    std::size_t told_before = 0;
    call_settings further;
    further.on_failed_attempt = [&told, &told_before](error_code) { told_before = told.size(); };
    failure_of(asking.with(further).describe_vault(describe_vault_request(photos)));
    expected.push_back(service_errc::access_denied);
    BOOST_TEST((told == expected));
    BOOST_TEST(told_before == expected.size());

    failure_of(sut.describe_vault(describe_vault_request(photos)));
    BOOST_TEST((told == expected));
}

// The hashes are the same, whatever they are computed with.
BOOST_AUTO_TEST_CASE(forced_hash_paths)
{
    std::string const bytes = some_bytes(3 * 1'048'576 + 77);
    for (hash_path const path : {hash_path::openssl, hash_path::sha_ni, hash_path::avx512}) {
        if (!is_available(path))
            continue;
        client_config config = default_config();
        config.transfers.hashing = path;
        body_hashes const hashes = run(make_client(std::move(config)).hash_body(body(bytes)));
        BOOST_TEST(hashes.tree_hash.hex() == reference_tree_hash(bytes).hex());
    }
}

// Hashing happens on that executor and nowhere else: while it does not run, an upload waits.
BOOST_AUTO_TEST_CASE(hashing_uses_the_blocking_executor)
{
    asio::io_context other;
    client_config config = default_config();
    config.blocking_executor = other.get_executor();
    client const with_own = make_client(std::move(config));
    started_operation<archive_creation_result> upload;
    start(with_own.upload_archive(upload_bytes()), upload);

    context.poll();
    BOOST_TEST(service->count() == 0U);
    run_until([&] {
        other.restart();
        other.poll();
        return upload.ended();
    });

    BOOST_TEST(!upload.error);
    BOOST_TEST(service->count() == 1U);
}

// ---------------------------------------------------------------------------------------------------
// Connections

// What the pool does, and opening connections ahead, are passed on; the error of the latter is an operation_error that
// names the peer.
BOOST_AUTO_TEST_CASE(connections)
{
    auto const network = std::make_shared<warm_network>();
    client_environment environment;
    environment.exchanger = network;
    environment.clock = clock;
    client_config config = default_config();
    config.credentials = identity;
    client const tested(
        std::make_shared<client_core>(context.get_executor(), std::move(config), std::move(environment)));

    BOOST_TEST(run(tested.warm_up(7)) == 7U);
    BOOST_TEST(tested.pool_statistics().opened == 7U);
    network->error = errc::connect_timeout;
    operation_error const error = failure_of(tested.warm_up(1));
    BOOST_TEST((error.code() == errc::connect_timeout));
    BOOST_TEST(contains(error.what(), "glacier.eu-west-1.amazonaws.com"));
    BOOST_TEST(contains(error.what(), "nobody there"));
}

BOOST_AUTO_TEST_SUITE_END()
