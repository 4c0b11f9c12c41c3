#pragma once

#include <glacier/client.hpp>
#include <glacier/transfer_progress.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace glacier {

/// What all ways to download the output of a job have in common.
struct download_settings {
    download_settings() = default;

    /// Ranges on their way at once, at most; 1 to 1,000. Fewer after the service was in trouble, more again with
    /// each range that goes well. The client's pool_settings::connections_max bounds them too. Errors:
    /// errc::invalid_option.
    std::size_t concurrency = 4;
    /// Only these bytes of the output are kept; all of it is fetched and verified as a whole output is. Nothing: all. Errors:
    /// errc::invalid_byte_range if the output does not have them.
    std::optional<byte_range> part_of_output;
    /// Told after each range. Called on an executor of the client's context; must not block or throw.
    std::function<void(transfer_progress const&)> on_progress;
};

/// For download_job_output().
struct download_job_output_request : download_settings {
    /// The vault, the job, and where its output goes.
    download_job_output_request(vault_name its_vault, job_id its_job, std::filesystem::path its_file)
        : vault(std::move(its_vault)), job(std::move(its_job)), file(std::move(its_file))
    {}

    /// The vault of the job.
    vault_name vault;
    /// An archive retrieval that has succeeded.
    job_id job;
    /// Where the bytes go; written as FILE.part first. An existing file is replaced at the end; what is there and no
    /// regular file, such as a device or a pipe, is refused.
    std::filesystem::path file;
    /// Size of the ranges that are fetched but the last. A state file keeps the one that it was begun with, and takes a
    /// larger one for outputs of more than 10,000 ranges.
    part_size size_of_range = part_size(std::uint64_t(16) * 1'048'576);
    /**
     * Where it is kept how far the download is, so that another process can take it up, with the same file. Made if it
     * is not there; the directory must exist, and nothing else may use the file. Removed at the end. Nothing: FILE.part
     * is removed when the download fails, and it cannot be taken up. Errors: errc::invalid_option for `file` or
     * FILE.part.
     */
    std::optional<std::filesystem::path> state_file;
};

/// What a download has written.
struct download_result {
    /// As it was asked for.
    std::filesystem::path file;
    /// Bytes that were written.
    std::uint64_t bytes = 0;
    /// Of the whole output, as it was received.
    glacier::tree_hash tree_hash;
    /// Whether all of it was compared with hashes that the service said: one of the whole, or one of each range. The
    /// service says none of bytes that are not tree-hash aligned, see is_tree_hash_aligned(): of those only the lengths
    /// were compared. Ranges from an earlier run count only with a hash of the whole.
    bool verified = false;
    /// Ranges that the output was fetched in.
    std::uint64_t ranges = 0;
    /// Those of them that were there from an earlier run.
    std::uint64_t ranges_resumed = 0;
    /// How often a range had to be fetched again.
    std::uint64_t repetitions = 0;
};

/**
 * Gets the output of an archive retrieval job that has succeeded, as concurrent ranges.
 *
 * Each range is checked against the service's hash of it, and fetched again alone if it is wrong or broke off; the
 * whole is checked against the hash in the job's description. Where the service says no hash, as of a job for bytes
 * that are not tree-hash aligned, only lengths are checked: download_result::verified tells. Then FILE.part is synced to the disk and
 * renamed: under the final name stands the whole output, or what was there before. The disk space
 * is reserved first, where the file system can do that.
 *
 * Taking up: with a state file, ranges that it records are read back and compared with their hashes, and only
 * missing or wrong ones are fetched. The job may be another one if it retrieves the same bytes of the same archive.
 *
 * Memory: within transfer_settings::memory_max; up to 4 MiB for each range on its way, less where there is less.
 *
 * Cancellation: prompt; FILE.part is removed, unless there is a state file. Once all is fetched it comes too late: the
 *   download succeeds.
 *
 * Errors: operation_error, or a system_error for a file; errc::tree_hash_mismatch and errc::length_mismatch
 *   for bytes that stay wrong; errc::invalid_option if the job is not a completed archive retrieval;
 *   errc::state_file_invalid, errc::state_file_in_use, errc::state_file_mismatch. Without a state file FILE.part is
 *   removed.
 */
asio::awaitable<download_result> download_job_output(client service, download_job_output_request request);

/// Takes bytes in order, verified as far as the service says hashes: see download_result::verified.
class stream_sink {
public:
    /// For derived classes.
    stream_sink() = default;
    stream_sink(stream_sink const&) = delete;
    stream_sink& operator=(stream_sink const&) = delete;
    virtual ~stream_sink() = default;

    /**
     * Takes the next bytes, at least one, which stay valid until it completes. While it takes its time, no more is
     * fetched than there is room for.
     *
     * Runs on a strand of the client's context, once at a time. It must not block, nor wait for another transfer of
     * the same client: each may hold the memory that the other one needs. Cancellation of the download cancels it. What
     * it throws ends the download.
     */
    virtual asio::awaitable<void> write(std::span<std::byte const> bytes) = 0;
};

/// For stream_job_output().
struct stream_job_output_request : download_settings {
    /// The vault, the job, and who takes its output.
    stream_job_output_request(vault_name its_vault, job_id its_job, std::shared_ptr<stream_sink> its_sink)
        : vault(std::move(its_vault)), job(std::move(its_job)), sink(std::move(its_sink))
    {}

    /// The vault of the job.
    vault_name vault;
    /// An archive retrieval that has succeeded.
    job_id job;
    /// Takes the bytes; not null. It is not used by anybody else before the download has ended.
    std::shared_ptr<stream_sink> sink;
    /// Size of the ranges that are fetched but the last. Each is held in memory until it is verified and written.
    part_size size_of_range = part_size(std::uint64_t(4) * 1'048'576);
};

/**
 * Gets the output of an archive retrieval job as a stream, in order; otherwise as download_job_output(). Each range is
 * verified before a byte of it is given to the sink, if the service says a hash of it.
 *
 * Memory: `concurrency` ranges at most, as far as transfer_settings::memory_max allows.
 *
 * Cancellation: prompt.
 *
 * Errors: those of download_job_output(); errc::memory_limit_too_low if no range fits; what the sink throws. If the hash
 *   of the whole is wrong, the sink has all bytes before that is known.
 */
asio::awaitable<download_result> stream_job_output(client service, stream_job_output_request request);

} // namespace glacier
