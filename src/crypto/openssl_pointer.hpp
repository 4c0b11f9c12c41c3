#pragma once

#include <memory>

namespace glacier::crypto {

/// Frees an object with the function that OpenSSL has for it.
template <auto Free>
struct openssl_deleter {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

/// Owns an object of OpenSSL: `openssl_pointer<BIO, BIO_free_all>`.
template <class T, auto Free>
using openssl_pointer = std::unique_ptr<T, openssl_deleter<Free>>;

} // namespace glacier::crypto
