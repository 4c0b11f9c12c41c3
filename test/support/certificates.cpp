#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

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
using extension_pointer = std::unique_ptr<X509_EXTENSION, deleter<X509_EXTENSION_free>>;

template <class T>
T require(T value)
{
    if (!value)
        throw std::runtime_error("OpenSSL could not make a certificate");
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

/// Everything but the issuer, the extensions and the signature.
certificate_pointer make_certificate(EVP_PKEY* key, std::string const& name, std::chrono::hours begins,
                                     std::chrono::hours ends)
{
    certificate_pointer made(require(X509_new()));
    require(X509_set_version(made.get(), X509_VERSION_3));
    std::uint32_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
    require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial | 1U));
    require(X509_gmtime_adj(X509_getm_notBefore(made.get()), std::chrono::seconds(begins).count()));
    require(X509_gmtime_adj(X509_getm_notAfter(made.get()), std::chrono::seconds(ends).count()));
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                                       reinterpret_cast<unsigned char const*>(name.c_str()), -1, -1, 0));
    require(X509_set_pubkey(made.get(), key));
    return made;
}

certificate make_server(certificate_terms const& terms, X509* issuer, EVP_PKEY* issuer_key)
{
    key_pointer const key(require(EVP_EC_gen("P-256")));
    certificate_pointer const made = make_certificate(key.get(), "test server", terms.begins, terms.ends);
    X509* const signed_by = issuer != nullptr ? issuer : made.get();
    require(X509_set_issuer_name(made.get(), X509_get_subject_name(signed_by)));
    std::string names;
    for (std::string const& name : terms.names)
        names += (names.empty() ? "" : ",") + name;
    add_extension(made.get(), signed_by, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(made.get(), signed_by, NID_key_usage, "critical,digitalSignature");
    add_extension(made.get(), signed_by, NID_ext_key_usage, "serverAuth");
    if (!names.empty())
        add_extension(made.get(), signed_by, NID_subject_alt_name, names);
    require(X509_sign(made.get(), issuer_key != nullptr ? issuer_key : key.get(), EVP_sha256()));
    certificate result;
    result.certificate_pem = to_pem(made.get());
    result.key_pem = to_pem(key.get());
    return result;
}

} // namespace

struct certificate_authority::state {
    key_pointer key;
    certificate_pointer made;
    std::string pem;
};

certificate_authority::certificate_authority(std::string const& name) : state_(std::make_unique<state>())
{
    state_->key.reset(require(EVP_EC_gen("P-256")));
    state_->made =
        make_certificate(state_->key.get(), name, std::chrono::hours(-1000), std::chrono::hours(1000));
    X509* const made = state_->made.get();
    require(X509_set_issuer_name(made, X509_get_subject_name(made)));
    add_extension(made, made, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(made, made, NID_subject_key_identifier, "hash");
    require(X509_sign(made, state_->key.get(), EVP_sha256()));
    state_->pem = to_pem(made);
}

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

} // namespace glacier::test
