#pragma once

#include "async/timer.hpp"
#include "net/connection.hpp"
#include "net/name_resolver.hpp"
#include "plan/address_cache.hpp"

#include <glacier/observer.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace glacier::net {

/// How the name of a host is looked up.
struct look_up_settings {
    look_up_settings() = default;

    std::shared_ptr<name_resolver> resolver = system_resolver();
    std::shared_ptr<async::time_source> time = async::system_time();
    std::shared_ptr<glacier::observer> observer;
    pool_settings pool;
    /// Zero: none.
    std::chrono::milliseconds limit{0};
};

/**
 * The addresses of one host. However many ask for them, its name is looked up once at a time.
 *
 * Thread safety: full.
 */
class host_addresses : public std::enable_shared_from_this<host_addresses> {
public:
    host_addresses(std::string host, look_up_settings settings);
    host_addresses(host_addresses const&) = delete;
    host_addresses& operator=(host_addresses const&) = delete;
    ~host_addresses() = default;

    /**
     * The addresses in the order in which to try them. Must be awaited on `strand`.
     *
     * Cancellation: terminal; the look-up goes on for the others.
     * Errors: connection_error that names the host: errc::resolve_timeout, or the resolver's error.
     */
    asio::awaitable<std::vector<plan::host_address>> get(asio::any_io_executor strand);

    void on_reached(std::string const& address);
    void on_unreachable(std::string const& address);
    void on_none_reached();

private:
    struct outcome;
    struct waiter;
    class place;
    class look_up_guard;

    static asio::awaitable<void> look_up(look_up_guard guard, asio::any_io_executor executor);

    void end_look_up(std::shared_ptr<outcome const> const& ended);
    void report(outcome const& ended, async::time_source::time_point begin) const;

    std::string host_;
    look_up_settings settings_;
    std::mutex mutex_;
    plan::address_cache cache_;
    error_code last_error_;
    std::set<std::shared_ptr<waiter>> waiting_;
};

} // namespace glacier::net
