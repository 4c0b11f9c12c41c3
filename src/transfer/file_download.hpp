#pragma once

#include "transfer/archive_output.hpp"
#include "transfer/retrieval_state.hpp"

#include <glacier/client.hpp>
#include <glacier/download.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

namespace glacier::transfer {

/// What a download into a file is asked for.
struct file_download_request {
    file_download_request(archive_output its_output, std::filesystem::path its_file)
        : output(std::move(its_output)), file(std::move(its_file))
    {}

    archive_output output;
    std::filesystem::path file;
    download_settings common;
    part_size size_of_range = part_size(std::uint64_t(16) * 1'048'576);
    /// Where it is kept how far it is; it has begun, and is removed when all is done. Null: nowhere.
    std::shared_ptr<retrieval_state> state;
};

/// What a download is about, for its state file.
retrieval_identity identity_of(client const& service, archive_output const& output,
                               std::filesystem::path const& file, std::optional<byte_range> const& part);

/// Downloads the output of a job, or takes the download up.
asio::awaitable<download_result> download_to_file(client service, file_download_request request);

/// The file, if an earlier run has finished it but was killed before it could remove its state file, which is done then.
/// Asks the service nothing. `request`: with a state that says the same output, and with the size of ranges that it says.
asio::awaitable<std::optional<download_result>> take_finished_file(client service,
                                                                   file_download_request request);

} // namespace glacier::transfer
