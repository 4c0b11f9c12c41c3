#pragma once

#include "cli/session.hpp"

#include <string>

namespace glacier::cli {

/// `glacier vault create NAME`: prints the vault's location.
void create_vault(session& session, std::string const& name);

/// `glacier vault list`: prints the vaults of all pages.
void list_vaults(session& session);

/// `glacier vault describe NAME`: prints the vault's facts.
void describe_vault(session& session, std::string const& name);

/// `glacier vault delete NAME`: prints nothing.
void delete_vault(session& session, std::string const& name);

} // namespace glacier::cli
