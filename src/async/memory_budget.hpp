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
 * A number of bytes that coroutines reserve before they use them: first come, first served.
 *
 * So that nobody waits for ever, whoever waits for a reservation must hold none that he gives back only afterwards.
 *
 * Thread safety: full. A coroutine resumes on its own executor.
 */
class memory_budget : public std::enable_shared_from_this<memory_budget> {
public:
    /// Gives back what it stands for when it goes. An empty one stands for nothing.
    class reservation {
    public:
        reservation() = default;
        reservation(reservation&& other) noexcept;
        reservation& operator=(reservation&& other) noexcept;
        ~reservation();

        std::size_t bytes() const noexcept { return bytes_; }

        /// Gives back all but `bytes`.
        void shrink_to(std::size_t bytes) noexcept;

    private:
        friend class memory_budget;
        reservation(std::shared_ptr<memory_budget> owner, std::size_t bytes) noexcept;

        std::shared_ptr<memory_budget> owner_;
        std::size_t bytes_ = 0;
    };

    explicit memory_budget(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}

    /// Waits until there is room. Throws operation_error with errc::memory_limit_too_low for more than bytes_max().
    /// Cancellation: prompt; the others move up.
    asio::awaitable<reservation> reserve(std::size_t bytes);

    /// Without waiting; an empty one if there is no room, or others wait.
    reservation try_reserve(std::size_t bytes) noexcept;

    std::size_t bytes_max() const noexcept { return bytes_max_; }
    std::size_t reserved() const noexcept;
    std::size_t reserved_most() const noexcept;
    std::size_t waiting() const noexcept;

private:
    struct place;
    class turn;

    static asio::awaitable<reservation> wait_in_line(std::shared_ptr<memory_budget> self, std::size_t bytes);
    void give_back(std::size_t bytes) noexcept;
    void admit() noexcept;

    // Under the mutex.
    bool has_room_for(std::size_t bytes) const noexcept { return bytes <= bytes_max_ - reserved_; }
    void take(std::size_t bytes) noexcept;

    std::size_t const bytes_max_;
    mutable std::mutex mutex_;
    std::size_t reserved_ = 0;
    std::size_t reserved_most_ = 0;
    bool admitting_ = false;
    std::list<std::shared_ptr<place>> line_;
};

} // namespace glacier::async
