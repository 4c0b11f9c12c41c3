#include "net/tls_sessions.hpp"

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace glacier::net {

namespace {

using owner_pointer = std::shared_ptr<tls_sessions>;

void free_owner(void* /*parent*/, void* owner, CRYPTO_EX_DATA* /*all*/, int /*index*/, long /*argument*/,
                void* /*more*/)
{
    delete static_cast<owner_pointer*>(owner);
}

/// Where a context keeps its sessions.
int owner_index()
{
    static int const index =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, nullptr, nullptr, &free_owner);
    return index;
}

/// Where a session keeps when the certificate was verified, in seconds. OpenSSL copies it to the sessions that follow
/// from this one, so that a chain of them does not live for ever.
int verified_index()
{
    static int const index =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_SESSION, 0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

std::intptr_t seconds_of(timestamp time)
{
    return static_cast<std::intptr_t>(
        std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

std::intptr_t verified_at(SSL_SESSION* session)
{
    return reinterpret_cast<std::intptr_t>(SSL_SESSION_get_ex_data(session, verified_index()));
}

void set_verified_at(SSL_SESSION* session, std::intptr_t seconds)
{
    SSL_SESSION_set_ex_data(session, verified_index(), reinterpret_cast<void*>(seconds));
}

} // namespace

tls_sessions::tls_sessions(std::size_t count_max, std::shared_ptr<base::clock const> clock) noexcept
    : count_max_(count_max), clock_(std::move(clock))
{}

std::shared_ptr<tls_sessions> tls_sessions::attach(SSL_CTX* context, std::size_t count_max,
                                                   std::shared_ptr<base::clock const> clock)
{
    owner_pointer made(new tls_sessions(count_max, std::move(clock)));
    if (count_max == 0) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        return made;
    }
    // A connection that outlives its client may still be sent a session.
    auto owner = std::make_unique<owner_pointer>(made);
    if (SSL_CTX_set_ex_data(context, owner_index(), owner.get()) != 1)
        return made;
    static_cast<void>(owner.release());
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &tls_sessions::on_new_session);
    return made;
}

int tls_sessions::on_new_session(SSL* ssl, SSL_SESSION* session)
{
    auto* const owner = static_cast<owner_pointer*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), owner_index()));
    if (owner != nullptr)
        (*owner)->keep(ssl, session);
    // The reference remains OpenSSL's.
    return 0;
}

void tls_sessions::keep(SSL* ssl, SSL_SESSION* session)
{
    if (SSL_get_verify_result(ssl) != X509_V_OK)
        return;
    // A copy, since OpenSSL makes the session of a connection unusable that is closed without TLS's own farewell.
    session_pointer copy(SSL_SESSION_dup(session));
    if (!copy)
        return;
    if (verified_at(copy.get()) == 0)
        set_verified_at(copy.get(), seconds_of(clock_->now()));
    std::lock_guard const lock(mutex_);
    kept_.push_back(std::move(copy));
    if (kept_.size() > count_max_)
        kept_.pop_front();
}

bool tls_sessions::is_usable(SSL_SESSION* session) const
{
    std::intptr_t const now = seconds_of(clock_->now());
    std::intptr_t const verified = verified_at(session);
    auto const begun = static_cast<std::intptr_t>(SSL_SESSION_get_time(session));
    auto life = static_cast<std::intptr_t>(SSL_SESSION_get_timeout(session));
    // What the server says; only with TLS 1.2 may it leave that open.
    auto const hint = static_cast<std::intptr_t>(SSL_SESSION_get_ticket_lifetime_hint(session));
    if (hint != 0 || SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION)
        life = std::min(life, hint);
    bool const is_fresh = now >= verified && now - verified < std::chrono::seconds(life_max).count();
    return is_fresh && now - begun < life && SSL_SESSION_is_resumable(session) == 1;
}

void tls_sessions::offer(SSL* ssl)
{
    session_pointer offered;
    {
        std::lock_guard const lock(mutex_);
        std::erase_if(kept_, [this](session_pointer const& each) { return !is_usable(each.get()); });
        if (kept_.empty())
            return;
        // A session of TLS 1.3 that were used twice would show that two connections are of one client. One of TLS 1.2
        // is meant for many, so each connection takes a copy.
        if (SSL_SESSION_get_protocol_version(kept_.back().get()) >= TLS1_3_VERSION) {
            offered = std::move(kept_.back());
            kept_.pop_back();
        } else {
            offered.reset(SSL_SESSION_dup(kept_.back().get()));
        }
    }
    if (offered)
        SSL_set_session(ssl, offered.get());
}

void tls_sessions::on_handshake(SSL* ssl, bool success)
{
    std::lock_guard const lock(mutex_);
    if (!success)
        kept_.clear();
    else if (SSL_session_reused(ssl) == 1)
        ++resumed_;
}

std::size_t tls_sessions::size() const
{
    std::lock_guard const lock(mutex_);
    return kept_.size();
}

std::uint64_t tls_sessions::resumed() const
{
    std::lock_guard const lock(mutex_);
    return resumed_;
}

} // namespace glacier::net
