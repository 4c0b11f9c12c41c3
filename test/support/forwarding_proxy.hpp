#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace glacier::test {

/// A proxy on 127.0.0.1 that answers every CONNECT with a success and leads each to the same port of 127.0.0.1.
class forwarding_proxy {
public:
    explicit forwarding_proxy(std::uint16_t destination);
    forwarding_proxy(forwarding_proxy const&) = delete;
    forwarding_proxy& operator=(forwarding_proxy const&) = delete;
    ~forwarding_proxy();

    std::uint16_t port() const noexcept;

    /// The heads that it was sent.
    std::vector<std::string> requests() const;

private:
    struct state;

    std::unique_ptr<state> state_;
};

} // namespace glacier::test
