#pragma once

#include <glacier/error.hpp>

#include <string>

namespace glacier::credentials_sources {

/// Throws operation_error. `message` holds no secret.
[[noreturn]] void fail(errc reason, std::string message);

/// Throws operation_error with errc::credentials_failed: `SOURCE: MESSAGE`.
[[noreturn]] void fail_source(std::string const& source, std::string const& message);

} // namespace glacier::credentials_sources
