#pragma once

#include "protocol/payload_hasher.hpp"

#include <glacier/hash_path.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace benchmark_support {

/// By its name.
inline glacier::hash_path hash_path_of(std::string const& name)
{
    using glacier::hash_path;
    hash_path found{};
    if (name == "openssl")
        found = hash_path::openssl;
    else if (name == "sha_ni")
        found = hash_path::sha_ni;
    else if (name == "avx512")
        found = hash_path::avx512;
    else
        throw std::invalid_argument("hash is openssl, sha_ni, avx512 or quickest, not '" + name + "'");
    if (!glacier::is_available(found))
        throw std::invalid_argument("this processor has no " + name);
    return found;
}

/// By its name; `quickest` for so many payloads side by side.
inline glacier::hash_path hash_path_of(std::string const& name, std::size_t payloads)
{
    return name == "quickest" ? glacier::protocol::quickest_hash_path(payloads) : hash_path_of(name);
}

} // namespace benchmark_support
