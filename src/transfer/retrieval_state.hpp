#pragma once

#include "transfer/archive_output.hpp"
#include "transfer/journal.hpp"
#include "transfer/range_hasher.hpp"

#include <glacier/client.hpp>
#include <glacier/part_size.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace glacier::transfer {

namespace asio = boost::asio;

/// What a retrieval is about: whoever takes one up must want the same.
struct retrieval_identity {
    /// What is to be had from this service.
    retrieval_identity(client const& service, vault_name const& its_vault, std::string its_archive);

    std::string endpoint;
    std::string account;
    std::string vault;
    std::string archive;
    /// Absolute.
    std::filesystem::path file;
    /// Which bytes of the archive the job retrieves. Nothing: all.
    std::optional<byte_range> range;
    /// Which bytes of the archive are kept of those. Nothing: all of them.
    std::optional<byte_range> part;
};

/**
 * How far a retrieval is, as its state file says it.
 *
 * The file is read and written on threads that may block. Everything here is called on one strand, and this outlives
 * each operation.
 *
 * Errors: those of journal; operation_error with errc::state_file_invalid for records that make no sense, and with
 *   errc::state_file_mismatch for those of another transfer. Each names the file.
 */
class retrieval_state {
public:
    /// Opens and locks the file.
    static asio::awaitable<std::shared_ptr<retrieval_state>> open(asio::any_io_executor blocking,
                                                                  std::filesystem::path path);

    /// With what the journal has.
    retrieval_state(asio::any_io_executor blocking, std::unique_ptr<journal> file);
    ~retrieval_state();
    retrieval_state(retrieval_state const&) = delete;
    retrieval_state& operator=(retrieval_state const&) = delete;

    /// Says what the retrieval is about, in a new file; compares it with what the file says otherwise.
    asio::awaitable<void> begin(retrieval_identity wanted);

    /// A job is being started: if there is none in the end, it may have been started all the same.
    asio::awaitable<void> on_starting_job();
    asio::awaitable<void> on_job(job_id job);
    /// The job has failed, or its output has expired: another one is needed.
    asio::awaitable<void> on_job_gone();
    bool is_starting_job() const noexcept { return starting_job_; }
    std::optional<job_id> const& job() const noexcept { return job_; }
    /// There is nothing to take up.
    bool is_empty() const noexcept { return !job_ && !starting_job_ && ranges_.empty(); }

    /// Says which output is downloaded, in ranges of this size; compares it with what the file says otherwise. Gives the
    /// size of ranges that holds.
    asio::awaitable<part_size> on_output(archive_output output, part_size size_of_range);

    /// The output as the file says it. Nothing if it does not, or has no job. The archive's id is not in it.
    std::optional<archive_output> recorded_output(vault_name vault) const;
    /// Nothing without an output.
    std::optional<part_size> const& size_of_range() const noexcept { return size_of_range_; }

    /// The hashes of a range that was verified. Null: it was not.
    range_hashes const* range(std::uint64_t piece) const noexcept;
    std::uint64_t ranges() const noexcept { return ranges_.size(); }

    /// Writes that a range is verified, together with others that wait for that.
    asio::awaitable<void> on_range(std::uint64_t piece, range_hashes hashes);

    /// Writes what could not be written yet, also if the caller was cancelled.
    asio::awaitable<void> flush();

    /// What was verified was not right after all.
    asio::awaitable<void> forget_ranges();

    /// All is done: the file goes.
    asio::awaitable<void> remove();

private:
    void read(journal::record const& record);
    void read_output(journal::record const& record);
    void read_range(journal::record const& record);
    std::optional<byte_range> range_in(journal::record const& record, std::string_view name) const;
    tree_hash hash_in(journal::record const& record, std::string_view name) const;
    std::uint64_t number_in(journal::record const& record, std::string_view name) const;
    void check_same(journal::record const& wanted, journal::record const& found) const;
    [[noreturn]] void refuse(errc reason, std::string message) const;

    asio::awaitable<void> append(journal::record record);
    template <class Function>
    asio::awaitable<void> on_thread(Function work);

    asio::any_io_executor blocking_;
    // Shared with the threads.
    std::shared_ptr<journal> file_;

    std::optional<journal::record> identity_;
    bool starting_job_ = false;
    std::optional<job_id> job_;
    std::optional<journal::record> output_;
    std::optional<part_size> size_of_range_;
    std::map<std::uint64_t, range_hashes> ranges_;

    std::deque<journal::record> to_write_;
    bool writing_ = false;
};

} // namespace glacier::transfer
