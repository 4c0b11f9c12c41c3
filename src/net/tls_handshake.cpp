#include "net/tls_handshake.hpp"

#include "net/certificate_error.hpp"
#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/tls_context.hpp"
#include "net/translate_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>

#include <openssl/x509v3.h>

#include <string>
#include <utility>

namespace glacier::net {

tls_handshaker::tls_handshaker(protocol::endpoint target, tls_settings const& settings,
                               std::chrono::milliseconds limit, std::shared_ptr<observer> watcher,
                               std::size_t sessions_max, std::shared_ptr<base::clock const> clock)
    : target_(std::move(target)), context_(make_tls_context(settings)),
      sessions_(tls_sessions::attach(context_.native_handle(), sessions_max, std::move(clock))),
      limit_(limit), observer_(std::move(watcher))
{}

asio::awaitable<std::unique_ptr<tls_stream>> tls_handshaker::handshake(asio::ip::tcp::socket socket)
{
    auto stream = std::make_unique<tls_stream>(std::move(socket), context_);
    if (!observer_) {
        co_await open(*stream);
        co_return stream;
    }
    auto const begin = std::chrono::steady_clock::now();
    try {
        co_await open(*stream);
    } catch (connection_error const& error) {
        report(*stream, begin, error.code(), error.detail());
        throw;
    } catch (boost::system::system_error const& error) {
        report(*stream, begin, error.code(), {});
        throw;
    }
    report(*stream, begin, {}, {});
    co_return stream;
}

asio::awaitable<void> tls_handshaker::open(tls_stream& stream)
{
    expect_host(stream.native_handle());
    sessions_->offer(stream.native_handle());
    deadline time(stream.get_executor(), [&lowest = stream.lowest_layer()] {
        error_code ignored;
        lowest.close(ignored);
    });
    time.expires_after(limit_, errc::tls_handshake_timeout);
    error_code const error = co_await stream.handshake();
    // The limit may have closed the socket after the handshake.
    bool const success = !error && !time.expired();
    sessions_->on_handshake(stream.native_handle(), success);
    if (success)
        co_return;
    if (time.expired())
        throw connection_error(errc::tls_handshake_timeout, target_.str());
    if (error == asio::error::operation_aborted)
        throw boost::system::system_error(error);
    if (SSL_get_verify_result(stream.native_handle()) != X509_V_OK) {
        certificate_error refused = describe_certificate_error(stream.native_handle());
        throw connection_error(refused.code, target_.str() + ": " + std::move(refused.detail));
    }
    std::string detail;
    error_code const translated = translate(error, detail);
    throw connection_error(translated,
                           "TLS handshake with " + target_.str() + (detail.empty() ? "" : ": ") + detail);
}

/// Asks for the host by name, and accepts only a certificate for it.
void tls_handshaker::expect_host(SSL* ssl) const
{
    error_code not_numeric;
    asio::ip::make_address(target_.host, not_numeric);
    X509_VERIFY_PARAM* const parameters = SSL_get0_param(ssl);
    bool accepted = false;
    if (not_numeric) {
        // A common name is no host name: authorities have not checked it as one for years.
        X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                                        X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        accepted = SSL_set_tlsext_host_name(ssl, target_.host.c_str()) == 1 &&
                   X509_VERIFY_PARAM_set1_host(parameters, target_.host.c_str(), 0) == 1;
    } else {
        accepted = X509_VERIFY_PARAM_set1_ip_asc(parameters, target_.host.c_str()) == 1;
    }
    if (!accepted)
        throw connection_error(errc::tls_failed, "the host name " + target_.host + " cannot be verified");
}

void tls_handshaker::report(tls_stream& stream, std::chrono::steady_clock::time_point begin,
                            error_code const& error, std::string_view detail) const
{
    SSL* const ssl = stream.native_handle();
    tls_handshake_ended event;
    event.host = target_.host;
    if (!error) {
        event.version = SSL_get_version(ssl);
        event.cipher = SSL_get_cipher_name(ssl);
        event.resumed = SSL_session_reused(ssl) == 1;
    }
    event.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    event.error = error;
    event.detail = detail;
    observer_->on_tls_handshake_ended(event);
}

} // namespace glacier::net
