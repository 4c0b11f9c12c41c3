#include "crypto/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <new>
#include <stdexcept>

namespace glacier::crypto {

namespace {

// Fetched once: looking an algorithm up by name costs more than hashing a small message. It lives as
// long as the process, so that it may be used while static objects are destroyed.
EVP_MD const* sha256_algorithm()
{
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (algorithm == nullptr)
        throw std::runtime_error("OpenSSL provides no SHA-256");
    return algorithm;
}

EVP_MD_CTX* as_context(void* context) noexcept
{
    return static_cast<EVP_MD_CTX*>(context);
}

void require(int result)
{
    if (result != 1)
        throw std::runtime_error("OpenSSL failed to compute a SHA-256 value");
}

std::span<std::byte const> bytes_of(std::string_view text) noexcept
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace

void sha256::context_deleter::operator()(void* context) const noexcept
{
    EVP_MD_CTX_free(as_context(context));
}

sha256::sha256() : context_(EVP_MD_CTX_new())
{
    if (!context_)
        throw std::bad_alloc();
    begin();
}

sha256::sha256(sha256&&) noexcept = default;
sha256& sha256::operator=(sha256&&) noexcept = default;
sha256::~sha256() = default;

void sha256::begin()
{
    require(EVP_DigestInit_ex2(as_context(context_.get()), sha256_algorithm(), nullptr));
}

void sha256::update(std::span<std::byte const> bytes)
{
    require(EVP_DigestUpdate(as_context(context_.get()), bytes.data(), bytes.size()));
}

sha256_digest sha256::digest_so_far() const
{
    sha256 copy;
    require(EVP_MD_CTX_copy_ex(as_context(copy.context_.get()), as_context(context_.get())));
    return copy.finish();
}

sha256_digest sha256::finish()
{
    std::array<std::byte, sha256_digest::size> digest{};
    require(EVP_DigestFinal_ex(as_context(context_.get()), reinterpret_cast<unsigned char*>(digest.data()),
                               nullptr));
    begin();
    return sha256_digest(digest);
}

sha256_digest sha256_of(std::span<std::byte const> bytes)
{
    std::array<std::byte, sha256_digest::size> digest{};
    require(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
                       sha256_algorithm(), nullptr));
    return sha256_digest(digest);
}

sha256_digest sha256_of(std::string_view text)
{
    return sha256_of(bytes_of(text));
}

sha256_digest hmac_sha256(std::span<std::byte const> key, std::string_view message)
{
    std::array<std::byte, sha256_digest::size> digest{};
    unsigned int length = 0;
    // OpenSSL takes a null pointer for a missing key, not for an empty one.
    void const* const key_bytes = key.empty() ? "" : static_cast<void const*>(key.data());
    auto const* const done = HMAC(sha256_algorithm(), key_bytes, static_cast<int>(key.size()),
                                  reinterpret_cast<unsigned char const*>(message.data()), message.size(),
                                  reinterpret_cast<unsigned char*>(digest.data()), &length);
    if (done == nullptr || length != digest.size())
        throw std::runtime_error("OpenSSL failed to compute an HMAC");
    return sha256_digest(digest);
}

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept
{
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace glacier::crypto
