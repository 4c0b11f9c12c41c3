#pragma once

#include <glacier/inferred_behaviour.hpp>

#include <string>
#include <string_view>

namespace glacier::emulation {

/// Sets one member from `NAME=VALUE`, such as `unsatisfiable_range_status=416`. Throws a std::invalid_argument that
/// says what is allowed.
void set_inferred(inferred_behaviour& behaviour, std::string_view setting);

/// Throws a std::invalid_argument if a member has a value that is not allowed.
void check_inferred(inferred_behaviour const& behaviour);

/// Lines, one for each member: name, value, values allowed, meaning.
std::string list_inferred(inferred_behaviour const& behaviour);

} // namespace glacier::emulation
