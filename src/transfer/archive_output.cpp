#include "transfer/archive_output.hpp"

namespace glacier::transfer {

void check(download_settings const& asked)
{
    if (asked.concurrency == 0 || asked.concurrency > 1'000)
        throw invalid_value(errc::invalid_option,
                            "concurrency " + std::to_string(asked.concurrency) + ", 1 to 1000 are allowed");
}

void check_part(archive_output const& output, std::optional<byte_range> const& part)
{
    if (part && part->last() >= output.bytes())
        throw invalid_value(errc::invalid_byte_range,
                            part->str() + " of an output of " + std::to_string(output.bytes()) + " bytes");
}

operation_error download_error(vault_name const& vault, job_id const& job, error_code reason,
                               std::string message)
{
    error_details details;
    details.operation = "download";
    details.resource = "vault " + vault.str() + ", job " + job.str();
    details.message = std::move(message);
    return operation_error(reason, std::move(details));
}

archive_output output_of(vault_name vault, job_id id, job_description const& job)
{
    if (job.action != job_action::archive_retrieval)
        throw download_error(vault, id, errc::invalid_option, "the job does not retrieve an archive");
    if (job.status != job_status::succeeded)
        throw download_error(vault, id, errc::invalid_option, "the job has not succeeded");
    if (!job.retrieval_byte_range && !job.archive_size_in_bytes)
        throw download_error(vault, id, errc::malformed_response,
                             "neither RetrievalByteRange nor ArchiveSizeInBytes");
    if (!job.retrieval_byte_range && *job.archive_size_in_bytes == 0)
        throw download_error(vault, id, errc::malformed_response, "ArchiveSizeInBytes is 0");
    byte_range const range =
        job.retrieval_byte_range ? *job.retrieval_byte_range : byte_range(0, *job.archive_size_in_bytes - 1);
    if (job.archive_size_in_bytes && range.last() >= *job.archive_size_in_bytes)
        throw download_error(vault, id, errc::malformed_response,
                             "RetrievalByteRange " + range.str() + " of " +
                                 std::to_string(*job.archive_size_in_bytes) + " bytes");

    archive_output output(std::move(vault), std::move(id), range);
    output.archive = job.archive.value_or(std::string());
    output.archive_bytes = job.archive_size_in_bytes.value_or(range.last() + 1);
    output.tree_hash = job.tree_hash;
    if (!output.tree_hash && output.is_whole_archive())
        output.tree_hash = job.archive_tree_hash;
    return output;
}

asio::awaitable<archive_output> describe_output(client service, vault_name vault, job_id job)
{
    describe_job_request request(vault, job);
    job_description const described = co_await service.describe_job(std::move(request));
    co_return output_of(std::move(vault), std::move(job), described);
}

} // namespace glacier::transfer
