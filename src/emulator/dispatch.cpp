#include "emulator/dispatch.hpp"

#include "emulator/archive_service.hpp"
#include "emulator/job_service.hpp"
#include "emulator/multipart_service.hpp"
#include "emulator/vault_service.hpp"

#include <array>
#include <string>
#include <type_traits>
#include <utility>

namespace glacier::emulation {

namespace {

/// The answer to a request that cannot be read. A vault that does not exist is reported before wrong values.
protocol::service_error refusal(service_context& context, protocol::routed_request const& request,
                                protocol::member_error const& wrong)
{
    auto const vault = request.path.find("vaultName");
    if (wrong.why == protocol::member_error::reason::invalid && wrong.member != "vaultName" &&
        vault != request.path.end()) {
        auto view = context.data.begin();
        if (auto const found = require_vault(context, view, vault->second); !found)
            return found.error();
    }
    return error_of(request.id, wrong);
}

template <class Request, class Result>
service_result<reply> answer_with(service_context& context, protocol::routed_request const& routed,
                                  service_result<Result> (*serve)(service_context&, Request const&))
{
    auto const request = protocol::accept<Request>(routed);
    if (!request)
        return refusal(context, routed, request.error());
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

constexpr std::array rows{
    row{operation::create_vault, {.answer = call<create_vault>}},
    row{operation::describe_vault, {.answer = call<describe_vault>}},
    row{operation::delete_vault, {.answer = call<delete_vault>}},
    row{operation::list_vaults, {.answer = call<list_vaults>}},
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
};

} // namespace

operation_handler const* find_handler(protocol::operation id) noexcept
{
    for (row const& candidate : rows)
        if (candidate.id == id)
            return &candidate.handler;
    return nullptr;
}

} // namespace glacier::emulation
