#pragma once

#include "end_to_end/fixture.hpp"

namespace glacier::test {

/// Carries each of the 33 operations out, over TLS, and checks the results that a user expects.
void carry_out_all_operations(end_to_end_fixture& fixture, client const& client);

} // namespace glacier::test
