#pragma once

#include <glacier/credentials.hpp>

#include <string_view>

namespace glacier::emulation {

/// Reads `ACCESS:SECRET[:TOKEN[:EXPIRY]]`, the expiry as `2026-11-26T13:00:00Z` or `20261126T130000Z`. Throws
/// a std::invalid_argument, which shows nothing that may be secret.
credentials parse_credential(std::string_view text);

} // namespace glacier::emulation
