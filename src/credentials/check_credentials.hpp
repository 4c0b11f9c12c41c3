#pragma once

#include <glacier/credentials.hpp>

#include <optional>
#include <string>

namespace glacier::credentials_sources {

/// What is wrong with credentials that came from outside, without showing them: what goes into a header must not break
/// out of it. Nothing if they can be used.
std::optional<std::string> fault_of(credentials const& value);

} // namespace glacier::credentials_sources
