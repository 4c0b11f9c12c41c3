#pragma once

#include <glacier/client.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace glacier {

/// How far an upload or a download is.
struct transfer_progress {
    /// Bytes in all.
    std::uint64_t bytes_total = 0;
    /// Bytes of parts that are acknowledged or verified.
    std::uint64_t bytes_done = 0;
    /// Parts of an upload, or ranges of a download.
    std::uint64_t parts_total = 0;
    /// Those that are acknowledged or verified.
    std::uint64_t parts_done = 0;
};

/// For upload_file().
struct upload_file_request {
    /// The vault and the file.
    upload_file_request(vault_name its_vault, std::filesystem::path its_file)
        : vault(std::move(its_vault)), file(std::move(its_file))
    {}

    /// The vault that gets the archive.
    vault_name vault;
    /// A regular file of 1 byte to 10,000 x 4 GiB. It must not change until the upload has completed.
    std::filesystem::path file;
    /// Kept with the archive and shown in inventories. Nothing: none.
    std::optional<glacier::description> description;
    /// Size of each part but the last. Nothing: the smallest of at least 8 MiB with which the file fits into
    /// 10,000 parts.
    std::optional<part_size> size_of_part;
    /// Parts on their way at once, 1 to 1,000. The client's pool_settings::connections_max bounds them too.
    /// Errors: errc::invalid_option.
    std::size_t concurrency = 4;
    /// Told the id as soon as the upload exists at the service. Called on an executor of the client's
    /// context.
    std::function<void(upload_id const&)> on_started;
    /// Told after each part. Called on an executor of the client's context; must not block or throw.
    std::function<void(transfer_progress const&)> on_progress;
};

/// What upload_file() has stored.
struct upload_file_result {
    upload_file_result() = default;
    /// A result with this id.
    explicit upload_file_result(archive_id its_archive) : archive(std::move(its_archive)) {}

    /// Id of the new archive.
    archive_id archive;
    /// Hash of the whole file, which the service has compared with its own.
    glacier::tree_hash tree_hash;
    /// Size of the file.
    std::uint64_t bytes = 0;
    /// Size of each part but the last, in bytes.
    std::uint64_t size_of_part = 0;
    /// Parts that were sent.
    std::uint64_t parts = 0;
    /// As archive_creation_result::location.
    std::string location;
};

/**
 * Stores a file as an archive, as concurrent parts of a multipart upload.
 *
 * Each part is read and hashed off the event loop, and compared with the service's own hash of it. If a part
 * fails for good, no new ones start, those on their way end, and the upload is aborted.
 *
 * Memory: concurrency x 512 KiB, whatever the part size.
 *
 * Cancellation: prompt; the upload stays at the service, with the id that on_started() was told, until it is
 *   aborted or expires after a day or more. It costs nothing.
 *
 * Errors: operation_error, or a system_error if the file cannot be read; errc::file_empty,
 *   errc::file_changed, errc::archive_too_large; errc::invalid_part_size if the file does not fit into 10,000
 *   parts of the size that was asked for.
 */
asio::awaitable<upload_file_result> upload_file(client service, upload_file_request request);

/// For wait_for_job().
struct wait_for_job_request {
    /// The vault and the job.
    wait_for_job_request(vault_name its_vault, job_id its_job)
        : vault(std::move(its_vault)), job(std::move(its_job))
    {}

    /// The vault of the job.
    vault_name vault;
    /// The job to wait for.
    job_id job;
    /// Above zero. The first look comes at once, the second after interval_min, later ones after half of the
    /// time waited so far, but not above interval_max. Errors: errc::invalid_option.
    std::chrono::milliseconds interval_min = std::chrono::seconds(1);
    /// The longest time between two looks; one below interval_min counts as interval_min.
    std::chrono::milliseconds interval_max = std::chrono::minutes(5);
    /// Told after each look. Called by the coroutine that waits; must not block or throw.
    std::function<void(job_description const&)> on_look;
};

/**
 * Waits until a job has succeeded. There is no limit but cancellation: jobs take hours.
 *
 * Cancellation: prompt. The job goes on at the service.
 *
 * Errors: operation_error with errc::job_failed and the service's words if the job failed; otherwise those of
 *   client::describe_job().
 */
asio::awaitable<job_description> wait_for_job(client service, wait_for_job_request request);

