#include "credentials/check_credentials.hpp"

#include <algorithm>
#include <string_view>

namespace glacier::credentials_sources {

namespace {

constexpr std::size_t access_key_id_length_max = 128;
constexpr std::size_t secret_length_max = 1'024;
// STS gives tokens of some hundred to some thousand bytes and says that their size may change.
constexpr std::size_t token_length_max = 65'536;

/// The characters of a header's value, without blanks.
bool is_visible(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace

std::optional<std::string> fault_of(credentials const& value)
{
    std::string_view const id = value.access_key_id;
    if (id.empty() || id.size() > access_key_id_length_max || !is_visible(id) ||
        id.find_first_of("/,=") != std::string_view::npos)
        return "the access key id is no text of 1 to 128 visible ASCII characters without / , and =";
    std::string_view const secret = value.secret_access_key.reveal();
    if (secret.empty() || secret.size() > secret_length_max || !is_visible(secret))
        return "the secret access key is no text of 1 to 1024 visible ASCII characters";
    std::string_view const token = value.session_token.reveal();
    if (token.size() > token_length_max || !is_visible(token))
        return "the session token is no text of at most 64 KiB of visible ASCII characters";
    return std::nullopt;
}

} // namespace glacier::credentials_sources
