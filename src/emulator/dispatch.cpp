#include "emulator/dispatch.hpp"

#include "emulator/archive_service.hpp"
#include "emulator/data_retrieval_policy_service.hpp"
#include "emulator/job_service.hpp"
#include "emulator/multipart_service.hpp"
#include "emulator/policy_enforcement.hpp"
#include "emulator/provisioned_capacity_service.hpp"
#include "emulator/vault_access_policy_service.hpp"
#include "emulator/vault_lock_service.hpp"
#include "emulator/vault_notification_service.hpp"
#include "emulator/vault_service.hpp"
#include "emulator/vault_tag_service.hpp"

#include <array>
#include <string>
#include <type_traits>
#include <utility>

namespace glacier::emulation {

namespace {

/// Whether a vault that does not exist is reported instead of what is wrong with the request.
bool vault_comes_first(inferred_behaviour const& inferred, protocol::member_error const& wrong) noexcept
{
    switch (wrong.why) {
    case protocol::member_error::reason::missing:
        return !inferred.missing_before_vault;
    case protocol::member_error::reason::invalid:
        return inferred.vault_before_values && wrong.member != "vaultName";
    case protocol::member_error::reason::malformed_json:
        break;
    }
    return false;
}

/// The answer to a request that cannot be read.
protocol::service_error refusal(service_context& context, protocol::routed_request const& request,
                                protocol::member_error const& wrong)
{
    auto const vault = request.path.find("vaultName");
    if (vault_comes_first(context.options.inferred, wrong) && vault != request.path.end()) {
        auto view = context.data.begin();
        if (auto const found = require_vault(context, view, vault->second); !found)
            return found.error();
    }
    return error_of(request.id, wrong);
}

/// The answer to a request that a policy of its vault forbids.
template <class Request>
std::optional<protocol::service_error> denial_of(service_context& context, protocol::operation id,
                                                 Request const& request)
{
    std::optional<archive_id> archive;
    if constexpr (std::is_same_v<Request, delete_archive_request>)
        archive = request.archive;
    else if constexpr (std::is_same_v<Request, initiate_job_request>)
        archive = request.parameters.archive;
    if constexpr (requires { request.vault; })
        return denial(context, id, request.vault, archive);
    else
        return std::nullopt;
}

template <class Request, class Result>
service_result<reply> answer_with(service_context& context, protocol::routed_request const& routed,
                                  service_result<Result> (*serve)(service_context&, Request const&))
{
    auto const request = protocol::accept<Request>(routed);
    if (!request)
        return refusal(context, routed, request.error());
    if constexpr (requires { request->limit; })
        if (request->limit == 0U)
            return refusal(context, routed, {protocol::member_error::reason::invalid, "limit", "0"});
    if (auto const denied = denial_of(context, routed.id, *request))
        return *denied;
    auto const result = serve(context, *request);
    if (!result)
        return result.error();
    reply answer;
    answer.response = protocol::answer<Request>(*result);
    return answer;
}

/// An operation that is one function of a service.
template <auto Serve>
service_result<reply> call(service_context& context, protocol::routed_request const& routed)
{
    return answer_with(context, routed, Serve);
}

service_result<reply> call_get_job_output(service_context& context, protocol::routed_request const& routed)
{
    auto const request = protocol::accept<get_job_output_request>(routed);
    if (!request)
        return refusal(context, routed, request.error());
    if (auto const denied = denial_of(context, routed.id, *request))
        return *denied;
    auto const result = get_job_output(context, *request);
    if (!result)
        return result.error();
    reply answer;
    answer.response = protocol::answer<get_job_output_request>(result->head);
    answer.response.status = result->head.status;
    answer.bytes = result->bytes;
    return answer;
}

template <class Upload>
class upload_adapter final : public upload_in_progress {
public:
    explicit upload_adapter(Upload upload) : upload_(std::move(upload)) {}

    void write(std::span<std::byte const> bytes) override { upload_.write(bytes); }

