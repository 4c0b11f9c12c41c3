#pragma once

#include "client/client_core.hpp"
#include "support/fake_service.hpp"

#include <glacier/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace glacier::test {

/// Credentials that change with each request, so that a request shows which ones signed it.
class counting_credentials final : public credentials_provider {
public:
    asio::awaitable<credentials> get() override;
    void expire(credentials const& refused) override;

    std::atomic<int> calls = 0;
    /// Ids of the keys that were refused as expired.
    std::vector<std::string> expired;
    std::shared_ptr<gate> held_by;
    std::exception_ptr error;
};

/// An operation that was started and can be cancelled.
struct started_operation_base {
    asio::cancellation_signal cancel;
    int completions = 0;
    std::exception_ptr error;

    bool ended() const noexcept { return completions > 0; }

    /// The code of the system_error that it failed with; none if it succeeded.
    error_code code() const;

    bool was_aborted() const;
};

template <class T>
struct started_operation : started_operation_base {
    std::optional<T> value;
};

template <>
struct started_operation<void> : started_operation_base {};

/// A loop, a service in memory and a client of it.
class client_fixture {
public:
    client_fixture() : client_fixture(default_config()) {}
    explicit client_fixture(client_config config);
    client_fixture(client_fixture const&) = delete;
    client_fixture& operator=(client_fixture const&) = delete;
    ~client_fixture();

    /// Repeats at once.
    static client_config default_config();

    client make_client(client_config config);

    /// Starts an operation. `to` must outlive it.
    template <class T>
    void start(asio::awaitable<T> operation, started_operation<T>& to)
    {
        if constexpr (std::is_void_v<T>)
            spawn(std::move(operation), to);
        else
            spawn(keep(std::move(operation), &to), to);
    }

    /// Lets the loop run until `done` is true; a hang fails the test.
    void run_until(std::function<bool()> const& done);

    /// Lets the loop run until nothing is left to do.
    void run_to_end();

    /// The same on so many threads.
    void run_on_threads(int threads);

    /// Runs an operation to its end and returns or rethrows its outcome.
    template <class T>
    T run(asio::awaitable<T> operation)
    {
        started_operation<T> started;
        start(std::move(operation), started);
        run_until([&started] { return started.ended(); });
        if (started.error)
            std::rethrow_exception(started.error);
        if constexpr (!std::is_void_v<T>)
            return std::move(*started.value);
    }

    /// The error that an operation fails with. The test fails if it succeeds, or throws something else.
    template <class T>
    operation_error failure_of(asio::awaitable<T> operation)
    {
        try {
            run(std::move(operation));
        } catch (operation_error const& error) {
            return error;
        }
        BOOST_FAIL("the operation succeeded");
        throw std::logic_error("not reached");
    }

    /// The code of any system_error that an operation fails with; none if it succeeds.
    template <class T>
    error_code code_of(asio::awaitable<T> operation)
    {
        try {
            run(std::move(operation));
        } catch (boost::system::system_error const& error) {
            return error.code();
        }
        return {};
    }

    static constexpr std::chrono::seconds limit{20};

    asio::io_context context;
    std::shared_ptr<fake_service> service;
    std::shared_ptr<fixed_clock> clock;
    std::shared_ptr<counting_credentials> identity;
    /// For the clients that make_client() makes from now on.
    std::shared_ptr<async::time_source> time = async::system_time();
    client sut;

private:
    template <class T>
    static asio::awaitable<void> keep(asio::awaitable<T> operation, started_operation<T>* to)
    {
        to->value.emplace(co_await std::move(operation));
    }

    void spawn(asio::awaitable<void> operation, started_operation_base& to);
};

inline vault_name const photos = "photos";

} // namespace glacier::test
