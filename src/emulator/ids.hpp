#pragma once

#include "base/random.hpp"

#include <cstddef>
#include <string>

namespace glacier::emulation {

// Lengths of the service's ids.
inline constexpr std::size_t archive_id_length = 138;
inline constexpr std::size_t job_id_length = 92;
inline constexpr std::size_t upload_id_length = 92;
inline constexpr std::size_t lock_id_length = 24;
inline constexpr std::size_t capacity_id_length = 24;
inline constexpr std::size_t request_id_length = 47;

/// Random characters of base64url. Like the service's, an id may begin with `-`.
std::string new_id(base::random_source& random, std::size_t length);

/// A random UUID, version 4, in lower case.
std::string new_uuid(base::random_source& random);

/// Name of a file in the data directory: 32 hexadecimal digits.
std::string new_file_name(base::random_source& random);

} // namespace glacier::emulation
