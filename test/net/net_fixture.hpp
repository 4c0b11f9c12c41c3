#pragma once

#include "net/dialer.hpp"
#include "support/certificates.hpp"
#include "support/printing.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier::test {

/// What a server of a test saw, in order. Safe to use from several threads.
class transcript {
public:
    void add(std::string entry);
    std::vector<std::string> entries() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> entries_;
};

protocol::endpoint plain_endpoint(std::uint16_t port);
protocol::endpoint tls_endpoint(std::string host, std::uint16_t port);

/// The authority that the clients of the tests trust.
certificate_authority const& trusted_authority();

/// Trusts trusted_authority() alone.
tls_settings trusting_settings();

/// A server certificate for `localhost` and 127.0.0.1 of trusted_authority().
server_tls good_server_tls();

/// A coroutine that was started on a context, and its outcome.
template <class T>
class started {
public:
    started(asio::io_context& context, asio::awaitable<T> operation)
        : started(context, asio::any_io_executor(context.get_executor()), std::move(operation))
    {}

    started(asio::io_context& context, asio::any_io_executor executor, asio::awaitable<T> operation)
        : context_(context)
    {
        asio::co_spawn(executor, begin(std::move(operation), &begun_), completion(*this));
    }

    started(started const&) = delete;
    started& operator=(started const&) = delete;
    ~started() = default;

    /// When the coroutine has begun: Boost 1.81 lets the exception of one that has not escape from run(). What something
    /// else has left may come before its start, at any time.
    void cancel()
    {
        context_.restart();
        while (!begun_)
            context_.run_one();
        cancel_.emit(asio::cancellation_type::terminal);
    }

    bool ended() const noexcept { return completions_ > 0; }
    int completions() const noexcept { return completions_; }

    /// Runs the context until the coroutine has ended.
    void wait(std::chrono::milliseconds limit = std::chrono::seconds(10))
    {
        auto const end = std::chrono::steady_clock::now() + limit;
        context_.restart();
        while (!ended()) {
            BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < end),
                               "the operation has not ended in time");
            context_.run_one_until(end);
        }
    }

    /// The outcome, when it has ended.
    T& get()
    {
        wait();
        if (error_)
            std::rethrow_exception(error_);
        return *value_;
    }

    error_code code()
    {
        try {
            get();
        } catch (boost::system::system_error const& error) {
            return error.code();
        }
        return {};
    }

private:
    static asio::awaitable<T> begin(asio::awaitable<T> operation, bool* begun)
    {
        *begun = true;
        co_return co_await std::move(operation);
    }

    /// Unlike bind_cancellation_slot() it makes co_spawn() pass cancellation on at once: otherwise Boost 1.81 posts
    /// it, and it may arrive when the signal is gone.
    class completion {
    public:
        using cancellation_slot_type = asio::cancellation_slot;

        explicit completion(started& owner) noexcept : owner_(&owner) {}

        cancellation_slot_type get_cancellation_slot() const noexcept { return owner_->cancel_.slot(); }

        void operator()(std::exception_ptr error, T value)
        {
            ++owner_->completions_;
            owner_->error_ = std::move(error);
            if (!owner_->error_)
                owner_->value_.emplace(std::move(value));
        }

    private:
        started* owner_;
    };

    asio::io_context& context_;
    asio::cancellation_signal cancel_;
    bool begun_ = false;
    int completions_ = 0;
    std::exception_ptr error_;
    std::optional<T> value_;
};

/// Runs the context for at most so many events that are ready or come within a second; the number of those run.
int run_events(asio::io_context& context, int count);

/// Runs what is ready.
void run_ready(asio::io_context& context);

/// Waits, with the context running, until `limit` is over: for what is bound to a clock.
void run_for(asio::io_context& context, std::chrono::milliseconds limit);

/// A listener whose queue is full: connecting to it neither succeeds nor fails.
class full_listener {
public:
    full_listener();
    full_listener(full_listener const&) = delete;
    full_listener& operator=(full_listener const&) = delete;
    ~full_listener();

    std::uint16_t port() const noexcept { return port_; }

private:
    int listener_;
    std::uint16_t port_ = 0;
    std::vector<int> queued_;
};

} // namespace glacier::test
