// What an exchange makes of answers that no honest service gives.

#include "async/offload.hpp"
#include "net/http_exchanger.hpp"
#include "net/net_fixture.hpp"
#include "support/allocation_meter.hpp"

#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using std::string;

constexpr std::size_t answer_bytes_max = 200'000;
constexpr std::size_t memory_bytes_max = 1'048'576;

/// What is sent to the hostile server.
enum class request_kind { get, get_streamed, put_large };

/// What a server does with a request, and what a client must make of it.
struct hostile_case {
    hostile_case(string its_rule, std::function<void(test::peer&)> its_script)
        : rule(std::move(its_rule)), script(std::move(its_script))
    {}

    /// The rule that the case holds.
    string rule;
    std::function<void(test::peer&)> script;
    request_kind request = request_kind::get;
    /// The script speaks before the request has come.
    bool speaks_first = false;

    error_code error;
    /// Part of the detail.
    string words;
    /// Without an error.
    int status = 200;
    string body;
    /// For those who keep the client waiting.
    std::chrono::milliseconds patience = 10s;
};

string const ok = "HTTP/1.1 200 OK\r\n";
string const chunks = ok + "Transfer-Encoding: chunked\r\n\r\n";

string answer(string const& content, string const& fields = {}, string const& status = "200 OK")
{
    return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(content.size()) +
           "\r\n\r\n" + content;
}

/// Sends some bytes and waits for the client to close.
std::function<void(test::peer&)> bytes_then_wait(string bytes)
{
    return [bytes = std::move(bytes)](test::peer& client) {
        client.write(bytes);
        client.read_to_end();
    };
}

/// Sends some bytes and goes on as an honest server.
std::function<void(test::peer&)> only_bytes(string bytes)
{
    return [bytes = std::move(bytes)](test::peer& client) { client.write(bytes); };
}

/// Sends some bytes and closes.
std::function<void(test::peer&)> bytes_then_end(string bytes)
{
    return [bytes = std::move(bytes)](test::peer& client) {
        client.write(bytes);
        client.finish();
        client.read_to_end();
    };
}

/// Repeats itself until the client has closed.
std::function<void(test::peer&)> endless(string begin, string again)
{
    return [begin = std::move(begin), again = std::move(again)](test::peer& client) {
        client.write(begin);
        while (true)
            client.write(again);
    };
}

/// The same, one piece every few milliseconds.
std::function<void(test::peer&)> endless_and_slow(string begin, string again)
{
    return [begin = std::move(begin), again = std::move(again)](test::peer& client) {
        client.write(begin);
        std::promise<void> never;
        while (true) {
            client.write(again);
            never.get_future().wait_for(5ms);
            never = std::promise<void>();
        }
    };
}

hostile_case good(string rule, std::function<void(test::peer&)> script, string body, int status = 200)
{
    hostile_case made(std::move(rule), std::move(script));
    made.body = std::move(body);
    made.status = status;
    return made;
}

hostile_case bad(string rule, std::function<void(test::peer&)> script, errc error, string words = {})
{
    hostile_case made(std::move(rule), std::move(script));
    made.error = error;
    made.words = std::move(words);
    return made;
}

hostile_case waiting(string rule, std::function<void(test::peer&)> script, errc error)
{
    hostile_case made = bad(std::move(rule), std::move(script), error);
    made.patience = 1s;
    return made;
}

/// An answer that is refused for what it says.
hostile_case invalid(string rule, string bytes, string words = {})
{
    return bad(std::move(rule), bytes_then_wait(std::move(bytes)), errc::invalid_http_message,
               std::move(words));
}

