#include "crypto/sha1.hpp"

#include "base/hex.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>

namespace glacier::crypto {

std::string sha1_hex(std::string_view text)
{
    std::array<std::byte, 20> digest{};
    if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
                   EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("OpenSSL provides no SHA-1");
    return base::to_hex(digest);
}

} // namespace glacier::crypto
