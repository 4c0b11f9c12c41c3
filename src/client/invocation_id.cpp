#include "client/invocation_id.hpp"

#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace glacier {

std::string make_invocation_id(base::random_source& random)
{
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    // Version 4, and the variant of RFC 4122.
    bytes[6] = (bytes[6] & std::byte(0x0f)) | std::byte(0x40);
    bytes[8] = (bytes[8] & std::byte(0x3f)) | std::byte(0x80);
    boost::uuids::uuid id{};
    std::transform(bytes.begin(), bytes.end(), id.begin(),
                   [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return boost::uuids::to_string(id);
}

} // namespace glacier
