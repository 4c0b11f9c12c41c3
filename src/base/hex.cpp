#include "base/hex.hpp"

#include <array>
#include <cstdint>

namespace glacier::base {

namespace {

/// The value of each character that is a digit, -1 for the others. A table, since inventories hold millions of hashes.
constexpr std::array<std::int8_t, 256> digit_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::int8_t i = 0; i < 10; ++i)
        values[static_cast<std::size_t>('0' + i)] = i;
    for (std::int8_t i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
        values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return values;
}();

int digit_value(char digit) noexcept
{
    return digit_values[static_cast<unsigned char>(digit)];
}

} // namespace

std::string to_hex(std::span<std::byte const> bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(bytes.size() * 2, '\0');
    auto at = text.begin();
    for (std::byte const byte : bytes) {
        auto const value = std::to_integer<unsigned>(byte);
        *at++ = digits[value >> 4U];
        *at++ = digits[value & 15U];
    }
    return text;
}

bool from_hex(std::string_view text, std::span<std::byte> bytes) noexcept
{
    if (text.size() != bytes.size() * 2)
        return false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        int const high = digit_value(text[2 * i]);
        int const low = digit_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = static_cast<std::byte>(high * 16 + low);
    }
    return true;
}

} // namespace glacier::base
