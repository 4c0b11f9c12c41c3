#include "base/utf8.hpp"

#include <cstdint>

namespace glacier::base {

std::optional<std::size_t> count_utf8_characters(std::string_view text) noexcept
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++count) {
        auto const lead = static_cast<std::uint8_t>(text[i++]);
        if (lead < 0x80)
            continue;
        std::size_t continuation = 0;
        std::uint32_t smallest = 0;
        std::uint32_t character = 0;
        if (lead >= 0xc2 && lead <= 0xdf) {
            continuation = 1;
            smallest = 0x80;
            character = lead & 0x1fU;
        } else if (lead >= 0xe0 && lead <= 0xef) {
            continuation = 2;
            smallest = 0x800;
            character = lead & 0x0fU;
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            continuation = 3;
            smallest = 0x10000;
            character = lead & 0x07U;
        } else {
            return std::nullopt;
        }
        for (; continuation > 0; --continuation) {
            if (i == text.size())
                return std::nullopt;
            auto const next = static_cast<std::uint8_t>(text[i++]);
            if ((next & 0xc0U) != 0x80)
                return std::nullopt;
            character = (character << 6U) | (next & 0x3fU);
        }
        bool const surrogate = character >= 0xd800 && character <= 0xdfff;
        if (character < smallest || character > 0x10ffff || surrogate)
            return std::nullopt;
    }
    return count;
}

} // namespace glacier::base
