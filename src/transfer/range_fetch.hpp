#pragma once

#include "transfer/archive_output.hpp"
#include "transfer/output_file.hpp"
#include "transfer/range_hasher.hpp"
#include "transfer/reserved_buffer.hpp"

#include <glacier/client.hpp>

#include <memory>
#include <optional>

namespace glacier::transfer {

/// Which range is fetched, and where its bytes go.
struct range_fetch {
    range_fetch(archive_output its_output, byte_range its_range, std::shared_ptr<reserved_buffer> its_buffer)
        : output(std::move(its_output)), range(its_range), buffer(std::move(its_buffer))
    {}

    archive_output output;
    /// Counted from the start of the output.
    byte_range range;
    /// Has the whole range in the end if it is large enough; otherwise it is used for one block after the other.
    std::shared_ptr<reserved_buffer> buffer;
    /// Gets the bytes too. Null: nothing does.
    std::shared_ptr<output_file> file;
    /// The bytes of the output that are kept, of which the first is the first one of the file. Nothing: all.
    std::optional<byte_range> kept;
    /// What hashes are computed with. Nothing: what is quickest.
    std::optional<hash_path> path;
};

/**
 * Fetches a range, off the loop but for receiving it. Its length is right, and its hash is the service's, if that says
 * one.
 *
 * Cancellation: prompt. Errors: those of client::get_job_output() and of reading it; operation_error with
 *   errc::length_mismatch or errc::tree_hash_mismatch; std::filesystem::filesystem_error.
 */
asio::awaitable<range_hashes> fetch_range(client service, range_fetch wanted);

/**
 * Reads back what an earlier run left of a range in `wanted.file`, off the loop, and hashes the bytes that were kept.
 * Nothing if it cannot be read, or none was kept.
 *
 * Cancellation: prompt.
 */
asio::awaitable<std::optional<tree_hash>> read_back(asio::any_io_executor blocking, range_fetch wanted);

} // namespace glacier::transfer
