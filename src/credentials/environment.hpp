#pragma once

#include "async/timer.hpp"

#include <glacier/credentials_provider.hpp>

#include <memory>
#include <optional>
#include <string>

namespace glacier::credentials_sources {

/// A variable; nothing if it is not set or empty.
std::optional<std::string> variable(environment_reader const& environment, std::string const& name);

/// Whether the variable is `true`, in any case of letters.
bool is_true(environment_reader const& environment, std::string const& name);

/// As environment_credentials().
std::shared_ptr<credentials_provider> make_environment_provider(environment_reader environment,
                                                                std::shared_ptr<async::time_source> time);

} // namespace glacier::credentials_sources
