#pragma once

#include "net/connection.hpp"
#include "net/dialer.hpp"
#include "plan/pool_plan.hpp"

#include <glacier/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

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

    void set_connection(std::unique_ptr<connection> opened) noexcept { connection_ = std::move(opened); }

    /// The exchange is complete, and the connection may serve another one.
    void mark_reusable() noexcept { reusable_ = true; }

private:
    std::shared_ptr<connection_pool> pool_;
    plan::pool_plan::number id_;
    std::unique_ptr<connection> connection_;
    bool reusable_ = false;
};

/**
 * Keeps connections to one endpoint, and lets operations wait in order when all are in use.
 *
 * Thread safety: acquire() and the leases may be used from several threads.
 */
class connection_pool : public std::enable_shared_from_this<connection_pool> {
public:
    explicit connection_pool(pool_settings const& settings, std::chrono::milliseconds wait_max);

    /// A lease, with an idle connection, or with none: then the caller opens one.
    /// Errors: errc::too_many_waiting, errc::connection_wait_timeout. Cancellation: gives the place in the line up.
    asio::awaitable<lease> acquire();

private:
    friend class lease;

    struct waiter;
    class place_in_line;

    void give_back(plan::pool_plan::number id, std::unique_ptr<connection> returned, bool reusable) noexcept;
    std::unique_ptr<connection> take_idle(plan::pool_plan::number id);

    std::chrono::milliseconds wait_max_;
    std::mutex mutex_;
    plan::pool_plan plan_;
    std::map<plan::pool_plan::number, std::unique_ptr<connection>> idle_;
    std::map<plan::pool_plan::number, std::shared_ptr<waiter>> waiting_;
};

} // namespace glacier::net
