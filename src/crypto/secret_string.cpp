#include <glacier/secret_string.hpp>

#include <openssl/crypto.h>

namespace glacier {

secret_string::secret_string(std::string_view text) : text_(text.begin(), text.end()) {}

secret_string::secret_string(secret_string const& other) = default;

secret_string::secret_string(secret_string&& other) noexcept = default;

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
