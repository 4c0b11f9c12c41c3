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
 * An amount of something, bytes of memory or connections, of which coroutines reserve what they use: first come, first
 * served.
 *
 * So that nobody waits for ever, whoever waits for a reservation must hold none that he gives back only afterwards.
 *
 * Thread safety: full. A coroutine resumes on its own executor.
 */
class budget : public std::enable_shared_from_this<budget> {
public:
    /// Gives back what it stands for when it goes. An empty one stands for nothing.
    class reservation {
    public:
        reservation() = default;
        reservation(reservation&& other) noexcept;
        reservation& operator=(reservation&& other) noexcept;
        ~reservation();

        std::size_t amount() const noexcept { return amount_; }

        /// Gives back all but `amount`.
        void shrink_to(std::size_t amount) noexcept;

    private:
        friend class budget;
        reservation(std::shared_ptr<budget> owner, std::size_t amount) noexcept;

        std::shared_ptr<budget> owner_;
        std::size_t amount_ = 0;
    };

    explicit budget(std::size_t amount_max) noexcept : amount_max_(amount_max) {}

    /// Waits until there is room. Throws operation_error with errc::memory_limit_too_low for more than amount_max().
    /// Cancellation: prompt; the others move up.
    asio::awaitable<reservation> reserve(std::size_t amount);

    /// Without waiting; an empty one if there is no room, or others wait.
    reservation try_reserve(std::size_t amount) noexcept;

    std::size_t amount_max() const noexcept { return amount_max_; }
    std::size_t reserved() const noexcept;
    std::size_t reserved_most() const noexcept;
    std::size_t waiting() const noexcept;

private:
    struct place;
    class turn;

    static asio::awaitable<reservation> wait_in_line(std::shared_ptr<budget> self, std::size_t amount);
    void give_back(std::size_t amount) noexcept;
    void admit() noexcept;

    // Under the mutex.
    bool has_room_for(std::size_t amount) const noexcept { return amount <= amount_max_ - reserved_; }
    void take(std::size_t amount) noexcept;

    std::size_t const amount_max_;
    mutable std::mutex mutex_;
    std::size_t reserved_ = 0;
    std::size_t reserved_most_ = 0;
    bool admitting_ = false;
    std::list<std::shared_ptr<place>> line_;
};

} // namespace glacier::async
