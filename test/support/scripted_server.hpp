#pragma once

#include "support/certificates.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::test {

/// How a scripted server speaks TLS.
struct server_tls {
    explicit server_tls(certificate its_identity) : identity(std::move(its_identity)) {}

    certificate identity;
    /// Nothing newer than TLS 1.1.
    bool only_old_versions = false;
    /// Connections are accepted, but no handshake is made.
    bool silent = false;
};

/// A connection as the script of the server sees it. Calls block; when the other side is gone they throw,
/// which ends the script. So does the end of the server.
class peer {
public:
    peer(peer const&) = delete;
    peer& operator=(peer const&) = delete;
    virtual ~peer() = default;

    /// Connections are counted from 1.
    virtual int number() const = 0;

    /// A head of a request, with the empty line.
    virtual std::string read_head() = 0;

    virtual std::string read(std::size_t count) = 0;

    /// Throws away what comes until the other side closes.
    virtual void read_to_end() = 0;

    virtual void write(std::string_view bytes) = 0;

    /// Ends the sending direction in due form, with TLS's close_notify.
    virtual void finish() = 0;

    /// Closes so that the other side gets "connection reset".
    virtual void reset() = 0;

    /// The host name that a TLS client asked for.
    virtual std::string server_name() const = 0;

protected:
    peer() = default;
};

/// A server on 127.0.0.1 that runs a script for each connection, in a thread of its own. When the script
/// returns the connection is closed, with TLS without a close_notify.
class scripted_server {
public:
    using script = std::function<void(peer&)>;

    explicit scripted_server(script what, std::optional<server_tls> const& tls = std::nullopt);
    scripted_server(scripted_server const&) = delete;
    scripted_server& operator=(scripted_server const&) = delete;
    ~scripted_server();

    std::uint16_t port() const noexcept;

    /// Connections accepted so far.
    int connections() const noexcept;

    /// Waits until so many scripts have ended; false after ten seconds.
    bool wait_for_ends(int count);

private:
    struct state;

    std::unique_ptr<state> state_;
};

/// The value of `Content-Length` in a head; 0 if there is none.
std::size_t content_length_of(std::string_view head);

/// A port of 127.0.0.1 on which nobody listens.
std::uint16_t closed_port();

} // namespace glacier::test
