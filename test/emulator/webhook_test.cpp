#include "emulator/webhook.hpp"

#include "support/run.hpp"
#include "webhook_listener.hpp"

#include <boost/test/unit_test.hpp>

#include <future>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;

/// Sends to the listener while `serve` runs on another thread, where the macros of Boost.Test have no place.
template <class Serve>
webhook_answer post(std::string const& url, std::chrono::milliseconds limit, Serve serve)
{
    std::future<void> other = std::async(std::launch::async, serve);
    webhook_request request(protocol::parse_endpoint(url).value());
    request.headers.add("x-test", "1");
    request.body = "the body";
    auto const answer = test::run(post_to_webhook(std::move(request), limit));
    other.get();
    return answer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(webhook_suite)

BOOST_AUTO_TEST_CASE(what_is_sent_and_what_comes_back)
{
    webhook_listener listener;
    received_request received;
    auto const answer = post(listener.url(), 10s, [&] { received = listener.serve("204 No Content"); });
    BOOST_TEST(answer.status == 204);
    BOOST_TEST(answer.failure == "");
    BOOST_TEST(received.head == "POST /hook HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(listener.port()) +
                                    "\r\nx-test: 1\r\nContent-Length: 8\r\nConnection: close\r\n");
    BOOST_TEST(received.body == "the body");
    auto const refused = post("http://localhost:" + std::to_string(listener.port()), 10s,
                              [&] { received = listener.serve("503 Later"); });
    BOOST_TEST(refused.status == 503);
    BOOST_TEST(received.head.starts_with("POST / HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(nobody_listens)
{
    std::string url;
    {
        webhook_listener const gone;
        url = gone.url();
    }
    auto const answer = post(url, 10s, [] {});
    BOOST_TEST(answer.status == 0);
    BOOST_TEST(answer.failure == "cannot connect: Connection refused");
}

BOOST_AUTO_TEST_CASE(a_webhook_that_hangs_is_left_at_the_limit)
{
    webhook_listener listener;
    bool closed = false;
    auto const silent = post(listener.url(), 200ms, [&] { closed = listener.accept().is_closed(); });
    BOOST_TEST(closed);
    BOOST_TEST(silent.failure.ends_with("The socket was closed due to a timeout"), silent.failure);
    // A byte now and then does not prolong it.
    closed = false;
    auto const slow = post(listener.url(), 200ms, [&] {
        auto connection = listener.accept();
        connection.send("HTTP/1.1 2");
        closed = connection.is_closed();
    });
    BOOST_TEST(closed);
    BOOST_TEST(slow.failure.ends_with("The socket was closed due to a timeout"), slow.failure);
}

BOOST_AUTO_TEST_CASE(an_answer_without_end_is_not_read_to_its_end)
{
    webhook_listener listener;
    std::string const block(65'536, 'x');
    auto const body = post(listener.url(), 10s, [&] {
        auto connection = listener.accept();
        connection.receive();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n");
        while (connection.send(block))
            ;
    });
    BOOST_TEST(body.status == 200);
    auto const head = post(listener.url(), 10s, [&] {
        auto connection = listener.accept();
        connection.receive();
        connection.send("HTTP/1.1 200 OK\r\nX: ");
        while (connection.send(block))
            ;
    });
    BOOST_TEST(head.status == 0);
    BOOST_TEST(head.failure.starts_with("no answer: "));
    bool closed = false;
    auto const nonsense = post(listener.url(), 10s, [&] {
        auto connection = listener.accept();
        connection.receive();
        connection.send("hello\r\n\r\n");
        closed = connection.is_closed();
    });
    BOOST_TEST(closed);
    BOOST_TEST(nonsense.failure.starts_with("no answer: "));
    auto const nothing = post(listener.url(), 10s, [&] { listener.accept().receive(); });
    BOOST_TEST(nothing.failure.starts_with("no answer: "));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
