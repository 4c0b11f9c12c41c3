#pragma once

#include <glacier/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace glacier::protocol {

/// Where the service is.
struct endpoint {
    bool tls = true;
    /// Without the brackets of an IPv6 address.
    std::string host;
    std::uint16_t port = 443;
    /// Put before every target: empty, or `/prefix` without a `/` at its end.
    std::string path_prefix;

    /// The Host header: the port is left out where it is the scheme's own.
    std::string host_header() const;

    /// `https://host:port`, for messages.
    std::string str() const;
};

/// Reads `https://HOST[:PORT][/PREFIX]` or `http://...`. User names, queries and fragments are refused, and of the
/// prefix dot segments and `%` without two digits: servers and signatures treat these differently. Runs of `/` become
/// one, as they do in signatures.
result<endpoint> parse_endpoint(std::string_view url);

} // namespace glacier::protocol
