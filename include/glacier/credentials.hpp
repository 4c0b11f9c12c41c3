#pragma once

#include <glacier/secret_string.hpp>
#include <glacier/timestamp.hpp>

#include <optional>
#include <string>
#include <utility>

namespace glacier {

/// What signs a request.
struct credentials {
    /// The keys of a user; the other members make them temporary ones.
    credentials(std::string its_access_key_id, secret_string its_secret_access_key)
        : access_key_id(std::move(its_access_key_id)), secret_access_key(std::move(its_secret_access_key))
    {}

    /// The public half, such as `AKIAIOSFODNN7EXAMPLE`. Sent with every request.
    std::string access_key_id;
    /// The secret half. Never sent.
    secret_string secret_access_key;
    /// Of temporary credentials, and sent with every request; empty for those of a user.
    secret_string session_token;
    /// When temporary credentials end, in UTC. Nothing: not known, or never. A note for providers; the client
    /// does not look at it.
    std::optional<timestamp> expiration;
    /// Where they come from, for messages: `environment`, `profile backup`.
    std::string source;
    /// The account that they belong to, if the source says so.
    std::optional<std::string> account_id;
    /// Requests are sent without a signature: see anonymous_credentials().
    bool anonymous = false;
};

} // namespace glacier
