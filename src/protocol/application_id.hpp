#pragma once

#include <string_view>

namespace glacier::protocol {

/// What client_config::application_id may be, for messages.
inline constexpr std::string_view application_id_rule =
    "up to 50 characters of a-z A-Z 0-9 ! # $ % & ' * + - . ^ _ ` | ~";

/// Whether it may go into the User-Agent header.
constexpr bool is_application_id(std::string_view text) noexcept
{
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                         "!#$%&'*+-.^_`|~";
    return text.size() <= 50 && text.find_first_not_of(allowed) == std::string_view::npos;
}

} // namespace glacier::protocol
