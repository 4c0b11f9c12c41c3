#pragma once

#include "base/random.hpp"

#include <string>

namespace glacier {

/// A UUID of version 4, `f81d4fae-7dec-41d0-a765-00a0c91e6bf6`: the name of one call, whatever number of requests it
/// takes.
std::string make_invocation_id(base::random_source& random);

} // namespace glacier
