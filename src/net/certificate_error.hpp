#pragma once

#include <glacier/error.hpp>

#include <openssl/ssl.h>

#include <string>

namespace glacier::net {

/// Why the certificate of a peer was refused.
struct certificate_error {
    errc code = errc::certificate_untrusted;
    /// OpenSSL's words, and what of the certificate matters for them. Partly from the peer, but printable.
    std::string detail;
};

/// Of a connection whose SSL_get_verify_result() is not X509_V_OK.
certificate_error describe_certificate_error(SSL const* connection);

} // namespace glacier::net
