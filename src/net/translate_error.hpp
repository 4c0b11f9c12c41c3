#pragma once

#include <glacier/error.hpp>

#include <string>

namespace glacier::net {

/// Turns errors of Asio, Beast and TLS into those of the library; `detail` gets what is lost by that. Others
/// stay as they are.
error_code translate(error_code const& error, std::string& detail);

} // namespace glacier::net
