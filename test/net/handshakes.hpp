#pragma once

#include "net/net_fixture.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace glacier::test {

/// How a handshake ended.
struct handshake_outcome {
    error_code code;
    std::string detail;
    /// The version that was agreed on; empty after a failure.
    std::string version;
};

/// Connects to the port of 127.0.0.1 and makes a handshake with it as `host`.
handshake_outcome shake_hands(std::uint16_t port, std::string const& host,
                              tls_settings const& settings = trusting_settings(),
                              std::chrono::milliseconds limit = std::chrono::seconds(10));

/// The same with a server of its own.
handshake_outcome shake_hands(server_tls const& peer, std::string const& host = "localhost",
                              tls_settings const& settings = trusting_settings());

} // namespace glacier::test
