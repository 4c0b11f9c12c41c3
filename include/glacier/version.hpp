#pragma once

#include <string_view>

/// 10000 x major + 100 x minor + patch.
#define GLACIER_VERSION 100

/// A client of the Amazon Glacier vault service for Boost.Asio, and an emulator of the service.
namespace glacier {

/// The library's version as text.
inline constexpr std::string_view version = "0.1.0";

} // namespace glacier
