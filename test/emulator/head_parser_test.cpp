#include "emulator/head_parser.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace glacier::emulation {

namespace {

using progress = head_parser::progress;

std::string with(std::string const& lines, std::string const& first = "PUT /-/vaults/a HTTP/1.1")
{
    return first + "\r\nhost: localhost\r\n" + lines + "\r\n";
}

/// `complete`, `incomplete`, or status and reason of the refusal.
std::string outcome(head_parser& parser, std::string_view text)
{
    progress const reached = parser.feed(text);
    if (reached == progress::refused)
        return std::to_string(parser.error().status) + " " + parser.error().reason;
    return reached == progress::complete ? "complete" : "incomplete";
}

std::string outcome(std::string_view text, head_limits limits = {})
{
    head_parser parser(limits);
    return outcome(parser, text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(head_parser_suite)

BOOST_AUTO_TEST_CASE(a_head_is_read_and_what_follows_left)
{
    head_parser parser((head_limits()));
    std::string const head =
        with("Content-Length: 5\r\nX-Empty:\r\nx-spaced: \t a  b \t\r\n", "PUT /a?b=c HTTP/1.1");
    BOOST_TEST(outcome(parser, head + "hello") == "complete");
    BOOST_TEST(parser.size() == head.size());
    BOOST_TEST(parser.head().method == "PUT");
    BOOST_TEST(parser.head().target == "/a?b=c");
    BOOST_TEST(parser.head().content_length.value() == 5U);
    BOOST_TEST(parser.head().headers.size() == 4U);
    BOOST_TEST(parser.head().headers.get("host") == "localhost");
    BOOST_TEST(parser.head().headers.get("x-empty") == "");
    BOOST_TEST(parser.head().headers.get("x-spaced") == "a  b");
    BOOST_TEST(parser.keep_alive());
    BOOST_TEST(!parser.waits_for_continue());
    BOOST_TEST(!parser.has_transfer_encoding());
}

BOOST_AUTO_TEST_CASE(a_head_may_come_in_any_pieces)
{
    std::string const head = "\r\n" + with("a: b\r\n");
    head_parser parser((head_limits()));
    for (std::size_t size = 0; size < head.size(); ++size)
        BOOST_TEST_REQUIRE(outcome(parser, head.substr(0, size)) == "incomplete");
    BOOST_TEST(outcome(parser, head) == "complete");
    BOOST_TEST(parser.size() == head.size());
    BOOST_TEST(parser.head().headers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_length_is_one_decimal_number)
{
    for (std::string const value : {"0", "5", "0005", "18446744073709551615"})
        BOOST_TEST(outcome(with("Content-Length: " + value + "\r\n")) == "complete", value);
    for (std::string const value : {"", "+5", "-5", "5, 5", "5 5", "0x5", "5a", "5.0", "5;",
                                    "18446744073709551616", "99999999999999999999999", "five"})
        BOOST_TEST(outcome(with("Content-Length: " + value + "\r\n")) ==
                       "400 Content-Length is not a decimal number of at most 64 bits: " + value,
                   value);
    for (std::string const second : {"5", "6"})
        BOOST_TEST(outcome(with("Content-Length: 5\r\ncontent-length: " + second + "\r\n")) ==
                   "400 it has Content-Length twice");
}

BOOST_AUTO_TEST_CASE(a_transfer_encoding_is_noticed_and_never_with_a_length)
{
    for (std::string const value :
         {"chunked", "identity", "chunked, chunked", "xchunked", "\tchunked\t", ""}) {
        std::string const line = "Transfer-Encoding: " + value + "\r\n";
        head_parser parser((head_limits()));
        BOOST_TEST(outcome(parser, with(line)) == "complete", value);
        BOOST_TEST(parser.has_transfer_encoding());
        for (std::string const& both : {line + "Content-Length: 5\r\n", "Content-Length: 5\r\n" + line})
            BOOST_TEST(outcome(with(both)) == "400 it has both Content-Length and Transfer-Encoding");
    }
}

BOOST_AUTO_TEST_CASE(lines_have_one_form)
{
    using namespace std::string_literals;
    std::string const lf = "400 a line ends with LF instead of CR LF: ";
    std::string const name = "400 a header has no proper name: ";
    BOOST_TEST(outcome("GET / HTTP/1.1\nhost: a\n\n") == lf + "GET / HTTP/1.1");
    BOOST_TEST(outcome("GET / HTTP/1.1\r\nhost: a\n\r\n") == lf + "host: a");
    BOOST_TEST(outcome(with("a: b\r\n c\r\n")) == "400 a header goes on in a second line:  c");
    BOOST_TEST(outcome(with("a: b\r\n\tc\r\n")) == "400 a header goes on in a second line: \\x09c");
    BOOST_TEST(outcome(with("Content-Length : 5\r\n")) == name + "Content-Length ");
    BOOST_TEST(outcome(with("a b: c\r\n")) == name + "a b");
    BOOST_TEST(outcome(with("a\0b: c\r\n"s)) == name + "a\\x00b");
    BOOST_TEST(outcome(with("a\x01: c\r\n")) == name + "a\\x01");
    BOOST_TEST(outcome(with("h\xc3\xb6he: c\r\n")) == name + "h\\xc3\\xb6he");
    BOOST_TEST(outcome(with("no colon\r\n")) == name + "no colon");
    BOOST_TEST(outcome(with(": c\r\n")) == name);
    for (std::string const& value : {"a\0b"s, "a\rb"s, "a\x7f"s, "\x1b[31m"s})
        BOOST_TEST(outcome(with("x: " + value + "\r\n")) == "400 the header x has control characters");
    BOOST_TEST(outcome(with("x: h\xc3\xb6he\r\n")) == "complete");
}

BOOST_AUTO_TEST_CASE(the_first_line_has_one_form)
{
    auto const first = [](std::string const& line) { return outcome(with("", line)); };
    std::string const form = "400 the first line is not METHOD TARGET HTTP/1.1: ";
    BOOST_TEST(first("GET /-/vaults") == form + "GET /-/vaults");
    BOOST_TEST(first("nonsense") == form + "nonsense");
    BOOST_TEST(outcome("\r\n\r\nGET / HTTP/1.1\r\n") == form);
    BOOST_TEST(first(" GET / HTTP/1.1") == "400 the method is not allowed: ");
    BOOST_TEST(first("G(T / HTTP/1.1") == "400 the method is not allowed: G(T");
    BOOST_TEST(first("GET  / HTTP/1.1") == "400 the target has characters that are not allowed:  /");
    BOOST_TEST(first("GET /a b HTTP/1.1") == "400 the target has characters that are not allowed: /a b");
    BOOST_TEST(first("GET /a#b HTTP/1.1") == "400 the target has characters that are not allowed: /a#b");
    BOOST_TEST(first("GET /\xff HTTP/1.1") == "400 the target has characters that are not allowed: /\\xff");
    BOOST_TEST(first("GET / http/1.1") == "400 the version is not HTTP/1.1: http/1.1");
    BOOST_TEST(first("GET / HTTP/1.10") == "400 the version is not HTTP/1.1: HTTP/1.10");
    BOOST_TEST(first("GET / HTTP/1.1\t") == "400 the version is not HTTP/1.1: HTTP/1.1\\x09");
    BOOST_TEST(first("GET / HTTP/2.0") == "505 HTTP/1.1 is spoken here, not HTTP/2.0");
    BOOST_TEST(first("GET / HTTP/0.9") == "505 HTTP/1.1 is spoken here, not HTTP/0.9");
    BOOST_TEST(outcome("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == "505 HTTP/1.1 is spoken here, not HTTP/2.0");
    BOOST_TEST(first("GET / HTTP/1.2") == "complete");
    BOOST_TEST(first("get / HTTP/1.1") == "complete");
}

BOOST_AUTO_TEST_CASE(a_target_is_a_path_or_a_url_of_the_same_host)
{
    auto const target = [](std::string const& sent) {
        head_parser parser((head_limits()));
        std::string const reached = outcome(parser, with("", "GET " + sent + " HTTP/1.1"));
        return reached == "complete" ? parser.head().target : reached;
    };
    BOOST_TEST(target("/a//b?c?d") == "/a//b?c?d");
    BOOST_TEST(target("*") == "*");
    BOOST_TEST(target("http://localhost/-/vaults?limit=1") == "/-/vaults?limit=1");
    BOOST_TEST(target("HTTPS://LOCALHOST?limit=1") == "/?limit=1");
    BOOST_TEST(target("http://localhost") == "/");
    BOOST_TEST(target("http://elsewhere/") == "400 the target is at another host than Host: elsewhere");
    BOOST_TEST(target("localhost:80") == "400 the target is neither a path nor a URL: localhost:80");
    BOOST_TEST(target("ftp://localhost/") == "400 the target is neither a path nor a URL: ftp://localhost/");
}

BOOST_AUTO_TEST_CASE(there_is_one_host)
{
    BOOST_TEST(outcome("GET / HTTP/1.1\r\n\r\n") == "400 it has no Host");
    BOOST_TEST(outcome("GET / HTTP/1.0\r\n\r\n") == "complete");
    BOOST_TEST(outcome(with("Host: localhost\r\n")) == "400 it has Host twice");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused_before_its_line_ends)
{
    std::string const beginning = "400 it does not begin with a method and a target";
    BOOST_TEST(outcome("\x16\x03\x01\x02") == "400 it is TLS, and plain HTTP is spoken here");
    BOOST_TEST(outcome("GET /\x01") == beginning);
    BOOST_TEST(outcome(std::string("\0", 1)) == beginning);
    BOOST_TEST(outcome(std::string(32, 'A')) == "incomplete");
    BOOST_TEST(outcome(std::string(33, 'A')) == beginning);
    BOOST_TEST(outcome("GET /a\rb") == beginning);
    BOOST_TEST(outcome("") == "incomplete");
    BOOST_TEST(outcome("GET / HTTP/1.1\r") == "incomplete");
}

BOOST_AUTO_TEST_CASE(a_head_has_limits)
{
    head_limits limits;
    limits.bytes_max = 200;
    limits.headers_max = 3;
    std::string const full = with("b: c\r\nd: e\r\n");
    BOOST_TEST(outcome(full, limits) == "complete");
    BOOST_TEST(outcome(with("b: c\r\nd: e\r\nf: g\r\n"), limits) == "431 it has more than 3 headers");

    std::string const long_enough = with("b: " + std::string(200 - with("b: \r\n").size(), 'x') + "\r\n");
    BOOST_TEST_REQUIRE(long_enough.size() == 200U);
    BOOST_TEST(outcome(long_enough + "body", limits) == "complete");
    limits.bytes_max = 199;
    BOOST_TEST(outcome(long_enough, limits) == "431 its head has more than 199 bytes");
    BOOST_TEST(outcome("GET /" + std::string(1'000, 'x'), limits) == "431 its head has more than 199 bytes");
}

BOOST_AUTO_TEST_CASE(the_client_says_whether_the_connection_goes_on)
{
    auto const keep_alive = [](std::string const& text) {
        head_parser parser((head_limits()));
        BOOST_TEST(outcome(parser, text) == "complete");
        return parser.keep_alive();
    };
    BOOST_TEST(keep_alive(with("Connection: keep-alive\r\n")));
    BOOST_TEST(keep_alive(with("Connection: closed\r\n")));
    BOOST_TEST(!keep_alive(with("Connection: close\r\n")));
    BOOST_TEST(!keep_alive(with("connection: x, Close ,y\r\n")));
    BOOST_TEST(!keep_alive(with("Connection: close\r\nConnection: keep-alive\r\n")));
    BOOST_TEST(!keep_alive(with("Connection: keep-alive\r\n", "GET / HTTP/1.0")));
}

BOOST_AUTO_TEST_CASE(one_expectation_is_known)
{
    auto const waits = [](std::string const& text) {
        head_parser parser((head_limits()));
        BOOST_TEST(outcome(parser, text) == "complete");
        return parser.waits_for_continue();
    };
    BOOST_TEST(waits(with("Expect: 100-Continue\r\n")));
    BOOST_TEST(!waits(with("Expect: 100-continue\r\n", "PUT / HTTP/1.0")));
    BOOST_TEST(outcome(with("Expect: 200-ok\r\n")) ==
               "417 the only expectation that is met is 100-continue, not 200-ok");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
