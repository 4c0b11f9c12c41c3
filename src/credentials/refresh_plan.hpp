#pragma once

#include <glacier/credentials_sources.hpp>
#include <glacier/timestamp.hpp>

#include <chrono>
#include <optional>

namespace glacier::credentials_sources {

/**
 * Decides when credentials are fetched anew. It is told the time and what happened; it knows no clock, and not the
 * credentials themselves.
 *
 * The time of day says when credentials end; the steady time, how long a failed source is left alone.
 */
class refresh_plan {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class step {
        /// Use the credentials at hand.
        use,
        /// Use them, and start to fetch others.
        use_and_fetch,
        /// Start to fetch, and wait for the outcome.
        fetch,
        /// Wait for the outcome of the fetch that is under way.
        wait,
        /// The source failed a moment ago, and there is nothing else: fail likewise.
        fail,
    };

    /// Throws invalid_value with errc::invalid_option.
    explicit refresh_plan(refresh_settings const& settings);

    /// What a request has to do. A fetch that was asked for counts as started.
    step next(timestamp today, time_point now);

    /// The fetch ended. False, which counts as a failure, if the credentials have ended already. `fraction`: random, in
    /// [0, 1).
    bool on_fetched(std::optional<timestamp> expiration, timestamp today, time_point now, double fraction);
    void on_failed(time_point now, double fraction);

    /// The fetch was lost: it says nothing about the source.
    void on_dropped() noexcept { fetching_ = false; }

    /// The service refuses the credentials at hand.
    void expire() noexcept { refused_ = true; }

    /// Whether the credentials at hand can be used.
    bool usable(timestamp today) const noexcept;

private:
    bool within(std::chrono::milliseconds window, timestamp today) const noexcept;

    refresh_settings settings_;
    bool present_ = false;
    bool refused_ = false;
    bool fetching_ = false;
    std::optional<timestamp> expiration_;
    // Those of the settings, or less for credentials with a short life.
    std::chrono::milliseconds advisory_window_{0};
    std::chrono::milliseconds mandatory_window_{0};
    int failures_ = 0;
    std::optional<time_point> not_before_;
};

} // namespace glacier::credentials_sources
