#pragma once

#include "base/clock.hpp"

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

namespace glacier::net {

/**
 * The newest TLS sessions of one context, to be taken up by later connections of the same context. A context serves
 * one host with one way of verifying it, and so do its sessions: a handshake that takes one up sees no certificate.
 *
 * Thread safety: full.
 */
class tls_sessions {
public:
    /// A session serves no longer than this after the certificate was last verified.
    static constexpr std::chrono::hours life_max{1};

    /// Keeps the newest `count_max` sessions of the context; none if it is zero. The context keeps the object.
    static std::shared_ptr<tls_sessions> attach(SSL_CTX* context, std::size_t count_max,
                                                std::shared_ptr<base::clock const> clock);

    tls_sessions(tls_sessions const&) = delete;
    tls_sessions& operator=(tls_sessions const&) = delete;
    ~tls_sessions() = default;

    /// Before a handshake: offers the newest session, if there is one. One of TLS 1.3 serves once.
    void offer(SSL* ssl);

    /// After a handshake that offer() may have had a part in. One that failed is a reason to trust no session.
    void on_handshake(SSL* ssl, bool success);

    std::size_t size() const;

    /// Handshakes that took up a session.
    std::uint64_t resumed() const;

private:
    struct session_deleter {
        void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
    };
    using session_pointer = std::unique_ptr<SSL_SESSION, session_deleter>;

    tls_sessions(std::size_t count_max, std::shared_ptr<base::clock const> clock) noexcept;

    static int on_new_session(SSL* ssl, SSL_SESSION* session);

    void keep(SSL* ssl, SSL_SESSION* session);
    bool is_usable(SSL_SESSION* session) const;

    std::size_t count_max_;
    std::shared_ptr<base::clock const> clock_;
    mutable std::mutex mutex_;
    // The newest is at the back.
    std::deque<session_pointer> kept_;
    std::uint64_t resumed_ = 0;
};

} // namespace glacier::net
