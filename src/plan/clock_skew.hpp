#pragma once

#include <glacier/timestamp.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>

namespace glacier::plan {

/// Whether an error answer refuses the time of a signature rather than the signature itself. `code`: as the service
/// wrote it.
bool refuses_the_time(std::string_view code, std::string_view message) noexcept;

/// A request that the service refused because of its time.
struct refused_time {
    /// What was added to this machine's time when the request was signed.
    std::chrono::seconds offset_used{0};
    /// By this machine's clock.
    timestamp sent;
    /// By this machine's clock.
    timestamp answered;
    /// The service's time, if the answer has one.
    std::optional<timestamp> service_time;
    /// The operation was repeated for this reason already.
    bool repeated = false;
};

/**
 * What is known of the difference between the service's clock and this machine's. Learned when the service refuses the
 * time of a signature, and forgotten when that did not help, or when this machine's clock is right again. Knows no
 * clock. Safe to use from several threads.
 */
class clock_skew {
public:
    /// The service takes signatures that are up to five minutes off.
    static constexpr std::chrono::seconds tolerance = std::chrono::minutes(4);

    /// Differences beyond are not believed: a certificate is valid for 398 days at most, so with such a clock no
    /// handshake would have succeeded.
    static constexpr std::chrono::seconds offset_max = std::chrono::hours(400 * 24);

    struct decision {
        /// Worth another request, signed with offset(). At most once for each operation.
        bool repeat = false;
        /// offset() is another than before.
        bool changed = false;
    };

    /// To be added to this machine's time.
    std::chrono::seconds offset() const noexcept;

    decision on_refused(refused_time const& refused) noexcept;

private:
    mutable std::mutex mutex_;
    std::chrono::seconds offset_{0};
};

} // namespace glacier::plan
