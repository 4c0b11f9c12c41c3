#pragma once

#include <glacier/byte_range.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/select.hpp>
#include <glacier/sha256_digest.hpp>
#include <glacier/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

enum class job_type { archive_retrieval, inventory_retrieval, select };

/// What a job does, as answers name it. `unknown`: a name that this version does not know.
enum class job_action { unknown, archive_retrieval, inventory_retrieval, select };

enum class job_status { unknown, in_progress, succeeded, failed };

/// How fast, and at which price, an archive is retrieved: Expedited 1 to 5 minutes (archives below 250 MB),
/// Standard 3 to 5 hours, Bulk 5 to 12 hours.
enum class tier { unknown, expedited, standard, bulk };

enum class inventory_format { csv, json };

/// Which archives an inventory lists, and how many at once.
struct inventory_retrieval_parameters {
    inventory_retrieval_parameters() = default;

    /// Archives created at or after this moment (to the second).
    std::optional<timestamp> start_date;
    /// Archives created before this moment (to the second).
    std::optional<timestamp> end_date;
    /// At most so many archives, 1 or more; the job's description then has the marker for the next job.
    std::optional<std::uint32_t> limit;
    /// From the description of the job before.
    std::optional<std::string> marker;
};

/// What InitiateJob is asked to do. Made by archive_retrieval(), inventory_retrieval() or select().
struct job_parameters {
    explicit job_parameters(job_type its_type) : type(its_type) {}

    static job_parameters archive_retrieval(archive_id archive)
    {
        job_parameters parameters(job_type::archive_retrieval);
        parameters.archive = std::move(archive);
        return parameters;
    }

    static job_parameters inventory_retrieval() { return job_parameters(job_type::inventory_retrieval); }

    static job_parameters select(archive_id archive, select_parameters query, output_location output)
    {
        job_parameters parameters(job_type::select);
        parameters.archive = std::move(archive);
        parameters.select_query = std::move(query);
        parameters.output = std::move(output);
        return parameters;
    }

    job_type type;
    /// For archive retrievals and select jobs, and required there.
    std::optional<archive_id> archive;
    std::optional<glacier::description> description;
    /// A topic that is told when the job ends, besides the vault's own.
    std::optional<glacier::sns_topic> sns_topic;
    /// For archive retrievals and select jobs; the service's default is Standard.
    std::optional<glacier::tier> tier;
    /// For archive retrievals: part of the archive, megabyte-aligned.
    std::optional<byte_range> range;
    /// For inventories; the service's default is JSON.
    std::optional<inventory_format> format;
    std::optional<inventory_retrieval_parameters> inventory;
    /// For select jobs, and required there.
    std::optional<select_parameters> select_query;
    /// For select jobs, and required there.
    std::optional<output_location> output;
};

/// For client::initiate_job().
struct initiate_job_request {
    initiate_job_request(vault_name its_vault, job_parameters its_parameters)
        : vault(std::move(its_vault)), parameters(std::move(its_parameters))
    {}

    vault_name vault;
    job_parameters parameters;
};

struct initiate_job_result {
    initiate_job_result() = default;
    explicit initiate_job_result(job_id its_job) : job(std::move(its_job)) {}

    job_id job;
    std::string location;
    /// Where a select job writes its output.
    std::optional<std::string> output_path;
};

/// The parameters of an inventory job, as its description shows them.
struct inventory_job_description {
    std::optional<std::string> format;
    std::optional<timestamp> start_date;
    std::optional<timestamp> end_date;
    std::optional<std::string> limit;
    /// For the next job; nothing when the inventory ends here.
    std::optional<std::string> marker;
};

/// A job as DescribeJob, ListJobs and notifications show it.
struct job_description {
    std::string job;
    std::optional<std::string> description;
    job_action action = job_action::unknown;
    std::optional<std::string> archive;
    std::string vault_arn;
    timestamp creation_date;
    /// The job has ended, well or not: status tells.
    bool completed = false;
    job_status status = job_status::unknown;
    std::optional<std::string> status_message;
    /// Size of the whole archive.
    std::optional<std::uint64_t> archive_size_in_bytes;
    /// Size of the inventory, once it is made.
    std::optional<std::uint64_t> inventory_size_in_bytes;
    std::optional<std::string> sns_topic;
    std::optional<timestamp> completion_date;
    /// Hash of the retrieved range, if that is tree-hash aligned.
    std::optional<glacier::tree_hash> tree_hash;
    /// Hash of the whole archive.
    std::optional<glacier::tree_hash> archive_tree_hash;
    /// The part of the archive that the job retrieves.
    std::optional<byte_range> retrieval_byte_range;
    std::optional<glacier::tier> tier;
    std::optional<inventory_job_description> inventory;
    /// Where a select job writes its result.
    std::optional<std::string> job_output_path;
    std::optional<select_parameters> select_query;
    std::optional<output_location> output;
};

/// For client::describe_job().
struct describe_job_request {
    describe_job_request(vault_name its_vault, job_id its_job)
        : vault(std::move(its_vault)), job(std::move(its_job))
    {}

    vault_name vault;
    job_id job;
};

/// For client::list_jobs().
struct list_jobs_request {
    explicit list_jobs_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
    /// Only jobs that have ended, or only those that have not.
    std::optional<bool> completed;
    /// Only jobs of this status.
    std::optional<job_status> status;
    /// Where to go on: the marker of the page before.
    std::optional<std::string> marker;
    /// Jobs per page, 1 or more; the service gives at most 50 (its default).
    std::optional<std::uint32_t> limit;
};

struct list_jobs_result {
    /// In the order in which they were started.
    std::vector<job_description> jobs;
    /// For the next page; nothing on the last one. A page may be empty and still have one.
    std::optional<std::string> marker;
};

/// For client::get_job_output().
struct get_job_output_request {
    get_job_output_request(vault_name its_vault, job_id its_job)
        : vault(std::move(its_vault)), job(std::move(its_job))
    {}

    vault_name vault;
    job_id job;
    /// Part of the output. For a job that retrieves a range, counted from the start of that range.
    std::optional<output_range> range;
};

} // namespace glacier
