#pragma once

#include <cstddef>
#include <string>

namespace glacier::crypto {

/// Overwrites memory that held a secret, in a way that the compiler does not leave out.
void wipe(void* memory, std::size_t bytes) noexcept;

/// The same with a text, which is empty then.
void wipe(std::string& text) noexcept;

/// Wipes a text when it goes. The text must outlive it.
class wiper {
public:
    explicit wiper(std::string& text) noexcept : text_(text) {}
    wiper(wiper const&) = delete;
    wiper& operator=(wiper const&) = delete;
    ~wiper() { wipe(text_); }

private:
    std::string& text_;
};

} // namespace glacier::crypto
