#pragma once

#include "emulator/errors.hpp"
#include "protocol/http_message.hpp"
#include "protocol/sigv4.hpp"

#include <glacier/credentials.hpp>
#include <glacier/timestamp.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace glacier::emulation {

/// Verifies the signatures of requests. Thread safety: safe.
class verifier {
public:
    /// Accepts what one of the identities has signed, each with the session token that it has. `required`:
    /// false accepts everything, signed or not.
    verifier(std::vector<credentials> identities, protocol::signing_scope scope, bool required = true)
        : identities_(std::move(identities)), scope_(std::move(scope)), required_(required)
    {}

    verifier(credentials identity, protocol::signing_scope scope)
        : verifier(std::vector{std::move(identity)}, std::move(scope))
    {}

    /// Whether requests must be signed.
    bool required() const noexcept { return required_; }

    /// The error answer, or nothing if the request is signed as it must be. `payload_sha256` is the hash that
    /// stands for the body, `now` the time of day, which is not the time that jobs live by.
    std::optional<protocol::service_error> check(protocol::http_request const& request,
                                                 std::string_view payload_sha256, timestamp now) const;

private:
    std::optional<protocol::service_error> check_scope(std::string_view scope, timestamp signed_at) const;

    std::vector<credentials> identities_;
    protocol::signing_scope scope_;
    bool required_;
};

/// The error answer to an x-amz-content-sha256 that is no hash: the service knows neither unsigned payloads
/// nor payloads that are signed in chunks. A header that is missing is no error here.
std::optional<protocol::service_error> check_payload_header(protocol::http_headers const& headers);

} // namespace glacier::emulation
