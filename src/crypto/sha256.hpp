#pragma once

#include <glacier/sha256_digest.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace glacier::crypto {

/// SHA-256 of bytes that arrive in pieces.
class sha256 {
public:
    sha256();
    sha256(sha256&&) noexcept;
    sha256& operator=(sha256&&) noexcept;
    ~sha256();

    void update(std::span<std::byte const> bytes);

    /// The digest of everything given so far; more may follow.
    sha256_digest digest_so_far() const;

    /// The digest of everything given so far; the object then begins anew.
    sha256_digest finish();

private:
    struct context_deleter {
        void operator()(void* context) const noexcept;
    };

    void begin();

    std::unique_ptr<void, context_deleter> context_;
};

sha256_digest sha256_of(std::span<std::byte const> bytes);
sha256_digest sha256_of(std::string_view text);

/// HMAC-SHA256 of `message` under `key`.
sha256_digest hmac_sha256(std::span<std::byte const> key, std::string_view message);

/// Compares without telling by its time where the difference is.
bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept;

} // namespace glacier::crypto
