#include "emulator/certificate.hpp"

#include "crypto/openssl_pointer.hpp"
#include "emulator/file.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;

// Below the 398 days that some clients allow a server certificate.
constexpr auto server_life = std::chrono::days(397);
constexpr auto ca_life = std::chrono::days(3650);
constexpr auto least_life = std::chrono::days(30);
// Clocks of other machines may be behind.
constexpr auto backdated = std::chrono::days(1);

using key_pointer = crypto::openssl_pointer<EVP_PKEY, EVP_PKEY_free>;
using certificate_pointer = crypto::openssl_pointer<X509, X509_free>;
using bio_pointer = crypto::openssl_pointer<BIO, BIO_free_all>;
using extension_pointer = crypto::openssl_pointer<X509_EXTENSION, X509_EXTENSION_free>;

struct identity {
    certificate_pointer certificate;
    key_pointer key;
};

[[noreturn]] void fail(std::string const& doing)
{
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    throw std::runtime_error("cannot make a certificate: " + doing + ": " + reason.data());
}

template <class T>
T require(T result, char const* doing)
{
    if (!result)
        fail(doing);
    return result;
}

key_pointer make_key()
{
    return key_pointer(require(EVP_EC_gen("P-256"), "making a key"));
}

bool is_ip_address(std::string const& name)
{
    return name.find_first_not_of("0123456789.") == std::string::npos || name.find(':') != std::string::npos;
}

void add_extension(X509* certificate, X509* issuer, int kind, std::string const& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    extension_pointer const extension(
        require(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), "making an extension"));
    require(X509_add_ext(certificate, extension.get(), -1), "adding an extension");
}

/// A certificate without extensions, not signed yet.
certificate_pointer make_certificate(EVP_PKEY* key, char const* common_name, timestamp now,
                                     std::chrono::days life)
{
    certificate_pointer certificate(require(X509_new(), "making a certificate"));
    require(X509_set_version(certificate.get(), X509_VERSION_3), "setting the version");

    std::array<unsigned char, 16> serial{};
    require(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "making a serial number");
    serial[0] = static_cast<unsigned char>((serial[0] & 0x7f) | 0x40);
    crypto::openssl_pointer<BIGNUM, BN_free> const number(require(
        BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr), "making a serial number"));
    require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())),
            "setting the serial number");

    std::time_t const begin = std::chrono::system_clock::to_time_t(now - backdated);
    std::time_t const end = std::chrono::system_clock::to_time_t(now + life);
    require(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), begin), "setting the begin");
    require(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), end), "setting the end");

    X509_NAME* const name = X509_get_subject_name(certificate.get());
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                       reinterpret_cast<unsigned char const*>(common_name), -1, -1, 0),
            "setting the name");
    require(X509_set_pubkey(certificate.get(), key), "setting the key");
    return certificate;
}

void sign(X509* certificate, EVP_PKEY* key)
{
    require(X509_sign(certificate, key, EVP_sha256()), "signing");
}

identity make_ca(timestamp now)
{
    identity ca;
    ca.key = make_key();
    ca.certificate = make_certificate(ca.key.get(), "Glacier emulator CA", now, ca_life);
    X509* const certificate = ca.certificate.get();
    require(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)), "setting the issuer");
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
    sign(certificate, ca.key.get());
    return ca;
}

identity make_server(identity const& ca, std::vector<std::string> const& names, timestamp now)
{
    identity server;
    server.key = make_key();
    server.certificate = make_certificate(server.key.get(), "Glacier emulator", now, server_life);
    X509* const certificate = server.certificate.get();
    X509* const issuer = ca.certificate.get();
    require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)), "setting the issuer");
    std::string alternatives;
    for (std::string const& name : names)
        alternatives +=
            (alternatives.empty() ? "" : ",") + std::string(is_ip_address(name) ? "IP:" : "DNS:") + name;
    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth");
    add_extension(certificate, issuer, NID_subject_alt_name, alternatives);
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
    sign(certificate, ca.key.get());
    return server;
}

template <class Write>
std::string to_pem(Write write)
{
    bio_pointer const memory(require(BIO_new(BIO_s_mem()), "making a buffer"));
    require(write(memory.get()) == 1, "writing PEM");
    char* text = nullptr;
    long const size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

void save(identity const& what, std::filesystem::path const& certificate, std::filesystem::path const& key)
{
    write_atomically(key, to_pem([&](BIO* memory) {
                         return PEM_write_bio_PKCS8PrivateKey(memory, what.key.get(), nullptr, nullptr, 0,
                                                              nullptr, nullptr);
                     }),
                     0600);
    write_atomically(certificate,
                     to_pem([&](BIO* memory) { return PEM_write_bio_X509(memory, what.certificate.get()); }),
                     0644);
}

bio_pointer open_text(std::filesystem::path const& path, std::string& text)
{
    std::ifstream input(path, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(input), {});
    return bio_pointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// A certificate and its key, if both are there, fit, and are valid long enough.
std::optional<identity> load(std::filesystem::path const& certificate, std::filesystem::path const& key,
                             timestamp now)
{
    std::string text;
    identity loaded;
    loaded.certificate.reset(
        PEM_read_bio_X509(open_text(certificate, text).get(), nullptr, nullptr, nullptr));
    loaded.key.reset(PEM_read_bio_PrivateKey(open_text(key, text).get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!loaded.certificate || !loaded.key ||
        X509_check_private_key(loaded.certificate.get(), loaded.key.get()) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    std::time_t begin = std::chrono::system_clock::to_time_t(now);
    std::time_t end = std::chrono::system_clock::to_time_t(now + least_life);
    if (X509_cmp_time(X509_get0_notBefore(loaded.certificate.get()), &begin) > 0 ||
        X509_cmp_time(X509_get0_notAfter(loaded.certificate.get()), &end) < 0)
        return std::nullopt;
    return loaded;
}

bool covers(X509* certificate, std::vector<std::string> const& names)
{
    for (std::string const& name : names) {
        int const fits = is_ip_address(name)
                             ? X509_check_ip_asc(certificate, name.c_str(), 0)
                             : X509_check_host(certificate, name.c_str(), name.size(), 0, nullptr);
        if (fits != 1)
            return false;
    }
    return true;
}

} // namespace

certificate_files prepare_certificate(std::filesystem::path const& directory,
                                      std::vector<std::string> const& names, base::clock const& wall_clock)
{
    make_directories(directory);
    timestamp const now = wall_clock.now();
    std::filesystem::path const ca_key = directory / "ca-key.pem";
    certificate_files const files{directory / "ca.pem", directory / "server.pem",
                                  directory / "server-key.pem"};

    auto ca = load(files.ca, ca_key, now);
    if (!ca) {
        ca = make_ca(now);
        save(*ca, files.ca, ca_key);
    }
    auto const server = load(files.certificate, files.key, now);
    bool const usable = server && covers(server->certificate.get(), names) &&
                        X509_verify(server->certificate.get(), ca->key.get()) == 1;
    if (!usable) {
        ERR_clear_error();
        save(make_server(*ca, names, now), files.certificate, files.key);
    }
    return files;
}

} // namespace glacier::emulation