/// For download_job_output().
struct download_job_output_request {
    /// The vault, the job, and where its output goes.
    download_job_output_request(vault_name its_vault, job_id its_job, std::filesystem::path its_file)
        : vault(std::move(its_vault)), job(std::move(its_job)), file(std::move(its_file))
    {}

    /// The vault of the job.
    vault_name vault;
    /// An archive retrieval that has succeeded.
    job_id job;
    /// Where the bytes go; written as FILE.part first. An existing file is replaced at the end.
    std::filesystem::path file;
    /// Size of the ranges that are fetched but the last: a power of two of MiB, 16 MiB if not set.
    part_size size_of_range = part_size(std::uint64_t(16) * 1'048'576);
    /// Ranges on their way at once, 1 to 1,000. The client's pool_settings::connections_max bounds them too.
    /// Errors: errc::invalid_option.
    std::size_t concurrency = 4;
    /// Told after each range. Called on an executor of the client's context; must not block or throw.
    std::function<void(transfer_progress const&)> on_progress;
};

/// What download_job_output() has written.
struct download_result {
    /// As it was asked for.
    std::filesystem::path file;
    /// Size of the file.
    std::uint64_t bytes = 0;
    /// Of the bytes that were written. Verified against the service's.
    glacier::tree_hash tree_hash;
};

/**
 * Gets the output of an archive retrieval job that has succeeded, as concurrent ranges.
 *
 * Each range is checked against the service's hash of it, and fetched up to three times if it is wrong; the
 * whole is checked against the hash in the job's description. Then FILE.part is synced to the disk and
 * renamed: under the final name stands the whole, verified output, or what was there before. The disk space
 * is reserved first.
 *
 * Memory: concurrency x 256 KiB.
 *
 * Cancellation: prompt; FILE.part is removed.
 *
 * Errors: operation_error, or a system_error for the file; errc::tree_hash_mismatch and errc::length_mismatch
 *   for bytes that stay wrong; errc::invalid_option if the job is not a completed archive retrieval.
 *   FILE.part is removed.
 */
asio::awaitable<download_result> download_job_output(client service, download_job_output_request request);

/// For retrieve_archive().
struct retrieve_archive_request {
    /// The vault, the archive, and where it goes.
    retrieve_archive_request(vault_name its_vault, archive_id its_archive, std::filesystem::path its_file)
        : vault(std::move(its_vault)), archive(std::move(its_archive)), file(std::move(its_file))
    {}

    /// The vault that has the archive.
    vault_name vault;
    /// The archive to retrieve, all of it.
    archive_id archive;
    /// As download_job_output_request::file.
    std::filesystem::path file;
    /// How fast, and at which price. Nothing: the service takes Standard.
    std::optional<glacier::tier> tier;
    /// Shown with the job. Nothing: none.
    std::optional<glacier::description> job_description_text;
    /// As download_job_output_request::size_of_range.
    part_size size_of_range = part_size(std::uint64_t(16) * 1'048'576);
    /// As download_job_output_request::concurrency.
    std::size_t concurrency = 4;
    /// Told the id as soon as the job exists. Keep it: the output can be had with it for a day. Called by the
    /// coroutine that waits.
    std::function<void(job_id const&)> on_started;
    /// As wait_for_job_request::on_look.
    std::function<void(job_description const&)> on_look;
    /// As download_job_output_request::on_progress.
    std::function<void(transfer_progress const&)> on_progress;
};

/// The job of retrieve_archive(), and what was written.
struct retrieve_archive_result {
    retrieve_archive_result() = default;
    /// A result with this id.
    explicit retrieve_archive_result(job_id its_job) : job(std::move(its_job)) {}

    /// The job, whose output can be had again for a day.
    job_id job;
    /// What was written.
    download_result download;
};

/**
 * Starts a retrieval job, waits for it, which takes hours, and downloads its output.
 *
 * The place for the file is checked before the job is started, since every job is charged.
 *
 * Cancellation: prompt; FILE.part is removed. The job goes on at the service; wait_for_job() and
 *   download_job_output() with its id take it up.
 *
 * Errors: those of client::initiate_job(), wait_for_job() and download_job_output().
 */
asio::awaitable<retrieve_archive_result> retrieve_archive(client service, retrieve_archive_request request);

} // namespace glacier
