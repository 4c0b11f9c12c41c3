#pragma once

#include <glacier/settings.hpp>

#include <boost/asio/ssl/context.hpp>

namespace glacier::net {

namespace asio = boost::asio;

/// A context that verifies the peer, made of the settings. Throws operation_error with errc::invalid_ca_bundle or
/// errc::invalid_client_certificate, or invalid_value with errc::invalid_option, naming the file or the member.
asio::ssl::context make_tls_context(tls_settings const& settings);

} // namespace glacier::net
