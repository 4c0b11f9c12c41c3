#pragma once

#include "emulator/file.hpp"
#include "emulator/inventory_schedule.hpp"
#include "emulator/sqlite.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/sha256_digest.hpp>
#include <glacier/timestamp.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::emulation {

/// Version of the form of the data directory that this code writes; see docs/design/emulator-format.md.
inline constexpr std::int64_t data_format = 4;

/// Where a data directory has the file of that name.
std::filesystem::path content_path(std::filesystem::path const& data_directory, std::string_view name);

/// The data directory cannot be used; what() says why.
class store_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct vault_record {
    std::int64_t number = 0;
    std::string name;
    vault_holdings holdings;
};

struct notification_record {
    std::string topic;
    /// Their names on the wire, with commas between.
    std::string events;
};

struct lock_record {
    std::string id;
    std::string policy;
    timestamp created;
    bool locked = false;
};

struct retrieval_rule_record {
    /// Its name on the wire.
    std::string strategy;
    std::optional<std::uint64_t> bytes_per_hour;
};

struct capacity_record {
    std::string id;
    timestamp start;
    timestamp expiration;
};

struct archive_record {
    std::int64_t number = 0;
    std::int64_t vault = 0;
    std::string id;
    std::optional<std::string> description;
    std::uint64_t bytes = 0;
    tree_hash hash;
    timestamp created;
    /// A deleted archive is kept while an inventory may list it.
    std::optional<timestamp> deleted;
};

/// A file of the data directory that an archive is made of.
struct segment_record {
    /// Where its bytes lie in the archive.
    std::uint64_t first = 0;
    std::uint64_t bytes = 0;
    std::filesystem::path path;
    /// Number of the file.
    std::int64_t content = 0;
};

struct upload_record {
    std::int64_t number = 0;
    std::int64_t vault = 0;
    std::string id;
    std::optional<std::string> description;
    std::uint64_t part_bytes = 0;
    timestamp created;
    /// When it was last used.
    timestamp active;
    bool aborted = false;
    /// The archive that it became.
    std::optional<std::string> archive_id;

    bool open() const noexcept { return !aborted && !archive_id; }
};

struct part_record {
    std::uint64_t first = 0;
    std::uint64_t bytes = 0;
    tree_hash hash;
    /// Number of the file that holds it.
    std::int64_t content = 0;
};

struct job_record {
    std::int64_t number = 0;
    std::int64_t vault = 0;
    std::string id;
    std::optional<std::string> description;
    std::optional<std::string> sns_topic;
    timestamp created;
    timestamp completion;
    /// It fails, or failed, at its completion.
    bool failed = false;
    /// Why it fails, if it was made to.
    std::optional<std::string> failure;

    // Of an archive retrieval, and of a select job only `archive_id` and `tier`: it needs no bytes to be kept.
    std::optional<std::int64_t> archive;
    std::optional<std::string> archive_id;
    std::uint64_t archive_bytes = 0;
    tree_hash archive_hash;
    std::uint64_t range_first = 0;
    std::uint64_t range_last = 0;
    /// Only if the range is tree-hash aligned.
    std::optional<tree_hash> range_hash;
    std::optional<std::string> tier;

    // Of an inventory retrieval.
    std::optional<std::string> format;
    std::optional<timestamp> start_date;
    std::optional<timestamp> end_date;
    std::optional<std::string> limit;
    /// Where the next inventory job goes on.
    std::optional<std::string> marker;
    /// The file that holds the inventory, and its size.
    std::optional<std::int64_t> content;
    std::uint64_t content_bytes = 0;

    /// Of a select job, see protocol::select_request.
    std::optional<std::string> select_request;
};

/// A notification that has not been delivered yet.
struct delivery_record {
    std::int64_t number = 0;
    /// Stays the same when it is sent again.
    std::string message_id;
    std::string topic;
    std::string message;
    timestamp created;
    /// How often it has been sent without success.
    std::uint64_t attempts = 0;
};

class store;

/// A file that is being filled. It goes away unless a transaction takes it over.
class new_content {
public:
    new_content(new_content&& other) noexcept;
    new_content& operator=(new_content&&) = delete;
    ~new_content();

