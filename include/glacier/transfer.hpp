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
    std::uint64_t bytes_total = 0;
    /// Of parts that are acknowledged or verified.
    std::uint64_t bytes_done = 0;
    std::uint64_t parts_total = 0;
    std::uint64_t parts_done = 0;
};

/// For upload_file().
struct upload_file_request {
    upload_file_request(vault_name its_vault, std::filesystem::path its_file)
        : vault(std::move(its_vault)), file(std::move(its_file))
    {}

    vault_name vault;
    std::filesystem::path file;
    std::optional<glacier::description> description;
    /// If not set: the smallest of at least 8 MiB with which the file fits into 10,000 parts.
    std::optional<part_size> size_of_part;
    /// Parts on their way at once, 1 to 1,000. The client's pool_settings::connections_max bounds them too.
    std::size_t concurrency = 4;
    /// Told the id as soon as the upload exists at the service. Called on an executor of the client's context.
    std::function<void(upload_id const&)> on_started;
    /// Told after each part. Called on an executor of the client's context; must not block or throw.
    std::function<void(transfer_progress const&)> on_progress;
};

struct upload_file_result {
    upload_file_result() = default;
    explicit upload_file_result(archive_id its_archive) : archive(std::move(its_archive)) {}

    archive_id archive;
    glacier::tree_hash tree_hash;
    std::uint64_t bytes = 0;
    std::uint64_t size_of_part = 0;
    std::uint64_t parts = 0;
    std::string location;
};

/**
 * Stores a file as an archive, as concurrent parts of a multipart upload.
 *
 * Each part is read and hashed off the event loop, and compared with the service's own hash of it. If a part
 * fails for good, no new ones start, those on their way end, and the upload is aborted.
 *
 * Memory: concurrency x 512 KiB, whatever the part size.
 * Cancellation: prompt; the upload stays at the service, with the id that on_started() was told, until it is
 *   aborted or expires after a day or more. It costs nothing.
 * Errors: operation_error, or a system_error if the file cannot be read; errc::file_empty,
 *   errc::file_changed, errc::archive_too_large; errc::invalid_part_size if the file does not fit into 10,000
 *   parts of the size that was asked for.
 */
asio::awaitable<upload_file_result> upload_file(client service, upload_file_request request);

/// For wait_for_job().
struct wait_for_job_request {
    wait_for_job_request(vault_name its_vault, job_id its_job)
        : vault(std::move(its_vault)), job(std::move(its_job))
    {}

    vault_name vault;
    job_id job;
    /// The first look comes at once, the second after interval_min, later ones after half of the time waited
    /// so far, but not above interval_max.
    std::chrono::milliseconds interval_min = std::chrono::seconds(1);
    std::chrono::milliseconds interval_max = std::chrono::minutes(5);
    /// Told after each look. Called on an executor of the client's context; must not block or throw.
    std::function<void(job_description const&)> on_look;
};

/**
 * Waits until a job has succeeded. There is no limit but cancellation: jobs take hours.
 *
 * Errors: operation_error with errc::job_failed and the service's words if the job failed; otherwise those of
 *   client::describe_job().
 */
asio::awaitable<job_description> wait_for_job(client service, wait_for_job_request request);

/// For download_job_output().
struct download_job_output_request {
    download_job_output_request(vault_name its_vault, job_id its_job, std::filesystem::path its_file)
        : vault(std::move(its_vault)), job(std::move(its_job)), file(std::move(its_file))
    {}

    vault_name vault;
    job_id job;
    /// Where the bytes go; written as FILE.part first. An existing file is replaced at the end.
    std::filesystem::path file;
    /// Size of the ranges that are fetched: a power of two of MiB.
    part_size size_of_range = part_size(std::uint64_t(16) * 1'048'576);
    /// Ranges on their way at once, 1 to 1,000.
    std::size_t concurrency = 4;
    /// Told after each range. Called on an executor of the client's context; must not block or throw.
    std::function<void(transfer_progress const&)> on_progress;
};

struct download_result {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    /// Of the bytes that were written. Verified against the service's.
    glacier::tree_hash tree_hash;
};

/**
 * Gets the output of an archive retrieval job that has succeeded, as concurrent ranges.
 *
 * Each range is checked against the service's hash of it, and fetched again up to three times if it is wrong;
 * the whole is checked against the hash in the job's description. Then FILE.part is synced to the disk and
 * renamed: under the final name stands the whole, verified output, or what was there before. The disk space is
 * reserved first.
 *
 * Memory: concurrency x 256 KiB.
 * Cancellation: prompt; FILE.part is removed.
 * Errors: operation_error, or a system_error for the file; errc::tree_hash_mismatch for bytes that stay wrong;
 *   errc::invalid_option if the job is not a completed archive retrieval. FILE.part is removed.
 */
asio::awaitable<download_result> download_job_output(client service, download_job_output_request request);

/// For retrieve_archive().
struct retrieve_archive_request {
    retrieve_archive_request(vault_name its_vault, archive_id its_archive, std::filesystem::path its_file)
        : vault(std::move(its_vault)), archive(std::move(its_archive)), file(std::move(its_file))
    {}

    vault_name vault;
    archive_id archive;
    /// As in download_job_output_request.
    std::filesystem::path file;
    std::optional<glacier::tier> tier;
    std::optional<glacier::description> job_description_text;
    part_size size_of_range = part_size(std::uint64_t(16) * 1'048'576);
    std::size_t concurrency = 4;
    /// Told the id as soon as the job exists. Keep it: the output can be had with it for a day.
    std::function<void(job_id const&)> on_started;
    std::function<void(job_description const&)> on_look;
    std::function<void(transfer_progress const&)> on_progress;
};

struct retrieve_archive_result {
    retrieve_archive_result() = default;
    explicit retrieve_archive_result(job_id its_job) : job(std::move(its_job)) {}

    job_id job;
    download_result download;
};

/**
 * Starts a retrieval job, waits for it, which takes hours, and downloads its output.
 *
 * The place for the file is checked before the job is started. Cancellation: the job goes on at the service;
 * wait_for_job() and download_job_output() with its id take it up.
 */
asio::awaitable<retrieve_archive_result> retrieve_archive(client service, retrieve_archive_request request);

} // namespace glacier