/// A server that is hostile once, and honest on every other connection.
void serve(hostile_case const& what, std::promise<void>& over, test::peer& client)
{
    struct at_end {
        std::promise<void>& over;
        bool told = false;

        void tell()
        {
            if (!std::exchange(told, true))
                over.set_value();
        }
        ~at_end() { tell(); }
    };
    if (client.number() == 1) {
        at_end end{over};
        if (!what.speaks_first)
            client.read_head();
        what.script(client);
        end.tell();
        test::peer& honest = client;
        while (true) {
            string const head = honest.read_head();
            honest.write(answer(head.substr(4, head.find(' ', 4) - 4)));
        }
    }
    while (true) {
        string const head = client.read_head();
        client.write(answer(head.substr(4, head.find(' ', 4) - 4)));
    }
}

exchange_request get(string target, bool streams = false)
{
    protocol::http_request message;
    message.target = std::move(target);
    message.headers.add("host", "localhost");
    return exchange_request(std::move(message), body(), streams);
}

exchange_request put_large()
{
    static string const content(8'000'000, 'x');
    protocol::http_request message;
    message.method = protocol::http_method::put;
    message.target = "/put";
    message.headers.add("host", "localhost");
    return exchange_request(std::move(message), body::view(std::as_bytes(std::span(content))), false);
}

