#include "webhook_listener.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace glacier::emulation {

namespace {

void limit_waits(int socket)
{
    timeval const limit{10, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

} // namespace

accepted_connection::accepted_connection(accepted_connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1))
{}

accepted_connection::~accepted_connection()
{
    if (socket_ >= 0)
        ::close(socket_);
}

received_request accepted_connection::receive()
{
    std::string text;
    received_request request;
    while (true) {
        auto const end = text.find("\r\n\r\n");
        if (end != std::string::npos) {
            auto const length = text.find("Content-Length: ");
            std::size_t const body = length < end ? std::stoul(text.substr(length + 16)) : 0;
            if (text.size() >= end + 4 + body)
                return {text.substr(0, end + 2), text.substr(end + 4)};
        }
        std::array<char, 4'096> block{};
        ssize_t const size = ::recv(socket_, block.data(), block.size(), 0);
        if (size <= 0)
            throw std::runtime_error("the request breaks off: " + text);
        text.append(block.data(), static_cast<std::size_t>(size));
    }
}

bool accepted_connection::send(std::string_view text)
{
    while (!text.empty()) {
        ssize_t const sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool accepted_connection::is_closed()
{
    std::array<char, 4'096> block{};
    ssize_t size = 1;
    while (size > 0)
        size = ::recv(socket_, block.data(), block.size(), 0);
    return size == 0 || errno == ECONNRESET;
}

webhook_listener::webhook_listener(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0))
{
    int const yes = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    limit_waits(socket_);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    BOOST_TEST_REQUIRE(::bind(socket_, reinterpret_cast<sockaddr const*>(&address), size) == 0);
    BOOST_TEST_REQUIRE(::listen(socket_, 100) == 0);
    BOOST_TEST_REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
}

webhook_listener::~webhook_listener()
{
    ::close(socket_);
}

accepted_connection webhook_listener::accept()
{
    int const accepted = ::accept(socket_, nullptr, nullptr);
    if (accepted < 0)
        throw std::runtime_error("nothing has connected");
    limit_waits(accepted);
    return accepted_connection(accepted);
}

received_request webhook_listener::serve(std::string_view status)
{
    auto connection = accept();
    auto request = connection.receive();
    connection.send("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 0\r\n\r\n");
    return request;
}

} // namespace glacier::emulation
