#include "support/forwarding_proxy.hpp"

#include <array>
#include <mutex>
#include <set>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace glacier::test {

namespace {

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

} // namespace

struct forwarding_proxy::state {
    std::uint16_t destination = 0;
    int listener = -1;
    std::uint16_t port = 0;
    mutable std::mutex mutex;
    bool stopping = false;
    std::vector<std::string> heads;
    std::set<int> open;
    std::vector<std::thread> threads;
    std::thread acceptor;

    void accept_all()
    {
        while (true) {
            int const client = ::accept(listener, nullptr, nullptr);
            std::lock_guard const lock(mutex);
            if (stopping || client < 0) {
                if (client >= 0)
                    ::close(client);
                return;
            }
            open.insert(client);
            threads.emplace_back([this, client] { serve(client); });
        }
    }

    void serve(int client)
    {
        std::string head;
        char byte = 0;
        while (!head.ends_with("\r\n\r\n") && ::recv(client, &byte, 1, 0) == 1)
            head += byte;
        sockaddr_in const address = loopback(destination);
        int const server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        {
            std::lock_guard const lock(mutex);
            heads.push_back(head);
            open.insert(server);
        }
        std::string const answer = "HTTP/1.1 200 Connection established\r\n\r\n";
        if (::connect(server, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0 &&
            ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL) > 0) {
            std::thread back([this, server, client] { copy(server, client); });
            copy(client, server);
            back.join();
        }
        std::lock_guard const lock(mutex);
        for (int const each : {client, server}) {
            open.erase(each);
            ::close(each);
        }
    }

    static void copy(int from, int to)
    {
        std::array<char, 16'384> buffer{};
        while (true) {
            auto const count = ::recv(from, buffer.data(), buffer.size(), 0);
            if (count <= 0 ||
                ::send(to, buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) != count)
                break;
        }
        ::shutdown(from, SHUT_RDWR);
        ::shutdown(to, SHUT_RDWR);
    }
};

forwarding_proxy::forwarding_proxy(std::uint16_t destination) : state_(std::make_unique<state>())
{
    state_->destination = destination;
    state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(state_->listener, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(state_->listener, reinterpret_cast<sockaddr*>(&address), &size);
    ::listen(state_->listener, 64);
    state_->port = ntohs(address.sin_port);
    state_->acceptor = std::thread([all = state_.get()] { all->accept_all(); });
}

forwarding_proxy::~forwarding_proxy()
{
    {
        std::lock_guard const lock(state_->mutex);
        state_->stopping = true;
        for (int const each : state_->open)
            ::shutdown(each, SHUT_RDWR);
    }
    ::shutdown(state_->listener, SHUT_RDWR);
    state_->acceptor.join();
    for (std::thread& each : state_->threads)
        each.join();
    ::close(state_->listener);
}

std::uint16_t forwarding_proxy::port() const noexcept
{
    return state_->port;
}

std::vector<std::string> forwarding_proxy::requests() const
{
    std::lock_guard const lock(state_->mutex);
    return state_->heads;
}

} // namespace glacier::test
