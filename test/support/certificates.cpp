#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace glacier::test {

namespace {

template <auto Free>
struct deleter {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

using key_pointer = std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, deleter<X509_free>>;
using bio_pointer = std::unique_ptr<BIO, deleter<BIO_free_all>>;
using key_context_pointer = std::unique_ptr<EVP_PKEY_CTX, deleter<EVP_PKEY_CTX_free>>;
using extension_pointer = std::unique_ptr<X509_EXTENSION, deleter<X509_EXTENSION_free>>;

template <class T>
T require(T value)
{
    if (!value)
        throw std::runtime_error(std::string("OpenSSL could not make a certificate: ") +
                                 ERR_error_string(ERR_peek_last_error(), nullptr));
    return value;
}

std::string take_text(BIO* bio)
{
    char* bytes = nullptr;
    long const size = BIO_get_mem_data(bio, &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

std::string to_pem(X509* made)
{
    bio_pointer const bio(require(BIO_new(BIO_s_mem())));
    require(PEM_write_bio_X509(bio.get(), made));
    return take_text(bio.get());
}

std::string to_pem(EVP_PKEY* key)
{
    bio_pointer const bio(require(BIO_new(BIO_s_mem())));
    require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
    return take_text(bio.get());
}

void add_extension(X509* made, X509* issuer, int kind, std::string const& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, made, nullptr, nullptr, 0);
    extension_pointer const extension(require(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())));
    require(X509_add_ext(made, extension.get(), -1));
}

key_pointer make_key(key_kind kind)
{
    if (kind == key_kind::p256)
        return key_pointer(require(EVP_EC_gen("P-256")));
    if (kind == key_kind::ed25519)
        return key_pointer(require(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")));
    key_context_pointer const context(require(
        EVP_PKEY_CTX_new_from_name(nullptr, kind == key_kind::rsa_pss_2048 ? "RSA-PSS" : "RSA", nullptr)));
    require(EVP_PKEY_keygen_init(context.get()) == 1);
    require(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), kind == key_kind::rsa_1024 ? 1024 : 2048) == 1);
    EVP_PKEY* made = nullptr;
    require(EVP_PKEY_generate(context.get(), &made) == 1);
    return key_pointer(made);
}

void sign(X509* made, EVP_PKEY* key, std::string const& digest)
{
    // Ed25519 has a digest of its own.
    bool const has_digest = EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519;
    require(X509_sign(made, key, has_digest ? require(EVP_get_digestbyname(digest.c_str())) : nullptr));
}

/// `issuer` and its key: null for a certificate that vouches for itself.
certificate_pointer make_certificate(certificate_terms const& terms, EVP_PKEY* key, X509* issuer,
                                     EVP_PKEY* issuer_key)
{
    certificate_pointer made(require(X509_new()));
    require(X509_set_version(made.get(), X509_VERSION_3));
    std::uint32_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
    require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial | 1U));
    require(X509_gmtime_adj(X509_getm_notBefore(made.get()), std::chrono::seconds(terms.begins).count()));
    require(X509_gmtime_adj(X509_getm_notAfter(made.get()), std::chrono::seconds(terms.ends).count()));
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                                       reinterpret_cast<unsigned char const*>(terms.common_name.c_str()), -1,
                                       -1, 0));
    require(X509_set_pubkey(made.get(), key));
    X509* const signed_by = issuer != nullptr ? issuer : made.get();
    require(X509_set_issuer_name(made.get(), X509_get_subject_name(signed_by)));
    std::string names;
    for (std::string const& name : terms.names)
        names += (names.empty() ? "" : ",") + name;
    for (auto const& [kind, value] :
         {std::pair(NID_basic_constraints, terms.basic_constraints),
          std::pair(NID_key_usage, terms.key_usage), std::pair(NID_ext_key_usage, terms.extended_key_usage),
          std::pair(NID_name_constraints, terms.name_constraints),
          std::pair(NID_info_access, terms.authority_information), std::pair(NID_subject_alt_name, names)})
        if (!value.empty())
            add_extension(made.get(), signed_by, kind, value);
    if (terms.basic_constraints.find("CA:TRUE") != std::string::npos)
        add_extension(made.get(), signed_by, NID_subject_key_identifier, "hash");
    sign(made.get(), issuer_key != nullptr ? issuer_key : key, terms.digest);
    return made;
}

certificate make_server(certificate_terms const& terms, X509* issuer, EVP_PKEY* issuer_key)
{
    key_pointer const key = make_key(terms.key);
    certificate_pointer const made = make_certificate(terms, key.get(), issuer, issuer_key);
    certificate result;
    result.certificate_pem = to_pem(made.get());
    result.key_pem = to_pem(key.get());
    return result;
}

} // namespace

certificate_terms authority_terms(std::string name)
{
    certificate_terms terms({});
    terms.common_name = std::move(name);
    terms.begins = std::chrono::hours(-1000);
    terms.ends = std::chrono::hours(1000);
    terms.basic_constraints = "critical,CA:TRUE";
    terms.key_usage = "critical,keyCertSign,cRLSign";
    terms.extended_key_usage.clear();
    return terms;
}

struct certificate_authority::state {
    state(certificate_terms const& terms, X509* issuer, EVP_PKEY* issuer_key)
        : key(make_key(terms.key)), made(make_certificate(terms, key.get(), issuer, issuer_key)),
          pem(to_pem(made.get()))
    {}

    key_pointer key;
    certificate_pointer made;
    std::string pem;
};

certificate_authority::certificate_authority(std::string const& name)
    : certificate_authority(authority_terms(name))
{}

certificate_authority::certificate_authority(certificate_terms const& terms)
    : state_(std::make_unique<state>(terms, nullptr, nullptr))
{}

certificate_authority::certificate_authority(certificate_terms const& terms,
                                             certificate_authority const& issuer)
    : state_(std::make_unique<state>(terms, issuer.state_->made.get(), issuer.state_->key.get()))
{}

certificate_authority::~certificate_authority() = default;

std::string const& certificate_authority::pem() const noexcept
{
    return state_->pem;
}

certificate certificate_authority::issue(certificate_terms const& terms) const
{
    return make_server(terms, state_->made.get(), state_->key.get());
}

certificate self_signed(certificate_terms const& terms)
{
    return make_server(terms, nullptr, nullptr);
}

std::string encrypted_key(std::string const& key_pem, std::string const& password)
{
    bio_pointer const source(require(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()))));
    key_pointer const key(require(PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr)));
    bio_pointer const target(require(BIO_new(BIO_s_mem())));
    require(PEM_write_bio_PKCS8PrivateKey(target.get(), key.get(), EVP_aes_256_cbc(), password.data(),
                                          static_cast<int>(password.size()), nullptr, nullptr));
    return take_text(target.get());
}

std::string hashed_name(std::string const& certificate_pem)
{
    bio_pointer const source(
        require(BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size()))));
    certificate_pointer const made(require(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)));
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "%08lx.0", X509_subject_name_hash(made.get()));
    return name.data();
}

} // namespace glacier::test
