#include <glacier/client.hpp>

#include "async/offload.hpp"
#include "async/transfer_limits.hpp"
#include "base/decimal.hpp"
#include "client/check_request.hpp"
#include "client/client_core.hpp"
#include "protocol/archive_operations.hpp"
#include "protocol/data_retrieval_policy_operations.hpp"
#include "protocol/job_operations.hpp"
#include "protocol/multipart_operations.hpp"
#include "protocol/payload_hasher.hpp"
#include "protocol/provisioned_capacity_operations.hpp"
#include "protocol/service_error.hpp"
#include "protocol/tree_hash.hpp"
#include "protocol/vault_access_policy_operations.hpp"
#include "protocol/vault_lock_operations.hpp"
#include "protocol/vault_notification_operations.hpp"
#include "protocol/vault_operations.hpp"
#include "protocol/vault_tag_operations.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace glacier {

namespace {

using protocol::no_result;

/// What a request is about, for messages.
template <class Request>
std::string resource_of(Request const& request)
{
    std::string resource;
    auto const add = [&resource](std::string const& kind, std::string const& name) {
        resource += (resource.empty() ? "" : ", ") + kind + " " + name;
    };
    if constexpr (requires { request.vault; })
        add("vault", request.vault.str());
    if constexpr (requires { request.archive; })
        add("archive", request.archive.str());
    if constexpr (requires { request.upload; })
        add("upload", request.upload.str());
    if constexpr (requires { request.job; })
        add("job", request.job.str());
    if constexpr (requires { request.lock; })
        add("lock", request.lock.str());
    if constexpr (std::is_same_v<Request, upload_multipart_part_request>)
        add("part", request.range.str());
    if constexpr (std::is_same_v<Request, initiate_job_request>)
        if (request.parameters.archive)
            add("archive", request.parameters.archive->str());
    return resource;
}

template <class Request>
error_details details_of(Request const& request, std::string message)
{
    error_details details;
    details.operation = protocol::info_of(protocol::operation_traits<Request>::id).name;
    details.resource = resource_of(request);
    details.message = std::move(message);
    return details;
}

template <class Request>
client_core::prepared_request prepare(client_core const& core, Request const& request)
{
    auto message = protocol::encode(request, core.config().account);
    if (!message)
        throw operation_error(message.error(), details_of(request, {}));
    client_core::prepared_request prepared(protocol::operation_traits<Request>::id);
    prepared.resource = resource_of(request);
    prepared.message = std::move(*message);
    return prepared;
}

/// Facts about an answer that cannot be used.
template <class Request>
error_details details_of(Request const& request, client_core::performed_request const& performed,
                         std::string message)
{
    error_details details = details_of(request, std::move(message));
    details.http_status = performed.response.status;
    details.request_id = protocol::request_id_of(performed.response.headers);
    details.attempts = performed.attempts;
    return details;
}

/// A page of a proxy with the status of a success shows itself.
std::string describe(protocol::member_error const& error, protocol::http_response const& response)
{
    if (error.why == protocol::member_error::reason::malformed_json) {
        std::string const excerpt = protocol::excerpt_of(response.body);
        return excerpt.empty() ? "the body is empty" : "not JSON: " + excerpt;
    }
    return error.member + (error.text.empty() ? " is missing" : ": " + error.text);
}

template <class Request>
protocol::result_of<Request> decode(Request const& request, client_core::performed_request const& performed)
{
    auto decoded = protocol::decode<Request>(performed.response);
    if (decoded)
        return std::move(*decoded);
    error_details details = details_of(request, performed, describe(decoded.error(), performed.response));
    // The service did the work, but did not say what came of it: to repeat it would do it twice.
    protocol::operation_info const& info = protocol::info_of(protocol::operation_traits<Request>::id);
    details.outcome_unknown = info.repeat == protocol::repeatable::no;
    throw operation_error(errc::malformed_response, std::move(details));
}

/// Makes the result of an answer, and tells the observer whether that went well.
template <class Function>
auto finish(client_core::performed_request& performed, Function make_result)
{
    if (!performed.report)
        return make_result();
    try {
        auto made = make_result();
        performed.report->succeeded();
        return made;
    } catch (operation_error const& error) {
        performed.report->failed(error.code(), error.outcome_unknown());
        throw;
    }
}

template <class Request>
asio::awaitable<protocol::result_of<Request>> call(std::shared_ptr<client_core> core, Request request)
{
    check(request);
    client_core::prepared_request prepared = prepare(*core, request);
    client_core::performed_request performed = co_await core->perform(std::move(prepared));
    auto make_result = [&] { return decode(request, performed); };
    co_return finish(performed, make_result);
}

template <class Request>
asio::awaitable<void> call_without_result(std::shared_ptr<client_core> core, Request request)
{
    co_await call(std::move(core), std::move(request));
}

/// Feeds a body to a hasher, some milliseconds of work at a time.
class body_reader {
public:
    body_reader(body content, std::optional<hash_path> path) : content_(std::move(content)), hasher_(path) {}

