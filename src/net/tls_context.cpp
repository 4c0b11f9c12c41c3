#include "net/tls_context.hpp"

#include <glacier/error.hpp>

#include <openssl/ssl.h>

#include <string>

namespace glacier::net {

asio::ssl::context make_tls_context(tls_settings const& settings)
{
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    // One system call reads several records.
    SSL_CTX_set_read_ahead(context.native_handle(), 1);
    context.set_verify_mode(asio::ssl::verify_peer);

    if (!settings.ca_bundle) {
        context.set_default_verify_paths();
        return context;
    }
    error_code error;
    context.load_verify_file(settings.ca_bundle->string(), error);
    if (error) {
        error_details details;
        details.message = settings.ca_bundle->string() + ": " + error.message();
        throw operation_error(errc::invalid_ca_bundle, std::move(details));
    }
    return context;
}

} // namespace glacier::net
