#include <glacier/job_notification.hpp>

#include "protocol/job_operations.hpp"
#include "protocol/json_form.hpp"

namespace glacier {

namespace {

// What SNS sends at most.
constexpr std::size_t message_bytes_max = 262'144;

/// The job, if the JSON is one. Objects that only lack what a client can do without would pass as one too.
result<job_description> read_job(boost::json::value const& document)
{
    auto const job = protocol::read_json<job_description>(document, "Message", protocol::reading::lenient);
    if (!job || job->job.empty() || job->vault_arn.empty() || job->action == job_action::unknown)
        return error_code(errc::malformed_notification);
    return *job;
}

} // namespace

result<job_description> parse_job_notification(std::string_view message)
{
    if (message.size() > message_bytes_max)
        return error_code(errc::malformed_notification);
    auto const document = protocol::parse_json_document(message);
    if (!document || !document->is_object())
        return error_code(errc::malformed_notification);
    boost::json::value const* const enclosed = document->get_object().if_contains("Message");
    if (enclosed == nullptr)
        return read_job(*document);
    if (!enclosed->is_string())
        return error_code(errc::malformed_notification);
    auto const inner = protocol::parse_json_document(protocol::detail::view_of(enclosed->get_string()));
    if (!inner)
        return error_code(errc::malformed_notification);
    return read_job(*inner);
}

} // namespace glacier