asio::awaitable<string> read_all(std::shared_ptr<job_output_stream::source> stream)
{
    string all;
    std::vector<std::byte> buffer(1'000);
    while (std::size_t const count = co_await stream->read_some(buffer))
        all.append(reinterpret_cast<char const*>(buffer.data()), count);
    co_return all;
}

/// Makes an exchange, and reads its stream if it has one.
asio::awaitable<exchange_result> exchange_all(std::shared_ptr<exchanger> tested, exchange_request request)
{
    exchange_result result = co_await tested->exchange(std::move(request));
    if (!result.stream)
        co_return result;
    std::shared_ptr<job_output_stream::source> const stream = std::move(result.stream);
    try {
        result.response.body = co_await read_all(stream);
    } catch (connection_error const& error) {
        result.error = error.code();
        result.detail = error.detail();
    }
    co_return result;
}

void check(hostile_case const& expected, bool tls)
{
    std::promise<void> over;
    test::scripted_server server([&](test::peer& client) { serve(expected, over, client); },
                                 tls ? std::optional(test::good_server_tls()) : std::nullopt);
    asio::io_context context;
    exchanger_settings settings;
    settings.response_bytes_max = answer_bytes_max;
    settings.timeouts.response = settings.timeouts.stall = expected.patience;
    std::shared_ptr<dialer> const dials = make_dialer(
        tls ? test::tls_endpoint("localhost", server.port()) : test::plain_endpoint(server.port()),
        dialer_settings(test::trusting_settings(), settings.timeouts));
    auto const tested = make_http_exchanger(
        context.get_executor(), async::blocking_executor_of(context.get_executor()), dials, settings);
    auto const run = [&](exchange_request request) {
        return test::run(context, exchange_all(tested, std::move(request)));
    };

    exchange_request request = expected.request == request_kind::put_large
                                   ? put_large()
                                   : get("/get", expected.request == request_kind::get_streamed);
    auto const begin = std::chrono::steady_clock::now();
    test::allocation_meter const memory;
    exchange_result const result = run(std::move(request));
    std::size_t const used = memory.peak();
    auto const taken = std::chrono::steady_clock::now() - begin;

    BOOST_TEST_CONTEXT(expected.rule << (tls ? ", over TLS: " : ": ") << result.detail)
    {
        BOOST_TEST(result.error == expected.error, result.error.message());
        BOOST_TEST(result.detail.find(expected.words) != string::npos);
        if (!expected.error) {
            BOOST_TEST(result.response.status == expected.status);
            BOOST_TEST(result.response.body == expected.body);
        }
        BOOST_TEST(used < memory_bytes_max);
        BOOST_TEST_MESSAGE(used / 1'024 << " KiB at most: " << expected.rule);
        BOOST_TEST((taken < 5s));
        // A bad connection is closed, and the script knows it.
        test::run_ready(context);
        BOOST_TEST_REQUIRE((over.get_future().wait_for(10s) == std::future_status::ready));
        for (string const next : {"/next", "/after that"}) {
            exchange_result const following = run(get(next.substr(0, next.find(' '))));
            BOOST_TEST(!following.error, following.error.message());
            BOOST_TEST(following.response.status == 200);
            BOOST_TEST(following.response.body == next.substr(0, next.find(' ')));
        }
    }
}

void check_all(std::vector<hostile_case> const& cases)
{
    for (hostile_case const& each : cases)
        for (bool const tls : {false, true})
            check(each, tls);
}

hostile_case as_stream(hostile_case made)
{
    made.request = request_kind::get_streamed;
    made.rule += ", as a stream";
    return made;
}

hostile_case with_large_request(hostile_case made)
{
    made.request = request_kind::put_large;
    return made;
}

hostile_case speaking_first(hostile_case made)
{
    made.speaks_first = true;
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hostile_answers_test)

// Whoever keeps the client waiting meets the limit of the phase; a byte now and then does not move it.
BOOST_AUTO_TEST_CASE(waiting_for_more)
{
    check_all({
        waiting("silence", bytes_then_wait(""), errc::response_timeout),
        waiting("half a head", bytes_then_wait("HTTP/1.1 200 OK\r\nx-a: "), errc::response_timeout),
        waiting("a head that trickles", endless_and_slow(ok, "x"), errc::response_timeout),
        waiting("interim answers that trickle", endless_and_slow("", "H"), errc::response_timeout),
        waiting("half a body", bytes_then_wait(ok + "Content-Length: 5\r\n\r\nhe"), errc::transfer_stalled),
        waiting("half a chunk", bytes_then_wait(chunks + "5\r\nhe"), errc::transfer_stalled),
        waiting("the extension of a chunk that trickles", endless_and_slow(chunks + "5;", "x"),
                errc::transfer_stalled),
        waiting("trailers that trickle", endless_and_slow(chunks + "0\r\nx: ", "x"), errc::transfer_stalled),
        as_stream(waiting("half a body", bytes_then_wait(ok + "Content-Length: 5\r\n\r\nhe"),
                          errc::transfer_stalled)),
    });
}

// What never ends is cut off at a limit.
BOOST_AUTO_TEST_CASE(endless_answers)
{
    string const kilobyte(1'024, 'x');
    check_all({
        bad("endless status line", endless("HTTP/1.1 200 ", kilobyte), errc::response_too_large),
        bad("endless fields", endless(ok, "x-a: " + kilobyte + "\r\n"), errc::response_too_large),
        bad("endless small fields", endless(ok, "a:b\r\n"), errc::response_too_large),
        bad("one endless field", endless(ok + "x-a: ", kilobyte), errc::response_too_large),
        bad("endless name of a field", endless(ok, kilobyte), errc::response_too_large),
        bad("endless interim answers", endless("", "HTTP/1.1 100 Continue\r\n\r\n"),
            errc::invalid_http_message, "interim"),
        bad("endless interim answers with large heads",
            endless("", "HTTP/1.1 102 Processing\r\nx: " + string(30'000, 'x') + "\r\n\r\n"),
            errc::invalid_http_message, "interim"),
        bad("endless extension of a chunk", endless(chunks + "5;a=", kilobyte), errc::response_too_large),
        bad("endless size of a chunk", endless(chunks, string(1'024, '0')), errc::response_too_large),
        bad("endless trailers", endless(chunks + "0\r\n", "x-a: " + kilobyte + "\r\n"),
            errc::response_too_large),
        bad("one endless trailer", endless(chunks + "0\r\nx-a: ", kilobyte), errc::response_too_large),
        bad("endless chunks", endless(chunks, "400\r\n" + kilobyte + "\r\n"), errc::response_too_large),
        bad("endless body", endless(ok + "\r\n", kilobyte), errc::response_too_large),
        bad("an announced body above the limit", bytes_then_wait(ok + "Content-Length: 200001\r\n\r\n"),
            errc::response_too_large, "200001"),
        bad("an announced body of a petabyte",
            bytes_then_wait(ok + "Content-Length: 1000000000000000\r\n\r\n"), errc::response_too_large),
        as_stream(bad("endless extension of a chunk", endless(chunks + "5;a=", kilobyte),
                      errc::response_too_large)),
        as_stream(bad("endless trailers",
                      endless(chunks + "5\r\nhello\r\n0\r\n", "x-a: " + kilobyte + "\r\n"),
                      errc::response_too_large)),
    });
}

// A length is a number, the only one, and the truth.
BOOST_AUTO_TEST_CASE(lengths)
{
    auto const length = [](string const& value) {
        return invalid("length " + value, ok + "Content-Length: " + value + "\r\n\r\nhello");
    };
    check_all({
        length("-5"),
        length("+5"),
        length("0x5"),
        length("5 5"),
        length("5;"),
        length("5,6"),
        length("5,"),
        length(""),
        length("18446744073709551616"),
        length("99999999999999999999999999"),
        good("a list of the same length twice is that length",
             only_bytes(ok + "Content-Length: 5, 5\r\n\r\nhello"), "hello"),
        good("the same length twice is that length",
             only_bytes(ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"), "hello"),
        invalid("two lengths", ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        invalid("a length and chunks",
                ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        invalid("chunks and a length",
                ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        bad("a length that is too long", bytes_then_end(ok + "Content-Length: 6\r\n\r\nhello"),
            errc::connection_closed),
        good("a length that is too short", only_bytes(ok + "Content-Length: 4\r\n\r\nhello"), "hell"),
        good("a length of zero, and a body", only_bytes(ok + "Content-Length: 0\r\n\r\nhello"), ""),
        as_stream(bad("a length that is too long", bytes_then_end(ok + "Content-Length: 6\r\n\r\nhello"),
                      errc::connection_closed)),
        as_stream(
            good("a length that is too short", only_bytes(ok + "Content-Length: 4\r\n\r\nhello"), "hell")),
    });
}

// Chunks have a size in hexadecimal digits, and a last one; no other coding is understood.
BOOST_AUTO_TEST_CASE(codings)
{
    auto const chunk = [](string const& bytes) { return invalid("chunk " + bytes, chunks + bytes); };
    auto const coding = [](string const& value) {
        return invalid("coding " + value,
                       ok + "Transfer-Encoding: " + value + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    };
    hostile_case compressed_error =
        good("a compressed error keeps its status, without words",
             only_bytes(answer("\x1f\x8b\x08", "Content-Encoding: gzip\r\n", "503 Busy")), "", 503);
    check_all({
        chunk("zz\r\nhello\r\n"),
        chunk("-1\r\nhello\r\n"),
        chunk("\r\nhello\r\n"),
        chunk("5hello\r\n"),
        chunk("10000000000000000\r\nhello"),
        chunk("fffffffffffffffff\r\nhello"),
        chunk("5\r\nhello!\r\n0\r\n\r\n"),
        bad("cut in a chunk", bytes_then_end(chunks + "5\r\nhel"), errc::connection_closed),
        bad("cut before the last chunk", bytes_then_end(chunks + "5\r\nhello\r\n"), errc::connection_closed),
        bad("cut in the trailers", bytes_then_end(chunks + "5\r\nhello\r\n0\r\nx-a: b\r\n"),
            errc::connection_closed),
        coding("gzip, chunked"),
        coding("chunked, gzip"),
        coding("gzip"),
        coding("identity"),
        coding("chunked, chunked"),
        coding("chunked\r\nTransfer-Encoding: chunked"),
        coding("gzip\r\nTransfer-Encoding: chunked"),
        bad("compressed although nobody asked for it",
            bytes_then_wait(answer("\x1f\x8b\x08", "Content-Encoding: gzip\r\n")), errc::invalid_http_message,
            "Content-Encoding gzip"),
        as_stream(bad("compressed although nobody asked for it",
                      bytes_then_wait(answer("\x1f\x8b\x08", "Content-Encoding: br\r\n")),
                      errc::invalid_http_message, "Content-Encoding br")),
        good("the coding that is none", only_bytes(answer("hello", "Content-Encoding: identity\r\n")),
             "hello"),
        compressed_error,
    });
}

// The first line is that of HTTP/1, with a status that exists.
BOOST_AUTO_TEST_CASE(first_lines)
{
    auto const line = [](string const& text) {
        return invalid("first line " + text, text + "\r\nContent-Length: 0\r\n\r\n");
    };
    check_all({
        line("HTTP/1.1"),
        line("HTTP/1.1 "),
        line("HTTP/1.1 20 OK"),
        line("HTTP/1.1 2000 OK"),
        line("HTTP/1.1 abc OK"),
        line("HTTP/1.1 -20 OK"),
        line("HTTP/1.1 099 Low"),
        line("HTTP/1.1 000 None"),
        line("HTTP/1.1 600 High"),
        line("HTTP/1.1 999 High"),
        line("HTTP/9.9 200 OK"),
        line("http/1.1 200 OK"),
        line("HTCPCP/1.0 418 Teapot"),
        line(" HTTP/1.1 200 OK"),
        line("\r\nHTTP/1.1 200 OK"),
        line("GET / HTTP/1.1"),
        invalid("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        invalid("a frame of HTTP/2", string("\x00\x00\x00\x04\x00\x00\x00\x00\x00", 9) + string(100, '\0')),
        bad("an alert of TLS", bytes_then_end(string("\x15\x03\x01\x00\x02\x02\x28", 7)),
            errc::connection_closed),
        bad("HTTP/0.9", bytes_then_end("<html>hello</html>"), errc::invalid_http_message),
        bad("nothing", bytes_then_end(""), errc::connection_closed),
        bad("only an empty line", bytes_then_end("\r\n"), errc::connection_closed),
        good("HTTP/1.0", bytes_then_end("HTTP/1.0 200 OK\r\n\r\nhello"), "hello"),
        good("HTTP/1.0 that stays",
             only_bytes("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"),
             "hello"),
        invalid("another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
        good("a status without words", only_bytes("HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello"),
             "hello"),
    });
}

// Fields are names and values, each on a line.
BOOST_AUTO_TEST_CASE(fields)
{
    auto const field = [](string const& bytes) {
        return invalid("field " + bytes, ok + bytes + "\r\nContent-Length: 5\r\n\r\nhello");
    };
    string many;
    for (int i = 0; i < 2'000; ++i)
        many += "a:" + std::to_string(i) + "\r\n";
    check_all({
        field(string("x-a: a\0b", 8)),
        field(string("x\0a: b", 6)),
        field("x a: b"),
        field("x-a : b"),
        field(": b"),
        field("no colon"),
        field("x-a: a\rb"),
        field("x-a: a\x01"),
        field("x-a: a\x7f"),
        field("x-\xe4: b"),
        field("Connection: \x02"),
        good("a value that goes on in the next line", only_bytes(answer("hello", "x-a: a\r\n  b\r\n")),
             "hello"),
        good("bytes above ASCII in a value", only_bytes(answer("hello", "x-a: \xe4\xff\r\n")), "hello"),
        good("thousands of fields", only_bytes(answer("hello", many)), "hello"),
        good("a field without a value", only_bytes(answer("hello", "x-a:\r\n")), "hello"),
        invalid("lines that end with LF alone", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"),
    });
}

// What is not part of an answer is not taken for one, and nobody is followed elsewhere.
BOOST_AUTO_TEST_CASE(surplus)
{
    string const second = answer("/other");
    check_all({
        good("another answer at once", only_bytes(answer("hello") + second), "hello"),
        good("garbage after the answer", only_bytes(answer("hello") + string(10'000, '\xff')), "hello"),
        good("surplus after chunks", only_bytes(chunks + "5\r\nhello\r\n0\r\n\r\n" + second), "hello"),
        as_stream(good("another answer at once", only_bytes(answer("hello") + second), "hello")),
        good("a body of a 204", only_bytes("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n" + second),
             "", 204),
        good("a body of a 304", only_bytes("HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n" + second), "",
             304),
        good("interim answers",
             only_bytes("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" +
                        answer("hello")),
             "hello"),
        good("elsewhere", only_bytes(answer("", "Location: http://127.0.0.1:1/\r\n", "307 Elsewhere")), "",
             307),
        good("elsewhere for good",
             only_bytes(answer("", "Location: https://example.com/\r\n", "301 Elsewhere")), "", 301),
        good("no body at all, and closed", bytes_then_end(ok + "\r\n"), ""),
    });
}

// An answer may come before the request is complete, or before it has begun; the next one gets its own.
BOOST_AUTO_TEST_CASE(order)
{
    auto const answer_and_close = [](test::peer& client) {
        client.write(answer("no", "Connection: close\r\n", "413 Large"));
        client.finish();
        client.read_to_end();
    };
    auto const answer_first = [](test::peer& client) {
        client.write(answer("early"));
        client.read_head();
    };
    auto const answer_twice = [](test::peer& client) {
        client.write(answer("early"));
        client.read_head();
        client.write(answer("/get"));
    };
    check_all({
        with_large_request(good("refused in the middle of the body", answer_and_close, "no", 413)),
        with_large_request(good(
            "interim answers in the middle of the body",
            [](test::peer& client) {
                for (int i = 0; i < 5; ++i)
                    client.write("HTTP/1.1 100 Continue\r\n\r\n");
                client.read(8'000'000);
                client.write(answer("hello"));
            },
            "hello")),
        speaking_first(good("an answer before the request", answer_first, "early")),
        speaking_first(good("two answers to one request", answer_twice, "early")),
    });
}

// A connection that is torn down is an error of the transport, wherever that happens.
BOOST_AUTO_TEST_CASE(resets)
{
    for (string const& bytes : {string(), string("HTTP/1.1 2"), ok + "Content-Length: 10\r\n\r\n",
                                ok + "Content-Length: 10\r\n\r\nhello", chunks + "5\r\nhel"})
        for (request_kind const kind :
             {request_kind::get, request_kind::get_streamed, request_kind::put_large})
            for (bool const tls : {false, true}) {
                std::promise<void> over;
                hostile_case torn("reset after " + std::to_string(bytes.size()) + " bytes",
                                  [&bytes](test::peer& client) {
                                      client.write(bytes);
                                      client.reset();
                                  });
                test::scripted_server server([&](test::peer& client) { serve(torn, over, client); },
                                             tls ? std::optional(test::good_server_tls()) : std::nullopt);
                asio::io_context context;
                exchanger_settings settings;
                settings.response_bytes_max = answer_bytes_max;
                std::shared_ptr<dialer> const dials =
                    make_dialer(tls ? test::tls_endpoint("localhost", server.port())
                                    : test::plain_endpoint(server.port()),
                                dialer_settings(test::trusting_settings(), settings.timeouts));
                auto const tested =
                    make_http_exchanger(context.get_executor(),
                                        async::blocking_executor_of(context.get_executor()), dials, settings);
                exchange_result const result = test::run(
                    context, exchange_all(tested, kind == request_kind::put_large
                                                      ? put_large()
                                                      : get("/get", kind == request_kind::get_streamed)));
                BOOST_TEST(result.error == condition::transport, torn.rule << ": " << result.error.message());
                BOOST_TEST(result.error == condition::retryable, torn.rule << ": " << result.error.message());
                exchange_result const next = test::run(context, exchange_all(tested, get("/next")));
                BOOST_TEST(!next.error, next.error.message());
                BOOST_TEST(next.response.body == "/next");
            }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
