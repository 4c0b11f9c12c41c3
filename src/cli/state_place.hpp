#pragma once

#include <glacier/client.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace glacier::cli {

/// Where programs of this user keep what they need to go on: `glacier` below XDG_STATE_HOME, or below .local/state
/// of HOME. Nothing if neither is set to an absolute path.
std::optional<std::filesystem::path> state_directory(environment_reader const& environment);

/// The name of the state file for uploads of one file to one vault. It does not show which: a list of files may be
/// nobody's business. The file need not exist.
std::string state_file_name(client const& service, vault_name const& vault, std::string const& file);

/// Makes the directory and those above it, for the user alone. Those that are there stay as they are.
/// Errors: failure(local_file).
void make_private_directory(std::filesystem::path const& directory);

/// Whether a file begins as state files of transfers do, or is empty. False if it cannot be read.
bool is_state_file(std::filesystem::path const& file);

/// Removes the state file of a transfer, if there is one. Errors: failure(local_file), also if it is in use, or is no
/// state file but somebody's file.
void remove_state_file(std::filesystem::path const& file);

} // namespace glacier::cli
