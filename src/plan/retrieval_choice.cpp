#include "plan/retrieval_choice.hpp"

#include "plan/job_wait_plan.hpp"

#include <chrono>
#include <utility>

namespace glacier::plan {

namespace {

/// The least time for which the service keeps an output.
constexpr std::chrono::hours output_life{24};

} // namespace

retrieval_choice::retrieval_choice(archive_id archive, std::optional<byte_range> const& range,
                                   std::optional<tier> wanted_tier, timestamp today)
    : archive_(std::move(archive)), range_(range), tier_(wanted_tier), today_(today)
{}

void retrieval_choice::consider(job_description const& job)
{
    auto const id = job_id::parse(job.job);
    if (!id || id == excluded_ || !fits(job))
        return;
    job_progress const progress = progress_of(job);
    if (progress == job_progress::failed)
        return;
    if (progress == job_progress::running) {
        if (best_ && (completed_ || created_ <= job.creation_date))
            return;
        completed_.reset();
    } else {
        // One whose end is not said has just ended.
        timestamp const completed = job.completion_date.value_or(today_);
        if (completed + output_life <= today_ || (completed_ && *completed_ >= completed))
            return;
        completed_ = completed;
    }
    best_ = *id;
    created_ = job.creation_date;
}

bool retrieval_choice::fits(job_description const& job) const
{
    return job.action == job_action::archive_retrieval && job.archive == archive_.str() &&
           (!tier_ || job.tier == *tier_) && has_range(job);
}

bool retrieval_choice::has_range(job_description const& job) const
{
    if (job.retrieval_byte_range && range_)
        return *job.retrieval_byte_range == *range_;
    if (!job.retrieval_byte_range && !range_)
        return true;
    // One of the two is all of the archive.
    byte_range const range = range_ ? *range_ : *job.retrieval_byte_range;
    return range.first() == 0 && range.size() == job.archive_size_in_bytes;
}

} // namespace glacier::plan
