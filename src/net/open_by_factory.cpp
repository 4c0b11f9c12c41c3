#include "net/open_by_factory.hpp"

#include "async/event.hpp"
#include "net/connection.hpp"
#include "net/deadline.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <exception>
#include <memory>
#include <utility>

namespace glacier::net {

namespace {

using asio::ip::tcp;

/// A factory that runs. Whoever waits for it may go before it ends.
struct factory_call {
    factory_call() = default;
    factory_call(factory_call const&) = delete;
    factory_call& operator=(factory_call const&) = delete;

    ~factory_call()
    {
        if (descriptor >= 0)
            ::close(descriptor);
    }

    async::event done;
    asio::cancellation_signal cancel;
    int descriptor = -1;
    std::exception_ptr error;
};

asio::awaitable<void> run_factory(std::shared_ptr<factory_call> call, connection_factory factory,
                                  std::string host, std::uint16_t port)
{
    try {
        call->descriptor = co_await factory(std::move(host), port);
    } catch (...) {
        call->error = std::current_exception();
    }
}

/// Tells whoever waits that the factory has ended, also when it is dropped unfinished.
class factory_completion {
public:
    explicit factory_completion(std::shared_ptr<factory_call> const& call)
        : setter_(std::shared_ptr<async::event>(call, &call->done))
    {}

    void operator()(std::exception_ptr /*none*/) {}

private:
    async::event_setter setter_;
};

/// Which protocol a socket has; the error if it is none.
tcp protocol_of(int descriptor, error_code& error)
{
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        error.assign(errno, boost::system::system_category());
    return address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4();
}

} // namespace

asio::awaitable<tcp::socket> open_by_factory(asio::any_io_executor strand, connection_factory factory,
                                             protocol::endpoint target, std::chrono::milliseconds limit)
{
    auto const call = std::make_shared<factory_call>();
    asio::co_spawn(strand, run_factory(call, std::move(factory), target.host, target.port),
                   asio::bind_cancellation_slot(call->cancel.slot(), factory_completion(call)));
    // Posted, because Boost 1.81 throws out of run() if a coroutine is cancelled that has not begun.
    auto const cancel = [strand, call] {
        asio::post(strand, [call] { call->cancel.emit(asio::cancellation_type::terminal); });
    };
    deadline time(strand, [call, cancel] {
        cancel();
        call->done.set();
    });
    time.expires_after(limit, errc::connect_timeout);
    if (!co_await call->done.wait()) {
        cancel();
        throw boost::system::system_error(asio::error::operation_aborted);
    }

    std::string const what = "connecting to " + target.str() + " with the connection factory";
    if (time.expired())
        throw connection_error(errc::connect_timeout, what);
    if (call->error) {
        try {
            std::rethrow_exception(call->error);
        } catch (boost::system::system_error const& error) {
            throw connection_error(error.code(), what);
        }
    }
    error_code error;
    tcp const protocol = protocol_of(call->descriptor, error);
    tcp::socket socket(strand);
    if (!error)
        socket.assign(protocol, call->descriptor, error);
    if (error)
        throw connection_error(error, what);
    call->descriptor = -1;
    co_return socket;
}

} // namespace glacier::net
