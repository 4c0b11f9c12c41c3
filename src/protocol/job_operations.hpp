#pragma once

#include "protocol/codec.hpp"
#include "protocol/select_fields.hpp"

#include <glacier/job.hpp>
#include <glacier/job_output.hpp>

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

namespace glacier::protocol {

template <>
struct enum_names<job_type> {
    static constexpr std::array<std::pair<job_type, std::string_view>, 3> names{{
        {job_type::archive_retrieval, "archive-retrieval"},
        {job_type::inventory_retrieval, "inventory-retrieval"},
        {job_type::select, "select"},
    }};
};

template <>
struct enum_names<tier> {
    static constexpr std::array<std::pair<tier, std::string_view>, 3> names{{
        {tier::expedited, "Expedited"},
        {tier::standard, "Standard"},
        {tier::bulk, "Bulk"},
    }};
};

template <>
struct enum_names<inventory_format> {
    static constexpr std::array<std::pair<inventory_format, std::string_view>, 2> names{{
        {inventory_format::csv, "CSV"},
        {inventory_format::json, "JSON"},
    }};
};

template <>
struct enum_names<job_action> {
    static constexpr std::array<std::pair<job_action, std::string_view>, 3> names{{
        {job_action::archive_retrieval, "ArchiveRetrieval"},
        {job_action::inventory_retrieval, "InventoryRetrieval"},
        {job_action::select, "Select"},
    }};
};

template <>
struct enum_names<job_status> {
    static constexpr std::array<std::pair<job_status, std::string_view>, 3> names{{
        {job_status::in_progress, "InProgress"},
        {job_status::succeeded, "Succeeded"},
        {job_status::failed, "Failed"},
    }};
};

template <>
struct json_fields<inventory_retrieval_parameters> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field<presence::optional, timestamp_to_the_second>("StartDate",
                                                           &inventory_retrieval_parameters::start_date),
        field<presence::optional, timestamp_to_the_second>("EndDate",
                                                           &inventory_retrieval_parameters::end_date),
        field("Limit", &inventory_retrieval_parameters::limit),
        field("Marker", &inventory_retrieval_parameters::marker),
    };
};

template <>
struct json_fields<job_parameters> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field<presence::argument>("Type", &job_parameters::type),
        field("ArchiveId", &job_parameters::archive),
        field("Description", &job_parameters::description),
        field("SNSTopic", &job_parameters::sns_topic),
        field("Tier", &job_parameters::tier),
        field("RetrievalByteRange", &job_parameters::range),
        field("Format", &job_parameters::format),
        field("InventoryRetrievalParameters", &job_parameters::inventory),
        field("SelectParameters", &job_parameters::select_query),
        field("OutputLocation", &job_parameters::output),
    };
};

template <>
struct json_fields<inventory_job_description> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("Format", &inventory_job_description::format),
        field<presence::optional, timestamp_to_the_second>("StartDate",
                                                           &inventory_job_description::start_date),
        field<presence::optional, timestamp_to_the_second>("EndDate", &inventory_job_description::end_date),
        field("Limit", &inventory_job_description::limit),
        field("Marker", &inventory_job_description::marker),
    };
};

template <>
struct json_fields<job_description> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("JobId", &job_description::job),
        field("JobDescription", &job_description::description),
        field("Action", &job_description::action),
        field("ArchiveId", &job_description::archive),
        field("VaultARN", &job_description::vault_arn),
        field("CreationDate", &job_description::creation_date),
        field("Completed", &job_description::completed),
        field("StatusCode", &job_description::status),
        field("StatusMessage", &job_description::status_message),
        field("ArchiveSizeInBytes", &job_description::archive_size_in_bytes),
        field("InventorySizeInBytes", &job_description::inventory_size_in_bytes),
        field("SNSTopic", &job_description::sns_topic),
        field("CompletionDate", &job_description::completion_date),
        field("SHA256TreeHash", &job_description::tree_hash),
        field("ArchiveSHA256TreeHash", &job_description::archive_tree_hash),
        field("RetrievalByteRange", &job_description::retrieval_byte_range),
        field("Tier", &job_description::tier),
        field("InventoryRetrievalParameters", &job_description::inventory),
        field("JobOutputPath", &job_description::job_output_path),
        field("SelectParameters", &job_description::select_query),
        field("OutputLocation", &job_description::output),
    };
};

template <>
struct json_fields<list_jobs_result> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("JobList", &list_jobs_result::jobs),
        field("Marker", &list_jobs_result::marker),
    };
};

template <>
struct operation_traits<initiate_job_request> {
    static constexpr operation id = operation::initiate_job;
    using result_type = initiate_job_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &initiate_job_request::vault),
        json_body(&initiate_job_request::parameters),
    };
    static constexpr auto output = std::tuple{
        header<presence::argument>("x-amz-job-id", &initiate_job_result::job),
        header("Location", &initiate_job_result::location),
        header("x-amz-job-output-path", &initiate_job_result::output_path),
    };
};

template <>
struct operation_traits<describe_job_request> {
    static constexpr operation id = operation::describe_job;
    using result_type = job_description;
    static constexpr auto input = std::tuple{
        uri("vaultName", &describe_job_request::vault),
        uri("jobId", &describe_job_request::job),
    };
    static constexpr auto output = std::tuple{json_document()};
};

template <>
struct operation_traits<list_jobs_request> {
    static constexpr operation id = operation::list_jobs;
    using result_type = list_jobs_result;
    static constexpr auto input = std::tuple{
        uri("vaultName", &list_jobs_request::vault),     query("completed", &list_jobs_request::completed),
        query("limit", &list_jobs_request::limit),       query("marker", &list_jobs_request::marker),
        query("statuscode", &list_jobs_request::status),
    };
    static constexpr auto output = std::tuple{json_document()};
};

template <>
struct operation_traits<get_job_output_request> {
    static constexpr operation id = operation::get_job_output;
    using result_type = job_output_head;
    static constexpr auto input = std::tuple{
        uri("vaultName", &get_job_output_request::vault),
        uri("jobId", &get_job_output_request::job),
        header("Range", &get_job_output_request::range),
    };
    static constexpr auto output = std::tuple{
        header("Accept-Ranges", &job_output_head::accept_ranges),
        header("Content-Range", &job_output_head::content_range),
        header("Content-Type", &job_output_head::content_type),
        header("x-amz-archive-description", &job_output_head::description),
        header("x-amz-sha256-tree-hash", &job_output_head::tree_hash),
    };
};

} // namespace glacier::protocol
