#pragma once

#include <glacier/config.hpp>
#include <glacier/proxy.hpp>

#include <optional>
#include <string>

namespace glacier {

/// The proxy for an endpoint, as load_client_config() finds it; nothing: none. `endpoint`: as
/// client_config::endpoint. Errors: operation_error with errc::invalid_proxy, naming the variable and not showing
/// the password.
std::optional<proxy_settings> proxy_from_environment(std::optional<std::string> const& override_value,
                                                     std::optional<std::string> const& endpoint,
                                                     environment_reader const& environment);

} // namespace glacier
