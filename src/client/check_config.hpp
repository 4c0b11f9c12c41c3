#pragma once

#include <glacier/config.hpp>
#include <glacier/settings.hpp>

#include <chrono>

namespace glacier {

// Throw invalid_value with errc::invalid_option, which names the member and what is allowed.

void check_retry(retry_settings const& settings);

/// Of an operation as a whole.
void check_operation_timeout(std::chrono::milliseconds limit);

/// All settings of a client that can be wrong by themselves. Endpoint, TLS and proxy are checked where they are used.
void check_config(client_config const& config);

} // namespace glacier
