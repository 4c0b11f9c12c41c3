#pragma once

#include <functional>
#include <string_view>

namespace glacier {

/// How much an event matters.
enum class event_level {
    /// Each request, connection, look-up and part.
    trace,
    /// The end of an operation or a transfer, a repetition, new credentials.
    info,
    /// The same when it failed; the clocks differ.
    warning,
};

/**
 * Takes one line, without an end of line: it is of printable characters, and valid during the call only.
 *
 * Thread safety: called on the thread of the event, from several threads at once if the client runs on several. No lock
 *   of the library is held.
 * Errors: must not block. What it throws is dropped with the line, since an event cannot fail.
 */
using line_sink = std::function<void(std::string_view line)>;

} // namespace glacier
