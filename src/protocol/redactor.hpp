#pragma once

#include "protocol/http_message.hpp"

#include <glacier/credentials.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace glacier::protocol {

/**
 * Takes the secrets of a request out of its answer: a service, a proxy or whoever poses as one may send back what it was
 * sent, and error messages go into logs.
 *
 * Finds a secret as it is, in the encoding of URIs, and with JSON's escaped slashes; and at the end of a message, where
 * it may have been cut off, also the beginning of one. What is shorter than 8 characters is no secret that could be told
 * from other words.
 *
 * Lifetime: the secrets are not copied, so they must live as long.
 */
class redactor {
public:
    /// `may_be_cut`: whether its beginning is a secret too.
    void add(std::string_view secret, bool may_be_cut = true);

    /// The key and the token, and what is secret in the header Authorization of a request that they signed.
    void add(credentials const& identity, std::string_view authorization);

    /// The message with `[redacted]` in place of each secret.
    std::string redact(std::string_view message) const;

    /// Does the same to body and headers. An answer without secrets costs little.
    void redact(http_response& answer) const;

private:
    struct hidden {
        std::string_view text;
        /// A part of it that is the same in every encoding.
        std::string_view mark;
        bool may_be_cut;
    };

    void replace_all(std::string& text) const;
    bool holds_mark(std::string_view text) const noexcept;

    std::vector<hidden> secrets_;
};

} // namespace glacier::protocol
