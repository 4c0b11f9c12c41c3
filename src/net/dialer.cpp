#include "net/dialer.hpp"

#include "async/event.hpp"
#include "net/deadline.hpp"
#include "net/make_connection.hpp"
#include "net/open_by_factory.hpp"
#include "net/tls_context.hpp"
#include "net/translate_error.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string>
#include <utility>
#include <vector>

namespace glacier::net {

namespace {

using asio::ip::tcp;
using tls_stream = asio::ssl::stream<tcp::socket>;

/// A look-up under way. Whoever waits may go before it ends: getaddrinfo() cannot be interrupted.
struct look_up_state {
    explicit look_up_state(asio::any_io_executor strand) : resolver(std::move(strand)) {}

    tcp::resolver resolver;
    async::event done;
    error_code error;
    std::vector<tcp::endpoint> endpoints;
};

/// Why the verification of the peer's certificate failed.
errc verification_error(long result) noexcept
{
    switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return errc::certificate_host_mismatch;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return errc::certificate_expired;
    default:
        return errc::certificate_untrusted;
    }
}

class system_dialer final : public dialer {
public:
    system_dialer(protocol::endpoint target, tls_settings const& tls, timeout_settings const& timeouts,
                  connection_factory factory)
        : target_(std::move(target)), timeouts_(timeouts), factory_(std::move(factory))
    {
        if (target_.tls)
            tls_context_.emplace(make_tls_context(tls));
    }

    asio::awaitable<std::unique_ptr<connection>> dial(asio::any_io_executor strand) override
    {
        tcp::socket socket = co_await open(strand);
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        if (!tls_context_)
            co_return make_connection(std::move(socket));
        co_return make_connection(co_await handshake(std::move(socket)));
    }

private:
    asio::awaitable<tcp::socket> open(asio::any_io_executor strand)
    {
        if (factory_)
            co_return co_await open_by_factory(strand, factory_, target_, timeouts_.connect);
        std::vector<tcp::endpoint> const endpoints = co_await resolve(strand);
        co_return co_await connect(strand, endpoints);
    }

    asio::awaitable<std::vector<tcp::endpoint>> resolve(asio::any_io_executor strand)
    {
        error_code not_numeric;
        auto const address = asio::ip::make_address(target_.host, not_numeric);
        if (!not_numeric)
            co_return std::vector<tcp::endpoint>(1, tcp::endpoint(address, target_.port));

        auto const state = std::make_shared<look_up_state>(strand);
        state->resolver.async_resolve(
            target_.host, std::to_string(target_.port), tcp::resolver::numeric_service,
            [state, setter = async::event_setter(std::shared_ptr<async::event>(state, &state->done))](
                error_code const& error, tcp::resolver::results_type const& results) {
                if (state->done.is_set())
                    return;
                state->error = error;
                for (auto const& entry : results)
                    state->endpoints.push_back(entry.endpoint());
            });
        deadline limit(strand, [state] { state->done.set(); });
        limit.expires_after(timeouts_.resolve, errc::resolve_timeout);
        if (!co_await state->done.wait())
            throw boost::system::system_error(asio::error::operation_aborted);
        if (limit.expired())
            throw connection_error(errc::resolve_timeout, target_.host);
        if (state->error)
            throw connection_error(state->error, "looking up the host name " + target_.host);
        co_return std::move(state->endpoints);
    }

    asio::awaitable<tcp::socket> connect(asio::any_io_executor strand,
                                         std::vector<tcp::endpoint> const& endpoints)
    {
        tcp::socket socket(strand);
        deadline limit(strand, [&socket] {
            error_code ignored;
            socket.close(ignored);
        });
        limit.expires_after(timeouts_.connect, errc::connect_timeout);
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        for (tcp::endpoint const& endpoint : endpoints) {
            if (limit.expired())
                break;
            error_code ignored;
            socket.close(ignored);
            co_await socket.async_connect(endpoint, token);
            // The limit may have closed the socket after it was connected.
            if (!error && !limit.expired())
                co_return socket;
            if (error == asio::error::operation_aborted && !limit.expired())
                throw boost::system::system_error(error);
        }
        if (limit.expired())
            error = errc::connect_timeout;
        throw connection_error(error, "connecting to " + target_.str());
    }

    asio::awaitable<std::unique_ptr<tls_stream>> handshake(tcp::socket socket)
    {
        asio::any_io_executor const strand = socket.get_executor();
        auto stream = std::make_unique<tls_stream>(std::move(socket), *tls_context_);
        expect_host(stream->native_handle());

        deadline limit(strand, [&lowest = stream->lowest_layer()] {
            error_code ignored;
            lowest.close(ignored);
        });
        limit.expires_after(timeouts_.tls_handshake, errc::tls_handshake_timeout);
        error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await stream->async_handshake(asio::ssl::stream_base::client, token);
        if (!error)
            co_return stream;
        if (limit.expired())
            throw connection_error(errc::tls_handshake_timeout, target_.str());
        if (error == asio::error::operation_aborted)
            throw boost::system::system_error(error);
        if (long const verified = SSL_get_verify_result(stream->native_handle()); verified != X509_V_OK)
            throw connection_error(verification_error(verified),
                                   target_.str() + ": " + X509_verify_cert_error_string(verified));
        std::string detail;
        error_code const translated = translate(error, detail);
        throw connection_error(translated,
                               "TLS handshake with " + target_.str() + (detail.empty() ? "" : ": ") + detail);
    }

    /// Asks for the host by name, and accepts only a certificate for it.
    void expect_host(SSL* ssl) const
    {
        error_code not_numeric;
        asio::ip::make_address(target_.host, not_numeric);
        X509_VERIFY_PARAM* const parameters = SSL_get0_param(ssl);
        bool accepted = false;
        if (not_numeric) {
            X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
            accepted = SSL_set_tlsext_host_name(ssl, target_.host.c_str()) == 1 &&
                       X509_VERIFY_PARAM_set1_host(parameters, target_.host.c_str(), 0) == 1;
        } else {
            accepted = X509_VERIFY_PARAM_set1_ip_asc(parameters, target_.host.c_str()) == 1;
        }
        if (!accepted)
            throw connection_error(errc::tls_failed, "the host name " + target_.host + " cannot be verified");
    }

    protocol::endpoint target_;
    timeout_settings timeouts_;
    connection_factory factory_;
    std::optional<asio::ssl::context> tls_context_;
};

} // namespace

std::unique_ptr<dialer> make_dialer(protocol::endpoint target, tls_settings const& tls,
                                    timeout_settings const& timeouts, connection_factory factory)
{
    return std::make_unique<system_dialer>(std::move(target), tls, timeouts, std::move(factory));
}

} // namespace glacier::net
