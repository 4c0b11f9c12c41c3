#pragma once

#include <glacier/log_observer.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::test {

/// Keeps the lines of all events. Safe to use from several threads.
class event_log {
public:
    std::shared_ptr<observer> make_observer()
    {
        return log_observer(
            [kept = kept_](std::string_view line) {
                std::lock_guard const lock(kept->mutex);
                kept->lines.emplace_back(line);
            },
            event_level::trace);
    }

    /// Those that have a text in them; all if it is empty.
    std::vector<std::string> lines(std::string_view text = {}) const
    {
        std::lock_guard const lock(kept_->mutex);
        std::vector<std::string> found;
        for (std::string const& line : kept_->lines)
            if (line.find(text) != std::string::npos)
                found.push_back(line);
        return found;
    }

private:
    // An event may come when the test has ended, as long as the context lives.
    struct kept_lines {
        std::mutex mutex;
        std::vector<std::string> lines;
    };

    std::shared_ptr<kept_lines> kept_ = std::make_shared<kept_lines>();
};

} // namespace glacier::test
