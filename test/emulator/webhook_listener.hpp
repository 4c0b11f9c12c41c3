#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::emulation {

/// A request as it arrived.
struct received_request {
    std::string head;
    std::string body;
};

/// One connection of a webhook_listener; closed with the object.
class accepted_connection {
public:
    explicit accepted_connection(int socket) : socket_(socket) {}
    accepted_connection(accepted_connection&& other) noexcept;
    accepted_connection& operator=(accepted_connection&&) = delete;
    ~accepted_connection();

    /// Reads to the end of the body.
    received_request receive();

    /// False when the other side has gone.
    bool send(std::string_view text);

    /// Waits until the other side closes.
    bool is_closed();

private:
    int socket_;
};

/// Listens on 127.0.0.1, with a limit of ten seconds on every wait.
class webhook_listener {
public:
    /// 0: a free port.
    explicit webhook_listener(std::uint16_t port = 0);
    webhook_listener(webhook_listener const&) = delete;
    webhook_listener& operator=(webhook_listener const&) = delete;
    ~webhook_listener();

    std::uint16_t port() const noexcept { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }

    accepted_connection accept();

    /// Takes one request and answers it.
    received_request serve(std::string_view status = "200 OK");

private:
    int socket_;
    std::uint16_t port_ = 0;
};

} // namespace glacier::emulation
