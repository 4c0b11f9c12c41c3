#pragma once

#include "cli/session.hpp"

namespace glacier::cli {

/// `glacier whoami`: prints where the credentials come from, whose they are, and where requests would go. Never a secret.
/// `verify`: asks STS whose they are.
void print_identity(session& session, bool verify);

} // namespace glacier::cli
