#pragma once

#include "protocol/operation.hpp"

#include <glacier/error.hpp>
#include <glacier/settings.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace glacier::plan {

/// Which of the settings cannot work, as `attempts_max = 0`; nothing if all can.
std::optional<std::string> fault_of(retry_settings const& settings);

/// The bucket from which all operations of a client pay for repetitions. Safe to use from several threads.
class retry_quota {
public:
    explicit retry_quota(int capacity) noexcept : capacity_(capacity), available_(capacity) {}

    /// Takes `cost` out if there is as much.
    bool take(int cost) noexcept;
    void give_back(int amount) noexcept;
    int available() const noexcept;

private:
    mutable std::mutex mutex_;
    int const capacity_;
    int available_;
};

/// What is known of an attempt that failed.
struct attempt_failure {
    error_code code;
    /// A complete answer arrived.
    bool answered = false;
    /// Of the head of the answer; 0 if none arrived.
    int http_status = 0;
    /// The answer has an error code of the service, so it does not come from a gateway in between.
    bool from_service = false;
    /// At least one byte of the request went out.
    bool sent = false;
    /// The connection had served another request before.
    bool reused_connection = false;
    /// The answer asks to come again after this time.
    std::optional<std::chrono::milliseconds> retry_after;
};

/// What kind of failure an attempt ended with.
enum class failure_kind {
    /// Another attempt would end in the same way.
    permanent,
    /// It may pass.
    transient,
    /// The same, and nothing was heard for long.
    timeout,
    /// The service asked to slow down.
    throttling,
};

failure_kind kind_of(attempt_failure const& failure) noexcept;

enum class retry_step { give_up, repeat_at_once, repeat_after_delay };

struct retry_decision {
    retry_step step = retry_step::give_up;
    std::chrono::milliseconds delay{0};
    /// When giving up: the request may have taken effect.
    bool outcome_unknown = false;
};

/// Decides after each failed attempt of one operation. Knows no clock and draws no random number.
class retry_plan {
public:
    retry_plan(retry_settings const& settings, retry_quota& quota, protocol::repeatable repeat) noexcept
        : settings_(settings), quota_(quota), repeat_(repeat)
    {}

    /// `fraction`: a random number in [0, 1) that the delay is scaled with.
    retry_decision on_failure(attempt_failure const& failure, double fraction);

    void on_success() noexcept;

    /// Attempts so far, the running one included. A request that replaced one on a stale connection is not counted.
    int attempts() const noexcept { return attempts_; }

    retry_settings const& settings() const noexcept { return settings_; }

private:
    bool may_have_taken_effect(attempt_failure const& failure) const noexcept;
    int cost_of(failure_kind kind) const noexcept;
    std::chrono::milliseconds delay_after(failure_kind kind, attempt_failure const& failure,
                                          double fraction) const;

    retry_settings settings_;
    retry_quota& quota_;
    protocol::repeatable repeat_;
    int attempts_ = 1;
    int last_cost_ = 0;
    bool repeated_stale_ = false;
};

} // namespace glacier::plan
