#pragma once

#include "async/task_group.hpp"
#include "async/timer.hpp"
#include "plan/upload_plan.hpp"
#include "transfer/part_sender.hpp"
#include "transfer/part_source.hpp"
#include "transfer/transfer_report.hpp"
#include "transfer/upload_journal.hpp"

#include <glacier/upload.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace glacier::transfer {

/// What an upload is to do.
struct upload_task {
    upload_task(vault_name its_vault, upload_settings its_settings, std::shared_ptr<part_source> its_source)
        : vault(std::move(its_vault)), settings(std::move(its_settings)), source(std::move(its_source))
    {}

    vault_name vault;
    upload_settings settings;
    part_size size = part_size(part_size::bytes_min);
    std::shared_ptr<part_source> source;
    /// Nothing: it is a stream.
    std::optional<std::uint64_t> bytes;
    /// Of a stream: those of its first part, which was read already.
    std::uint64_t bytes_read = 0;
    /// What is uploaded, for messages.
    std::string resource;

    /// Null: it cannot be taken up.
    std::shared_ptr<upload_journal> journal;
    /// For the journal.
    upload_identity identity;
    bool keep_journal = false;
    // Of an upload that is taken up. Whoever set it has told the caller.
    std::optional<upload_id> upload;
    /// Parts that the service has.
    std::map<std::uint64_t, tree_hash> done;
    /// Parts of which the service has something, with its hash.
    std::map<std::uint64_t, tree_hash> to_compare;
};

/// An upload of parts under way. Everything runs on one strand.
class upload_engine {
public:
    upload_engine(client service, upload_task task, asio::any_io_executor strand);

    asio::awaitable<upload_result> run();

private:
    asio::awaitable<upload_result> send_all();
    asio::awaitable<void> begin();
    asio::awaitable<void> initiate();
    asio::awaitable<void> record_upload(std::string account_number);
    asio::awaitable<void> send_parts();
    asio::awaitable<void> finish_parts();
    asio::awaitable<void> combine_hashes();
    asio::awaitable<upload_result> complete();
    asio::awaitable<archive_creation_result> make_archive();
    asio::awaitable<void> abort();
    asio::awaitable<std::exception_ptr> cause_of(std::exception_ptr error);

    /// Starts what was decided. False: there is nothing to start but waiting.
    bool start(plan::upload_plan::decision const& decided);
    void start_timer(plan::upload_plan::time_point due);
    void take(async::task_group::completion const& ended);
    void take_part(std::uint64_t number, std::exception_ptr const& error);
    void take_read();
    void take_hashes();

    asio::awaitable<void> hash_group();
    asio::awaitable<void> send_part(std::uint64_t number);
    asio::awaitable<void> read_part();
    asio::awaitable<void> wait_until(plan::upload_plan::time_point due);

    void use_what_is_known();
    bool is_there(std::uint64_t number) const;
    void report() const;

    client service_;
    upload_task task_;
    std::shared_ptr<transfer_limits::state> limits_;
    plan::upload_plan plan_;
    async::task_group children_;
    transfer_report events_;
    part_sender sender_;
    // Of each part, as soon as they are known.
    std::vector<body_hashes> hashes_;
    std::optional<tree_hash> whole_;
    std::uint64_t parts_resumed_ = 0;
    std::uint64_t bytes_resumed_ = 0;

    std::vector<std::uint64_t> group_;
    std::unique_ptr<async::timer> timer_;
    std::optional<plan::upload_plan::time_point> timer_due_;
    std::exception_ptr first_error_;
};

/// Runs an upload on `strand`, which is also that of the caller.
asio::awaitable<upload_result> run_upload(client service, upload_task task, asio::any_io_executor strand);

/// Does what is written to a journal when the archive exists already: an archive is no failure because of a disk.
asio::awaitable<void> try_to_write(asio::awaitable<void> writing);

/// Writes down that the archive exists, if there is a journal, and removes the journal unless it is to be kept; as
/// try_to_write().
asio::awaitable<void> record_archive(upload_task const& task, archive_creation_result created,
                                     tree_hash whole);

/// Throws errc::tree_hash_mismatch if another one was expected.
void check_tree_hash(upload_task const& task, tree_hash const& whole);

/// Throws an error about what is uploaded.
[[noreturn]] void refuse(upload_task const& task, errc reason, std::string message);

} // namespace glacier::transfer
