#pragma once

#include "emulator/dispatch.hpp"
#include "emulator/errors.hpp"

#include <glacier/emulator_fault.hpp>

#include <optional>

namespace glacier::emulation {

/// The answer with which the request is refused; nothing for faults that refuse none.
std::optional<protocol::service_error> refusal_of(emulator_fault const& fault);

/// Changes what the fault changes in the head and in the size of an answer. What happens to the bytes on their
/// way is left to the connection.
void damage(reply& answer, emulator_fault const& fault);

} // namespace glacier::emulation
