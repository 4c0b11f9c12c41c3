#pragma once

#include "protocol/http_message.hpp"

#include <glacier/credentials.hpp>
#include <glacier/sha256_digest.hpp>
#include <glacier/timestamp.hpp>

#include <boost/system/result.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::protocol {

/// Hash of an empty body.
inline constexpr std::string_view empty_payload_sha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What a signature is valid for, besides the day.
struct signing_scope {
    std::string region;
    std::string service;
};

/// The canonical form of a request. `signed_headers`: lower-case names, sorted. The path is percent-encoded
/// here whatever it holds, so that what is encoded on the wire is encoded twice in this form.
std::string canonical_request(http_request const& request, std::vector<std::string> const& signed_headers,
                              std::string_view payload_sha256);

/// `20150830/us-east-1/glacier/aws4_request`.
std::string credential_scope(timestamp time, signing_scope const& scope);

/// The text that is signed.
std::string string_to_sign(std::string_view canonical, timestamp time, signing_scope const& scope);

/// The key of a day, region and service.
sha256_digest signing_key(secret_string const& secret_access_key, timestamp time, signing_scope const& scope);

/// Hexadecimal signature of `text`.
std::string signature(sha256_digest const& key, std::string_view text);

/// Names of the headers that are signed: all but those that proxies may change.
std::vector<std::string> headers_to_sign(http_headers const& headers);

/// Signs requests, and keeps the key of the day. Safe to use from several threads.
class signer {
public:
    explicit signer(signing_scope scope) : scope_(std::move(scope)) {}

    /// Sets X-Amz-Date, X-Amz-Security-Token and Authorization, replacing earlier ones; for anonymous credentials it
    /// only removes the latter two. `host` must be set.
    /// The payload's hash is x-amz-content-sha256 where that is set, else it is computed from the body.
    void sign(http_request& request, credentials const& identity, timestamp time);

private:
    struct cached_key {
        std::string access_key_id;
        secret_string secret_access_key;
        std::string scope;
        sha256_digest key;
    };

    sha256_digest key_for(credentials const& identity, timestamp time, std::string const& scope);

    signing_scope scope_;
    std::mutex mutex_;
    std::optional<cached_key> cached_;
};

/// The parts of an Authorization header.
struct authorization {
    std::string access_key_id;
    /// Date, region, service and terminator: four elements, of which none has been looked at.
    std::string scope;
    std::vector<std::string> signed_headers;
    std::string signature;
};

/// Why a text is no Authorization header: a sentence for whoever sent it. It shows no signature.
struct authorization_error {
    std::string message;
};

/// Reads an Authorization header of SigV4: its parameters in any order, with or without blanks after commas,
/// unknown ones ignored. The names of the headers are left as they are.
boost::system::result<authorization, authorization_error> parse_authorization(std::string_view header);

} // namespace glacier::protocol
