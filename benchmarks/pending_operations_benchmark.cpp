// What operations cost that wait: 10,000 on one loop and one thread, 256 of them with a TLS connection whose server
// does not answer, the others in the line.
//
//   rss_mib            resident memory of the client with all of them pending; the target is below 256
//   bytes_per_waiting  what each more in the line adds
//   bytes_per_open     what each with a connection adds, TLS and buffers included

#include "support/certificates.hpp"
#include "support/scripted_server.hpp"

#include <glacier/client.hpp>

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace asio = boost::asio;

constexpr std::size_t connections = 256;
constexpr std::size_t operations = 10'000;
constexpr double rss_bytes_max = 256.0 * 1'048'576;

/// Of a server in a process of its own, so that its memory does not count.
std::uint16_t server_port = 0;
std::string authority_file;

double resident_bytes()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:"))
            return std::stod(line.substr(6)) * 1'024;
    throw std::runtime_error("no VmRSS");
}

glacier::client_config configuration()
{
    glacier::client_config config;
    config.region = "us-east-1";
    config.endpoint = "https://localhost:" + std::to_string(server_port);
    config.tls.ca_bundle = authority_file;
    config.credentials = glacier::static_credentials(
        glacier::credentials("AKIAIOSFODNN7EXAMPLE", glacier::secret_string("secret")));
    config.pool.connections_max = connections;
    config.pool.waiting_max = operations;
    return config;
}

void start(asio::io_context& context, glacier::client const& client, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        asio::co_spawn(context, client.describe_vault(glacier::describe_vault_request("bench")),
                       [](std::exception_ptr, glacier::vault_description const&) {});
}

/// Lets the loop run until so many connections are open and so many operations wait.
void settle(asio::io_context& context, glacier::client const& client, std::size_t open, std::size_t waiting)
{
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (client.pool_statistics().opened < open || client.pool_statistics().waiting < waiting) {
        if (std::chrono::steady_clock::now() > end)
            throw std::runtime_error("the operations do not come to wait");
        context.run_for(std::chrono::milliseconds(10));
    }
    context.run_for(std::chrono::milliseconds(200));
}

void pending_operations(benchmark::State& state)
{
    for (auto _ : state) {
        asio::io_context context(1);
        glacier::client const client(context.get_executor(), configuration());
        double const before = resident_bytes();
        start(context, client, connections);
        settle(context, client, connections, 0);
        double const with_connections = resident_bytes();
        start(context, client, operations - connections);
        settle(context, client, connections, operations - connections);
        double const with_all = resident_bytes();
        state.counters["rss_mib"] = with_all / 1'048'576;
        state.counters["bytes_per_open"] = (with_connections - before) / connections;
        state.counters["bytes_per_waiting"] = (with_all - with_connections) / (operations - connections);
        if (client.pool_statistics().open != connections)
            state.SkipWithError("connections were lost");
        else if (with_all > rss_bytes_max)
            state.SkipWithError("more memory than the target");
    }
}

BENCHMARK(pending_operations)
->Iterations(1)->Unit(benchmark::kMillisecond);

void wait_for_the_client(glacier::test::peer& client)
{
    client.read_to_end();
}

/// Writes the authority's certificate and then the port into the pipe, and serves until it is killed.
[[noreturn]] void serve(int to_parent)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    glacier::test::certificate_authority const authority("benchmark");
    glacier::test::scripted_server const server(
        wait_for_the_client,
        glacier::test::server_tls(authority.issue(glacier::test::certificate_terms({"DNS:localhost"}))));
    std::string const text = authority.pem() + "\n" + std::to_string(server.port()) + "\n";
    if (::write(to_parent, text.data(), text.size()) != static_cast<long>(text.size()))
        std::_Exit(1);
    ::close(to_parent);
    while (true)
        ::pause();
}

void read_from_server(int from_child)
{
    std::string text;
    std::array<char, 4'096> buffer{};
    for (long count = 1; (count = ::read(from_child, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(count));
    auto const end = text.rfind('\n', text.size() - 2);
    server_port = static_cast<std::uint16_t>(std::stoi(text.substr(end + 1)));
    std::string name = "/tmp/glacier-benchmark-XXXXXX";
    ::close(::mkstemp(name.data()));
    std::ofstream(name) << text.substr(0, end);
    authority_file = name;
}

} // namespace

int main(int argc, char** argv)
{
    rlimit files{4'096, 4'096};
    ::setrlimit(RLIMIT_NOFILE, &files);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        return 1;
    pid_t const child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        serve(ends[1]);
    }
    ::close(ends[1]);
    read_from_server(ends[0]);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::unlink(authority_file.c_str());
}
