#pragma once

#include <glacier/error.hpp>
#include <glacier/job.hpp>

#include <string_view>

namespace glacier {

/**
 * Reads the message that a topic is sent when a job has ended.
 *
 * `message`: what SNS published, the JSON of a job; or the envelope in which SNS delivers that to HTTP
 *   endpoints and to queues, `{"Type":"Notification",...,"Message":"..."}`. Up to 262,144 bytes, the most
 *   that SNS sends. Who sent it is not verified: before anything that matters, ask client::describe_job().
 *
 * Errors: errc::malformed_notification for anything else.
 */
result<job_description> parse_job_notification(std::string_view message);

} // namespace glacier
