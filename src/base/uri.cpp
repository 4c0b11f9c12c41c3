#include "base/uri.hpp"

#include "base/hex.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace glacier::base {

namespace {

bool is_unreserved(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string percent_encode(std::string_view text, std::string_view also_plain)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (char const c : text) {
        if (is_unreserved(c) || also_plain.find(c) != std::string_view::npos) {
            encoded += c;
            continue;
        }
        auto const value = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[value >> 4U];
        encoded += digits[value & 15U];
    }
    return encoded;
}

} // namespace

std::string encode_uri_component(std::string_view text)
{
    return percent_encode(text, "");
}

std::string encode_uri_path(std::string_view path)
{
    return percent_encode(path, "/");
}

std::optional<std::string> decode_uri_component(std::string_view text)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        std::array<std::byte, 1> byte{};
        if (!from_hex(text.substr(i + 1, 2), byte))
            return std::nullopt;
        decoded += static_cast<char>(byte[0]);
        i += 2;
    }
    return decoded;
}

std::string normalize_path(std::string_view path)
{
    std::vector<std::string_view> segments;
    bool trailing_slash = false;
    for (std::size_t position = 0; position <= path.size();) {
        std::size_t const end = std::min(path.find('/', position), path.size());
        std::string_view const segment = path.substr(position, end - position);
        trailing_slash = segment.empty() || segment == "." || segment == "..";
        if (segment == "..") {
            if (!segments.empty())
                segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.push_back(segment);
        }
        position = end + 1;
    }

    std::string normalized;
    for (std::string_view const segment : segments) {
        normalized += '/';
        normalized += segment;
    }
    if (normalized.empty() || trailing_slash)
        normalized += '/';
    return normalized;
}

} // namespace glacier::base
