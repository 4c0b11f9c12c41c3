#pragma once

#include <glacier/config.hpp>

#include <string>

namespace glacier {

/// Where a client of this configuration sends its requests: `https://HOST:PORT`, with the prefix if there is one.
/// Errors: as those of the client for region and endpoint.
std::string endpoint_url(client_config const& config);

} // namespace glacier
