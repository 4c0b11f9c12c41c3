#include "connection.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace glacier::emulation {

connection::connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0))
{
    timeval const limit{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST_REQUIRE(::connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof(address)) == 0);
}

connection::~connection()
{
    ::close(socket_);
}

void connection::send(std::string_view text)
{
    while (!text.empty()) {
        ssize_t const sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void connection::finish_sending()
{
    ::shutdown(socket_, SHUT_WR);
}

bool connection::receive_more()
{
    std::array<char, 65'536> block{};
    ssize_t const size = ::recv(socket_, block.data(), block.size(), 0);
    if (size <= 0)
        return false;
    received_.append(block.data(), static_cast<std::size_t>(size));
    return true;
}

protocol::http_response connection::receive()
{
    protocol::http_response response;
    while (received_.find("\r\n\r\n") == std::string::npos)
        if (!receive_more())
            return response;
    auto const end = received_.find("\r\n\r\n");
    std::string_view head = std::string_view(received_).substr(0, end + 2);
    response.status = std::stoi(std::string(head.substr(9, 3)));
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
        std::string_view const line = head.substr(0, head.find("\r\n"));
        auto const colon = line.find(": ");
        response.headers.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
        head.remove_prefix(line.size() + 2);
    }
    std::string const length(response.headers.get("content-length"));
    std::size_t const body = length.empty() ? 0 : std::stoul(length);
    while (received_.size() < end + 4 + body)
        if (!receive_more())
            return protocol::http_response();
    response.body = received_.substr(end + 4, body);
    received_.erase(0, end + 4 + body);
    return response;
}

bool connection::is_closed()
{
    return received_.empty() && !receive_more() && received_.empty();
}

} // namespace glacier::emulation
