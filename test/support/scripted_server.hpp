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

/// How a scripted server speaks TLS. It takes what a careful server would not: weak keys, old versions.
struct server_tls {
    explicit server_tls(certificate its_identity) : identity(std::move(its_identity)) {}

    certificate identity;
    /// Nothing newer than TLS 1.1.
    bool only_old_versions = false;
    /// Nothing newer than TLS 1.2.
    bool only_tls_1_2 = false;
    /// Connections are accepted, but no handshake is made.
    bool silent = false;
    /// Of TLS 1.2, as OpenSSL writes them; empty: its own choice.
    std::string ciphers = {};
    /// PEM of the authority that clients must have a certificate of; empty: none is asked for.
    std::string client_authority = {};
    /// The connection is closed when so many bytes of the handshake were sent.
    std::optional<std::size_t> handshake_bytes_max = {};
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

    /// TLS 1.3: new keys for this direction, and the other side is asked for new ones too.
    virtual void update_keys() = 0;

    /// TLS 1.2: asks the other side for a new handshake.
    virtual void ask_for_handshake() = 0;

    /// The common name of the certificate that a TLS client showed; empty: none.
    virtual std::string client_name() const = 0;

    /// The version that is spoken, such as `TLSv1.3`.
    virtual std::string tls_version() const = 0;

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
