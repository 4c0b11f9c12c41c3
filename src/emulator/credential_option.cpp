#include "emulator/credential_option.hpp"

#include "base/iso8601.hpp"
#include "base/printable.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace glacier::emulation {

namespace {

/// Takes the text up to the next colon, and the colon.
std::string_view take_piece(std::string_view& rest)
{
    std::string_view const piece = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
    return piece;
}

} // namespace

credentials parse_credential(std::string_view text)
{
    std::string_view const access_key = take_piece(text);
    std::string_view const secret_key = take_piece(text);
    if (access_key.empty() || secret_key.empty())
        throw std::invalid_argument(
            "a credential has the form ACCESS:SECRET[:TOKEN[:EXPIRY]], and neither key may be empty");
    credentials identity{std::string(access_key), secret_string(secret_key)};
    identity.session_token = secret_string(take_piece(text));
    // The rest, because a time has colons of its own.
    if (text.empty())
        return identity;
    identity.expiration = base::parse_iso8601(text);
    if (!identity.expiration)
        identity.expiration = base::parse_iso8601_basic(text);
    if (!identity.expiration)
        throw std::invalid_argument("the expiry of access key " + base::printable(access_key, 128) +
                                    " is no time of the form 2026-11-26T13:00:00Z");
    return identity;
}

} // namespace glacier::emulation
