#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>

namespace glacier::emulation {

/**
 * Decides which connections may stay. If there are too many, that one goes which has been idle for the longest
 * time, which is to say without a complete request.
 *
 * Thread safety: safe.
 */
class connection_table {
public:
    using number = std::uint64_t;

    explicit connection_table(std::size_t connections_max) noexcept : connections_max_(connections_max) {}

    /// A new connection, idle at first. `close` is called at most once, from any thread, and must not block.
    /// Nothing if the connection has to be turned away, because all others are busy.
    std::optional<number> add(std::function<void()> close);

    /// False if the connection is being closed: its request must not be carried out any more.
    bool begin_request(number connection);

    void end_request(number connection);

    void remove(number connection);

    /// Closes the connection that has been idle for the longest time. False if there is none.
    bool close_idle();

    std::size_t size() const;

private:
    struct entry {
        std::function<void()> close;
        // In `idle_`; its end if the connection is busy.
        std::list<number>::iterator place;
    };

    std::function<void()> take_idle();

    std::size_t const connections_max_;
    mutable std::mutex mutex_;
    std::map<number, entry> connections_;
    // The longest idle one first.
    std::list<number> idle_;
    number next_ = 0;
};

} // namespace glacier::emulation
