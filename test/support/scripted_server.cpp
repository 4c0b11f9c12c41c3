#include "support/scripted_server.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace glacier::test {

namespace {

/// Ends a script.
struct peer_gone {};

template <auto Free>
struct deleter {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

using context_pointer = std::unique_ptr<SSL_CTX, deleter<SSL_CTX_free>>;
using session_pointer = std::unique_ptr<SSL, deleter<SSL_free>>;
using bio_pointer = std::unique_ptr<BIO, deleter<BIO_free_all>>;

template <class T>
T require(T value, char const* doing)
{
    if (!value)
        throw std::runtime_error(std::string("the test server fails: ") + doing);
    return value;
}

using certificate_pointer = std::unique_ptr<X509, deleter<X509_free>>;

void add_client_authority(SSL_CTX* context, std::string const& pem)
{
    bio_pointer const text(BIO_new_mem_buf(pem.data(), -1));
    certificate_pointer const made(
        require(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), "authority of clients"));
    require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), made.get()), "X509_STORE_add_cert");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

context_pointer make_context(server_tls const& tls)
{
    context_pointer context(require(SSL_CTX_new(TLS_server_method()), "SSL_CTX_new"));
    // Weak keys, weak digests and the old versions are below the default level.
    SSL_CTX_set_security_level(context.get(), 0);
    bio_pointer const certificate_text(BIO_new_mem_buf(tls.identity.certificate_pem.data(), -1));
    bio_pointer const key_text(BIO_new_mem_buf(tls.identity.key_pem.data(), -1));
    certificate_pointer made(
        require(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr), "certificate"));
    std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>> const key(
        require(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr), "key"));
    require(SSL_CTX_use_certificate(context.get(), made.get()), "SSL_CTX_use_certificate");
    require(SSL_CTX_use_PrivateKey(context.get(), key.get()), "SSL_CTX_use_PrivateKey");
    while (true) {
        made.reset(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
        if (!made)
            break;
        require(SSL_CTX_add1_chain_cert(context.get(), made.get()), "SSL_CTX_add1_chain_cert");
    }
    ERR_clear_error();
    // Exactly what is given goes out.
    SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
    if (tls.only_old_versions) {
        require(SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION), "TLS 1.0");
        require(SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION), "TLS 1.1");
    }
    if (tls.only_tls_1_2)
        require(SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION), "TLS 1.2");
    if (!tls.ciphers.empty())
        require(SSL_CTX_set_cipher_list(context.get(), tls.ciphers.c_str()), "SSL_CTX_set_cipher_list");
    if (!tls.client_authority.empty())
        add_client_authority(context.get(), tls.client_authority);
    return context;
}

/// What is left of the bytes that a handshake may send.
struct send_limit {
    int descriptor = -1;
    std::size_t left = 0;
};

/// Lets OpenSSL send no more than the limit, and fails then.
long limit_sending(BIO* bio, int step, char const* bytes, std::size_t size, int /*unused*/, long /*unused*/,
                   int result, std::size_t* /*done*/)
{
    if (step != BIO_CB_WRITE)
        return result;
    auto& limit = *reinterpret_cast<send_limit*>(BIO_get_callback_arg(bio));
    if (size < limit.left) {
        limit.left -= size;
        return result;
    }
    ::send(limit.descriptor, bytes, limit.left, MSG_NOSIGNAL);
    limit.left = 0;
    return -1;
}

class socket_peer final : public peer {
public:
    socket_peer(int descriptor, int number, SSL_CTX* context,
                std::optional<std::size_t> handshake_bytes_max = std::nullopt)
        : descriptor_(descriptor), number_(number)
    {
        if (context == nullptr)
            return;
        session_.reset(require(SSL_new(context), "SSL_new"));
        require(SSL_set_fd(session_.get(), descriptor_), "SSL_set_fd");
        send_limit limit;
        if (handshake_bytes_max) {
            limit.descriptor = descriptor_;
            limit.left = *handshake_bytes_max;
            BIO_set_callback_ex(SSL_get_wbio(session_.get()), limit_sending);
            BIO_set_callback_arg(SSL_get_wbio(session_.get()), reinterpret_cast<char*>(&limit));
        }
        if (SSL_accept(session_.get()) != 1) {
            // Closing with unread bytes would reset the connection, and the alert could be lost.
            session_.reset();
            finish();
            read_to_end();
        }
        BIO_set_callback_ex(SSL_get_wbio(session_.get()), nullptr);
        if (char const* const name = SSL_get_servername(session_.get(), TLSEXT_NAMETYPE_host_name))
            server_name_ = name;
    }

    ~socket_peer() override { ERR_clear_error(); }

    int number() const override { return number_; }

    std::string read_head() override
    {
        while (true) {
            if (auto const end = buffer_.find("\r\n\r\n"); end != std::string::npos)
                return take(end + 4);
            fill();
        }
    }

    std::string read(std::size_t count) override
    {
        while (buffer_.size() < count)
            fill();
        return take(count);
    }

    void read_to_end() override
    {
        while (true) {
            buffer_.clear();
            fill();
        }
    }

