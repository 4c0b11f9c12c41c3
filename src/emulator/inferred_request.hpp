#pragma once

#include "emulator/service_context.hpp"
#include "protocol/codec.hpp"

namespace glacier::emulation {

/// Changes a request to what inferred_behaviour makes of it: the name of its vault, its limit, and whether members that
/// the operation does not know are refused.
void apply_inferred(service_context& context, protocol::routed_request& request);

} // namespace glacier::emulation
