#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace glacier::test {

/// A certificate and its key, both as PEM.
struct certificate {
    std::string certificate_pem;
    std::string key_pem;
};

/// What a certificate says.
struct certificate_terms {
    /// The alternative names as OpenSSL writes them: `DNS:localhost`, `IP:127.0.0.1`.
    explicit certificate_terms(std::vector<std::string> its_names) : names(std::move(its_names)) {}

    std::vector<std::string> names;
    /// From now on.
    std::chrono::hours begins = std::chrono::hours(-24);
    std::chrono::hours ends = std::chrono::hours(24);
};

/// Issues certificates.
class certificate_authority {
public:
    explicit certificate_authority(std::string const& name);
    certificate_authority(certificate_authority const&) = delete;
    certificate_authority& operator=(certificate_authority const&) = delete;
    ~certificate_authority();

    /// What a client has to trust.
    std::string const& pem() const noexcept;

    certificate issue(certificate_terms const& terms) const;

private:
    struct state;

    std::unique_ptr<state> state_;
};

/// A certificate that vouches for itself.
certificate self_signed(certificate_terms const& terms);

} // namespace glacier::test
