#include <glacier/identifiers.hpp>

#include <algorithm>
#include <array>

namespace glacier {

namespace {

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

bool is_base64url(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-';
}

bool is_opaque_id(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), is_base64url);
}

} // namespace

bool account_id_rule::allows(std::string_view text) noexcept
{
    return text == "-" || (text.size() == 12 && std::all_of(text.begin(), text.end(), is_digit));
}

bool vault_name_rule::allows(std::string_view text) noexcept
{
    // "." and ".." fit the service's words, but as path segments they would name another resource.
    return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_base64url(c) || c == '.'; });
}

bool archive_id_rule::allows(std::string_view text) noexcept
{
    return is_opaque_id(text);
}

bool job_id_rule::allows(std::string_view text) noexcept
{
    return is_opaque_id(text);
}

bool upload_id_rule::allows(std::string_view text) noexcept
{
    return is_opaque_id(text);
}

bool lock_id_rule::allows(std::string_view text) noexcept
{
    return is_opaque_id(text);
}

bool sns_topic_rule::allows(std::string_view text) noexcept
{
    if (text.size() > 1'024 ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c <= 0x7e; }))
        return false;
    // arn, partition, sns, region, account; the name is what is left.
    std::array<std::string_view, 5> pieces;
    for (std::string_view& piece : pieces) {
        piece = text.substr(0, text.find(':'));
        text.remove_prefix(std::min(piece.size() + 1, text.size()));
    }
    return pieces[0] == "arn" && pieces[2] == "sns" && !text.empty() &&
           text.find(':') == std::string_view::npos &&
           std::none_of(pieces.begin(), pieces.end(), [](std::string_view p) { return p.empty(); });
}

bool description_rule::allows(std::string_view text) noexcept
{
    return text.size() <= 1'024 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

} // namespace glacier
