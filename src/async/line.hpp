#pragma once

#include "async/event.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

namespace glacier::async {

namespace asio = boost::asio;

/**
 * A line of coroutines, of which the first may go on: first come, first served.
 *
 * Thread safety: full. A coroutine resumes on its own executor.
 */
class line : public std::enable_shared_from_this<line> {
public:
    class place;

    bool empty() const noexcept;

private:
    struct member;

    void tell_first();

    mutable std::mutex mutex_;
    bool telling_ = false;
    std::list<std::shared_ptr<member>> members_;
};

/// The place of one coroutine. When it goes, also because its coroutine is destroyed where it waits, the others move up.
class line::place {
public:
    explicit place(std::shared_ptr<line> whole);
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    ~place();

    /// Those who were there before.
    std::size_t ahead() const noexcept { return ahead_; }

    /// False on cancellation.
    asio::awaitable<bool> wait_to_be_first() const;

private:
    std::shared_ptr<line> whole_;
    std::shared_ptr<member> mine_;
    std::list<std::shared_ptr<member>>::iterator self_;
    std::size_t ahead_ = 0;
};

} // namespace glacier::async
