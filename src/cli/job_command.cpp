#include "cli/job_command.hpp"

#include "cli/run.hpp"

#include <glacier/job.hpp>
#include <glacier/json.hpp>
#include <glacier/pager.hpp>

#include <utility>
#include <vector>

namespace glacier::cli {

namespace {

job_status parse_status(std::string const& text)
{
    if (text == "InProgress")
        return job_status::in_progress;
    if (text == "Succeeded")
        return job_status::succeeded;
    if (text == "Failed")
        return job_status::failed;
    throw failure(exit_code::usage, "--status \"" + text + "\": InProgress, Succeeded or Failed");
}

asio::awaitable<std::vector<job_description>> all_jobs(client service, list_jobs_request request)
{
    std::vector<job_description> jobs;
    job_pager pages(std::move(service), std::move(request));
    while (auto job = co_await pages.next())
        jobs.push_back(std::move(*job));
    co_return jobs;
}

/// A retrieval has the size of its archive, an inventory its own.
boost::json::object with_size(boost::json::object job)
{
    auto const* const archive = job.if_contains("ArchiveSizeInBytes");
    auto const* const inventory = job.if_contains("InventorySizeInBytes");
    if (archive != nullptr && !archive->is_null())
        job["Size"] = *archive;
    else if (inventory != nullptr)
        job["Size"] = *inventory;
    return job;
}

} // namespace

void list_jobs(session& session, std::string const& vault, std::optional<std::string> const& status)
{
    list_jobs_request request{vault_name(vault)};
    if (status)
        request.status = parse_status(*status);
    auto const jobs = run(session.context(), all_jobs(session.connect(), std::move(request)));
    if (session.out().form() == output_form::json) {
        session.out().line(json_list("JobList", jobs));
        return;
    }
    std::string lines;
    for (job_description const& job : jobs)
        lines += member_row(with_size(parse_object(to_json(job))),
                            {"JobId", "Action", "StatusCode", "CreationDate", "CompletionDate", "Size",
                             "ArchiveId", "JobDescription"}) +
                 "\n";
    session.out().lines(lines);
}

void describe_job(session& session, std::string const& vault, std::string const& job)
{
    describe_job_request request{vault_name(vault), job_id(job)};
    client const service = session.connect();
    auto const found = run(session.context(), service.describe_job(std::move(request)));
    if (session.out().form() == output_form::json)
        session.out().line(to_json(found));
    else
        session.out().lines(member_lines(parse_object(to_json(found))));
}

} // namespace glacier::cli
