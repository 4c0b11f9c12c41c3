// What operations make of answers that are HTTP, but not those of the service.

#include "support/allocation_meter.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <glacier/as_result.hpp>
#include <glacier/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace glacier;
using std::string;

namespace {

constexpr std::size_t answer_bytes_max = 200'000;
constexpr std::size_t memory_bytes_max = 1'048'576;

string answer(string const& status, string const& content, string const& fields = {})
{
    return "HTTP/1.1 " + status + "\r\n" + fields +
           "x-amzn-RequestId: request-1\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
           content;
}

string const good_vault = R"({"VaultName":"photos","NumberOfArchives":3})";

/// Gives one bad answer; every other request is for a vault and is answered well.
test::scripted_server::script once(string bytes)
{
    return [bytes = std::move(bytes)](test::peer& client) {
        for (int nth = client.number();; ++nth) {
            string const head = client.read_head();
            client.read(test::content_length_of(head));
            client.write(nth == 1 ? bytes : answer("200 OK", good_vault));
        }
    };
}

struct hostile_fixture {
    client connect(test::scripted_server const& server)
    {
        client_config config;
        config.region = "eu-west-1";
        config.endpoint = "http://127.0.0.1:" + std::to_string(server.port());
        config.retry.attempts_max = 1;
        config.response_bytes_max = answer_bytes_max;
        config.credentials = static_credentials(credentials("KEY", secret_string("secret")));
        return client(context.get_executor(), std::move(config));
    }

    /// Starts an operation against a server that answers so, and afterwards a good one of the same client.
    template <class T>
    operation_result<T> outcome_of(string const& bytes,
                                   std::function<asio::awaitable<T>(client const&)> operation)
    {
        test::scripted_server server(once(bytes));
        client const tested = connect(server);
        test::allocation_meter const memory;
        auto outcome = test::run(context, as_result(operation(tested)));
        BOOST_TEST(memory.peak() < memory_bytes_max);
        auto const next =
            test::run(context, as_result(tested.describe_vault(describe_vault_request("photos"))));
        BOOST_TEST_REQUIRE(!next.has_error());
        BOOST_TEST(next->number_of_archives.value() == 3U);
        return outcome;
    }

    operation_result<vault_description> describe_with(string const& bytes)
    {
        return outcome_of<vault_description>(bytes, [](client const& tested) {
            return tested.describe_vault(describe_vault_request("photos"));
        });
    }

    void describe_fails(string const& rule, string const& bytes, error_code expected,
                        string const& words = {})
    {
        BOOST_TEST_CONTEXT(rule)
        {
            auto const outcome = describe_with(bytes);
            BOOST_TEST_REQUIRE(outcome.has_error());
            string const what = outcome.error().what();
            BOOST_TEST((outcome.error().code() == expected), what);
            BOOST_TEST(what.find(words) != string::npos, what);
            BOOST_TEST(outcome.error().operation() == "DescribeVault");
            check_printable(what);
        }
    }

    void malformed(string const& rule, string const& json, string const& words = {})
    {
        describe_fails(rule, answer("200 OK", json), errc::malformed_response, words);
    }

