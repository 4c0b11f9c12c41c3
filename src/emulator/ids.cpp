#include "emulator/ids.hpp"

#include "base/hex.hpp"

#include <array>
#include <span>
#include <string_view>

namespace glacier::emulation {

std::string new_id(base::random_source& random, std::size_t length)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string id(length, '\0');
    random.fill(std::as_writable_bytes(std::span(id)));
    for (char& c : id)
        c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
    return id;
}

std::string new_uuid(base::random_source& random)
{
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    // Version and variant.
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    std::string text = base::to_hex(bytes);
    for (std::size_t const place : {20U, 16U, 12U, 8U})
        text.insert(place, "-");
    return text;
}

std::string new_file_name(base::random_source& random)
{
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    return base::to_hex(bytes);
}

} // namespace glacier::emulation
