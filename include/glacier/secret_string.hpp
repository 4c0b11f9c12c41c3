#pragma once

#include <string_view>
#include <vector>

namespace glacier {

/// A text that is wiped from memory when it goes and that cannot be printed by accident.
class secret_string {
public:
    secret_string() = default;
    explicit secret_string(std::string_view text);
    secret_string(secret_string const& other);
    secret_string(secret_string&& other) noexcept;
    secret_string& operator=(secret_string other) noexcept;
    ~secret_string();

    bool empty() const noexcept { return text_.empty(); }

    /// The secret itself. Valid as long as this object; do not copy it into a plain string or a log.
    std::string_view reveal() const noexcept { return {text_.data(), text_.size()}; }

private:
    // No std::string: that keeps a short text inside the object, where moving leaves a copy behind.
    std::vector<char> text_;
};

} // namespace glacier
