#pragma once

#include "protocol/http_message.hpp"

#include <glacier/credentials.hpp>
#include <glacier/secret_string.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace glacier::protocol {

/**
 * Takes the secrets of a request out of texts of its answer: a service, a proxy or whoever poses as one may send back
 * what it was sent, and error messages go into logs.
 *
 * Finds a secret as it is and in the encoding of URIs; and at the end of a text, where it may have been cut off, also
 * the beginning of one. What is shorter than 8 characters is no secret that could be told from other words.
 */
class redactor {
public:
    redactor() = default;

    /// `may_be_cut`: whether its beginning is a secret too.
    void add(std::string_view secret, bool may_be_cut = true);

    /// The key and the token, and what the signed request has in its header Authorization.
    void add(credentials const& identity, http_headers const& signed_headers);

    /// The text with `[redacted]` in place of each secret.
    std::string redact(std::string_view text) const;

    /// The answer without secrets in its body and headers.
    void redact(http_response& answer) const;

private:
    struct hidden {
        secret_string text;
        bool may_be_cut;
    };

    std::vector<hidden> secrets_;
};

} // namespace glacier::protocol
