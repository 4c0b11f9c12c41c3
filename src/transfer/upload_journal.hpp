#pragma once

#include "transfer/file_identity.hpp"
#include "transfer/journal.hpp"

#include <glacier/client.hpp>
#include <glacier/part_size.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glacier::transfer {

/// What makes two uploads the same.
struct upload_identity {
    upload_identity() = default;
    upload_identity(client const& service, vault_name const& its_vault,
                    std::optional<glacier::description> const& its_description);

    std::string endpoint;
    std::string region;
    std::string account;
    std::string vault;
    std::string description;
    /// The caller's words for content that is no file.
    std::string content;
    /// Of content that is no file, only the size.
    file_identity source;
};

/// What a state file tells of an upload.
struct recorded_upload {
    recorded_upload(upload_identity its_identity, part_size its_size)
        : identity(std::move(its_identity)), size(its_size)
    {}

    upload_identity identity;
    part_size size;
    std::optional<upload_id> upload;
    /// Number of the account that the upload belongs to, as the service named it; empty if it is not known.
    std::string account_number;
    /// Parts that the service had acknowledged.
    std::map<std::uint64_t, tree_hash> parts;
    /// Completion was asked for, with this hash of the whole.
    std::optional<tree_hash> completing;
    std::optional<archive_creation_result> archive;
};

/// Reads it. Nothing if there is no record. Throws operation_error with errc::state_file_invalid or
/// errc::state_file_mismatch, whose message names `path`.
std::optional<recorded_upload> read_upload(std::vector<journal::record> const& records,
                                           std::filesystem::path const& path);

/// Throws errc::state_file_mismatch, naming what differs, unless it is an upload to the service and account of `now`.
void check_same_service(recorded_upload const& recorded, upload_identity const& now,
                        std::filesystem::path const& path);

/**
 * Throws unless an upload with the identity `now` may go on with what was recorded: errc::state_file_mismatch for
 * another upload, naming what differs, and errc::file_changed for other content.
 */
void check_same(recorded_upload const& recorded, upload_identity const& now,
                std::filesystem::path const& path);

/**
 * The state file of an upload, which is written step by step, off the event loop.
 *
 * A step that a crash would otherwise make unknown is written before it is done, one that only saves work after it.
 */
class upload_journal {
public:
    /// Opens the file. Blocks. Errors: those of journal and read_upload().
    upload_journal(std::filesystem::path const& path, asio::any_io_executor blocking);
    upload_journal(upload_journal const&) = delete;
    upload_journal& operator=(upload_journal const&) = delete;
    ~upload_journal() { close(); }

    /// Nothing if it was new. As it was when the file was opened.
    std::optional<recorded_upload> const& recorded() const noexcept { return recorded_; }
    std::filesystem::path const& path() const noexcept { return path_; }

    /// Tells of an upload of which nothing else is known for certain. What it had is gone; until then it stays as it is.
    asio::awaitable<void> begin(upload_identity identity, part_size size, upload_id upload,
                                std::string account_number);

    asio::awaitable<void> on_part(std::uint64_t number, tree_hash hash);
    asio::awaitable<void> on_completing(tree_hash whole);
    asio::awaitable<void> on_archive(archive_creation_result created, tree_hash whole);
    asio::awaitable<void> remove();

    /// Lets go of the file. Nothing is written any more. Blocks.
    void close() noexcept;

private:
    // Functions may run on several threads, one at a time.
    struct open_file {
        explicit open_file(std::filesystem::path const& path) : file(std::in_place, path) {}

        std::mutex mutex;
        std::optional<journal> file;
    };

    template <class Function>
    asio::awaitable<void> write(Function function);

    std::filesystem::path path_;
    asio::any_io_executor blocking_;
    std::shared_ptr<open_file> open_;
    std::optional<recorded_upload> recorded_;
};

/// Lets go of a state file when its upload has ended, whoever else still holds it.
class journal_closer {
public:
    explicit journal_closer(std::shared_ptr<upload_journal> journal) noexcept : journal_(std::move(journal))
    {}
    journal_closer(journal_closer const&) = delete;
    journal_closer& operator=(journal_closer const&) = delete;
    ~journal_closer()
    {
        if (journal_)
            journal_->close();
    }

private:
    std::shared_ptr<upload_journal> journal_;
};

} // namespace glacier::transfer
