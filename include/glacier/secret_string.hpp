#pragma once

#include <string_view>
#include <vector>

namespace glacier {

/// A text that is wiped from memory when it goes and that cannot be printed by accident.
class secret_string {
public:
    /// Empty.
    secret_string() = default;
    /// Copies the text. The caller's copy is the caller's to wipe.
    explicit secret_string(std::string_view text);
    /// A second copy, wiped on its own.
    secret_string(secret_string const& other);
    /// Takes the text over; the other is empty then.
    secret_string(secret_string&& other) noexcept;
    /// Copies or takes over; what was here before is wiped.
    secret_string& operator=(secret_string other) noexcept;
    /// Wipes the text.
    ~secret_string();

    /// Whether there is no text.
    bool empty() const noexcept { return text_.empty(); }

    /// The secret itself. Valid as long as this object; do not copy it into a plain string or a log.
    std::string_view reveal() const noexcept { return {text_.data(), text_.size()}; }

private:
    // No std::string: that keeps a short text inside the object, where moving leaves a copy behind.
    std::vector<char> text_;
};

} // namespace glacier