    /// False at the end.
    bool hash_some()
    {
        std::uint64_t const count = std::min(step_bytes, content_.size() - offset_);
        if (count == 0)
            return false;
        if (auto const bytes = content_.source()->in_memory()) {
            hasher_.update(bytes->subspan(offset_, count));
        } else {
            buffer_.resize(std::min(count, block_bytes));
            for (std::uint64_t done = 0; done < count;) {
                auto const block =
                    std::span(buffer_).first(std::min<std::uint64_t>(buffer_.size(), count - done));
                content_.source()->read(offset_ + done, block);
                hasher_.update(block);
                done += block.size();
            }
        }
        offset_ += count;
        return true;
    }

    body_hashes finish()
    {
        protocol::payload_hashes const hashes = hasher_.finish();
        body_hashes both;
        both.content_sha256 = hashes.content_sha256;
        both.tree_hash = hashes.tree;
        return both;
    }

private:
    // A cancellation takes effect between two steps.
    static constexpr std::uint64_t step_bytes = 1'048'576;
    static constexpr std::uint64_t block_bytes = std::uint64_t(256) * 1'024;

    body content_;
    std::uint64_t offset_ = 0;
    std::vector<std::byte> buffer_;
    protocol::payload_hasher hasher_;
};

asio::awaitable<body_hashes> hash(std::shared_ptr<client_core> core, body content)
{
    auto const reader = std::make_shared<body_reader>(std::move(content), core->limits()->hashing);
    asio::any_io_executor const executor = core->blocking_executor();
    auto step = [reader] { return reader->hash_some(); };
    while (co_await async::offload(executor, step)) {}
    co_return reader->finish();
}

/// Fills in the hashes that an upload needs.
template <class Request>
asio::awaitable<Request> with_hashes(std::shared_ptr<client_core> core, Request request)
{
    if (!request.content_sha256 || !request.tree_hash) {
        body_hashes const hashes = co_await hash(std::move(core), request.content);
        if (!request.content_sha256)
            request.content_sha256 = hashes.content_sha256;
        if (!request.tree_hash)
            request.tree_hash = hashes.tree_hash;
    }
    co_return request;
}

/// For a message about an archive whose hash is wrong: its id is all that leads to it.
std::string archive_in(archive_creation_result const& answered)
{
    return "; the archive is stored nevertheless: " + answered.archive.str();
}

std::string archive_in(upload_multipart_part_result const& /*answered*/)
{
    return {};
}

/// What the service says of bytes that it has got, if it has the hash that was sent.
template <class Request>
protocol::result_of<Request> decode_and_compare(Request const& request, tree_hash const& sent,
                                                client_core::performed_request const& performed)
{
    auto answered = decode(request, performed);
    if (!answered.tree_hash || *answered.tree_hash == sent)
        return answered;
    error_details details = details_of(request, performed,
                                       "sent " + sent.hex() + ", the service has " +
                                           answered.tree_hash->hex() + archive_in(answered));
    // To repeat it would store it twice.
    protocol::operation_info const& info = protocol::info_of(protocol::operation_traits<Request>::id);
    details.outcome_unknown = info.repeat == protocol::repeatable::no;
    throw operation_error(errc::tree_hash_mismatch, std::move(details));
}

/// Sends an upload, and compares the service's hash with the one that was sent.
template <class Request>
asio::awaitable<protocol::result_of<Request>> upload(std::shared_ptr<client_core> core, Request its_request)
{
    check(its_request);
    Request const request = co_await with_hashes(core, std::move(its_request));
    client_core::prepared_request prepared = prepare(*core, request);
    prepared.content = request.content;
    client_core::performed_request performed = co_await core->perform(std::move(prepared));
    auto make_result = [&] { return decode_and_compare(request, *request.tree_hash, performed); };
    co_return finish(performed, make_result);
}

/// Makes an archive of parts, and compares the service's hash with the one that was sent.
asio::awaitable<archive_creation_result> complete(std::shared_ptr<client_core> core,
                                                  complete_multipart_upload_request request)
{
    check(request);
    client_core::prepared_request prepared = prepare(*core, request);
    client_core::performed_request performed = co_await core->perform(std::move(prepared));
    auto make_result = [&] { return decode_and_compare(request, request.hash, performed); };
    co_return finish(performed, make_result);
}

std::optional<std::uint64_t> content_length_of(protocol::http_response const& response)
{
    return protocol::text_form<std::uint64_t>::read(response.headers.get("content-length"));
}

/// Whether the bytes are those that were asked for: others would be written to the wrong place.
bool is_answer_to(output_range const& asked, std::optional<std::string> const& content_range)
{
    std::string_view text = content_range ? std::string_view(*content_range) : std::string_view();
    std::string const expected = "bytes " + asked.str();
    if (!text.starts_with(expected))
        return false;
    text.remove_prefix(expected.size());
    if (asked.last())
        return text.starts_with('/');
    // Without an end, everything up to the last byte of the output.
    auto const slash = text.find('/');
    auto const last = base::parse_decimal(text.substr(0, slash));
    auto const total = base::parse_decimal(slash == std::string_view::npos ? text : text.substr(slash + 1));
    return slash != std::string_view::npos && last && total && *total != 0 && *last == *total - 1;
}

/// The output that an answer announces.
job_output_stream output_of(get_job_output_request const& request, client_core::performed_request& performed)
{
    job_output_head head = decode(request, performed);
    head.status = performed.response.status;
    head.content_length = content_length_of(performed.response);

    bool const fits = request.range ? head.status == 206 && is_answer_to(*request.range, head.content_range)
                                    : head.status != 206;
    if (!fits) {
        std::string const asked = request.range ? "bytes " + request.range->str() : std::string("all bytes");
        error_details details =
            details_of(request, performed,
                       "asked for " + asked + ", got status " + std::to_string(head.status) + " with " +
                           head.content_range.value_or("no Content-Range"));
        throw operation_error(errc::unexpected_status, std::move(details));
    }
    error_details about = details_of(request, performed, {});
    return job_output_stream(std::move(head), std::move(performed.stream), std::move(about));
}

asio::awaitable<job_output_stream> open_output(std::shared_ptr<client_core> core,
                                               get_job_output_request request)
{
    client_core::prepared_request prepared = prepare(*core, request);
    prepared.streams_answer = true;
    client_core::performed_request performed = co_await core->perform(std::move(prepared));
    auto make_result = [&] { return output_of(request, performed); };
    co_return finish(performed, make_result);
}

asio::awaitable<std::size_t> warm_up_core(std::shared_ptr<client_core> core, std::size_t connections)
{
    co_return co_await core->warm_up(connections);
}

} // namespace

