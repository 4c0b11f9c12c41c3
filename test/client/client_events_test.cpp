// What the observer of a client is told of operations and their attempts.

#include "support/client_fixture.hpp"
#include "support/manual_time.hpp"

#include <chrono>
#include <string>
#include <vector>

using namespace glacier;
using namespace glacier::test;
using namespace std::chrono_literals;
using protocol::operation;

namespace {

std::string milliseconds(std::chrono::microseconds duration)
{
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) + " ms";
}

/// Writes down what it is told, in order.
class recording_observer final : public observer {
public:
    void on_attempt_started(attempt_started const& event) noexcept override
    {
        note("start " + std::to_string(event.attempt) + " " + std::string(event.operation) + " of " +
             std::string(event.resource));
        ids.emplace_back(event.invocation_id);
    }

    void on_attempt_ended(attempt_ended const& event) noexcept override
    {
        note("end " + std::to_string(event.attempt) + " " + std::to_string(event.http_status) + " " +
             std::string(event.request_id) + " " + std::string(event.service_code) + " " +
             std::string(event.message) + (event.reused_connection ? " reused" : "") + " " +
             (event.error ? event.error.message() : "good") + ", " + milliseconds(event.duration));
        ids.emplace_back(event.invocation_id);
    }

    void on_retry_scheduled(retry_scheduled const& event) noexcept override
    {
        note("retry after " + std::to_string(event.attempt) + " in " + milliseconds(event.delay) +
             ", quota " + std::to_string(event.quota_left));
        ids.emplace_back(event.invocation_id);
    }

    void on_throttled(throttled const& event) noexcept override
    {
        note(std::string("throttled by ") + (event.by_service ? "service" : "rate") + " at " +
             std::to_string(event.rate).substr(0, 3) + ", " + milliseconds(event.delay));
    }

    void on_clock_skew_changed(clock_skew_changed const& event) noexcept override
    {
        note("skew " + std::to_string(event.offset.count()));
    }

    void on_operation_ended(operation_ended const& event) noexcept override
    {
        note("done " + std::string(event.operation) + " of " + std::string(event.resource) + " after " +
             std::to_string(event.attempts) + ", " + milliseconds(event.duration) + ": " +
             (event.error ? event.error.message() : "good") + (event.outcome_unknown ? ", unknown" : ""));
        ids.emplace_back(event.invocation_id);
    }

    std::vector<std::string> notes;
    std::vector<std::string> ids;

private:
    void note(std::string text) { notes.push_back(std::move(text)); }
};

struct events_fixture : client_fixture {
    events_fixture() { time = jumping; }

    client observed_client(retry_settings const& retry = retry_settings())
    {
        client_config config;
        config.region = "eu-west-1";
        config.retry = retry;
        config.observer = watcher;
        return make_client(std::move(config));
    }

    describe_vault_request describe() const { return describe_vault_request(photos); }

    void check(std::vector<std::string> const& expected)
    {
        BOOST_TEST(watcher->notes == expected, boost::test_tools::per_element());
        watcher->notes.clear();
    }

    std::shared_ptr<jumping_time> jumping = std::make_shared<jumping_time>();
    std::shared_ptr<recording_observer> watcher = std::make_shared<recording_observer>();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_events_test, events_fixture)

// A success at the first go.
BOOST_AUTO_TEST_CASE(success)
{
    run(observed_client().describe_vault(describe()));
    check({"start 1 DescribeVault of vault photos", "end 1 200 request-1   good, 0 ms",
           "done DescribeVault of vault photos after 1, 0 ms: good"});
}

