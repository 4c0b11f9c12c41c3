#include "emulator/control_server.hpp"

#include "base/printable.hpp"

#include <glacier/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace glacier::emulation {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr std::uint32_t head_bytes_max = 16 * 1024;
constexpr std::size_t connections_max = 64;
// For a whole request to arrive, and for its answer to leave. An idle connection ends after it, too.
constexpr auto request_limit = 30s;

using request_parser = http::request_parser<http::string_body>;
using response = http::response<http::string_body>;

response make_response(control_answer answer, bool keep_alive)
{
    response made;
    made.version(11);
    made.result(static_cast<unsigned>(answer.status));
    made.set(http::field::content_type, "application/json");
    if (!answer.allow.empty())
        made.set(http::field::allow, answer.allow);
    made.keep_alive(keep_alive);
    made.body() = std::move(answer.body);
    made.body() += '\n';
    made.prepare_payload();
    return made;
}

/// The answer to a request that could not be read; nothing if the connection has ended or failed.
std::optional<control_answer> refusal_of(error_code const& error)
{
    if (error == http::error::body_limit)
        return control_failure(413, "the body has more than " + std::to_string(command_bytes_max) + " bytes");
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error.category() != make_error_code(http::error::bad_method).category())
        return std::nullopt;
    return control_failure(400, "the request is not valid HTTP: " + error.message());
}

std::string_view view_of(beast::string_view text) noexcept
{
    return {text.data(), text.size()};
}

control_answer carry_out(control_commands& commands, http::request<http::string_body> const& request)
{
    if (request.find(http::field::origin) != request.end())
        return control_failure(403, "Origin: no commands are taken from web pages");
    if (request.version() != 11)
        return control_failure(400, "only HTTP/1.1 is spoken here");
    return commands.carry_out(view_of(request.method_string()), view_of(request.target()), request.body());
}

} // namespace

struct control_server::state {
    state(control_commands& carried_out, std::string const& address, std::uint16_t wanted_port)
        : commands(carried_out)
    {
        try {
            tcp::endpoint const endpoint(asio::ip::make_address(address), wanted_port);
            acceptor.open(endpoint.protocol());
            acceptor.set_option(asio::socket_base::reuse_address(true));
            acceptor.bind(endpoint);
            acceptor.listen();
            port = acceptor.local_endpoint().port();
        } catch (boost::system::system_error const& error) {
            throw std::runtime_error("cannot listen for control on " + base::printable(address, 100) +
                                     " port " + std::to_string(wanted_port) + ": " + error.code().message());
        }
        asio::co_spawn(context, accept_connections(), [](std::exception_ptr const&) {});
        thread = std::thread([this] { context.run(); });
    }

    ~state() { stop(); }

    void stop()
    {
        std::lock_guard const once(stop_mutex);
        context.stop();
        if (thread.joinable())
            thread.join();
        // Nobody can connect to an endpoint that answers no more.
        error_code ignored;
        acceptor.close(ignored);
    }

    asio::awaitable<void> accept_connections()
    {
        asio::steady_timer pause(context);
        while (true) {
            error_code error;
            tcp::socket socket =
                co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error) {
                // Out of file descriptors, for instance: there may be some again soon.
                pause.expires_after(100ms);
                co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
                continue;
            }
            if (connections == connections_max)
                continue;
            ++connections;
            asio::co_spawn(context, serve(beast::tcp_stream(std::move(socket))),
                           [this](std::exception_ptr const&) { --connections; });
        }
    }

    asio::awaitable<void> serve(beast::tcp_stream stream)
    {
        beast::flat_buffer buffer;
        bool go_on = true;
        while (go_on)
            go_on = co_await serve_request(stream, buffer);
        error_code ignored;
        stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
    }

    /// Whether another request can follow.
    asio::awaitable<bool> serve_request(beast::tcp_stream& stream, beast::flat_buffer& buffer)
    {
        request_parser parser;
        parser.header_limit(head_bytes_max);
        parser.body_limit(command_bytes_max);
        error_code error;
        stream.expires_after(request_limit);
        co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        std::optional<control_answer> answer;
        if (error)
            answer = refusal_of(error);
        else
            answer = carry_out(commands, parser.get());
        if (!answer)
            co_return false;
        bool const keep_alive = !error && parser.get().keep_alive();
        response const message = make_response(std::move(*answer), keep_alive);
        stream.expires_after(request_limit);
        co_await http::async_write(stream, message, asio::redirect_error(asio::use_awaitable, error));
        co_return keep_alive && !error;
    }

    control_commands& commands;
    asio::io_context context{1};
    tcp::acceptor acceptor{context};
    std::uint16_t port = 0;
    std::size_t connections = 0;
    std::mutex stop_mutex;
    std::thread thread;
};

control_server::control_server(control_commands& commands, std::string const& address, std::uint16_t port)
    : state_(std::make_unique<state>(commands, address, port))
{}

control_server::~control_server() = default;

std::uint16_t control_server::port() const noexcept
{
    return state_->port;
}

void control_server::stop()
{
    state_->stop();
}

} // namespace glacier::emulation
