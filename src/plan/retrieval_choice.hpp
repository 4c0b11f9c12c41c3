#pragma once

#include <glacier/byte_range.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/job.hpp>
#include <glacier/timestamp.hpp>

#include <optional>
#include <utility>

namespace glacier::plan {

/**
 * Decides which job of a vault gives what a retrieval wants, if there is one: one that has succeeded and whose output is
 * still there rather than one in progress; of the former the one that stays longest, of the latter the oldest.
 */
class retrieval_choice {
public:
    /// `range`: nothing for all of the archive. `wanted_tier`: nothing for any.
    retrieval_choice(archive_id archive, std::optional<byte_range> const& range,
                     std::optional<tier> wanted_tier, timestamp today);

    /// A job that must not be taken.
    void exclude(job_id job) { excluded_ = std::move(job); }

    void consider(job_description const& job);

    std::optional<job_id> const& best() const noexcept { return best_; }

private:
    bool fits(job_description const& job) const;
    bool has_range(job_description const& job) const;

    archive_id archive_;
    std::optional<byte_range> range_;
    std::optional<tier> tier_;
    timestamp today_;
    std::optional<job_id> excluded_;

    std::optional<job_id> best_;
    // Of the best one, if it has succeeded.
    std::optional<timestamp> completed_;
    timestamp created_;
};

} // namespace glacier::plan
