#pragma once

#include "transfer/file_download.hpp"
#include "transfer/retrieval_state.hpp"

#include <glacier/client.hpp>
#include <glacier/retrieve.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace glacier::transfer {

/// A job of the vault that does what is wanted, if there is one. `excluded`: one that must not be taken.
asio::awaitable<std::optional<job_id>> find_retrieval(client service, retrieval_job_request wanted,
                                                      std::optional<job_id> excluded);

/// Starts a job, whether or not there is one.
asio::awaitable<job_id> start_retrieval(client service, retrieval_job_request wanted);

/// A retrieval from the job to the file. The request was checked.
class archive_retrieval {
public:
    /// `state`: null if nothing is kept of it.
    archive_retrieval(client service, retrieve_archive_request request,
                      std::shared_ptr<retrieval_state> state);

    asio::awaitable<retrieve_archive_result> run();

private:
    asio::awaitable<retrieve_archive_result> retrieve();
    asio::awaitable<std::optional<retrieve_archive_result>> take_finished();
    asio::awaitable<retrieval_job> get_job();
    asio::awaitable<job_id> start_job();
    asio::awaitable<job_description> wait_for(job_id job);
    asio::awaitable<retrieve_archive_result> wait_and_download(job_id job);
    file_download_request download_of(archive_output const& output) const;
    void check_archive_bytes(archive_output const& output,
                             std::optional<std::uint64_t> const& said_by_service) const;
    std::optional<byte_range> part_of(archive_output const& output) const;

    client service_;
    retrieve_archive_request request_;
    std::shared_ptr<retrieval_state> state_;
    retrieval_job_request wanted_;
    // The state file is that of this retrieval.
    bool begun_ = false;
    // Its output has gone.
    std::optional<job_id> gone_;
};

} // namespace glacier::transfer