    void write(std::span<std::byte const> bytes);
    void write(std::string_view text);

    std::uint64_t bytes() const noexcept { return bytes_; }

    /// Hashes of the file's leaves: all of them when a transaction takes the file over.
    std::vector<tree_hash> leaves;

private:
    friend class store;
    friend class transaction;

    new_content(std::filesystem::path path, std::string name);

    file file_;
    std::filesystem::path path_;
    std::string name_;
    std::uint64_t bytes_ = 0;
};

/**
 * A view of the index, and changes to it that happen together or not at all. It has the store to itself as
 * long as it lives; without commit(), nothing has changed.
 */
class transaction {
public:
    transaction(transaction const&) = delete;
    transaction& operator=(transaction const&) = delete;
    ~transaction();

    /// Returns when the changes are on the disk. Files that are no longer needed are then removed.
    void commit();

    /// Lets others have the store until resume(). Nothing may have been changed yet; what was read may then
    /// be so no more.
    void suspend();
    void resume();

    std::optional<vault_record> find_vault(std::string_view name);
    std::optional<vault_record> find_vault(std::int64_t number);
    /// The vault of that name; else the first one whose name differs from it in case only.
    std::optional<vault_record> find_vault_in_any_case(std::string_view name);
    /// In the order of their names, from the one after `name`.
    std::vector<vault_record> vaults_after(std::string_view name, std::size_t count);
    std::uint64_t count_vaults();
    void insert_vault(vault_record& vault);
    void update_vault(vault_record const& vault);
    /// With everything that belongs to it.
    void delete_vault(vault_record const& vault);
    /// Keeps the vault's notifications and tags beyond its deletion.
    void keep_settings(vault_record const& vault);
    /// Gives the vault what was kept of the last one of its name.
    void restore_settings(vault_record const& vault);

    std::optional<notification_record> find_notification(std::int64_t vault);
    void put_notification(std::int64_t vault, notification_record const& notification);
    void delete_notification(std::int64_t vault);

    std::optional<std::string> find_access_policy(std::int64_t vault);
    void put_access_policy(std::int64_t vault, std::string_view policy);
    void delete_access_policy(std::int64_t vault);

    std::optional<lock_record> find_lock(std::int64_t vault);
    void put_lock(std::int64_t vault, lock_record const& lock);
    void delete_lock(std::int64_t vault);

    std::map<std::string, std::string> tags_of(std::int64_t vault);
    void put_tag(std::int64_t vault, std::string_view key, std::string_view value);
    void delete_tag(std::int64_t vault, std::string_view key);

    /// Takes over a file that store::seal() has put into its place; returns its number.
    std::int64_t insert_content(new_content content);
    std::filesystem::path path_of_content(std::int64_t content);
    /// The SHA-256 of each MiB, 32 bytes each.
    std::vector<std::byte> leaves_of_content(std::int64_t content);

    std::optional<archive_record> find_archive(std::string_view id);
    void insert_archive(archive_record& archive);
    void insert_segment(std::int64_t archive, std::uint64_t first, std::int64_t content);
    /// Jobs that would retrieve it and are not complete at `when` fail; its bytes are kept for those that are.
    void delete_archive(std::int64_t archive, timestamp when);
    std::vector<segment_record> segments_of(std::int64_t archive);
    /// The hash of a range that is tree-hash aligned, from the hashes of its leaves.
    tree_hash hash_of_range(std::int64_t archive, byte_range const& range);
    /// Archives that an inventory of this moment lists, from the one after number `after`.
    std::vector<archive_record> archives_at(std::int64_t vault, timestamp moment, std::int64_t after,
                                            std::optional<timestamp> created_from,
                                            std::optional<timestamp> created_before, std::size_t count);

    std::optional<upload_record> find_upload(std::int64_t vault, std::string_view id);
    /// Those that are open and were used after `active_after`, from the one after number `after`.
    std::vector<upload_record> open_uploads(std::int64_t vault, timestamp active_after, std::int64_t after,
                                            std::size_t count);
    void insert_upload(upload_record& upload);
    void update_upload(upload_record const& upload);
    std::vector<part_record> parts_from(std::int64_t upload, std::uint64_t first, std::size_t count);
    std::vector<part_record> all_parts(std::int64_t upload);
    /// Replaces a part at the same place.
    void put_part(std::int64_t upload, part_record const& part);
    /// Forgets the parts and removes their files.
    void discard_parts(std::int64_t upload);
    /// Forgets the parts, whose files belong to an archive now.
    void release_parts(std::int64_t upload);

