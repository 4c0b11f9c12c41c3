#include "net/net_fixture.hpp"

#include "support/temporary_directory.hpp"

#include <boost/asio/steady_timer.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace glacier::test {

void transcript::add(std::string entry)
{
    std::lock_guard const lock(mutex_);
    entries_.push_back(std::move(entry));
}

std::vector<std::string> transcript::entries() const
{
    std::lock_guard const lock(mutex_);
    return entries_;
}

protocol::endpoint plain_endpoint(std::uint16_t port)
{
    protocol::endpoint made;
    made.tls = false;
    made.host = "127.0.0.1";
    made.port = port;
    return made;
}

protocol::endpoint tls_endpoint(std::string host, std::uint16_t port)
{
    protocol::endpoint made;
    made.host = std::move(host);
    made.port = port;
    return made;
}

certificate_authority const& trusted_authority()
{
    static certificate_authority const authority("trusted authority");
    return authority;
}

tls_settings trusting_settings()
{
    static temporary_directory const directory;
    static std::filesystem::path const file = directory.write("authority.pem", trusted_authority().pem());
    tls_settings settings;
    settings.ca_bundle = file;
    return settings;
}

server_tls good_server_tls()
{
    static certificate const identity =
        trusted_authority().issue(certificate_terms({"DNS:localhost", "IP:127.0.0.1"}));
    return server_tls(identity);
}

int run_events(asio::io_context& context, int count)
{
    context.restart();
    int done = 0;
    while (done < count && context.run_one_for(std::chrono::seconds(1)) == 1)
        ++done;
    return done;
}

void run_ready(asio::io_context& context)
{
    context.restart();
    context.poll();
}

void run_for(asio::io_context& context, std::chrono::milliseconds limit)
{
    asio::steady_timer timer(context, limit);
    bool over = false;
    timer.async_wait([&over](error_code) { over = true; });
    context.restart();
    while (!over)
        context.run_one();
}

full_listener::full_listener() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    BOOST_TEST_REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    BOOST_TEST_REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    BOOST_TEST_REQUIRE(::listen(listener_, 0) == 0);
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < 4; ++i) {
        int const descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ::connect(descriptor, reinterpret_cast<sockaddr const*>(&address), sizeof address);
        queued_.push_back(descriptor);
    }
}

full_listener::~full_listener()
{
    for (int const descriptor : queued_)
        ::close(descriptor);
    ::close(listener_);
}

} // namespace glacier::test