    void write(std::string_view bytes) override
    {
        while (!bytes.empty()) {
            auto const size = std::min<std::size_t>(bytes.size(), 1U << 20U);
            long count = 0;
            if (session_)
                count = SSL_write(session_.get(), bytes.data(), static_cast<int>(size));
            else
                count = ::send(descriptor_, bytes.data(), size, MSG_NOSIGNAL);
            if (count <= 0)
                throw peer_gone();
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    void finish() override
    {
        if (session_)
            SSL_shutdown(session_.get());
        ::shutdown(descriptor_, SHUT_WR);
    }

    void reset() override
    {
        linger const now{1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        throw peer_gone();
    }

    void update_keys() override
    {
        require(SSL_key_update(session_.get(), SSL_KEY_UPDATE_REQUESTED), "SSL_key_update");
        require(SSL_do_handshake(session_.get()) == 1, "SSL_do_handshake");
    }

    void ask_for_handshake() override
    {
        require(SSL_renegotiate(session_.get()), "SSL_renegotiate");
        require(SSL_do_handshake(session_.get()) == 1, "SSL_do_handshake");
    }

    std::string client_name() const override
    {
        certificate_pointer const shown(SSL_get1_peer_certificate(session_.get()));
        std::array<char, 100> name{};
        if (shown)
            X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name.data(),
                                      static_cast<int>(name.size()));
        return name.data();
    }

    std::string tls_version() const override { return SSL_get_version(session_.get()); }

    std::string server_name() const override { return server_name_; }

private:
    std::string take(std::size_t count)
    {
        std::string taken = buffer_.substr(0, count);
        buffer_.erase(0, count);
        return taken;
    }

    void fill()
    {
        std::vector<char> bytes(64 * 1024);
        long count = 0;
        if (session_)
            count = SSL_read(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
        else
            count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
        if (count <= 0)
            throw peer_gone();
        buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    }

    int descriptor_;
    int number_;
    session_pointer session_;
    std::string server_name_;
    std::string buffer_;
};

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

std::uint16_t bind_to_loopback(int descriptor)
{
    sockaddr_in address = loopback(0);
    require(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
    socklen_t size = sizeof address;
    require(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
    return ntohs(address.sin_port);
}

} // namespace

struct scripted_server::state {
    script what;
    context_pointer context;
    bool silent = false;
    std::optional<std::size_t> handshake_bytes_max;
    int listener = -1;
    std::uint16_t port = 0;
    std::atomic<int> connections = 0;
    std::mutex mutex;
    std::condition_variable changed;
    bool stopping = false;
    int ended = 0;
    std::set<int> open;
    std::vector<std::thread> threads;
    std::thread acceptor;

    void accept_all()
    {
        while (true) {
            int const descriptor = ::accept(listener, nullptr, nullptr);
            std::lock_guard const lock(mutex);
            if (stopping || descriptor < 0) {
                if (descriptor >= 0)
                    ::close(descriptor);
                return;
            }
            int const yes = 1;
            ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            int const number = ++connections;
            open.insert(descriptor);
            threads.emplace_back([this, descriptor, number] { serve(descriptor, number); });
        }
    }

    void serve(int descriptor, int number)
    {
        try {
            if (silent) {
                socket_peer listening(descriptor, number, nullptr);
                listening.read_to_end();
            }
            socket_peer speaking(descriptor, number, context.get(), handshake_bytes_max);
            what(speaking);
        } catch (peer_gone const&) {}
        std::lock_guard const lock(mutex);
        open.erase(descriptor);
        ::close(descriptor);
        ++ended;
        changed.notify_all();
    }
};

scripted_server::scripted_server(script what, std::optional<server_tls> const& tls)
    : state_(std::make_unique<state>())
{
    // OpenSSL writes without MSG_NOSIGNAL.
    std::signal(SIGPIPE, SIG_IGN);
    state_->what = std::move(what);
    if (tls) {
        state_->context = make_context(*tls);
        state_->silent = tls->silent;
        state_->handshake_bytes_max = tls->handshake_bytes_max;
    }
    state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(state_->listener >= 0, "socket");
    state_->port = bind_to_loopback(state_->listener);
    require(::listen(state_->listener, 256) == 0, "listen");
    state_->acceptor = std::thread([all = state_.get()] { all->accept_all(); });
}

scripted_server::~scripted_server()
{
    {
        std::lock_guard const lock(state_->mutex);
        state_->stopping = true;
        for (int const descriptor : state_->open)
            ::shutdown(descriptor, SHUT_RDWR);
    }
    ::shutdown(state_->listener, SHUT_RDWR);
    state_->acceptor.join();
    for (std::thread& each : state_->threads)
        each.join();
    ::close(state_->listener);
}

std::uint16_t scripted_server::port() const noexcept
{
    return state_->port;
}

int scripted_server::connections() const noexcept
{
    return state_->connections;
}

bool scripted_server::wait_for_ends(int count)
{
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, std::chrono::seconds(10), [&] { return state_->ended >= count; });
}

std::size_t content_length_of(std::string_view head)
{
    std::string lower(head);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::string_view const name = "\r\ncontent-length: ";
    auto const found = lower.find(name);
    std::size_t value = 0;
    if (found != std::string::npos)
        std::from_chars(lower.data() + found + name.size(), lower.data() + lower.size(), value);
    return value;
}

std::uint16_t closed_port()
{
    int const descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(descriptor >= 0, "socket");
    std::uint16_t const port = bind_to_loopback(descriptor);
    ::close(descriptor);
    return port;
}

} // namespace glacier::test