client::client(asio::any_io_executor executor, client_config config)
{
    client_environment environment = make_client_environment(executor, config);
    core_ = std::make_shared<client_core>(std::move(executor), std::move(config), std::move(environment));
}

client::client(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}

client client::with(call_settings settings) const
{
    return client(core_->with(settings));
}

asio::any_io_executor const& client::get_executor() const noexcept
{
    return core_->executor();
}

asio::any_io_executor client::get_blocking_executor() const
{
    return core_->blocking_executor();
}

std::shared_ptr<observer> const& client::get_observer() const noexcept
{
    return core_->config().observer;
}

std::chrono::seconds client::clock_offset() const noexcept
{
    return core_->clock_offset();
}

std::string client::get_endpoint() const
{
    return core_->endpoint().str() + core_->endpoint().path_prefix;
}

std::string const& client::get_region() const noexcept
{
    return core_->config().region;
}

account_id const& client::get_account() const noexcept
{
    return core_->config().account;
}

retry_settings const& client::get_retry() const noexcept
{
    return core_->retry();
}

transfer_limits client::limits() const
{
    return transfer_limits(core_->limits());
}

glacier::pool_statistics client::pool_statistics() const
{
    return core_->statistics();
}

asio::awaitable<std::size_t> client::warm_up(std::size_t connections) const
{
    return warm_up_core(core_, connections);
}

