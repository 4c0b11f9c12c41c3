#pragma once

#include "base/clock.hpp"

#include <glacier/json_observer.hpp>

#include <memory>

namespace glacier::observers {

/// json_observer() with the time of this clock.
std::shared_ptr<observer> json_observer(line_sink sink, event_level level,
                                        std::shared_ptr<base::clock> clock);

} // namespace glacier::observers
