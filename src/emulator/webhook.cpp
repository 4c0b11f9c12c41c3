#include "emulator/webhook.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

namespace glacier::emulation {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

// Of the head of an answer.
constexpr std::uint32_t head_bytes_max = 8 * 1024;

std::string text_of(webhook_request const& request)
{
    std::string const& prefix = request.endpoint.path_prefix;
    std::string text = "POST " + (prefix.empty() ? "/" : prefix) + " HTTP/1.1\r\n";
    text += "Host: " + request.endpoint.host_header() + "\r\n";
    for (auto const& [name, value] : request.headers)
        text += name + ": " + value + "\r\n";
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\nConnection: close\r\n\r\n";
    return text + request.body;
}

webhook_answer failed(std::string_view doing, error_code const& error)
{
    webhook_answer answer;
    answer.failure = std::string(doing) + ": " + error.message();
    return answer;
}

} // namespace

asio::awaitable<webhook_answer> post_to_webhook(webhook_request request, std::chrono::milliseconds limit)
{
    auto const executor = co_await asio::this_coro::executor;
    error_code error;
    tcp::resolver resolver(executor);
    std::string const port = std::to_string(request.endpoint.port);
    auto const addresses = co_await resolver.async_resolve(request.endpoint.host, port,
                                                           asio::redirect_error(asio::use_awaitable, error));
    if (error)
        co_return failed("cannot resolve the host", error);

    beast::tcp_stream stream(executor);
    // One deadline for all that follows.
    stream.expires_after(limit);
    co_await stream.async_connect(addresses, asio::redirect_error(asio::use_awaitable, error));
    if (error)
        co_return failed("cannot connect", error);
    std::string const text = text_of(request);
    co_await asio::async_write(stream, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));
    if (error)
        co_return failed("cannot send", error);
    beast::flat_buffer buffer(2 * head_bytes_max);
    http::response_parser<http::empty_body> parser;
    parser.header_limit(head_bytes_max);
    parser.body_limit(boost::none);
    co_await http::async_read_header(stream, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error)
        co_return failed("no answer", error);
    webhook_answer answer;
    answer.status = static_cast<int>(parser.get().result_int());
    co_return answer;
}

} // namespace glacier::emulation
