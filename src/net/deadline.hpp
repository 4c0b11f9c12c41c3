#pragma once

#include <glacier/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace glacier::net {

namespace asio = boost::asio;

/**
 * The one timer of a connection. Moving the deadline further away costs no system call: the timer looks again
 * when it fires.
 *
 * Thread safety: everything on the strand it was made with.
 */
class deadline {
public:
    /// `on_expiry` makes what is under way fail.
    deadline(asio::any_io_executor strand, std::function<void()> on_expiry);
    deadline(deadline const&) = delete;
    deadline& operator=(deadline const&) = delete;
    ~deadline();

    /// Zero: no limit; the timer then stops, so that it does not keep the context busy.
    void expires_after(std::chrono::milliseconds limit, errc reason);

    /// Why it expired, if it did.
    std::optional<errc> expired() const noexcept;

private:
    struct state;

    void clear();

    std::shared_ptr<state> state_;
};

} // namespace glacier::net
