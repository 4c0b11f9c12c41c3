#include "net/connection_cases.hpp"

#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <utility>

namespace glacier::test {

namespace {

std::string repeat(std::string const& text, int count)
{
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

answer_case good(std::string rule, std::string bytes, std::string body)
{
    answer_case made(std::move(rule));
    made.bytes = std::move(bytes);
    made.body = std::move(body);
    made.reusable = true;
    return made;
}

answer_case not_reusable(std::string rule, std::string bytes, std::string body)
{
    answer_case made = good(std::move(rule), std::move(bytes), std::move(body));
    made.reusable = false;
    return made;
}

answer_case failing(std::string rule, std::string bytes, errc error)
{
    answer_case made(std::move(rule));
    made.bytes = std::move(bytes);
    made.error = error;
    return made;
}

answer_case cut(std::string rule, std::string bytes, std::string body, ending end)
{
    answer_case made = failing(std::move(rule), std::move(bytes), errc::connection_closed);
    made.body = std::move(body);
    made.end = end;
    return made;
}

std::string const ok = "HTTP/1.1 200 OK\r\n";
std::string const interim = "HTTP/1.1 100 Continue\r\n\r\n";

} // namespace

std::vector<answer_case> answer_cases()
{
    std::vector<answer_case> all;
    all.push_back(good("a body of known length", ok + "Content-Length: 5\r\n\r\nhello", "hello"));
    all.push_back(good("a body of no bytes", ok + "Content-Length: 0\r\n\r\n", ""));
    all.push_back(good("names of fields in any case", ok + "content-LENGTH: 5\r\n\r\nhello", "hello"));
    all.push_back(good(
        "chunks with extensions and trailers are joined",
        ok + "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nx: y\r\n\r\n",
        "hello world"));
    all.push_back(good("a chunked body of no bytes", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""));
    all.push_back(
        good("interim answers are skipped",
             interim + "HTTP/1.1 102 Processing\r\nx: y\r\n\r\n" + ok + "Content-Length: 5\r\n\r\nhello",
             "hello"));
    all.push_back(good("16 interim answers are skipped",
                       repeat(interim, 16) + ok + "Content-Length: 2\r\n\r\nhi", "hi"));
    all.push_back(good("HTTP/1.0 with keep-alive can be used again",
                       "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", "hi"));
    all.push_back(good("other fields of Connection do not matter",
                       ok + "Connection: x-something\r\nContent-Length: 2\r\n\r\nhi", "hi"));

    answer_case none = good("a 204 has no body", "HTTP/1.1 204 No Content\r\n\r\n", "");
    none.status = 204;
    all.push_back(none);
    none = good("a 204 has no body, whatever its length says",
                "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "");
    none.status = 204;
    all.push_back(none);
    answer_case refusal =
        good("an error answer is an answer", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}", "{}");
    refusal.status = 403;
    all.push_back(refusal);

    all.push_back(
        not_reusable("Connection: close", ok + "Connection: close\r\nContent-Length: 2\r\n\r\nhi", "hi"));
    all.push_back(not_reusable("Connection: Close in any case and among others",
                               ok + "Connection: x, Close\r\nContent-Length: 2\r\n\r\nhi", "hi"));
    all.push_back(not_reusable("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi"));
    all.push_back(
        not_reusable("surplus bytes after a known length", ok + "Content-Length: 2\r\n\r\nhi, more", "hi"));
    all.push_back(not_reusable("surplus bytes after chunks",
                               ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nmore", "hi"));
    answer_case surplus =
        not_reusable("surplus bytes after a 204", "HTTP/1.1 204 No Content\r\n\r\nmore", "");
    surplus.status = 204;
    all.push_back(surplus);
    answer_case until_close = not_reusable(
        "a body without a length ends with the connection, which is then gone", ok + "\r\nhello", "hello");
    until_close.end = ending::finish;
    all.push_back(until_close);

    all.push_back(failing("17 interim answers are too many", repeat(interim, 17) + ok + "\r\n",
                          errc::invalid_http_message));
    all.push_back(failing("a change of protocol is refused",
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                          errc::invalid_http_message));
    all.push_back(failing("an answer that is no HTTP", "220 mail.example.com ESMTP\r\n\r\n",
                          errc::invalid_http_message));
    all.push_back(
        failing("a status that is no number", "HTTP/1.1 abc OK\r\n\r\n", errc::invalid_http_message));
    all.push_back(failing("a length that is no number", ok + "Content-Length: five\r\n\r\nhello",
                          errc::invalid_http_message));
    all.push_back(failing("two lengths that differ",
                          ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                          errc::invalid_http_message));
    all.push_back(failing("a line that is no field", ok + "no colon\r\n\r\n", errc::invalid_http_message));
    all.push_back(failing("a chunk without a size", ok + "Transfer-Encoding: chunked\r\n\r\nhello\r\n",
                          errc::invalid_http_message));
    all.push_back(failing("a head above 32 KiB", ok + "x: " + std::string(33 * 1024, 'a') + "\r\n\r\n",
                          errc::response_too_large));

    all.push_back(cut("no answer at all", "", "", ending::finish));
    all.push_back(cut("half a head", "HTTP/1.1 200 OK\r\nConte", "", ending::finish));
    all.push_back(cut("only an interim answer", interim, "", ending::finish));
    all.push_back(cut("a body shorter than its length", ok + "Content-Length: 6\r\n\r\nhello", "hello",
                      ending::finish));
    all.push_back(
        cut("a cut chunk", ok + "Transfer-Encoding: chunked\r\n\r\n6\r\nhello", "hello", ending::finish));
    all.push_back(cut("no last chunk", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello",
                      ending::finish));
    all.push_back(
        cut("closed without due form", ok + "Content-Length: 6\r\n\r\nhello", "hello", ending::drop));
    answer_case torn("the system's words for a reset connection");
    torn.end = ending::reset;
    torn.error = asio::error::connection_reset;
    all.push_back(torn);
    return all;
}

asio::awaitable<seen_answer> fetch(net::connection& peer, std::size_t block)
{
    seen_answer seen;
    protocol::http_request request;
    request.target = "/";
    request.headers.add("Host", "localhost");
    try {
        peer.expires_after(std::chrono::seconds(10), errc::transfer_stalled);
        co_await peer.write_head(request, std::nullopt);
        BOOST_TEST(!peer.is_reusable());
        seen.head = co_await peer.read_head();
        std::vector<std::byte> buffer(block);
        while (std::size_t const count = co_await peer.read_body(buffer))
            seen.body.append(reinterpret_cast<char const*>(buffer.data()), count);
        // The end stays the end.
        BOOST_TEST(co_await peer.read_body(buffer) == 0U);
    } catch (boost::system::system_error const& error) {
        seen.error = error.code();
    }
    peer.expires_after(std::chrono::milliseconds(0), errc());
    seen.reusable = peer.is_reusable();
    co_return seen;
}

std::unique_ptr<net::connection> open_connection(asio::io_context& context, std::uint16_t port, bool tls)
{
    protocol::endpoint const target = tls ? tls_endpoint("127.0.0.1", port) : plain_endpoint(port);
    auto const dialer =
        net::make_dialer(target, net::dialer_settings(trusting_settings(), timeout_settings()));
    return run(context, dialer->dial(asio::make_strand(context)));
}

void check_answers(std::optional<server_tls> const& tls)
{
    std::vector<answer_case> const cases = answer_cases();
    for (answer_case const& expected : cases)
        for (std::size_t const block : {std::size_t(1), std::size_t(5), std::size_t(100'000)}) {
            BOOST_TEST_CONTEXT(expected.rule << ", in blocks of " << block)
            {
                scripted_server server(
                    [&expected](peer& client) {
                        client.read_head();
                        client.write(expected.bytes);
                        switch (expected.end) {
                        case ending::keep:
                            client.read_to_end();
                            break;
                        case ending::finish:
                            client.finish();
                            client.read_to_end();
                            break;
                        case ending::drop:
                            break;
                        case ending::reset:
                            client.reset();
                        }
                    },
                    tls);
                asio::io_context context;
                auto const connection = open_connection(context, server.port(), tls.has_value());

                seen_answer const seen = run(context, fetch(*connection, block));

                BOOST_TEST(seen.error == expected.error, seen.error.message());
                if (!expected.error)
                    BOOST_TEST(seen.head.message.status == expected.status);
                BOOST_TEST(seen.body == expected.body);
                BOOST_TEST(seen.reusable == expected.reusable);
            }
        }
}

} // namespace glacier::test
