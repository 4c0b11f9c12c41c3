#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace glacier::emulation {

/// Decides which notification is sent when, and how often. Knows no socket and no clock.
class delivery_plan {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// To be sent to `webhook` as soon as possible; it has failed so many times before.
    void add(std::int64_t number, std::string webhook, std::uint64_t attempts, time_point now);

    /// The oldest one that is due and whose webhook is not busy. It counts as being sent from here on.
    std::optional<std::int64_t> next(time_point now);

    /// It has arrived, or is not to be sent any more.
    void on_done(std::int64_t number);

    /// It has not arrived. False: that was the last time, and it is forgotten.
    bool on_failed(std::int64_t number, time_point now);

private:
    struct entry {
        std::string webhook;
        std::uint64_t attempts = 0;
        time_point due;
        bool sending = false;
    };

    void release(entry const& sent);

    std::map<std::int64_t, entry> entries_;
    // Number of those that are being sent, by webhook.
    std::map<std::string, std::size_t> sending_;
};

} // namespace glacier::emulation
