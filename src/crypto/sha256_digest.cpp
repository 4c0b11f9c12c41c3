#include <glacier/sha256_digest.hpp>

#include "base/hex.hpp"

namespace glacier {

template <class Kind>
result<basic_digest<Kind>> basic_digest<Kind>::from_hex(std::string_view text)
{
    basic_digest digest;
    if (!base::from_hex(text, digest.bytes_))
        return error_code(errc::invalid_hash);
    return digest;
}

template <class Kind>
std::string basic_digest<Kind>::hex() const
{
    return base::to_hex(bytes_);
}

template class basic_digest<linear_hash_kind>;
template class basic_digest<tree_hash_kind>;

} // namespace glacier
