#include "protocol/sns_envelope.hpp"

#include "base/iso8601.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace glacier::protocol {

std::string write_sns_envelope(sns_notification const& notification)
{
    boost::json::object envelope;
    envelope["Type"] = "Notification";
    envelope["MessageId"] = notification.message_id;
    envelope["TopicArn"] = notification.topic;
    envelope["Message"] = notification.message;
    envelope["Timestamp"] = base::to_iso8601(notification.time);
    return boost::json::serialize(envelope);
}

} // namespace glacier::protocol
