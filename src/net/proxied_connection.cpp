#include "net/proxied_connection.hpp"

#include "net/proxy_tunnel.hpp"

#include <glacier/secret_string.hpp>

#include <string>
#include <utility>

namespace glacier::net {

namespace {

class proxied_connection final : public connection {
public:
    proxied_connection(std::unique_ptr<connection> to_proxy, proxy_settings const& proxy,
                       protocol::endpoint const& target)
        : to_proxy_(std::move(to_proxy)), origin_("http://" + target.host_header()), name_(proxy_name(proxy)),
          authorization_(proxy_authorization(proxy))
    {}

    asio::any_io_executor get_executor() override { return to_proxy_->get_executor(); }

    void expires_after(std::chrono::milliseconds limit, errc reason) override
    {
        to_proxy_->expires_after(limit, reason);
    }

    asio::awaitable<void> write_head(protocol::http_request const& message,
                                     std::optional<std::uint64_t> content_length) override
    {
        protocol::http_request sent = message;
        sent.target = origin_ + message.target;
        if (!authorization_.empty())
            sent.headers.set("proxy-authorization", std::string(authorization_.reveal()));
        co_await to_proxy_->write_head(sent, content_length);
    }

    asio::awaitable<void> write_body(std::span<std::byte const> bytes) override
    {
        return to_proxy_->write_body(bytes);
    }

    asio::awaitable<response_head> read_head() override
    {
        response_head head = co_await to_proxy_->read_head();
        if (head.message.status == 407)
            throw connection_error(errc::proxy_authentication_required,
                                   "the proxy " + name_ + " answered 407");
        co_return head;
    }

    asio::awaitable<std::size_t> read_body(std::span<std::byte> buffer) override
    {
        return to_proxy_->read_body(buffer);
    }

    bool is_reusable() const override { return to_proxy_->is_reusable(); }
    std::uint64_t bytes_written() const override { return to_proxy_->bytes_written(); }

private:
    std::unique_ptr<connection> to_proxy_;
    std::string origin_;
    std::string name_;
    secret_string authorization_;
};

} // namespace

std::unique_ptr<connection> make_proxied_connection(std::unique_ptr<connection> to_proxy,
                                                    proxy_settings const& proxy,
                                                    protocol::endpoint const& target)
{
    return std::make_unique<proxied_connection>(std::move(to_proxy), proxy, target);
}

} // namespace glacier::net
