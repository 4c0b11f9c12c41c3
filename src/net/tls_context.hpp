#pragma once

#include <glacier/settings.hpp>

#include <boost/asio/ssl/context.hpp>

namespace glacier::net {

namespace asio = boost::asio;

/// A context for TLS 1.2 and newer that verifies the peer against the configured authorities, or against the
/// system's. Throws operation_error with errc::invalid_ca_bundle, naming the file.
asio::ssl::context make_tls_context(tls_settings const& settings);

} // namespace glacier::net
