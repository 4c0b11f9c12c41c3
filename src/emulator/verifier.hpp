#pragma once

#include "emulator/errors.hpp"
#include "protocol/http_message.hpp"
#include "protocol/sigv4.hpp"

#include <glacier/credentials.hpp>
#include <glacier/timestamp.hpp>

#include <optional>
#include <string_view>

namespace glacier::emulation {

/// Verifies the signatures of requests. Thread safety: safe.
class verifier {
public:
    verifier(credentials identity, protocol::signing_scope scope)
        : identity_(std::move(identity)), scope_(std::move(scope))
    {}

    /// The error answer, or nothing if the request is signed as it must be. `payload_sha256` is the hash that
    /// stands for the body, `now` the time of day, which is not the time that jobs live by.
    std::optional<protocol::service_error> check(protocol::http_request const& request,
                                                 std::string_view payload_sha256, timestamp now) const;

private:
    std::optional<protocol::service_error> check_scope(std::string_view scope, timestamp signed_at) const;

    credentials identity_;
    protocol::signing_scope scope_;
};

} // namespace glacier::emulation
