#pragma once

#include "emulator/exchange.hpp"
#include "emulator/head_parser.hpp"

#include <glacier/emulator.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace glacier::emulation {

struct tls_files {
    std::filesystem::path certificate_chain;
    std::filesystem::path key;
};

/// What a client may use. Of emulator_options, where each is described.
struct server_limits {
    head_limits head;
    std::size_t connections_max = 1'000;
    std::chrono::milliseconds head_time_max = std::chrono::seconds(10);
    std::chrono::milliseconds idle_time_max = std::chrono::seconds(60);
    std::chrono::milliseconds body_stall_max = std::chrono::seconds(30);
};

struct server_options {
    std::string address;
    std::uint16_t port = 0;
    std::optional<tls_files> tls;
    unsigned threads = 1;
    std::function<void(emulator_request const&)> on_request;
    std::function<void(emulator_connection_error const&)> on_connection_error;
    server_limits limits;
};

/// Speaks HTTP/1.1, over TLS if asked to, and carries out the requests that arrive. Its threads may wait for
/// the disk. `app` must outlive it.
class server {
public:
    /// Listens and serves. Throws a std::runtime_error that says why it cannot.
    server(application& app, server_options options);
    server(server const&) = delete;
    server& operator=(server const&) = delete;
    ~server();

    std::uint16_t port() const noexcept;

    /// Ends requests in progress, within a second, and closes all connections.
    void stop();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace glacier::emulation
