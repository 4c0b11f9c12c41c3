#include "net/proxy_tunnel.hpp"

#include "base/base64.hpp"
#include "net/deadline.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <openssl/crypto.h>

#include <optional>
#include <utility>

namespace glacier::net {

namespace {

namespace http = boost::beast::http;
using asio::ip::tcp;

/// Limits of what a proxy may answer.
constexpr std::uint32_t head_bytes_max = 16 * 1'024;
constexpr int interim_answers_max = 16;

std::string in_brackets(std::string const& host)
{
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/// A text that is wiped when it goes.
class wiped_text {
public:
    explicit wiped_text(std::string text) : text_(std::move(text)) {}
    wiped_text(wiped_text const&) = delete;
    wiped_text& operator=(wiped_text const&) = delete;
    ~wiped_text() { OPENSSL_cleanse(text_.data(), text_.size()); }

    std::string const& get() const noexcept { return text_; }

private:
    std::string text_;
};

std::string connect_request(proxy_settings const& proxy, protocol::endpoint const& target)
{
    std::string const authority = in_brackets(target.host) + ":" + std::to_string(target.port);
    std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    if (std::string const authorization = proxy_authorization(proxy); !authorization.empty())
        request += "Proxy-Authorization: " + authorization + "\r\n";
    return request + "\r\n";
}

/// Throws unless the proxy has opened the tunnel.
void check_answer(http::response_parser<http::empty_body> const& answer, std::size_t surplus,
                  std::string const& name)
{
    auto const status = static_cast<int>(answer.get().result_int());
    // Not in its own words: it was sent a password, and could give it back.
    std::string text = "the proxy " + name + " answered " + std::to_string(status);
    // tinyproxy answers 401 to a wrong password.
    if (status == 407 || status == 401)
        throw connection_error(errc::proxy_authentication_required, std::move(text));
    if (status < 200 || status > 299)
        throw connection_error(errc::proxy_failed, std::move(text));
    // Nobody has spoken to the endpoint yet, so these bytes are not its own.
    if (surplus > 0)
        throw connection_error(errc::proxy_failed, text + ", and then more");
}

} // namespace

std::string proxy_name(proxy_settings const& proxy)
{
    return in_brackets(proxy.host) + ":" + std::to_string(proxy.port);
}

std::string proxy_authorization(proxy_settings const& proxy)
{
    if (proxy.user.empty() && proxy.password.empty())
        return {};
    wiped_text const identity(proxy.user + ":" + std::string(proxy.password.reveal()));
    return "Basic " + base::to_base64(identity.get());
}

asio::awaitable<void> open_tunnel(tcp::socket& socket, proxy_settings const& proxy,
                                  protocol::endpoint const& target, std::chrono::milliseconds limit)
{
    std::string const name = proxy_name(proxy);
    deadline time(socket.get_executor(), [&socket] {
        error_code ignored;
        socket.close(ignored);
    });
    time.expires_after(limit, errc::connect_timeout);
    auto const check = [&time, &name](error_code const& error) {
        if (time.expired())
            throw connection_error(errc::connect_timeout, "the proxy " + name + " does not answer");
        if (error == asio::error::operation_aborted)
            throw boost::system::system_error(error);
        if (error)
            throw connection_error(errc::proxy_failed, "the proxy " + name + ": " + error.message());
    };

    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    wiped_text const request(connect_request(proxy, target));
    asio::const_buffer const bytes = asio::buffer(request.get());
    co_await asio::async_write(socket, bytes, token);
    check(error);

    boost::beast::flat_buffer buffer(head_bytes_max);
    for (int skipped = 0;; ++skipped) {
        http::response_parser<http::empty_body> answer;
        answer.header_limit(head_bytes_max);
        // Whatever it says of a length: the tunnel begins after the head.
        answer.skip(true);
        co_await http::async_read_header(socket, buffer, answer, token);
        check(error);
        int const status = static_cast<int>(answer.get().result_int());
        if (status >= 200 || status == 101 || skipped == interim_answers_max) {
            check_answer(answer, buffer.size(), name);
            co_return;
        }
    }
}

} // namespace glacier::net
