#include <glacier/identifiers.hpp>

#include <algorithm>

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
    bool const is_arn = text.starts_with("arn:") && text.find(":sns:") != std::string_view::npos;
    return is_arn && text.size() <= 1'024 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c <= 0x7e; });
}

bool description_rule::allows(std::string_view text) noexcept
{
    return text.size() <= 1'024 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

} // namespace glacier
