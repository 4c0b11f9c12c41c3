#pragma once

#include <glacier/timestamp.hpp>

#include <string>

namespace glacier::protocol {

/// What SNS sends to an HTTP endpoint when something is published to a topic.
struct sns_notification {
    std::string message_id;
    std::string topic;
    std::string message;
    timestamp time;
};

/// The body: `{"Type":"Notification",...,"Message":"..."}`. It has no signature, for which there is no key.
std::string write_sns_envelope(sns_notification const& notification);

} // namespace glacier::protocol
