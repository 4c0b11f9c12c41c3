#pragma once

#include "emulator/service_context.hpp"
#include "emulator/virtual_clock.hpp"

#include <glacier/emulator.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace glacier::emulation {

struct notifier_options {
    /// For one attempt, from connecting to the head of the answer.
    std::chrono::milliseconds attempt_limit = std::chrono::seconds(5);
    std::function<void(emulator_notification const&)> on_notification;
};

/**
 * Announces the ends of jobs and delivers notifications to the webhooks of their topics, on a thread of its
 * own. What has not been delivered when it stops is in the store, and the next one delivers it.
 */
class notifier {
public:
    /// `time` is the clock of `services`. All that is referred to must outlive it.
    notifier(service_context services, virtual_clock& time, base::clock const& wall_clock,
             notifier_options options);
    notifier(notifier const&) = delete;
    notifier& operator=(notifier const&) = delete;
    ~notifier();

    /// Breaks off what is being sent.
    void stop();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace glacier::emulation
