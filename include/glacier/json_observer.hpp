#pragma once

#include <glacier/line_sink.hpp>
#include <glacier/observer.hpp>

#include <memory>

namespace glacier {

/**
 * An observer that writes a JSON object on one line for each event: `time`, `level`, `event`, and the members of the
 * event that say something, by their names in <glacier/observer.hpp>; `duration`, `delay` and `waited` end with their
 * unit (`duration_us`, `delay_ms`, `waited_us`), and an `error` brings its `error_category` and `error_code` along.
 *
 * It is valid JSON in UTF-8 whatever the network sends: bytes that are none become U+FFFD, control characters are
 * escaped. A text is cut after 4,096 bytes. Events below `level` cost nothing but a comparison.
 *
 * Errors: errc::invalid_option for a sink that is empty.
 */
std::shared_ptr<observer> json_observer(line_sink sink, event_level level = event_level::trace);

} // namespace glacier
