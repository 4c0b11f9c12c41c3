#pragma once

#include "cli/progress.hpp"

#include <glacier/observer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace glacier::cli {

/**
 * Shows what the client does: a line for each event on stderr, a JSON object on a line of its own in a file, or both.
 *
 * Connections may be closed when the command has ended already; that is not shown on stderr, where the last line is the
 * message of a failure.
 */
class event_output {
public:
    /// `file`: what is there stays, and new lines follow. Errors: failure(local_file).
    event_output(console& tell, bool trace, std::optional<std::string> const& file);
    event_output(event_output const&) = delete;
    event_output& operator=(event_output const&) = delete;
    ~event_output();

    /// For client_config::observer; null if nothing is to be shown.
    std::shared_ptr<observer> const& get_observer() const noexcept { return observer_; }

private:
    struct state;

    std::shared_ptr<state> state_;
    std::shared_ptr<observer> observer_;
};

} // namespace glacier::cli
