#include "credentials/http_fetch.hpp"

#include "async/offload.hpp"
#include "async/run_on.hpp"
#include "async/task_group.hpp"
#include "net/connection.hpp"
#include "net/dialer.hpp"
#include "net/http_exchanger.hpp"

#include <glacier/version.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <string>
#include <utility>

namespace glacier::credentials_sources {

namespace {

asio::awaitable<void> keep_result(std::shared_ptr<net::exchanger> exchanger, net::exchange_request request,
                                  net::exchange_result& result)
{
    result = co_await exchanger->exchange(std::move(request));
}

/// Whichever ends first decides; the group cancels the other.
asio::awaitable<void> race(async::task_group& group, asio::awaitable<void> work, asio::awaitable<void> alarm,
                           bool& late)
{
    constexpr std::uint64_t work_id = 1;
    constexpr std::uint64_t alarm_id = 2;
    group.start(work_id, std::move(work));
    group.start(alarm_id, std::move(alarm));
    auto const ended = co_await group.next();
    if (!ended)
        throw boost::system::system_error(asio::error::operation_aborted);
    if (ended->error)
        std::rethrow_exception(ended->error);
    late = ended->id == alarm_id;
}

class network_fetcher final : public http_fetcher {
public:
    network_fetcher(tls_settings tls, std::optional<proxy_settings> proxy, connection_factory factory,
                    std::size_t answer_bytes_max, std::shared_ptr<async::time_source> time)
        : state_(std::make_shared<state>(std::move(tls), std::move(proxy), std::move(factory),
                                         answer_bytes_max, std::move(time)))
    {}

    asio::awaitable<protocol::http_response> fetch(fetch_request request) override
    {
        return fetch_by(state_, std::move(request));
    }

private:
    struct state {
        state(tls_settings its_tls, std::optional<proxy_settings> its_proxy, connection_factory its_factory,
              std::size_t its_answer_bytes_max, std::shared_ptr<async::time_source> its_time)
            : tls(std::move(its_tls)), proxy(std::move(its_proxy)), factory(std::move(its_factory)),
              answer_bytes_max(its_answer_bytes_max), time(std::move(its_time))
        {}

        /// How the endpoint of a request is reached.
        net::dialer_settings dialing(fetch_request const& request) const
        {
            net::dialer_settings settings(tls, timeout_settings());
            settings.timeouts.resolve = request.limit;
            settings.timeouts.connect = request.limit;
            settings.timeouts.tls_handshake = request.limit;
            if (!request.direct) {
                settings.proxy = proxy;
                settings.factory = factory;
            }
            return settings;
        }

        tls_settings tls;
        std::optional<proxy_settings> proxy;
        connection_factory factory;
        std::size_t answer_bytes_max;
        std::shared_ptr<async::time_source> time;
    };

    static asio::awaitable<protocol::http_response> fetch_by(std::shared_ptr<state> self,
                                                             fetch_request request)
    {
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        asio::any_io_executor const strand = asio::make_strand(executor);
        net::exchange_result result =
            co_await async::run_on(strand, exchange(self, std::move(request), executor, strand));
        if (result.error)
            throw net::connection_error(result.error, std::move(result.detail));
        co_return std::move(result.response);
    }

    /// On the strand.
    static asio::awaitable<net::exchange_result> exchange(std::shared_ptr<state> self, fetch_request request,
                                                          asio::any_io_executor executor,
                                                          asio::any_io_executor strand)
    {
        asio::any_io_executor const blocking = async::blocking_executor_of(executor);
        // Authorities are read from files.
        auto make = [target = request.target, dialing = self->dialing(request)] {
            return std::shared_ptr<net::dialer>(net::make_dialer(target, dialing));
        };
        std::shared_ptr<net::dialer> dialer;
        if (request.target.tls)
            dialer = co_await async::offload(blocking, std::move(make));
        else
            dialer = make();

        net::exchanger_settings settings;
        settings.timeouts.response = request.limit;
        settings.timeouts.stall = request.limit;
        settings.pool.connections_max = 1;
        settings.response_bytes_max = self->answer_bytes_max;
        auto const exchanger = net::make_http_exchanger(executor, blocking, std::move(dialer), settings);

        request.message.target = request.target.path_prefix + request.message.target;
        if (request.message.headers.find("host") == nullptr)
            request.message.headers.set("host", request.target.host_header());
        request.message.headers.set("user-agent", "glacier-cpp/" + std::string(version));
        request.message.headers.set("connection", "close");
        net::exchange_request sent(std::move(request.message), body(), false);

        async::task_group group(strand);
        auto const timer = self->time->make_timer(strand);
        auto const end = self->time->now() + 2 * request.limit;
        net::exchange_result result;
        bool late = false;
        co_await group.run(
            race(group, keep_result(exchanger, std::move(sent), result), timer->wait_until(end), late));
        if (late) {
            result.error = errc::response_timeout;
            result.detail = "no complete answer within " + std::to_string(2 * request.limit.count()) + " ms";
        }
        co_return result;
    }

    std::shared_ptr<state> state_;
};

} // namespace

std::shared_ptr<http_fetcher> make_http_fetcher(tls_settings tls, std::optional<proxy_settings> proxy,
                                                connection_factory factory, std::size_t answer_bytes_max,
                                                std::shared_ptr<async::time_source> time)
{
    return std::make_shared<network_fetcher>(std::move(tls), std::move(proxy), std::move(factory),
                                             answer_bytes_max, std::move(time));
}

} // namespace glacier::credentials_sources
