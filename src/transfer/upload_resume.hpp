#pragma once

#include "transfer/upload_engine.hpp"
#include "transfer/upload_journal.hpp"

#include <glacier/multipart.hpp>
#include <glacier/upload.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace glacier::transfer {

/// Which parts need not be sent again, as the service's list and the state file have it.
struct parts_taken_up {
    /// The service has them as they were recorded.
    std::map<std::uint64_t, tree_hash> done;
    /// The service has something that was not recorded, or whose record cannot be trusted.
    std::map<std::uint64_t, tree_hash> to_compare;
};

/// `trusted`: the source is certainly the one that the recorded hashes are of.
parts_taken_up compare_parts(std::vector<part_description> const& listed, recorded_upload const& recorded,
                             bool trusted);

/// Whether the service says that it does not know the upload. A gateway that finds nothing has no error code.
bool is_unknown_upload(operation_error const& error) noexcept;

/// Throws errc::upload_gone: completion was asked for, and the service does not know the upload any more.
[[noreturn]] void fail_as_gone(std::string const& vault, upload_id const& upload);

/**
 * Does a task that has a journal and its identity: takes up what the journal tells of, or begins anew. The journal stays
 * as it is until the new upload exists.
 *
 * Errors: also those of check_same(), errc::upload_gone, and errc::state_file_mismatch if the upload in the journal belongs
 *   to another account.
 */
asio::awaitable<upload_result> upload_with_journal(client service, upload_task task,
                                                   asio::any_io_executor strand);

} // namespace glacier::transfer