    std::optional<job_record> find_job(std::int64_t vault, std::string_view id);
    /// In the order in which they were started, from the one after number `after`.
    std::vector<job_record> jobs_after(std::int64_t vault, std::int64_t after, std::size_t count);
    void insert_job(job_record& job);
    /// Bytes of all archive retrievals of this tier that were started after the moment and are not swept.
    std::uint64_t bytes_retrieved(std::string_view tier, timestamp after);
    /// Its completion, and whether and why it fails.
    void update_job(job_record const& job);
    /// Those that have ended, but whose end has not been announced, the first one first.
    std::vector<job_record> unannounced_jobs(timestamp ended_until, std::size_t count);
    void mark_announced(std::int64_t job);

    void insert_delivery(delivery_record& delivery);
    std::optional<delivery_record> find_delivery(std::int64_t number);
    /// From the one after number `after`.
    std::vector<delivery_record> deliveries_after(std::int64_t after, std::size_t count);
    void set_delivery_attempts(std::int64_t number, std::uint64_t attempts);
    void delete_delivery(std::int64_t number);

    /// Forgets jobs that completed, and uploads that were last used, up to these moments, with their files
    /// and those of deleted archives that only such jobs needed.
    void sweep(timestamp jobs_completed_until, timestamp uploads_used_until);

    /// That of the account; nothing if none was set.
    std::optional<retrieval_rule_record> retrieval_rule();
    void set_retrieval_rule(retrieval_rule_record const& rule);

    /// Units that have not expired at the moment, in the order in which they were bought.
    std::vector<capacity_record> capacities_at(timestamp moment);
    void insert_capacity(capacity_record const& capacity);
    void delete_capacities(timestamp expired_until);

    std::optional<std::int64_t> setting(std::string_view name);
    void set_setting(std::string_view name, std::int64_t value);

private:
    friend class store;

    explicit transaction(store& owner);

    void remove_contents(std::string_view sql, std::int64_t owner);
    void remove_contents_if_unneeded(std::int64_t archive);
    void remove_content(std::int64_t content);

    store& store_;
    std::unique_lock<std::mutex> lock_;
    // Made by this transaction: removed if it fails.
    std::vector<std::filesystem::path> new_files_;
    // Removed when it is committed.
    std::vector<std::filesystem::path> old_files_;
};

/**
 * The data directory: an index in SQLite, `index.sqlite`, and the bytes of archives in files under `data`.
 *
 * A file is filled in `incoming`, synced, moved to its place, the directory synced, and only then the index
 * speaks of it. So what commit() has returned for survives a kill and a power cut, and files that the index
 * does not speak of are left-overs, removed at the next start. docs/design/emulator-format.md has the whole.
 *
 * Thread safety: safe; transactions wait for each other.
 */
class store {
public:
    /// Creates what is missing, and brings an index that an older version made to the present form. Throws
    /// store_error, among others if another emulator uses the directory, or a newer version has made it.
    explicit store(std::filesystem::path directory);

    std::filesystem::path const& directory() const noexcept { return directory_; }

    transaction begin() { return transaction(*this); }

    /// Starts a new file.
    new_content create(std::string name);

    /// Puts a file that is complete into its place; when this returns, its bytes are on the disk.
    void seal(new_content& content);

private:
    friend class transaction;

    void prepare_directories();
    void prepare_directory(std::filesystem::path const& place);
    void prepare_index();
    void migrate(std::int64_t version);
    void hash_inventories();
    void remove_leftovers();
    void remove_unknown_files(std::filesystem::path const& place);

    std::filesystem::path directory_;
    file lock_file_;
    std::optional<database> index_;
    std::mutex mutex_;

    // Directories of files whose own names are on the disk.
    std::mutex directories_mutex_;
    std::set<std::filesystem::path> synced_directories_;
};

} // namespace glacier::emulation
