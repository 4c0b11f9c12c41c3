#include <glacier/secret_string.hpp>

#include <openssl/crypto.h>

#include <utility>

namespace glacier {

secret_string::secret_string(std::string_view text) : text_(text) {}

secret_string::secret_string(secret_string const& other) = default;

secret_string::secret_string(secret_string&& other) noexcept
{
    // A short text lives inside the string object, so a plain move would leave it behind in `other`.
    text_.swap(other.text_);
}

secret_string& secret_string::operator=(secret_string other) noexcept
{
    text_.swap(other.text_);
    return *this;
}

secret_string::~secret_string()
{
    OPENSSL_cleanse(text_.data(), text_.size());
}

} // namespace glacier
