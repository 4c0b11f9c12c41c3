#include "blocking_tls.hpp"

#include "base/decimal.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace benchmark_support {

namespace {

constexpr std::size_t receive_buffer_bytes = std::size_t(256) * 1'024;

template <class T>
T require(T value, char const* what)
{
    if (!value)
        throw std::runtime_error(std::string(what) + ": " + ERR_error_string(ERR_peek_last_error(), nullptr));
    return value;
}

struct bio_deleter {
    void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
};

std::unique_ptr<BIO, bio_deleter> bio_of(std::string const& text)
{
    return std::unique_ptr<BIO, bio_deleter>(
        require(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "reading PEM"));
}

void set_common(SSL_CTX* context)
{
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
    // Fewer, longer reads; without it there are two for each record.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, receive_buffer_bytes);
}

} // namespace

ssl_context server_context(std::string const& certificate_pem, std::string const& key_pem)
{
    ssl_context context(require(SSL_CTX_new(TLS_server_method()), "SSL_CTX_new"));
    set_common(context.get());
    require(SSL_CTX_set_ciphersuites(context.get(), "TLS_AES_128_GCM_SHA256") == 1, "ciphers");
    std::unique_ptr<X509, decltype(&X509_free)> const certificate(
        require(PEM_read_bio_X509(bio_of(certificate_pem).get(), nullptr, nullptr, nullptr), "certificate"),
        X509_free);
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> const key(
        require(PEM_read_bio_PrivateKey(bio_of(key_pem).get(), nullptr, nullptr, nullptr), "key"),
        EVP_PKEY_free);
    require(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1, "certificate");
    require(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1, "key");
    return context;
}

ssl_context client_context(std::string const& ca_file)
{
    ssl_context context(require(SSL_CTX_new(TLS_client_method()), "SSL_CTX_new"));
    set_common(context.get());
    require(SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) == 1, "CA file");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

blocking_peer::blocking_peer(SSL_CTX* context, int descriptor)
    : descriptor_(descriptor), ssl_(require(SSL_new(context), "SSL_new"))
{
    int const yes = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    require(SSL_set_fd(ssl_.get(), descriptor_) == 1, "SSL_set_fd");
}

blocking_peer::blocking_peer(blocking_peer&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), ssl_(std::move(other.ssl_)),
      rest_(std::move(other.rest_))
{}

blocking_peer& blocking_peer::operator=(blocking_peer&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    std::swap(ssl_, other.ssl_);
    std::swap(rest_, other.rest_);
    return *this;
}

blocking_peer::~blocking_peer()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

blocking_peer blocking_peer::accept(SSL_CTX* context, int descriptor)
{
    blocking_peer peer(context, descriptor);
    require(SSL_accept(peer.ssl_.get()) == 1, "SSL_accept");
    return peer;
}

blocking_peer blocking_peer::connect(SSL_CTX* context, std::uint16_t port)
{
    int const descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "socket");
    blocking_peer peer(context, descriptor);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), "connect");
    require(SSL_set1_host(peer.ssl_.get(), "localhost") == 1, "SSL_set1_host");
    require(SSL_connect(peer.ssl_.get()) == 1, "SSL_connect");
    return peer;
}

void blocking_peer::write(std::span<std::byte const> bytes)
{
    while (!bytes.empty()) {
        std::size_t written = 0;
        if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1)
            throw std::runtime_error("the peer has gone while it was written to");
        bytes = bytes.subspan(written);
    }
}

void blocking_peer::write(std::string_view text)
{
    write(std::as_bytes(std::span(text)));
}

std::size_t blocking_peer::receive(std::span<std::byte> target)
{
    std::size_t count = 0;
    if (SSL_read_ex(ssl_.get(), target.data(), target.size(), &count) != 1)
        return 0;
    return count;
}

std::optional<std::string> blocking_peer::read_head()
{
    constexpr std::size_t head_bytes_max = std::size_t(64) * 1'024;
    std::string text = std::move(rest_);
    rest_.clear();
    std::array<std::byte, 4'096> block{};
    while (true) {
        if (std::size_t const end = text.find("\r\n\r\n"); end != std::string::npos) {
            rest_ = text.substr(end + 4);
            text.resize(end + 4);
            return text;
        }
        std::size_t const count = receive(block);
        if (count == 0)
            return std::nullopt;
        text.append(reinterpret_cast<char const*>(block.data()), count);
        if (text.size() > head_bytes_max)
            throw std::runtime_error("a head of more than 64 KiB");
    }
}

std::size_t blocking_peer::read_some(std::span<std::byte> target)
{
    if (!rest_.empty()) {
        std::size_t const count = std::min(rest_.size(), target.size());
        std::copy_n(reinterpret_cast<std::byte const*>(rest_.data()), count, target.begin());
        rest_.erase(0, count);
        return count;
    }
    std::size_t const count = receive(target);
    if (count == 0 && !target.empty())
        throw std::runtime_error("the peer has gone while it was read from");
    return count;
}

void blocking_peer::read(std::span<std::byte> target)
{
    while (!target.empty())
        target = target.subspan(read_some(target));
}

std::string_view header_of(std::string_view head, std::string_view name) noexcept
{
    auto const equal = [](char left, char right) {
        return std::tolower(static_cast<unsigned char>(left)) ==
               std::tolower(static_cast<unsigned char>(right));
    };
    while (!head.empty()) {
        std::size_t const end = head.find("\r\n");
        std::string_view const line = head.substr(0, end);
        head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            !std::equal(name.begin(), name.end(), line.begin(), equal))
            continue;
        std::string_view value = line.substr(name.size() + 1);
        while (value.starts_with(' '))
            value.remove_prefix(1);
        return value;
    }
    return {};
}

std::uint64_t content_length_of(std::string_view head)
{
    std::string_view const value = header_of(head, "content-length");
    if (value.empty())
        return 0;
    auto const length = glacier::base::parse_decimal(value);
    if (!length)
        throw std::runtime_error("Content-Length: " + std::string(value));
    return *length;
}

} // namespace benchmark_support
