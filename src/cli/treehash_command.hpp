#pragma once

#include "cli/session.hpp"

#include <string>
#include <vector>

namespace glacier::cli {

/// `glacier treehash FILE...`: prints the tree hash of each file. Nothing is sent.
void print_tree_hashes(session& session, std::vector<std::string> const& files);

} // namespace glacier::cli
