#pragma once

#include "base/clock.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace glacier::emulation {

struct certificate_files {
    /// What clients must trust.
    std::filesystem::path ca;
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/**
 * A certificate for a server with these names and addresses, and the CA that signed it, in `directory`.
 *
 * What is there is used again if it is valid for another 30 days and covers all the names; a CA is made anew
 * only when it has to be, because clients trust it. Throws a std::runtime_error that says what failed.
 */
certificate_files prepare_certificate(std::filesystem::path const& directory,
                                      std::vector<std::string> const& names, base::clock const& wall_clock);

} // namespace glacier::emulation
