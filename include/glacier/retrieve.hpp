#pragma once

#include <glacier/download.hpp>
#include <glacier/waiter.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

namespace glacier {

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

/// Bytes of an archive whose size is known, from an inventory or from the upload.
struct archive_part {
    /// `its_bytes` of an archive of `its_archive_bytes`. Throws invalid_value with errc::invalid_byte_range for
    /// bytes that the archive does not have.
    archive_part(byte_range its_bytes, std::uint64_t its_archive_bytes);

    /// Which bytes.
    byte_range bytes;
    /// Size of the archive.
    std::uint64_t archive_bytes;
};

/// For find_or_start_retrieval().
struct retrieval_job_request {
    /// The vault and the archive.
    retrieval_job_request(vault_name its_vault, archive_id its_archive)
        : vault(std::move(its_vault)), archive(std::move(its_archive))
    {}

    /// The vault that has the archive.
    vault_name vault;
    /// The archive.
    archive_id archive;
    /// The bytes to retrieve: exactly these, so they must begin and end as is_megabyte_aligned() says. Nothing: all.
    std::optional<byte_range> range;
    /// How fast, and at which price. Nothing: the service takes Standard; a job of any tier that is there already
    /// is taken.
    std::optional<glacier::tier> tier;
    /// Shown with a new job. Nothing: none.
    std::optional<glacier::description> description;
    /// Told of a new job's end. Nothing: nobody.
    std::optional<glacier::sns_topic> sns_topic;
};

/// What find_or_start_retrieval() gives.
struct retrieval_job {
    retrieval_job() = default;
    /// A job with this id.
    retrieval_job(job_id its_job, bool is_new) : job(std::move(its_job)), started(is_new) {}

    /// The job.
    job_id job;
    /// It was started here; else it was there.
    bool started = false;
};

/**
 * Finds a job of the vault that retrieves the same bytes of the same archive, in progress or with its output still
 * there, with the tier if one is asked for; or starts one. Every job is charged.
 *
 * Cancellation: prompt; a job may have been started.
 * Errors: those of client::list_jobs() and client::initiate_job(). After outcome_unknown() of the latter, calling again
 *   finds the job, if there is one.
 */
asio::awaitable<retrieval_job> find_or_start_retrieval(client service, retrieval_job_request request);

/// For retrieve_archive().
struct retrieve_archive_request {
    /// The vault, the archive, and where it goes.
    retrieve_archive_request(vault_name its_vault, archive_id its_archive, std::filesystem::path its_file)
        : vault(std::move(its_vault)), archive(std::move(its_archive)), file(std::move(its_file))
    {}

    /// The vault that has the archive.
    vault_name vault;
    /// The archive to retrieve.
    archive_id archive;
    /// As download_job_output_request::file.
    std::filesystem::path file;
    /// Only these bytes go into the file. Any bytes: what the service retrieves is the smallest range around them of
    /// which it tells a tree hash, see tree_hash_aligned(), so that they are verified. Nothing: all. Errors:
    /// errc::invalid_byte_range once the job shows that the archive has another size.
    std::optional<archive_part> part;
    /// How fast, and at which price. Nothing: the service takes Standard.
    std::optional<glacier::tier> tier;
    /// Shown with the job. Nothing: none.
    std::optional<glacier::description> job_description_text;
    /// Starts a new job even if there is an equal one.
    bool always_new_job = false;
    /// As download_job_output_request::size_of_range.
    part_size size_of_range = part_size(std::uint64_t(16) * 1'048'576);
    /// As download_settings::concurrency.
    std::size_t concurrency = 4;
    /// As download_job_output_request::state_file. It also has the job, so that each stage can be taken up: the wait
    /// for the job, and the download.
    std::optional<std::filesystem::path> state_file;
    /// Waits for the job. Nothing: shared_job_waiter(), which all retrievals from this vault by the same client share.
    std::optional<job_waiter> waiter;
    /// Told the job as soon as it was found or exists. Called on an executor of the client's context; must not block
    /// or throw.
    std::function<void(retrieval_job const&)> on_job;
    /// Told after each look at the job. Called on an executor of the client's context; must not block or throw.
    std::function<void(job_description const&)> on_look;
    /// As download_settings::on_progress.
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
 * Finds an equal job or starts one, waits for it, which takes hours, and downloads its output.
 *
 * The place for the file is checked before a job is started, since every job is charged.
 *
 * Taking up: with a state file, or without one since an equal job is found, another process goes on where this one
 * ended. If the output has expired meanwhile, which it does after a day, a new job is started, and ranges that were
 * fetched from the old one are not fetched again.
 *
 * Cancellation: prompt; without a state file FILE.part is removed. The job goes on at the service.
 *
 * Errors: those of find_or_start_retrieval(), job_waiter::wait() and download_job_output().
 */
asio::awaitable<retrieve_archive_result> retrieve_archive(client service, retrieve_archive_request request);

} // namespace glacier
