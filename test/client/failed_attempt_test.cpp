#include "client/failed_attempt.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

using namespace glacier;

namespace {

protocol::endpoint const peer = protocol::parse_endpoint("https://glacier.eu-west-1.amazonaws.com").value();

net::exchange_result answer(int status, std::string text = "")
{
    net::exchange_result result;
    result.sent = true;
    result.response.status = status;
    result.response.headers.set("x-amzn-requestid", "the-request");
    result.response.body = std::move(text);
    return result;
}

failed_attempt described(net::exchange_result const& result,
                         protocol::operation operation = protocol::operation::describe_vault)
{
    return describe_failure(result, protocol::info_of(operation), peer);
}

} // namespace

BOOST_AUTO_TEST_SUITE(failed_attempt_test)

// No answer: the error of the connection, and whom it was to.
BOOST_AUTO_TEST_CASE(no_answer)
{
    net::exchange_result result;
    result.error = errc::response_timeout;
    result.detail = "nothing for 60 s";
    result.sent = true;
    result.reused_connection = true;
    failed_attempt const failed = described(result);
    BOOST_TEST((failed.failure.code == errc::response_timeout));
    BOOST_TEST(failed.failure.sent);
    BOOST_TEST(failed.failure.reused_connection);
    BOOST_TEST(!failed.failure.answered);
    BOOST_TEST(!failed.failure.from_service);
    BOOST_TEST(failed.details.message == "https://glacier.eu-west-1.amazonaws.com:443: nothing for 60 s");
}

// The peer is named once, and alone where there is nothing else to say.
BOOST_AUTO_TEST_CASE(peer_is_named_once)
{
    BOOST_TEST(with_peer("", peer) == "https://glacier.eu-west-1.amazonaws.com:443");
    BOOST_TEST(with_peer("refused", peer) == "https://glacier.eu-west-1.amazonaws.com:443: refused");
    std::string const named = "no address of glacier.eu-west-1.amazonaws.com answers";
    BOOST_TEST(with_peer(named, peer) == named);
}

// An error of the service, in its own words.
BOOST_AUTO_TEST_CASE(error_of_the_service)
{
    failed_attempt const failed = described(
        answer(404, R"({"code":"ResourceNotFoundException","type":"Client","message":"Vault not found"})"));
    BOOST_TEST((failed.failure.code == service_errc::resource_not_found));
    BOOST_TEST(failed.failure.answered);
    BOOST_TEST(failed.failure.from_service);
    BOOST_TEST(failed.failure.http_status == 404);
    BOOST_TEST(failed.details.http_status == 404);
    BOOST_TEST(failed.details.request_id == "the-request");
    BOOST_TEST(failed.details.service_code == "ResourceNotFoundException");
    BOOST_TEST(failed.details.message == "Vault not found");
}

// An error status without a code of the service is that of somebody before it.
BOOST_AUTO_TEST_CASE(error_of_somebody_else)
{
    failed_attempt const failed = described(answer(502, "<html>Bad Gateway</html>"));
    BOOST_TEST(failed.failure.answered);
    BOOST_TEST(!failed.failure.from_service);
    BOOST_TEST(failed.failure.http_status == 502);
    BOOST_TEST(failed.details.service_code == "");
}

// A success that is not the operation's own says what was expected and what came.
BOOST_AUTO_TEST_CASE(another_success)
{
    failed_attempt failed = described(answer(202, "come back later"));
    BOOST_TEST((failed.failure.code == errc::unexpected_status));
    BOOST_TEST(failed.failure.answered);
    BOOST_TEST(failed.details.message == "expected 200, got 202: come back later");

    failed = described(answer(204), protocol::operation::get_job_output);
    BOOST_TEST(failed.details.message == "expected 200 or 206, got 204");
}

// A redirection is told, and not followed.
BOOST_AUTO_TEST_CASE(redirection)
{
    net::exchange_result result = answer(301);
    result.response.headers.set("location", "https://elsewhere/\xff");
    BOOST_TEST(described(result).details.message == "expected 200, got 301 to https://elsewhere/\\xff");
}

BOOST_AUTO_TEST_SUITE_END()
