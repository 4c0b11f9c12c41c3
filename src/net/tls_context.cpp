#include "net/tls_context.hpp"

#include "crypto/openssl_pointer.hpp"

#include <glacier/error.hpp>

#include <boost/asio/buffer.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace glacier::net {

namespace {

namespace fs = std::filesystem;

constexpr int security_level_min = 2;
constexpr int security_level_max = 5;
/// Certificates between the peer's own and the authority's. Public authorities have one or two.
constexpr int intermediates_max = 8;
constexpr long chain_bytes_max = long(100) * 1'024;
constexpr std::uintmax_t identity_bytes_max = std::uintmax_t(1) * 1'048'576;

using bio_pointer = crypto::openssl_pointer<BIO, BIO_free_all>;
using certificate_pointer = crypto::openssl_pointer<X509, X509_free>;
using key_pointer = crypto::openssl_pointer<EVP_PKEY, EVP_PKEY_free>;

[[noreturn]] void refuse(errc reason, std::string message)
{
    error_details details;
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

/// OpenSSL's words for what went wrong last.
std::string take_reason()
{
    unsigned long const error = ERR_peek_last_error();
    char const* const words = error != 0 ? ERR_reason_error_string(error) : nullptr;
    ERR_clear_error();
    return words != nullptr ? words : "it cannot be read";
}

void set_versions(SSL_CTX* context, tls_settings const& settings)
{
    long const wanted = settings.version_min == tls_version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    // The system's configuration may ask for more.
    SSL_CTX_set_min_proto_version(context, std::max(wanted, SSL_CTX_get_min_proto_version(context)));
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

void set_ciphers(SSL_CTX* context, tls_settings const& settings)
{
    int const level = settings.security_level;
    if (level < security_level_min || level > security_level_max)
        throw invalid_value(errc::invalid_option,
                            "tls.security_level = " + std::to_string(level) + ", 2 to 5 are allowed");
    int const of_system = SSL_CTX_get_security_level(context);
    if (settings.cipher_list) {
        std::string const& list = *settings.cipher_list;
        if (list.find("@SECLEVEL") != std::string::npos)
            throw invalid_value(errc::invalid_option,
                                "tls.cipher_list = " + list + ", the level is tls.security_level");
        if (SSL_CTX_set_cipher_list(context, list.c_str()) != 1)
            throw invalid_value(errc::invalid_option, "tls.cipher_list = " + list + ", " + take_reason());
    }
    if (settings.ciphersuites && (settings.ciphersuites->empty() ||
                                  SSL_CTX_set_ciphersuites(context, settings.ciphersuites->c_str()) != 1))
        throw invalid_value(errc::invalid_option,
                            "tls.ciphersuites = " + *settings.ciphersuites + ", " + take_reason());
    SSL_CTX_set_security_level(context, std::max(level, of_system));
}

/// Whether OpenSSL would find the file: eight hexadecimal digits, a point, a number.
bool is_hashed_name(std::string const& name)
{
    auto const is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    auto const is_hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
    return name.size() > 9 && name[8] == '.' && std::all_of(name.begin(), name.begin() + 8, is_hex) &&
           std::all_of(name.begin() + 9, name.end(), is_digit);
}

void add_directory(asio::ssl::context& context, fs::path const& directory)
{
    std::error_code error;
    bool has_authority = false;
    for (auto entry = fs::directory_iterator(directory, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
        has_authority = has_authority || is_hashed_name(entry->path().filename().string());
    if (error)
        refuse(errc::invalid_ca_bundle, directory.string() + ": " + error.message());
    if (!has_authority)
        refuse(errc::invalid_ca_bundle,
               directory.string() + ": no certificate has a name that `openssl rehash` gives");
    context.add_verify_path(directory.string());
}

void set_authorities(asio::ssl::context& context, tls_settings const& settings)
{
    if (!settings.ca_bundle && !settings.ca_directory && !settings.ca_pem) {
        context.set_default_verify_paths();
        return;
    }
    error_code error;
    if (settings.ca_bundle) {
        context.load_verify_file(settings.ca_bundle->string(), error);
        if (error)
            refuse(errc::invalid_ca_bundle, settings.ca_bundle->string() + ": " + error.message());
    }
    if (settings.ca_directory)
        add_directory(context, *settings.ca_directory);
    if (settings.ca_pem) {
        context.add_certificate_authority(asio::buffer(*settings.ca_pem), error);
        if (error)
            refuse(errc::invalid_ca_bundle, "tls.ca_pem: " + error.message());
    }
}

/// A text in PEM form, of a file or from memory, and its name for messages.
struct pem_source {
    std::string name;
    bio_pointer bio;
};

pem_source open_file(fs::path const& path)
{
    std::error_code error;
    if (!fs::is_regular_file(path, error))
        refuse(errc::invalid_client_certificate,
               path.string() + ": " + (error ? error.message() : "not a regular file"));
    if (fs::file_size(path, error) > identity_bytes_max)
        refuse(errc::invalid_client_certificate, path.string() + ": larger than 1 MiB");
    pem_source source;
    source.name = path.string();
    source.bio.reset(BIO_new_file(path.c_str(), "r"));
    if (!source.bio)
        refuse(errc::invalid_client_certificate, path.string() + ": " + std::strerror(errno));
    return source;
}

pem_source open_text(std::string name, std::string_view text)
{
    pem_source source;
    source.name = std::move(name);
    source.bio.reset(
        BIO_new_mem_buf(text.data(), static_cast<int>(std::min(text.size(), identity_bytes_max))));
    if (!source.bio)
        throw std::bad_alloc();
    return source;
}

/// OpenSSL's default would ask at the terminal.
int give_password(char* buffer, int size, int /*writing*/, void* user)
{
    std::string_view const password = static_cast<secret_string const*>(user)->reveal();
    if (password.empty() || password.size() > static_cast<std::size_t>(size))
        return -1;
    std::copy(password.begin(), password.end(), buffer);
    return static_cast<int>(password.size());
}

void use_certificate(SSL_CTX* context, pem_source const& source)
{
    certificate_pointer made(PEM_read_bio_X509(source.bio.get(), nullptr, nullptr, nullptr));
    if (!made || SSL_CTX_use_certificate(context, made.get()) != 1)
        refuse(errc::invalid_client_certificate, source.name + ": " + take_reason());
    while (true) {
        made.reset(PEM_read_bio_X509(source.bio.get(), nullptr, nullptr, nullptr));
        if (!made)
            break;
        if (SSL_CTX_add1_chain_cert(context, made.get()) != 1)
            refuse(errc::invalid_client_certificate, source.name + ": " + take_reason());
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        refuse(errc::invalid_client_certificate, source.name + ": " + take_reason());
    ERR_clear_error();
}

void use_key(SSL_CTX* context, pem_source const& source, secret_string const& password)
{
    key_pointer const key(PEM_read_bio_PrivateKey(source.bio.get(), nullptr, give_password,
                                                  const_cast<secret_string*>(&password)));
    if (!key) {
        std::string reason = take_reason();
        refuse(errc::invalid_client_certificate,
               source.name + ": no private key can be read (" + std::move(reason) + ")");
    }
    // It may refuse a key of another certificate by itself.
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        refuse(errc::invalid_client_certificate,
               source.name + ": the key is not that of the certificate (" + take_reason() + ")");
}

void set_identity(SSL_CTX* context, tls_settings const& settings)
{
    bool const in_memory = settings.client_certificate_pem.has_value();
    if (settings.client_certificate && in_memory)
        throw invalid_value(errc::invalid_option,
                            "tls.client_certificate and tls.client_certificate_pem: one of them is allowed");
    if (settings.client_key && !settings.client_key_pem.empty())
        throw invalid_value(errc::invalid_option,
                            "tls.client_key and tls.client_key_pem: one of them is allowed");
    if (!settings.client_certificate && !in_memory) {
        if (settings.client_key || !settings.client_key_pem.empty())
            refuse(errc::invalid_client_certificate, "there is a key, but no certificate");
        return;
    }
    ERR_clear_error();
    use_certificate(context, in_memory
                                 ? open_text("tls.client_certificate_pem", *settings.client_certificate_pem)
                                 : open_file(*settings.client_certificate));
    if (!settings.client_key_pem.empty())
        use_key(context, open_text("tls.client_key_pem", settings.client_key_pem.reveal()),
                settings.client_key_password);
    else if (settings.client_key)
        use_key(context, open_file(*settings.client_key), settings.client_key_password);
    else if (settings.client_certificate)
        use_key(context, open_file(*settings.client_certificate), settings.client_key_password);
    else
        refuse(errc::invalid_client_certificate, "tls.client_certificate_pem: there is no key for it");
}

/// Where the secrets of connections are written.
class key_log {
public:
    explicit key_log(fs::path const& path)
        : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR))
    {
        if (descriptor_ < 0)
            throw invalid_value(errc::invalid_option,
                                "tls.key_log_file = " + path.string() + ", " + std::strerror(errno));
    }

    key_log(key_log const&) = delete;
    key_log& operator=(key_log const&) = delete;
    ~key_log() { ::close(descriptor_); }

    /// Gives a context its log, which goes with it.
    static void attach(SSL_CTX* context, fs::path const& path)
    {
        auto made = std::make_unique<key_log>(path);
        if (SSL_CTX_set_ex_data(context, index(), made.get()) != 1)
            throw std::bad_alloc();
        made.release();
        SSL_CTX_set_keylog_callback(context, &key_log::write);
    }

private:
    static int index()
    {
        static int const made = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &key_log::destroy);
        return made;
    }

    static void destroy(void* /*context*/, void* log, CRYPTO_EX_DATA* /*all*/, int /*index*/, long /*unused*/,
                        void* /*unused*/)
    {
        delete static_cast<key_log*>(log);
    }

    static void write(SSL const* connection, char const* line)
    {
        auto const* const log =
            static_cast<key_log const*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), index()));
        // In one call, because other connections and processes append too.
        std::string const text = std::string(line) + '\n';
        [[maybe_unused]] auto const written = ::write(log->descriptor_, text.data(), text.size());
    }

    int descriptor_;
};

} // namespace

asio::ssl::context make_tls_context(tls_settings const& settings)
{
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX* const native = context.native_handle();
    set_versions(native, settings);
    set_ciphers(native, settings);
    // One system call reads several records.
    SSL_CTX_set_read_ahead(native, 1);
    context.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_verify_depth(native, intermediates_max);
    SSL_CTX_set_max_cert_list(native, chain_bytes_max);
    set_authorities(context, settings);
    set_identity(native, settings);
    if (settings.key_log_file)
        key_log::attach(native, *settings.key_log_file);
    return context;
}

} // namespace glacier::net
