#pragma once

#include "async/timer.hpp"
#include "net/connection.hpp"
#include "plan/pool_plan.hpp"

#include <glacier/observer.hpp>
#include <glacier/pool_statistics.hpp>
#include <glacier/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace glacier::net {

class connection_pool;

/**
 * A place in the pool, with its connection once that is open. When it goes, the connection is closed unless
 * it was marked reusable.
 */
class lease {
public:
    lease(std::shared_ptr<connection_pool> pool, plan::pool_plan::number id,
          std::unique_ptr<connection> opened);
    lease(lease&& other) noexcept = default;
    lease& operator=(lease&&) = delete;
    ~lease();

    /// The connection; null until set_connection().
    connection* get() const noexcept { return connection_.get(); }
    connection& operator*() const noexcept { return *connection_; }
    connection* operator->() const noexcept { return connection_.get(); }

    /// A connection that was opened for this place.
    void set_connection(std::unique_ptr<connection> opened);

    /// Closes the connection, which turned out to be of no use. On its strand.
    void drop_connection();

    /// The exchange is complete, and the connection may serve another one.
    void mark_reusable() noexcept { reusable_ = true; }

private:
    std::shared_ptr<connection_pool> pool_;
    plan::pool_plan::number id_;
    std::unique_ptr<connection> connection_;
    bool reusable_ = false;
};

/// What a pool works with.
struct pool_environment {
    explicit pool_environment(asio::any_io_executor its_executor) : executor(std::move(its_executor)) {}

    /// Of the context on which the connections live: the limit of waiting is watched there.
    asio::any_io_executor executor;
    std::shared_ptr<async::time_source> time = async::system_time();
    /// For events: `https://HOST:PORT`.
    std::string endpoint;
    std::shared_ptr<glacier::observer> observer;
};

/**
 * Keeps connections to one endpoint, and lets operations wait in order when all are in use.
 *
 * Thread safety: acquire() and the leases may be used from several threads.
 */
class connection_pool : public std::enable_shared_from_this<connection_pool> {
public:
    connection_pool(pool_environment environment, pool_settings const& settings,
                    std::chrono::milliseconds wait_max);
    connection_pool(connection_pool const&) = delete;
    connection_pool& operator=(connection_pool const&) = delete;
    ~connection_pool();

    /// A lease, with an idle connection, or with none: then the caller opens one.
    /// Errors: errc::too_many_waiting, errc::connection_wait_timeout. Cancellation: gives the place in the line up.
    asio::awaitable<lease> acquire();

    /// A lease without a connection, to open one ahead of its use; nothing if there is no place for that.
    std::optional<lease> acquire_ahead();

    /// All but `resumed`, of which the pool knows nothing.
    pool_statistics statistics() const;

private:
    friend class lease;

    using number = plan::pool_plan::number;
    using time_point = plan::pool_plan::time_point;

    struct waiter;
    class place_in_line;
    class watch_guard;

    struct closing {
        std::unique_ptr<connection> closed;
        connection_close_reason reason;
    };

    static asio::awaitable<void> watch_waiting(std::shared_ptr<connection_pool> self);

    void give_back(number id, std::unique_ptr<connection> returned, bool reusable) noexcept;
    void on_opened(number id);
    std::unique_ptr<connection> take_idle(number id);
    std::vector<closing> take_expired(time_point now);
    void close(std::vector<closing> closed);
    void close(std::unique_ptr<connection> closed, connection_close_reason reason);
    bool line_became_empty() const noexcept;
    void wake_watcher();
    void report_acquired(time_point since, bool reused, error_code const& error) const;

    pool_environment environment_;
    // Of the one timer for all that wait.
    asio::any_io_executor strand_;
    async::timer* timer_ = nullptr;

    mutable std::mutex mutex_;
    plan::pool_plan plan_;
    pool_statistics counted_;
    bool watched_ = false;
    std::map<number, std::unique_ptr<connection>> idle_;
    std::map<number, std::shared_ptr<waiter>> waiting_;
};

} // namespace glacier::net
