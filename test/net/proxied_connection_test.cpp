#include "net/proxied_connection.hpp"

#include "net/net_fixture.hpp"

#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;

/// A connection that keeps what it is told, and answers with a status.
class recorded_connection final : public connection {
public:
    recorded_connection(asio::any_io_executor strand, int status)
        : strand_(std::move(strand)), status_(status)
    {}

    asio::any_io_executor get_executor() override { return strand_; }
    void expires_after(std::chrono::milliseconds limit, errc reason) override
    {
        last_limit = limit;
        last_reason = reason;
    }
    asio::awaitable<void> write_head(protocol::http_request const& message,
                                     std::optional<std::uint64_t> content_length) override
    {
        sent.push_back(message);
        length = content_length;
        co_return;
    }
    asio::awaitable<void> write_body(std::span<std::byte const> bytes) override
    {
        written += bytes.size();
        co_return;
    }
    asio::awaitable<response_head> read_head() override
    {
        response_head head;
        head.message.status = status_;
        co_return head;
    }
    asio::awaitable<std::size_t> read_body(std::span<std::byte> buffer) override { co_return buffer.size(); }
    bool is_reusable() const override { return status_ == 200; }
    std::uint64_t bytes_written() const override { return written; }

    std::vector<protocol::http_request> sent;
    std::optional<std::uint64_t> length;
    std::uint64_t written = 0;
    std::chrono::milliseconds last_limit{0};
    errc last_reason{};

private:
    asio::any_io_executor strand_;
    int status_;
};

asio::awaitable<int> exchange(connection& peer, protocol::http_request request)
{
    co_await peer.write_head(request, 3);
    std::string const content = "abc";
    co_await peer.write_body(std::as_bytes(std::span(content.data(), content.size())));
    int const status = (co_await peer.read_head()).message.status;
    std::vector<std::byte> buffer(7);
    std::size_t const count = co_await peer.read_body(buffer);
    co_return status + static_cast<int>(count);
}

protocol::http_request describe()
{
    protocol::http_request request;
    request.target = "/-/vaults/photos?x=y";
    request.headers.add("host", "example.com:8080");
    return request;
}

protocol::endpoint target()
{
    protocol::endpoint made = test::plain_endpoint(8'080);
    made.host = "example.com";
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxied_connection_test)

// A request names the endpoint in its target; everything else is the connection's own.
BOOST_AUTO_TEST_CASE(absolute_form)
{
    asio::io_context context;
    auto owned = std::make_unique<recorded_connection>(asio::make_strand(context), 200);
    recorded_connection& inner = *owned;
    auto const tested = make_proxied_connection(std::move(owned), proxy_settings("proxy", 3'128), target());
    BOOST_TEST(test::run(context, exchange(*tested, describe())) == 207);

    BOOST_TEST_REQUIRE(inner.sent.size() == 1U);
    BOOST_TEST(inner.sent[0].target == "http://example.com:8080/-/vaults/photos?x=y");
    BOOST_TEST(inner.sent[0].headers.get("host") == "example.com:8080");
    BOOST_TEST(inner.sent[0].headers.find("proxy-authorization") == nullptr);
    BOOST_TEST(inner.length.value() == 3U);
    BOOST_TEST(tested->bytes_written() == 3U);
    BOOST_TEST(tested->is_reusable());
    BOOST_TEST((tested->get_executor() == inner.get_executor()));
    tested->expires_after(5s, errc::response_timeout);
    BOOST_TEST((inner.last_limit == 5s));
    BOOST_TEST((inner.last_reason == errc::response_timeout));
}

// The proxy is told with each request who sends it.
BOOST_AUTO_TEST_CASE(authorization)
{
    asio::io_context context;
    auto owned = std::make_unique<recorded_connection>(asio::make_strand(context), 200);
    recorded_connection& inner = *owned;
    proxy_settings proxy("proxy", 3'128);
    proxy.user = "Aladdin";
    proxy.password = secret_string("open sesame");
    auto const tested = make_proxied_connection(std::move(owned), proxy, target());
    test::run(context, exchange(*tested, describe()));
    test::run(context, exchange(*tested, describe()));
    for (protocol::http_request const& each : inner.sent)
        BOOST_TEST(each.headers.get("proxy-authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

// 407 is the proxy's word, never the service's.
BOOST_AUTO_TEST_CASE(authentication_required)
{
    asio::io_context context;
    auto const tested =
        make_proxied_connection(std::make_unique<recorded_connection>(asio::make_strand(context), 407),
                                proxy_settings("proxy", 3'128), target());
    BOOST_CHECK_EXCEPTION(test::run(context, exchange(*tested, describe())), connection_error,
                          [](connection_error const& error) {
                              BOOST_TEST(error.code() == errc::proxy_authentication_required);
                              BOOST_TEST(error.detail().find("proxy:3128") != std::string::npos);
                              return true;
                          });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
