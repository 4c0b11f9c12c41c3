#pragma once

#include <glacier/line_sink.hpp>
#include <glacier/observer.hpp>

#include <memory>

namespace glacier {

/**
 * An observer that writes a line for a person: level, event, and the members of the event that say something, such as
 *
 *     warning operation_ended operation=DescribeVault resource="vault photos" attempts=1 duration_us=1240 error=...
 *
 * Everything but printable ASCII is shown as `\xNN`, and a text is cut after 1,000 bytes, so a line is never longer
 * than some 20 KiB, whatever the network sends. Events below `level` cost nothing but a comparison.
 *
 * The line has no time: loggers have their own.
 *
 * Errors: errc::invalid_option for a sink that is empty.
 */
std::shared_ptr<observer> log_observer(line_sink sink, event_level level = event_level::info);

} // namespace glacier