// A history with everything that may be repeated: a stale connection, a failure, a request to slow down, and success.
// All events of one call have its id, and the waits add up in its duration.
BOOST_AUTO_TEST_CASE(history)
{
    service->on(operation::describe_vault, 1, stale_connection());
    service->on(operation::describe_vault, 2, error_answer(service_errc::service_unavailable, "busy"));
    service->on(operation::describe_vault, 3, error_answer(service_errc::throttling, "slowly"));

    run(observed_client().describe_vault(describe()));

    std::string const closed = make_error_code(errc::connection_closed).message();
    std::string const peer = "https://glacier.eu-west-1.amazonaws.com:443: as the test wants it";
    check({"start 1 DescribeVault of vault photos", "end 1 0   " + peer + " reused " + closed + ", 0 ms",
           "retry after 1 in 0 ms, quota 500", "start 2 DescribeVault of vault photos",
           "end 2 500 request-2 ServiceUnavailableException busy " +
               make_error_code(service_errc::service_unavailable).message() + ", 0 ms",
           "retry after 2 in 25 ms, quota 486", "start 3 DescribeVault of vault photos",
           "end 3 400 request-3 ThrottlingException slowly " +
               make_error_code(service_errc::throttling).message() + ", 0 ms",
           "throttled by service at 0.0, 0 ms", "retry after 3 in 1003 ms, quota 481",
           "start 4 DescribeVault of vault photos", "end 4 200 request-4   good, 0 ms",
           "done DescribeVault of vault photos after 4, 1028 ms: good"});
    for (std::string const& id : watcher->ids)
        BOOST_TEST(id == watcher->ids.front());
    BOOST_TEST(watcher->ids.size() == 12U);
    BOOST_TEST(service->requests()[2].message.headers.get("amz-sdk-invocation-id") == watcher->ids.front());
}

// What is final is told once, with what is known of the outcome.
BOOST_AUTO_TEST_CASE(failure_of_an_upload)
{
    service->on(operation::upload_archive, 1, lost_answer());
    failure_of(observed_client().upload_archive(upload_archive_request(photos, body(std::string("bytes")))));

    BOOST_TEST_REQUIRE(watcher->notes.size() == 3U);
    BOOST_TEST(watcher->notes.back() == "done UploadArchive of vault photos after 1, 0 ms: " +
                                            make_error_code(errc::connection_closed).message() + ", unknown");
}

// An answer that is of no use makes a failed operation of a good attempt.
BOOST_AUTO_TEST_CASE(useless_answers)
{
    service->on(operation::describe_vault, 1, with_body("no JSON"));
    service->on(operation::upload_archive, 1, wrong_tree_hash());
    client const tested = observed_client();
    failure_of(tested.describe_vault(describe()));
    check({"start 1 DescribeVault of vault photos", "end 1 200 request-1   good, 0 ms",
           "done DescribeVault of vault photos after 1, 0 ms: " +
               make_error_code(errc::malformed_response).message()});
    failure_of(tested.upload_archive(upload_archive_request(photos, body(std::string("bytes")))));
    BOOST_TEST(watcher->notes.back() == "done UploadArchive of vault photos after 1, 0 ms: " +
                                            make_error_code(errc::tree_hash_mismatch).message() +
                                            ", unknown");
}

// The opening of an output ends when its head has come.
BOOST_AUTO_TEST_CASE(opened_output)
{
    job_id const job = service->add_job("photos", service->add_archive("photos", "bytes"));
    job_output_stream stream = run(observed_client().get_job_output(get_job_output_request(photos, job)));
    BOOST_TEST_REQUIRE(watcher->notes.size() == 3U);
    BOOST_TEST(watcher->notes.back().ends_with("after 1, 0 ms: good"));
}

// Clocks and credentials that are mended show as repetitions without a wait.
BOOST_AUTO_TEST_CASE(repairs)
{
    fault skewed = error_answer(service_errc::invalid_signature, "Signature expired: long ago");
    skewed.answer->headers.set("Date", "Tue, 03 Feb 2026 05:05:06 GMT");
    service->on(operation::describe_vault, 1, skewed);
    service->on(operation::describe_vault, 2, error_answer(service_errc::expired_token, "old"));
    service->on(operation::describe_vault, 3, skewed);
    failure_of(observed_client().describe_vault(describe()));

    std::string const invalid = make_error_code(service_errc::invalid_signature).message();
    std::string const expired = make_error_code(service_errc::expired_token).message();
    std::string const refusal =
        " InvalidSignatureException Signature expired: long ago " + invalid + ", 0 ms";
    check({"start 1 DescribeVault of vault photos", "end 1 403 request-1" + refusal, "skew 3600",
           "retry after 1 in 0 ms, quota 500", "start 2 DescribeVault of vault photos",
           "end 2 403 request-2 ExpiredTokenException old " + expired + ", 0 ms",
           "retry after 2 in 0 ms, quota 500", "start 3 DescribeVault of vault photos",
           "end 3 403 request-3" + refusal, "skew 0",
           "done DescribeVault of vault photos after 3, 0 ms: " + invalid});
}