    service_result<reply> finish() override
    {
        auto const result = upload_.finish();
        if (!result)
            return result.error();
        reply answer;
        answer.response = protocol::answer<typename Upload::request_type>(*result);
        return answer;
    }

private:
    Upload upload_;
};

/// An operation that takes a body of any size.
template <class Upload>
service_result<std::unique_ptr<upload_in_progress>> begin(service_context& context,
                                                          protocol::routed_request const& routed,
                                                          std::optional<std::uint64_t> content_length)
{
    auto const request = protocol::accept<typename Upload::request_type>(routed);
    if (!request)
        return refusal(context, routed, request.error());
    if (auto const denied = denial_of(context, routed.id, *request))
        return *denied;
    auto upload = Upload::begin(context, *request, content_length);
    if (!upload)
        return upload.error();
    std::unique_ptr<upload_in_progress> adapter =
        std::make_unique<upload_adapter<Upload>>(std::move(*upload));
    return adapter;
}

struct row {
    protocol::operation id;
    operation_handler handler;
};

using protocol::operation;

// In the order of the table of operations.
constexpr std::array rows{
    row{operation::create_vault, {.answer = call<create_vault>}},
    row{operation::describe_vault, {.answer = call<describe_vault>}},
    row{operation::delete_vault, {.answer = call<delete_vault>}},
    row{operation::list_vaults, {.answer = call<list_vaults>}},
    row{operation::set_vault_notifications, {.answer = call<set_vault_notifications>}},
    row{operation::get_vault_notifications, {.answer = call<get_vault_notifications>}},
    row{operation::delete_vault_notifications, {.answer = call<delete_vault_notifications>}},
    row{operation::set_vault_access_policy, {.answer = call<set_vault_access_policy>}},
    row{operation::get_vault_access_policy, {.answer = call<get_vault_access_policy>}},
    row{operation::delete_vault_access_policy, {.answer = call<delete_vault_access_policy>}},
    row{operation::initiate_vault_lock, {.answer = call<initiate_vault_lock>}},
    row{operation::complete_vault_lock, {.answer = call<complete_vault_lock>}},
    row{operation::abort_vault_lock, {.answer = call<abort_vault_lock>}},
    row{operation::get_vault_lock, {.answer = call<get_vault_lock>}},
    row{operation::add_tags_to_vault, {.answer = call<add_tags_to_vault>}},
    row{operation::remove_tags_from_vault, {.answer = call<remove_tags_from_vault>}},
    row{operation::list_tags_for_vault, {.answer = call<list_tags_for_vault>}},
    row{operation::upload_archive, {.begin = begin<archive_upload>}},
    row{operation::delete_archive, {.answer = call<delete_archive>}},
    row{operation::initiate_multipart_upload, {.answer = call<initiate_multipart_upload>}},
    row{operation::upload_multipart_part, {.begin = begin<part_upload>}},
    row{operation::complete_multipart_upload, {.answer = call<complete_multipart_upload>}},
    row{operation::abort_multipart_upload, {.answer = call<abort_multipart_upload>}},
    row{operation::list_parts, {.answer = call<list_parts>}},
    row{operation::list_multipart_uploads, {.answer = call<list_multipart_uploads>}},
    row{operation::initiate_job, {.answer = call<initiate_job>}},
    row{operation::describe_job, {.answer = call<describe_job>}},
    row{operation::list_jobs, {.answer = call<list_jobs>}},
    row{operation::get_job_output, {.answer = call_get_job_output}},
    row{operation::get_data_retrieval_policy, {.answer = call<get_data_retrieval_policy>}},
    row{operation::set_data_retrieval_policy, {.answer = call<set_data_retrieval_policy>}},
    row{operation::list_provisioned_capacity, {.answer = call<list_provisioned_capacity>}},
    row{operation::purchase_provisioned_capacity, {.answer = call<purchase_provisioned_capacity>}},
};

static_assert(rows.size() == protocol::operations.size());
static_assert([] {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].id != protocol::operations[i].id)
            return false;
    return true;
}());

} // namespace

operation_handler const& handler_of(protocol::operation id) noexcept
{
    return rows[static_cast<std::size_t>(id)].handler;
}

} // namespace glacier::emulation
