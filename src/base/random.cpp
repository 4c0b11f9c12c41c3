#include "base/random.hpp"

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <system_error>

#include <sys/random.h>

namespace glacier::base {

double random_source::fraction()
{
    std::array<std::byte, 8> bytes{};
    fill(bytes);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return std::ldexp(static_cast<double>(value >> 11U), -53);
}

void system_random::fill(std::span<std::byte> bytes)
{
    while (!bytes.empty()) {
        ssize_t const count = ::getrandom(bytes.data(), bytes.size(), 0);
        if (count < 0) {
            if (errno == EINTR)
                continue;
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

} // namespace glacier::base
