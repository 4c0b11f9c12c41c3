#include "credentials/sources.hpp"

#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

BOOST_FIXTURE_TEST_SUITE(sources_test, test::sources_fixture)

// A request without an answer names the source, the endpoint, the error and what is known of it, printable.
BOOST_AUTO_TEST_CASE(description)
{
    protocol::endpoint const where = protocol::parse_endpoint("http://h:1").value();
    operation_error const error = describe("S", where, errc::connect_timeout, "de\ntail");
    BOOST_TEST(error.code() == errc::credentials_failed);
    BOOST_TEST(test::holds(error.details().message, "S: http://h:1: "));
    BOOST_TEST(error.details().message.ends_with(": de\\x0atail"));
}

// A cancellation is not turned into an error of the source.
BOOST_AUTO_TEST_CASE(fetching)
{
    auto const outcome = [this] {
        fetch_request request(protocol::parse_endpoint("http://h:1").value(), protocol::http_request());
        return test::run(fetch_for("S", http, std::move(request)));
    };
    http->answer(200, "x").fail(errc::connection_closed);
    BOOST_TEST(outcome().body == "x");
    BOOST_TEST(test::error_of([&] { outcome(); }).code() == errc::credentials_failed);
}

// Of an answer only the words of an error are shown.
BOOST_AUTO_TEST_CASE(answers)
{
    protocol::http_response answer;
    answer.status = 302;
    answer.headers.add("Location", "http://hidden");
    answer.body = "hidden";
    BOOST_TEST(describe_answer(answer) == "answered 302, a redirection, which is not followed");
    answer = protocol::http_response();
    answer.status = 400;
    answer.body = R"({"message":"words"})";
    BOOST_TEST(describe_answer(answer) == "answered 400: words");
}

// Without room for an answer there is none.
BOOST_AUTO_TEST_CASE(options_are_checked)
{
    options.answer_bytes_max = 0;
    BOOST_CHECK_THROW(make_context(options), invalid_value);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
