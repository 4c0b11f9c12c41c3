#include "base/printable.hpp"

namespace glacier::base {

std::string printable(std::string_view text, std::size_t length_max)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown;
    for (char const c : text.substr(0, length_max)) {
        auto const value = static_cast<unsigned char>(c);
        if (value >= 0x20 && value < 0x7f) {
            shown += c;
            continue;
        }
        shown += "\\x";
        shown += digits[value >> 4U];
        shown += digits[value & 15U];
    }
    if (text.size() > length_max)
        shown += "...";
    return shown;
}

} // namespace glacier::base
