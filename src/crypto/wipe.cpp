#include "crypto/wipe.hpp"

#include <openssl/crypto.h>

namespace glacier::crypto {

void wipe(void* memory, std::size_t bytes) noexcept
{
    OPENSSL_cleanse(memory, bytes);
}

void wipe(std::string& text) noexcept
{
    // All of its room: what was there before may have been longer.
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

} // namespace glacier::crypto
