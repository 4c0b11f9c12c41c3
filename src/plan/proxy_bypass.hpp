#pragma once

#include <cstdint>
#include <string_view>

namespace glacier::plan {

/// Whether an endpoint is reached without the proxy: proxy_settings::bypass lists such endpoints. `host`: in small
/// letters, an IPv6 address without brackets.
bool bypasses_proxy(std::string_view list, std::string_view host, std::uint16_t port);

} // namespace glacier::plan
