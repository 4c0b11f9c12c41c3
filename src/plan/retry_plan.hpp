#pragma once

#include "protocol/operation.hpp"

#include <glacier/error.hpp>
#include <glacier/settings.hpp>

#include <chrono>
#include <mutex>

namespace glacier::plan {

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
    /// The head of an answer arrived.
    bool answered = false;
    /// The answer has an error code of the service, so it does not come from a gateway in between.
    bool from_service = false;
    /// At least one byte of the request went out.
    bool sent = false;
    /// The connection had served another request before.
    bool reused_connection = false;
};

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

    /// Attempts so far, the running one included.
    int attempts() const noexcept { return attempts_; }

private:
    bool may_have_taken_effect(attempt_failure const& failure) const noexcept;

    retry_settings settings_;
    retry_quota& quota_;
    protocol::repeatable repeat_;
    int attempts_ = 1;
    int last_cost_ = 0;
    bool repeated_stale_ = false;
};

} // namespace glacier::plan
