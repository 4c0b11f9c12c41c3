#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace benchmark_support {

struct ssl_context_deleter {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

struct ssl_deleter {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};

using ssl_context = std::unique_ptr<SSL_CTX, ssl_context_deleter>;

/// TLS 1.3 with AES-128-GCM, which the server decides for all clients alike.
ssl_context server_context(std::string const& certificate_pem, std::string const& key_pem);

/// Trusts the authorities in the file.
ssl_context client_context(std::string const& ca_file);

/// The least that HTTP over TLS takes: blocking calls on a descriptor, one thread, nothing between.
class blocking_peer {
public:
    /// Takes the descriptor over and shakes hands.
    static blocking_peer accept(SSL_CTX* context, int descriptor);
    static blocking_peer connect(SSL_CTX* context, std::uint16_t port);

    blocking_peer(blocking_peer&& other) noexcept;
    blocking_peer& operator=(blocking_peer&& other) noexcept;
    ~blocking_peer();

    int descriptor() const noexcept { return descriptor_; }

    void write(std::span<std::byte const> bytes);
    void write(std::string_view text);

    /// Start line and headers of the next message, with the empty line. Nothing: the peer has closed.
    std::optional<std::string> read_head();

    /// Some bytes of the body; fails if the peer has closed.
    std::size_t read_some(std::span<std::byte> target);

    /// Fills the target.
    void read(std::span<std::byte> target);

private:
    blocking_peer(SSL_CTX* context, int descriptor);

    std::size_t receive(std::span<std::byte> target);

    int descriptor_;
    std::unique_ptr<SSL, ssl_deleter> ssl_;
    // What came behind a head.
    std::string rest_;
};

/// The value of a header, empty if there is none. Names are compared without regard to case.
std::string_view header_of(std::string_view head, std::string_view name) noexcept;

/// The value of Content-Length; 0 without.
std::uint64_t content_length_of(std::string_view head);

} // namespace benchmark_support
