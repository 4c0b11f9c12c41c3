#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace glacier::test {

/// A certificate and its key, both as PEM. The certificate may be followed by those that signed it.
struct certificate {
    std::string certificate_pem;
    std::string key_pem;
};

/// Kinds of keys.
enum class key_kind { p256, ed25519, rsa_1024, rsa_2048, rsa_pss_2048 };

/// What a certificate says.
struct certificate_terms {
    /// The alternative names as OpenSSL writes them: `DNS:localhost`, `IP:127.0.0.1`.
    explicit certificate_terms(std::vector<std::string> its_names) : names(std::move(its_names)) {}

    std::vector<std::string> names;
    std::string common_name = "test server";
    /// From now on.
    std::chrono::hours begins = std::chrono::hours(-24);
    std::chrono::hours ends = std::chrono::hours(24);
    key_kind key = key_kind::p256;
    /// The digest of the signature.
    std::string digest = "SHA256";
    /// Extensions as OpenSSL writes them; empty: left out.
    std::string basic_constraints = "critical,CA:FALSE";
    std::string key_usage = "critical,digitalSignature";
    std::string extended_key_usage = "serverAuth";
    std::string name_constraints = {};
    std::string authority_information = {};
};

/// What the certificate of an authority says.
certificate_terms authority_terms(std::string name);

/// Issues certificates.
class certificate_authority {
public:
    /// One that vouches for itself.
    explicit certificate_authority(std::string const& name);
    explicit certificate_authority(certificate_terms const& terms);
    /// One that another vouches for.
    certificate_authority(certificate_terms const& terms, certificate_authority const& issuer);
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

/// The key encrypted with a password, as PEM.
std::string encrypted_key(std::string const& key_pem, std::string const& password);

/// The name under which OpenSSL looks for an authority in a directory.
std::string hashed_name(std::string const& certificate_pem);

} // namespace glacier::test
