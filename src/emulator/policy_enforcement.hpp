#pragma once

#include "emulator/service_context.hpp"
#include "protocol/operation.hpp"

#include <glacier/identifiers.hpp>

#include <optional>

namespace glacier::emulation {

/// The answer to a request that the lock policy of the vault forbids, completed or in progress, or its access
/// policy if those are enforced; nothing if it may be carried out. `archive`: the one that it is about, of
/// DeleteArchive and InitiateJob.
std::optional<protocol::service_error> denial(service_context& context, protocol::operation id,
                                              vault_name const& vault,
                                              std::optional<archive_id> const& archive);

} // namespace glacier::emulation