    /// Nothing that came from outside may reach a terminal as it is, or fill it.
    static void check_printable(string const& text)
    {
        BOOST_TEST(text.size() < 3'000U);
        for (char const c : text)
            BOOST_TEST_REQUIRE((c >= 0x20 && c <= 0x7e), text);
    }

    void output_fails(string const& rule, string const& bytes, bool ranged)
    {
        BOOST_TEST_CONTEXT(rule)
        {
            auto const outcome = outcome_of<string>(bytes, [ranged](client const& tested) {
                get_job_output_request request("photos", "job");
                if (ranged)
                    request.range = byte_range(1'048'576, 2'097'151);
                return read_output(tested, std::move(request));
            });
            BOOST_TEST_REQUIRE(outcome.has_error());
            BOOST_TEST((outcome.error().code() == errc::unexpected_status), outcome.error().what());
            BOOST_TEST(outcome.error().request_id() == "request-1");
        }
    }

    static asio::awaitable<string> read_output(client from, get_job_output_request request)
    {
        job_output_stream output = co_await from.get_job_output(std::move(request));
        co_return co_await output.read_all(answer_bytes_max);
    }

    asio::io_context context;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(hostile_answers_test, hostile_fixture)

// JSON that is none, or not that of the answer, is malformed_response.
BOOST_AUTO_TEST_CASE(json)
{
    malformed("nothing", "", "the body is empty");
    malformed("cut", R"({"VaultName":"pho)", "not JSON");
    malformed("cut in an escape", "{\"VaultName\":\"\\u00", "not JSON");
    malformed("a page", "<html><body>Welcome</body></html>", "Welcome");
    malformed("trailing garbage", good_vault + "}", "not JSON");
    malformed("two documents", good_vault + good_vault, "not JSON");
    malformed("a list", "[]");
    malformed("a number", "1");
    malformed("null", "null");
    malformed("NUL", string("{\"VaultName\":\"a\0b\"}", 19));
    malformed("NUL behind it", good_vault + string(1, '\0'));
    malformed("a control character", "{\"VaultName\":\"a\x1b[2J\"}");
    malformed("invalid UTF-8", "{\"VaultName\":\"\xff\xfe\"}");
    malformed("half of a surrogate", R"({"VaultName":"\ud800"})");
    malformed("a mark in front", "\xef\xbb\xbf" + good_vault);
    malformed("a text for a number", R"({"VaultName":"photos","NumberOfArchives":"3"})", "NumberOfArchives");
    malformed("a number that is too large", R"({"NumberOfArchives":99999999999999999999999})",
              "NumberOfArchives");
    malformed("a number below zero", R"({"NumberOfArchives":-1})", "NumberOfArchives");
    malformed("an object for a text", R"({"VaultName":{}})", "VaultName");
    malformed("comments", "{/* */}");
    malformed("deep lists", R"({"x":)" + string(10'000, '[') + string(10'000, ']') + "}");
    malformed("deep objects", [] {
        string deep;
        for (int i = 0; i < 10'000; ++i)
            deep += R"({"x":)";
        return deep;
    }());
    malformed("garbage of the largest size", string(answer_bytes_max, '\xff'));
}

// What a lenient reader may pass over is passed over.
BOOST_AUTO_TEST_CASE(lenient)
{
    auto const twice =
        describe_with(answer("200 OK", R"({"VaultName":"other","VaultName":"photos","NumberOfArchives":3})"));
    BOOST_TEST_REQUIRE(!twice.has_error());
    BOOST_TEST(twice->vault_name == "photos");
    auto const unknown = describe_with(answer("200 OK", R"( {"VaultName":"photos","New":[1,{"a":null}]} )"));
    BOOST_TEST_REQUIRE(!unknown.has_error());
    BOOST_TEST(unknown->vault_name == "photos");
}

// No more is read than client_config::response_bytes_max.
BOOST_AUTO_TEST_CASE(large_answers)
{
    describe_fails("announced", answer("200 OK", string(answer_bytes_max + 1, ' ')), errc::response_too_large,
                   "200001");
    describe_fails("an error of that size", answer("400 Bad", string(answer_bytes_max + 1, ' ')),
                   errc::response_too_large);
    describe_fails("in chunks",
                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000\r\n" + string(0x40000, ' ') +
                       "\r\n0\r\n\r\n",
                   errc::response_too_large);
}

// A success or redirection that the operation does not know is an error, and nobody is followed.
BOOST_AUTO_TEST_CASE(statuses)
{
    for (string const status :
         {"201 Created", "202 Accepted", "204 No Content", "206 Partial Content", "304 Same"})
        describe_fails(status, answer(status, ""), errc::unexpected_status, status.substr(0, 3));
    describe_fails("elsewhere", answer("302 Found", "", "Location: http://127.0.0.1:1/x\r\n"),
                   errc::unexpected_status, "to http://127.0.0.1:1/x");
    describe_fails("elsewhere, with bytes that no terminal should see",
                   answer("307 Elsewhere", "", "Location: http://a\xff\xfe/" + string(5'000, 'x') + "\r\n"),
                   errc::unexpected_status, "http://a\\xff\\xfe/");
}

// Errors of gateways are understood by their status, and their words are shortened and made printable.
BOOST_AUTO_TEST_CASE(errors)
{
    describe_fails("no words", answer("500 Oops", ""), service_errc::service_unavailable);
    describe_fails("a page", answer("403 No", "<html>go away</html>"), service_errc::access_denied,
                   "go away");
    describe_fails("bytes", answer("503 Busy", "\x1b[2J\xff\x01"), service_errc::service_unavailable);
    describe_fails("a long page", answer("404 No", string(100'000, 'x')), service_errc::resource_not_found);
    describe_fails("a code that is none", answer("418 Teapot", R"({"code":7,"message":[]})"),
                   service_errc::unknown);
    describe_fails("a code with bytes",
                   answer("400 Bad", "{\"code\":\"\\u001b[2J\",\"message\":\"\\u0007\\n\"}"),
                   service_errc::unknown);
    describe_fails("deep", answer("400 Bad", string(50'000, '[')), service_errc::unknown);
    describe_fails("compressed", answer("503 Busy", "\x1f\x8b\x08", "Content-Encoding: gzip\r\n"),
                   service_errc::service_unavailable);
}

// A range is the one that was asked for, or the output is not taken: its bytes would go to the wrong place.
BOOST_AUTO_TEST_CASE(ranges)
{
    string const bytes(100, 'x');
    auto const part = [&](string const& range) {
        return answer("206 Partial Content", bytes, range.empty() ? "" : "Content-Range: " + range + "\r\n");
    };
    output_fails("everything for a range", answer("200 OK", bytes), true);
    output_fails("everything for a range, said to be it",
                 answer("200 OK", bytes, "Content-Range: bytes 1048576-2097151/4194304\r\n"), true);
    output_fails("a range that is not named", part(""), true);
    output_fails("an earlier range", part("bytes 0-1048575/4194304"), true);
    output_fails("a shorter range", part("bytes 1048576-2097150/4194304"), true);
    output_fails("a longer range", part("bytes 1048576-20971510/4194304"), true);
    output_fails("a range of something else", part("items 1048576-2097151/4194304"), true);
    output_fails("no range", part("bytes */4194304"), true);
    output_fails("a range in other words", part("bytes 01048576-2097151/4194304"), true);
    output_fails("several ranges",
                 answer("206 Partial Content", bytes, "Content-Type: multipart/byteranges; boundary=x\r\n"),
                 true);
    output_fails("a range that nobody asked for", part("bytes 0-99/4194304"), false);
    output_fails("no content", answer("204 No Content", ""), false);
    output_fails("elsewhere", answer("307 Elsewhere", "", "Location: /\r\n"), false);
}

// An answer without what it is for is no success, and says that the work may be done.
BOOST_AUTO_TEST_CASE(missing_results)
{
    auto const upload =
        outcome_of<archive_creation_result>(answer("201 Created", ""), [](client const& tested) {
            return tested.upload_archive(upload_archive_request("photos", body("x")));
        });
    BOOST_TEST_REQUIRE(upload.has_error());
    BOOST_TEST((upload.error().code() == errc::malformed_response), upload.error().what());
    BOOST_TEST(upload.error().outcome_unknown());

    auto const job = outcome_of<initiate_job_result>(
        answer("202 Accepted", "{}", "x-amz-job-id: a/b\r\n"), [](client const& tested) {
            return tested.initiate_job(initiate_job_request("photos", job_parameters::inventory_retrieval()));
        });
    BOOST_TEST_REQUIRE(job.has_error());
    BOOST_TEST((job.error().code() == errc::malformed_response), job.error().what());
    BOOST_TEST(job.error().outcome_unknown());

    auto const accepted = outcome_of<initiate_job_result>(
        answer("200 OK", "{}", "x-amz-job-id: ab\r\n"), [](client const& tested) {
            return tested.initiate_job(initiate_job_request("photos", job_parameters::inventory_retrieval()));
        });
    BOOST_TEST_REQUIRE(accepted.has_error());
    BOOST_TEST((accepted.error().code() == errc::unexpected_status), accepted.error().what());
    BOOST_TEST(accepted.error().outcome_unknown());
}

BOOST_AUTO_TEST_SUITE_END()