asio::awaitable<body_hashes> client::hash_body(body content) const
{
    return hash(core_, std::move(content));
}

asio::awaitable<create_vault_result> client::create_vault(create_vault_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<vault_description> client::describe_vault(describe_vault_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<void> client::delete_vault(delete_vault_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<list_vaults_result> client::list_vaults(list_vaults_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<void> client::set_vault_notifications(set_vault_notifications_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<get_vault_notifications_result> client::get_vault_notifications(
    get_vault_notifications_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<void> client::delete_vault_notifications(delete_vault_notifications_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<void> client::set_vault_access_policy(set_vault_access_policy_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<get_vault_access_policy_result> client::get_vault_access_policy(
    get_vault_access_policy_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<void> client::delete_vault_access_policy(delete_vault_access_policy_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<initiate_vault_lock_result> client::initiate_vault_lock(
    initiate_vault_lock_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<void> client::complete_vault_lock(complete_vault_lock_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<void> client::abort_vault_lock(abort_vault_lock_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<vault_lock_description> client::get_vault_lock(get_vault_lock_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<void> client::add_tags_to_vault(add_tags_to_vault_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<void> client::remove_tags_from_vault(remove_tags_from_vault_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<list_tags_for_vault_result> client::list_tags_for_vault(
    list_tags_for_vault_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<archive_creation_result> client::upload_archive(upload_archive_request request) const
{
    return upload(core_, std::move(request));
}

asio::awaitable<void> client::delete_archive(delete_archive_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<initiate_multipart_upload_result> client::initiate_multipart_upload(
    initiate_multipart_upload_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<upload_multipart_part_result> client::upload_multipart_part(
    upload_multipart_part_request request) const
{
    return upload(core_, std::move(request));
}

asio::awaitable<archive_creation_result> client::complete_multipart_upload(
    complete_multipart_upload_request request) const
{
    return complete(core_, std::move(request));
}

asio::awaitable<void> client::abort_multipart_upload(abort_multipart_upload_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<list_parts_result> client::list_parts(list_parts_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<list_multipart_uploads_result> client::list_multipart_uploads(
    list_multipart_uploads_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<initiate_job_result> client::initiate_job(initiate_job_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<job_description> client::describe_job(describe_job_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<list_jobs_result> client::list_jobs(list_jobs_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<job_output_stream> client::get_job_output(get_job_output_request request) const
{
    return open_output(core_, std::move(request));
}

asio::awaitable<get_data_retrieval_policy_result> client::get_data_retrieval_policy(
    get_data_retrieval_policy_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<void> client::set_data_retrieval_policy(set_data_retrieval_policy_request request) const
{
    return call_without_result(core_, std::move(request));
}

asio::awaitable<list_provisioned_capacity_result> client::list_provisioned_capacity(
    list_provisioned_capacity_request request) const
{
    return call(core_, std::move(request));
}

asio::awaitable<purchase_provisioned_capacity_result> client::purchase_provisioned_capacity(
    purchase_provisioned_capacity_request request) const
{
    return call(core_, std::move(request));
}

} // namespace glacier