// The client's own rate: what the service did to it, and who waits for it how long.
BOOST_AUTO_TEST_CASE(adaptive_rate)
{
    service->on(operation::describe_vault, 1, error_answer(service_errc::throttling, "slowly"));
    run(observed_client(retry_settings::adaptive()).describe_vault(describe()));

    std::string const throttling = make_error_code(service_errc::throttling).message();
    check({"start 1 DescribeVault of vault photos",
           "end 1 400 request-1 ThrottlingException slowly " + throttling + ", 0 ms",
           "throttled by service at 0.5, 0 ms", "retry after 1 in 501 ms, quota 495",
           "throttled by rate at 0.5, 2000 ms", "start 2 DescribeVault of vault photos",
           "end 2 200 request-2   good, 0 ms", "done DescribeVault of vault photos after 2, 2000 ms: good"});
}

// What ends without an answer ends for the observer too: a cancellation, a deadline, a provider that fails.
BOOST_AUTO_TEST_CASE(ends_without_an_answer)
{
    auto const manual = std::make_shared<manual_time>();
    time = manual;
    auto const held_by = std::make_shared<gate>();
    service->always(operation::describe_vault, held(held_by));
    client const tested = observed_client();
    std::string const aborted = error_code(asio::error::operation_aborted).message();

    started_operation<vault_description> cancelled;
    start(tested.describe_vault(describe()), cancelled);
    manual_time::settle(context);
    cancelled.cancel.emit(asio::cancellation_type::terminal);
    manual_time::settle(context);
    check({"start 1 DescribeVault of vault photos", "end 1 0    " + aborted + ", 0 ms",
           "done DescribeVault of vault photos after 1, 0 ms: " + aborted});

    call_settings hasty;
    hasty.operation_timeout = 2s;
    started_operation<vault_description> late;
    start(tested.with(hasty).describe_vault(describe()), late);
    manual->pass(context, 3s);
    check({"start 1 DescribeVault of vault photos", "end 1 0    " + aborted + ", 2000 ms",
           "done DescribeVault of vault photos after 1, 2000 ms: " +
               make_error_code(errc::operation_timeout).message()});

    identity->error = std::make_exception_ptr(operation_error(errc::no_credentials, error_details()));
    failure_of(tested.describe_vault(describe()));
    check({"done DescribeVault of vault photos after 0, 0 ms: " +
           make_error_code(errc::no_credentials).message()});
}

// A request that was refused before anything was done is not an operation that the observer hears of.
BOOST_AUTO_TEST_CASE(refused_values)
{
    BOOST_CHECK_THROW(run(observed_client().list_vaults([] {
                          list_vaults_request request;
                          request.limit = 0;
                          return request;
                      }())),
                      boost::system::system_error);
    check({});
}

/// A time that must not be asked.
class forbidden_time final : public async::time_source {
public:
    time_point now() const override
    {
        ++asked;
        return {};
    }
    timestamp today() const override { return {}; }
    std::unique_ptr<async::timer> make_timer(asio::any_io_executor) override { return nullptr; }

    mutable int asked = 0;
};

// Without an observer nothing is measured.
BOOST_AUTO_TEST_CASE(nobody_watches)
{
    auto const forbidden = std::make_shared<forbidden_time>();
    time = forbidden;
    watcher = nullptr;
    client const tested = observed_client();
    int const at_first = forbidden->asked;
    run(tested.describe_vault(describe()));
    BOOST_TEST(forbidden->asked == at_first);
}

BOOST_AUTO_TEST_SUITE_END()
