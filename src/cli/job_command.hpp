#pragma once

#include "cli/session.hpp"

#include <optional>
#include <string>

namespace glacier::cli {

/// `glacier job list --vault V [--status S]`: prints the jobs of all pages.
void list_jobs(session& session, std::string const& vault, std::optional<std::string> const& status);

/// `glacier job describe JOB-ID --vault V`: prints the job's facts.
void describe_job(session& session, std::string const& vault, std::string const& job);

} // namespace glacier::cli
