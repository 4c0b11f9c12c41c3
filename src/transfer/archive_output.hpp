#pragma once

#include <glacier/byte_range.hpp>
#include <glacier/client.hpp>
#include <glacier/download.hpp>
#include <glacier/tree_hash.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace glacier::transfer {

/// The output of an archive retrieval job that has succeeded.
struct archive_output {
    archive_output(vault_name its_vault, job_id its_job, byte_range its_range)
        : vault(std::move(its_vault)), job(std::move(its_job)), range(its_range)
    {}

    std::uint64_t bytes() const noexcept { return range.size(); }
    bool is_whole_archive() const noexcept { return range.first() == 0 && range.size() == archive_bytes; }

    vault_name vault;
    job_id job;
    /// Which bytes of the archive.
    byte_range range;
    /// Empty if the service does not say.
    std::string archive;
    /// Size of the archive; that of the output if the service does not say.
    std::uint64_t archive_bytes = 0;
    /// Of the output; nothing if the service does not say.
    std::optional<glacier::tree_hash> tree_hash;
};

/// Throws invalid_value for what cannot be, whatever the output.
void check(download_settings const& asked);

/// Throws invalid_value with errc::invalid_byte_range for a part that the output does not have.
void check_part(archive_output const& output, std::optional<byte_range> const& part);

/// The error of a download, about a job.
operation_error download_error(vault_name const& vault, job_id const& job, error_code reason,
                               std::string message);

/// Throws operation_error with errc::invalid_option for a job that is no completed retrieval of an archive, and with
/// errc::malformed_response for a description that makes no sense.
archive_output output_of(vault_name vault, job_id id, job_description const& job);

/// Asks the service. Errors: those of client::describe_job() and output_of().
asio::awaitable<archive_output> describe_output(client service, vault_name vault, job_id job);

} // namespace glacier::transfer
