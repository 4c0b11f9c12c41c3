#pragma once

#include <cstddef>
#include <cstdint>

namespace glacier {

/// What the connections of a client do now, and did since the client was made.
struct pool_statistics {
    /// Connections now: idle, in use, or being opened.
    std::size_t open = 0;
    /// Of these, those that nobody uses.
    std::size_t idle = 0;
    /// Operations that wait for a connection now.
    std::size_t waiting = 0;

    /// Connections that were opened.
    std::uint64_t opened = 0;
    /// Connections that could not be opened, or whose operation was cancelled before they were.
    std::uint64_t failed = 0;
    /// How often an operation got a connection that was open already.
    std::uint64_t reused = 0;
    /// How many TLS handshakes took up an earlier session.
    std::uint64_t resumed = 0;
    /// Operations that were refused with errc::too_many_waiting.
    std::uint64_t refused = 0;
    /// Operations that waited in vain, up to errc::connection_wait_timeout.
    std::uint64_t wait_timeouts = 0;
    /// Closed since they were unused for pool_settings::idle_max.
    std::uint64_t closed_idle = 0;
    /// Closed since they were older than pool_settings::life_max.
    std::uint64_t closed_life = 0;
    /// Closed since an exchange failed or was cancelled, or the peer closed or misused them.
    std::uint64_t closed_not_reusable = 0;
};

} // namespace glacier
