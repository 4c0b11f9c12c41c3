#pragma once

#include "emulator/control_commands.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace glacier::emulation {

/**
 * The control endpoint: HTTP/1.1, JSON in both directions, without TLS and without asking who it is.
 *
 * A request with the header `Origin`, which browsers add, is refused: otherwise any web page could send commands.
 */
class control_server {
public:
    /// Listens and serves on a thread of its own. Throws a std::runtime_error that says why it cannot. `commands`
    /// must outlive it.
    control_server(control_commands& commands, std::string const& address, std::uint16_t port);
    control_server(control_server const&) = delete;
    control_server& operator=(control_server const&) = delete;
    ~control_server();

    std::uint16_t port() const noexcept;

    /// Ends the command that is being carried out, and closes all connections.
    void stop();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace glacier::emulation
