#pragma once

#include "cli/session.hpp"

#include <string>
#include <vector>

namespace glacier::cli {

/**
 * Does what a command line says: `arguments` without the program's name. Data goes to `out`, everything else
 * to `err`; of a failure the last line there is `glacier: MESSAGE`.
 *
 * Returns the exit code of the process. Does not throw.
 */
int run_application(std::vector<std::string> const& given, surroundings const& world);

} // namespace glacier::cli
