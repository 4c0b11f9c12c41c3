#pragma once

#include <string_view>

/// 10000 x major + 100 x minor + patch.
#define GLACIER_VERSION 100

namespace glacier {

/// The library's version as text.
inline constexpr std::string_view version = "0.1.0";

} // namespace glacier
