#include "cli/api_operations.hpp"

#include "base/decimal.hpp"
#include "cli/api_download.hpp"
#include "cli/exit_code.hpp"
#include "cli/size.hpp"

#include <glacier/json.hpp>
#include <glacier/json_input.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <limits>
#include <map>

namespace glacier::cli {

namespace {

namespace json = boost::json;

// ---------------------------------------------------------------------------------------------------
// Parameters to values

vault_name vault_of(api_call const& call)
{
    return vault_name(call.input.text("vaultName"));
}

upload_id upload_of(api_call const& call)
{
    return upload_id(call.input.text("uploadId"));
}

std::optional<description> description_of(api_call const& call)
{
    auto const text = call.input.optional_text("archiveDescription");
    return text ? std::optional<description>(*text) : std::nullopt;
}

tree_hash read_tree_hash(std::string const& text)
{
    auto const hash = tree_hash::from_hex(text);
    if (!hash)
        throw invalid_value(errc::invalid_hash, text);
    return *hash;
}

std::optional<tree_hash> tree_hash_of(api_call const& call)
{
    auto const text = call.input.optional_text("checksum");
    return text ? std::optional<tree_hash>(read_tree_hash(*text)) : std::nullopt;
}

[[noreturn]] void refuse(std::string_view member, std::string const& text, std::string const& allowed)
{
    throw failure(exit_code::usage, option_name(member) + " \"" + text + "\": " + allowed);
}

/// `bytes 0-1048575/*`, as the Content-Range header has it.
byte_range range_of_part(api_call const& call)
{
    constexpr std::string_view begin = "bytes ";
    constexpr std::string_view end = "/*";
    std::string const text = call.input.text("range");
    std::string_view range = text;
    if (range.starts_with(begin) && range.ends_with(end)) {
        range.remove_prefix(begin.size());
        range.remove_suffix(end.size());
        if (auto const parsed = byte_range::parse(range))
            return *parsed;
    }
    refuse("range", text, "a range such as \"bytes 0-1048575/*\"");
}

/// `bytes=0-1048575`, as the Range header has it.
std::optional<output_range> range_of_output(api_call const& call)
{
    constexpr std::string_view begin = "bytes=";
    auto const text = call.input.optional_text("range");
    if (!text)
        return std::nullopt;
    if (text->starts_with(begin))
        if (auto const range = output_range::parse(text->substr(begin.size())))
            return *range;
    refuse("range", *text, "a range such as bytes=0-1048575 or bytes=1048576-");
}

std::uint64_t number_of(api_call const& call, std::string_view member)
{
    std::string const text = call.input.text(member);
    auto const number = base::parse_decimal(text);
    if (!number)
        refuse(member, text, "a number of bytes");
    return *number;
}

std::optional<bool> completed_of(api_call const& call)
{
    auto const text = call.input.optional_text("completed");
    if (!text)
        return std::nullopt;
    if (*text != "true" && *text != "false")
        refuse("completed", *text, "true or false");
    return *text == "true";
}

std::optional<job_status> status_of(api_call const& call)
{
    auto const text = call.input.optional_text("statuscode");
    if (!text)
        return std::nullopt;
    if (*text == "InProgress")
        return job_status::in_progress;
    if (*text == "Succeeded")
        return job_status::succeeded;
    if (*text == "Failed")
        return job_status::failed;
    refuse("statuscode", *text, "InProgress, Succeeded or Failed");
}

/// Marker and limit, which all lists have.
template <class Request>
void set_page(Request& request, api_call const& call)
{
    request.marker = call.input.optional_text("marker");
    if (auto const limit = call.input.optional_text("limit"))
        request.limit = static_cast<std::uint32_t>(
            parse_count("--limit", *limit, 1, std::numeric_limits<std::uint32_t>::max()));
}

/// A structure that the library reads.
template <class T>
T structure_of(api_call const& call, std::string_view member, json_input<T> (*parse)(std::string_view))
{
    auto value = parse(json::serialize(call.input.json(member)));
    if (!value)
        throw failure(exit_code::usage, option_name(member) + ": " + value.error().message());
    return std::move(*value);
}

/// A policy is a structure of one member, the text of another JSON document.
policy_document policy_of(api_call const& call)
{
    json::object const& structure = call.input.json("policy").as_object();
    json::value const* const policy = structure.if_contains("Policy");
    if (structure.size() != 1 || policy == nullptr || !policy->is_string())
        throw failure(exit_code::usage,
                      "--policy: an object with the one member Policy, the text of the policy's "
                      "JSON document, is expected");
    return policy_document(std::string_view(policy->get_string().data(), policy->get_string().size()));
}

std::map<tag_key, tag_value> tags_of(api_call const& call)
{
    std::map<tag_key, tag_value> tags;
    for (auto const& tag : call.input.json("Tags").as_object())
        tags.emplace(std::string_view(tag.key().data(), tag.key().size()),
                     std::string_view(tag.value().as_string().data(), tag.value().as_string().size()));
    return tags;
}

std::vector<tag_key> tag_keys_of(api_call const& call)
{
    std::vector<tag_key> keys;
    for (json::value const& key : call.input.json("TagKeys").as_array())
        keys.emplace_back(std::string_view(key.as_string().data(), key.as_string().size()));
    return keys;
}

// ---------------------------------------------------------------------------------------------------
// Results to members. Those that stand in headers of the answer come first, as the AWS CLI has them.

/// A member of a header: null if the answer did not have it.
json::value header(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value header(std::optional<std::string> const& text)
{
    return text ? json::value(*text) : json::value(nullptr);
}

json::value header(std::optional<tree_hash> const& hash)
{
    return hash ? json::value(hash->hex()) : json::value(nullptr);
}

template <class Result>
json::object body_of(Result const& result)
{
    return parse_object(to_json(result));
}

json::object members_of(archive_creation_result const& created)
{
    return {{"location", header(created.location)},
            {"checksum", header(created.tree_hash)},
            {"archiveId", created.archive.str()}};
}

// ---------------------------------------------------------------------------------------------------
// Operations

/// An operation on a vault whose result is JSON, or nothing.
template <auto Operation, class Request>
json::object on_vault(api_call& call)
{
    Request request(vault_of(call));
    using result_type = decltype(call.send(Operation, std::move(request)));
    if constexpr (std::is_void_v<result_type>) {
        call.send(Operation, std::move(request));
        return {};
    } else {
        return body_of(call.send(Operation, std::move(request)));
    }
}

json::object create_vault(api_call& call)
{
    create_vault_request request(vault_of(call));
    return {{"location", header(call.send(&client::create_vault, std::move(request)).location)}};
}

json::object list_vaults(api_call& call)
{
    list_vaults_request request;
    set_page(request, call);
    return body_of(call.send(&client::list_vaults, std::move(request)));
}

json::object add_tags_to_vault(api_call& call)
{
    add_tags_to_vault_request request(vault_of(call), tags_of(call));
    call.send(&client::add_tags_to_vault, std::move(request));
    return {};
}

json::object remove_tags_from_vault(api_call& call)
{
    remove_tags_from_vault_request request(vault_of(call), tag_keys_of(call));
    call.send(&client::remove_tags_from_vault, std::move(request));
    return {};
}

json::object set_vault_notifications(api_call& call)
{
    set_vault_notifications_request request(
        vault_of(call), structure_of(call, "vaultNotificationConfig", parse_vault_notification_config));
    call.send(&client::set_vault_notifications, std::move(request));
    return {};
}

json::object get_vault_notifications(api_call& call)
{
    get_vault_notifications_request request(vault_of(call));
    return {{"vaultNotificationConfig",
             body_of(call.send(&client::get_vault_notifications, std::move(request)))}};
}

json::object set_vault_access_policy(api_call& call)
{
    set_vault_access_policy_request request(vault_of(call), policy_of(call));
    call.send(&client::set_vault_access_policy, std::move(request));
    return {};
}

json::object get_vault_access_policy(api_call& call)
{
    get_vault_access_policy_request request(vault_of(call));
    return {{"policy", body_of(call.send(&client::get_vault_access_policy, std::move(request)))}};
}

json::object initiate_vault_lock(api_call& call)
{
    initiate_vault_lock_request request(vault_of(call), policy_of(call));
    return {{"lockId", call.send(&client::initiate_vault_lock, std::move(request)).lock.str()}};
}

json::object complete_vault_lock(api_call& call)
{
    complete_vault_lock_request request(vault_of(call), lock_id(call.input.text("lockId")));
    call.send(&client::complete_vault_lock, std::move(request));
    return {};
}

json::object upload_archive(api_call& call)
{
    upload_archive_request request(vault_of(call), call.input.content());
    request.description = description_of(call);
    request.tree_hash = tree_hash_of(call);
    return members_of(call.send(&client::upload_archive, std::move(request)));
}

json::object delete_archive(api_call& call)
{
    delete_archive_request request(vault_of(call), archive_id(call.input.text("archiveId")));
    call.send(&client::delete_archive, std::move(request));
    return {};
}

json::object initiate_multipart_upload(api_call& call)
{
    initiate_multipart_upload_request request(vault_of(call), part_size(number_of(call, "partSize")));
    request.description = description_of(call);
    auto const initiated = call.send(&client::initiate_multipart_upload, std::move(request));
    return {{"location", header(initiated.location)}, {"uploadId", initiated.upload.str()}};
}

json::object upload_multipart_part(api_call& call)
{
    upload_multipart_part_request request(vault_of(call), upload_of(call), range_of_part(call),
                                          call.input.content());
    request.tree_hash = tree_hash_of(call);
    return {{"checksum", header(call.send(&client::upload_multipart_part, std::move(request)).tree_hash)}};
}

json::object complete_multipart_upload(api_call& call)
{
    complete_multipart_upload_request request(vault_of(call), upload_of(call), number_of(call, "archiveSize"),
                                              read_tree_hash(call.input.text("checksum")));
    return members_of(call.send(&client::complete_multipart_upload, std::move(request)));
}

json::object abort_multipart_upload(api_call& call)
{
    abort_multipart_upload_request request(vault_of(call), upload_of(call));
    call.send(&client::abort_multipart_upload, std::move(request));
    return {};
}

json::object list_parts(api_call& call)
{
    list_parts_request request(vault_of(call), upload_of(call));
    set_page(request, call);
    return body_of(call.send(&client::list_parts, std::move(request)));
}

json::object list_multipart_uploads(api_call& call)
{
    list_multipart_uploads_request request(vault_of(call));
    set_page(request, call);
    return body_of(call.send(&client::list_multipart_uploads, std::move(request)));
}

json::object initiate_job(api_call& call)
{
    initiate_job_request request(vault_of(call), structure_of(call, "jobParameters", parse_job_parameters));
    auto const initiated = call.send(&client::initiate_job, std::move(request));
    return {{"location", header(initiated.location)},
            {"jobId", initiated.job.str()},
            {"jobOutputPath", header(initiated.output_path)}};
}

json::object describe_job(api_call& call)
{
    describe_job_request request(vault_of(call), job_id(call.input.text("jobId")));
    return body_of(call.send(&client::describe_job, std::move(request)));
}

json::object list_jobs(api_call& call)
{
    list_jobs_request request(vault_of(call));
    request.completed = completed_of(call);
    request.status = status_of(call);
    set_page(request, call);
    return body_of(call.send(&client::list_jobs, std::move(request)));
}

json::object get_job_output(api_call& call)
{
    get_job_output_request request(vault_of(call), job_id(call.input.text("jobId")));
    request.range = range_of_output(call);
    job_output_head const head = save_job_output(call.context(), call.service(), request, call.output_file());
    return {{"checksum", header(head.tree_hash)},         {"status", head.status},
            {"contentRange", header(head.content_range)}, {"acceptRanges", header(head.accept_ranges)},
            {"contentType", header(head.content_type)},   {"archiveDescription", header(head.description)}};
}

json::object get_data_retrieval_policy(api_call& call)
{
    get_data_retrieval_policy_request request;
    return body_of(call.send(&client::get_data_retrieval_policy, std::move(request)));
}

json::object set_data_retrieval_policy(api_call& call)
{
    set_data_retrieval_policy_request request(structure_of(call, "Policy", parse_data_retrieval_policy));
    call.send(&client::set_data_retrieval_policy, std::move(request));
    return {};
}

json::object list_provisioned_capacity(api_call& call)
{
    list_provisioned_capacity_request request;
    return body_of(call.send(&client::list_provisioned_capacity, std::move(request)));
}

json::object purchase_provisioned_capacity(api_call& call)
{
    purchase_provisioned_capacity_request request;
    auto const bought = call.send(&client::purchase_provisioned_capacity, std::move(request));
    return {{"capacityId", header(bought.capacity)}};
}

// ---------------------------------------------------------------------------------------------------
// The table

constexpr bool required = true;
constexpr bool optional = false;

constexpr api_parameter account{"accountId", api_kind::text, optional, "ID",
                                "Owner of the vaults (default: -, that of the credentials)"};
constexpr api_parameter vault{"vaultName", api_kind::text, required, "NAME", "Name of the vault"};
constexpr api_parameter archive{"archiveId", api_kind::text, required, "ID", "The archive"};
constexpr api_parameter job{"jobId", api_kind::text, required, "ID", "The job"};
constexpr api_parameter lock{"lockId", api_kind::text, required, "ID", "What initiate-vault-lock printed"};
constexpr api_parameter upload{"uploadId", api_kind::text, required, "ID", "The multipart upload"};
constexpr api_parameter content{"body", api_kind::file, required, "FILE", "The file whose bytes are sent"};
constexpr api_parameter checksum{"checksum", api_kind::text, optional, "HASH",
                                 "Tree hash of the bytes (default: computed)"};
constexpr api_parameter archive_checksum{"checksum", api_kind::text, required, "HASH",
                                         "Tree hash of the whole archive"};
constexpr api_parameter archive_size{"archiveSize", api_kind::text, required, "BYTES",
                                     "Size of the whole archive"};
constexpr api_parameter archive_description{"archiveDescription", api_kind::text, optional, "TEXT",
                                            "Description of the archive, in ASCII"};
constexpr api_parameter size_of_part{"partSize", api_kind::text, required, "BYTES",
                                     "Size of the parts: a power of two from 1048576 to 4294967296"};
constexpr api_parameter part_range{"range", api_kind::text, required, "RANGE",
                                   "Where the part lies, such as \"bytes 0-1048575/*\""};
constexpr api_parameter output_bytes{"range", api_kind::text, optional, "RANGE",
                                     "Part of the output, such as bytes=0-1048575 (default: all)"};
constexpr api_parameter policy{"policy", api_kind::structure, required, "STRUCTURE",
                               "{\"Policy\": TEXT}, the text being the policy's JSON document"};
constexpr api_parameter retrieval_policy{
    "Policy", api_kind::structure, required, "STRUCTURE",
    "{\"Rules\": [{\"Strategy\": BytesPerHour|FreeTier|None, \"BytesPerHour\": N}]}"};
constexpr api_parameter notification_config{"vaultNotificationConfig", api_kind::structure, required,
                                            "STRUCTURE", "{\"SNSTopic\": ARN, \"Events\": [EVENT, ...]}"};
constexpr api_parameter tags{"Tags", api_kind::map, required, "MAP", "Keys and values: KEY=VALUE,..."};
constexpr api_parameter tag_keys{"TagKeys", api_kind::list, required, "KEY", "The keys"};
constexpr api_parameter parameters_of_job{"jobParameters", api_kind::structure, required, "STRUCTURE",
                                          "{\"Type\": archive-retrieval|inventory-retrieval|select, ...}"};
constexpr api_parameter statuscode{"statuscode", api_kind::text, optional, "STATUS",
                                   "Only those: InProgress, Succeeded or Failed"};
constexpr api_parameter completed{"completed", api_kind::text, optional, "true|false",
                                  "Only jobs that have ended, or have not"};
constexpr api_parameter limit{"limit", api_kind::text, optional, "N",
                              "Items of the one page to get; turns paging off"};
constexpr api_parameter marker{"marker", api_kind::text, optional, "MARKER",
                               "Where the one page to get begins; turns paging off"};

constexpr std::string_view vaults = "Vaults";
constexpr std::string_view settings = "Settings of a vault";
constexpr std::string_view archives = "Archives";
constexpr std::string_view uploads = "Multipart uploads";
constexpr std::string_view jobs = "Jobs";
constexpr std::string_view of_account = "Account";

std::vector<api_operation> make_operations()
{
    return {
        {"create-vault", vaults, "Create a vault", {account, vault}, create_vault},
        {"delete-vault",
         vaults,
         "Delete a vault without archives",
         {account, vault},
         on_vault<&client::delete_vault, delete_vault_request>},
        {"describe-vault",
         vaults,
         "Facts about a vault",
         {account, vault},
         on_vault<&client::describe_vault, describe_vault_request>},
        {"list-vaults", vaults, "The account's vaults", {account, marker, limit}, list_vaults, "VaultList"},

        {"add-tags-to-vault",
         settings,
         "Add tags, or replace their values",
         {account, vault, tags},
         add_tags_to_vault},
        {"list-tags-for-vault",
         settings,
         "The vault's tags",
         {account, vault},
         on_vault<&client::list_tags_for_vault, list_tags_for_vault_request>},
        {"remove-tags-from-vault",
         settings,
         "Remove tags",
         {account, vault, tag_keys},
         remove_tags_from_vault},
        {"set-vault-notifications",
         settings,
         "Have a topic told when jobs end",
         {account, vault, notification_config},
         set_vault_notifications},
        {"get-vault-notifications",
         settings,
         "Which topic is told of what",
         {account, vault},
         get_vault_notifications},
        {"delete-vault-notifications",
         settings,
         "Have nobody told",
         {account, vault},
         on_vault<&client::delete_vault_notifications, delete_vault_notifications_request>},
        {"set-vault-access-policy",
         settings,
         "Set who may use the vault",
         {account, vault, policy},
         set_vault_access_policy},
        {"get-vault-access-policy",
         settings,
         "Who may use the vault",
         {account, vault},
         get_vault_access_policy},
        {"delete-vault-access-policy",
         settings,
         "Remove the access policy",
         {account, vault},
         on_vault<&client::delete_vault_access_policy, delete_vault_access_policy_request>},
        {"initiate-vault-lock",
         settings,
         "Put a lock policy into force for 24 hours",
         {account, vault, policy},
         initiate_vault_lock},
        {"complete-vault-lock",
         settings,
         "Lock the vault for ever",
         {account, vault, lock},
         complete_vault_lock},
        {"abort-vault-lock",
         settings,
         "Remove the policy of a lock in progress",
         {account, vault},
         on_vault<&client::abort_vault_lock, abort_vault_lock_request>},
        {"get-vault-lock",
         settings,
         "The lock policy and its state",
         {account, vault},
         on_vault<&client::get_vault_lock, get_vault_lock_request>},

        {"upload-archive",
         archives,
         "Store a file of up to 4 GiB as an archive",
         {account, vault, archive_description, checksum, content},
         upload_archive},
        {"delete-archive", archives, "Delete an archive", {account, vault, archive}, delete_archive},

        {"initiate-multipart-upload",
         uploads,
         "Start an upload in parts",
         {account, vault, archive_description, size_of_part},
         initiate_multipart_upload},
        {"upload-multipart-part",
         uploads,
         "Send a part",
         {account, vault, upload, checksum, part_range, content},
         upload_multipart_part},
        {"complete-multipart-upload",
         uploads,
         "Make the archive of the parts",
         {account, vault, upload, archive_size, archive_checksum},
         complete_multipart_upload},
        {"abort-multipart-upload",
         uploads,
         "Give an upload up",
         {account, vault, upload},
         abort_multipart_upload},
        {"list-multipart-uploads",
         uploads,
         "Uploads in progress",
         {account, vault, marker, limit},
         list_multipart_uploads,
         "UploadsList"},
        {"list-parts",
         uploads,
         "The parts that the service has of an upload",
         {account, vault, upload, marker, limit},
         list_parts,
         "Parts"},

        {"initiate-job",
         jobs,
         "Start a retrieval of an archive or an inventory",
         {account, vault, parameters_of_job},
         initiate_job},
        {"describe-job", jobs, "Facts about a job", {account, vault, job}, describe_job},
        {"list-jobs",
         jobs,
         "The vault's jobs, those of the last day included",
         {account, vault, limit, marker, statuscode, completed},
         list_jobs,
         "JobList"},
        {"get-job-output",
         jobs,
         "Save the output of a job to a file",
         {account, vault, job, output_bytes},
         get_job_output,
         {},
         true},

        {"get-data-retrieval-policy",
         of_account,
         "The limit for retrievals",
         {account},
         get_data_retrieval_policy},
        {"set-data-retrieval-policy",
         of_account,
         "Limit retrievals",
         {account, retrieval_policy},
         set_data_retrieval_policy},
        {"list-provisioned-capacity",
         of_account,
         "Capacity bought for Expedited retrievals",
         {account},
         list_provisioned_capacity},
        {"purchase-provisioned-capacity",
         of_account,
         "Buy a unit of capacity for a month",
         {account},
         purchase_provisioned_capacity},
    };
}

} // namespace

client const& api_call::service()
{
    if (!service_)
        service_ = session_.connect(1, input.optional_text("accountId"));
    return *service_;
}

std::vector<api_operation> const& api_operations()
{
    static std::vector<api_operation> const operations = make_operations();
    return operations;
}

} // namespace glacier::cli
