#include "emulator/store.hpp"

#include "protocol/leaf_hasher.hpp"
#include "protocol/tree_hash.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace glacier::emulation {

namespace {

// Dates are milliseconds since 1970. Numbers of archives, uploads and jobs are never used again, so that
// they can serve as places in lists.
constexpr std::string_view first_schema = R"(
CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE vault (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
    changed INTEGER, archives INTEGER NOT NULL, bytes INTEGER NOT NULL,
    inventory_date INTEGER, inventory_archives INTEGER, inventory_bytes INTEGER);

-- A file under data/. leaves: the SHA-256 of each MiB, 32 bytes each.
CREATE TABLE content (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, leaves BLOB NOT NULL);

CREATE TABLE archive (
    number INTEGER PRIMARY KEY AUTOINCREMENT, vault INTEGER NOT NULL REFERENCES vault(number),
    id TEXT NOT NULL UNIQUE, description TEXT, bytes INTEGER NOT NULL, hash BLOB NOT NULL,
    created INTEGER NOT NULL, deleted INTEGER);
CREATE INDEX archive_of_vault ON archive(vault, number);

CREATE TABLE segment (
    archive INTEGER NOT NULL REFERENCES archive(number), first INTEGER NOT NULL,
    content INTEGER NOT NULL REFERENCES content(number), PRIMARY KEY (archive, first)) WITHOUT ROWID;
CREATE INDEX segment_content ON segment(content);

CREATE TABLE upload (
    number INTEGER PRIMARY KEY AUTOINCREMENT, vault INTEGER NOT NULL REFERENCES vault(number),
    id TEXT NOT NULL UNIQUE, description TEXT, part_bytes INTEGER NOT NULL, created INTEGER NOT NULL,
    active INTEGER NOT NULL, aborted INTEGER NOT NULL, archive_id TEXT);
CREATE INDEX upload_of_vault ON upload(vault, number);
CREATE INDEX upload_active ON upload(active);

CREATE TABLE part (
    upload INTEGER NOT NULL REFERENCES upload(number), first INTEGER NOT NULL, bytes INTEGER NOT NULL,
    hash BLOB NOT NULL, content INTEGER NOT NULL REFERENCES content(number),
    PRIMARY KEY (upload, first)) WITHOUT ROWID;
CREATE INDEX part_content ON part(content);

CREATE TABLE job (
    number INTEGER PRIMARY KEY AUTOINCREMENT, vault INTEGER NOT NULL REFERENCES vault(number),
    id TEXT NOT NULL UNIQUE, description TEXT, sns_topic TEXT, created INTEGER NOT NULL,
    completion INTEGER NOT NULL, failed INTEGER NOT NULL,
    archive INTEGER, archive_id TEXT, archive_bytes INTEGER NOT NULL, archive_hash BLOB NOT NULL,
    range_first INTEGER NOT NULL, range_last INTEGER NOT NULL, range_hash BLOB, tier TEXT,
    format TEXT, start_date INTEGER, end_date INTEGER, item_limit TEXT, marker TEXT,
    content INTEGER REFERENCES content(number), content_bytes INTEGER NOT NULL);
CREATE INDEX job_of_vault ON job(vault, number);
CREATE INDEX job_of_archive ON job(archive) WHERE archive IS NOT NULL;
CREATE INDEX job_completion ON job(completion);
CREATE INDEX job_content ON job(content) WHERE content IS NOT NULL;
)";

// Policies, locks, tags, notifications, capacity and select jobs.
constexpr std::string_view second_schema = R"(
-- events: their names on the wire, with commas between.
CREATE TABLE notification (
    vault INTEGER PRIMARY KEY REFERENCES vault(number), topic TEXT NOT NULL, events TEXT NOT NULL);

CREATE TABLE access_policy (
    vault INTEGER PRIMARY KEY REFERENCES vault(number), policy TEXT NOT NULL);

CREATE TABLE lock (
    vault INTEGER PRIMARY KEY REFERENCES vault(number), id TEXT NOT NULL, policy TEXT NOT NULL,
    created INTEGER NOT NULL, locked INTEGER NOT NULL);

CREATE TABLE tag (
    vault INTEGER NOT NULL REFERENCES vault(number), key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (vault, key)) WITHOUT ROWID;

-- One row at most: the rule of the account.
CREATE TABLE retrieval_rule (
    number INTEGER PRIMARY KEY CHECK (number = 1), strategy TEXT NOT NULL, bytes_per_hour INTEGER);

CREATE TABLE capacity (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, start INTEGER NOT NULL,
    expiration INTEGER NOT NULL);

-- The parameters of a select job, in JSON.
ALTER TABLE job ADD COLUMN select_request TEXT;
)";

// Jobs that were made to fail, and notifications; and inventories have hashes of their leaves too: store::hash_inventories().
constexpr std::string_view third_schema = R"(
-- Why a job fails; null: for the reason that jobs of its kind fail for.
ALTER TABLE job ADD COLUMN failure TEXT;

CREATE INDEX archive_deleted ON archive(deleted) WHERE deleted IS NOT NULL;

-- Notifications that have not been delivered. Nothing refers to what they are about: that may be gone.
CREATE TABLE delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, topic TEXT NOT NULL,
    message TEXT NOT NULL, created INTEGER NOT NULL, attempts INTEGER NOT NULL);

-- Whether notifications of the job's end have been put into delivery, or none was to be.
ALTER TABLE job ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_unannounced ON job(completion) WHERE announced = 0;
)";

/// Each brings the index from one version to the next. An index that there is no version of yet gets all.
constexpr std::array schemas{first_schema, second_schema, third_schema};
static_assert(schemas.size() == data_format);

constexpr std::string_view select_vault =
    "SELECT number, name, created, changed, archives, bytes, inventory_date, "
    "inventory_archives, inventory_bytes FROM vault ";
constexpr std::string_view select_archive =
    "SELECT number, vault, id, description, bytes, hash, created, deleted FROM archive ";
constexpr std::string_view select_upload =
    "SELECT number, vault, id, description, part_bytes, created, active, aborted, archive_id FROM upload ";
constexpr std::string_view select_part = "SELECT first, bytes, hash, content FROM part ";
constexpr std::string_view select_job =
    "SELECT number, vault, id, description, sns_topic, created, completion, failed, archive, archive_id, "
    "archive_bytes, archive_hash, range_first, range_last, range_hash, tier, format, start_date, end_date, "
    "item_limit, marker, content, content_bytes, select_request, failure FROM job ";

constexpr std::string_view select_delivery =
    "SELECT number, message_id, topic, message, created, attempts FROM delivery ";

vault_record read_vault(query const& row)
{
    vault_record vault;
    std::optional<timestamp> date;
    vault_inventory inventory;
    row.read(vault.number, vault.name, vault.holdings.created, vault.holdings.changed,
             vault.holdings.archives, vault.holdings.bytes, date, inventory.archives, inventory.bytes);
    if (date) {
        inventory.date = *date;
        vault.holdings.inventory = inventory;
    }
    return vault;
}

archive_record read_archive(query const& row)
{
    archive_record archive;
    row.read(archive.number, archive.vault, archive.id, archive.description, archive.bytes, archive.hash,
             archive.created, archive.deleted);
    return archive;
}

upload_record read_upload(query const& row)
{
    upload_record upload;
    row.read(upload.number, upload.vault, upload.id, upload.description, upload.part_bytes, upload.created,
             upload.active, upload.aborted, upload.archive_id);
    return upload;
}

part_record read_part(query const& row)
{
    part_record part;
    row.read(part.first, part.bytes, part.hash, part.content);
    return part;
}

job_record read_job(query const& row)
{
    job_record job;
    row.read(job.number, job.vault, job.id, job.description, job.sns_topic, job.created, job.completion,
             job.failed, job.archive, job.archive_id, job.archive_bytes, job.archive_hash, job.range_first,
             job.range_last, job.range_hash, job.tier, job.format, job.start_date, job.end_date, job.limit,
             job.marker, job.content, job.content_bytes, job.select_request, job.failure);
    return job;
}

delivery_record read_delivery(query const& row)
{
    delivery_record delivery;
    row.read(delivery.number, delivery.message_id, delivery.topic, delivery.message, delivery.created,
             delivery.attempts);
    return delivery;
}

notification_record read_notification(query const& row)
{
    notification_record notification;
    row.read(notification.topic, notification.events);
    return notification;
}

std::string read_text(query const& row)
{
    std::string text;
    row.read(text);
    return text;
}

lock_record read_lock(query const& row)
{
    lock_record lock;
    row.read(lock.id, lock.policy, lock.created, lock.locked);
    return lock;
}

retrieval_rule_record read_retrieval_rule(query const& row)
{
    retrieval_rule_record rule;
    row.read(rule.strategy, rule.bytes_per_hour);
    return rule;
}

capacity_record read_capacity(query const& row)
{
    capacity_record capacity;
    row.read(capacity.id, capacity.start, capacity.expiration);
    return capacity;
}

template <class Read>
auto read_all(query& rows, Read read)
{
    std::vector<decltype(read(rows))> records;
    while (rows.next())
        records.push_back(read(rows));
    return records;
}

template <class Read>
auto read_one(query& rows, Read read)
{
    std::optional<decltype(read(rows))> record;
    if (rows.next())
        record = read(rows);
    return record;
}

std::vector<std::byte> join(std::vector<tree_hash> const& leaves)
{
    std::vector<std::byte> bytes;
    bytes.reserve(leaves.size() * tree_hash::size);
    for (tree_hash const& leaf : leaves)
        bytes.insert(bytes.end(), leaf.bytes().begin(), leaf.bytes().end());
    return bytes;
}

/// The hashes of a file's leaves; nothing if it cannot be read, or has not that many bytes.
std::vector<tree_hash> leaves_of_file(std::filesystem::path const& path, std::uint64_t bytes)
{
    std::vector<tree_hash> leaves;
    try {
        file const input(path, file::mode::read);
        std::vector<std::byte> leaf(static_cast<std::size_t>(tree_hash_leaf_bytes));
        protocol::leaf_hasher hasher;
        for (std::uint64_t offset = 0; offset < bytes; offset += leaf.size()) {
            auto const size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes - offset, leaf.size()));
            input.read(offset, std::span(leaf).first(size));
            hasher.update(std::span(leaf).first(size), leaves);
        }
        hasher.finish(leaves);
    } catch (std::filesystem::filesystem_error const&) {
        leaves.clear();
    }
    return leaves;
}

void remove_quietly(std::filesystem::path const& path) noexcept
{
    // A file that stays is a left-over for the next start, no reason to fail what is done already.
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
}

} // namespace

std::filesystem::path content_path(std::filesystem::path const& data_directory, std::string_view name)
{
    return data_directory / "data" / name.substr(0, 2) / name;
}

// --- new_content ---------------------------------------------------------------------------------------------

new_content::new_content(std::filesystem::path path, std::string name)
    : file_(path, file::mode::create), path_(std::move(path)), name_(std::move(name))
{}

new_content::new_content(new_content&& other) noexcept
    : leaves(std::move(other.leaves)), file_(std::move(other.file_)), path_(std::exchange(other.path_, {})),
      name_(std::move(other.name_)), bytes_(other.bytes_)
{}

new_content::~new_content()
{
    if (!path_.empty())
        remove_quietly(path_);
}

void new_content::write(std::span<std::byte const> bytes)
{
    file_.write(bytes);
    bytes_ += bytes.size();
}

void new_content::write(std::string_view text)
{
    write(std::as_bytes(std::span(text.data(), text.size())));
}

// --- store ---------------------------------------------------------------------------------------------------

store::store(std::filesystem::path directory) : directory_(std::move(directory))
{
    try {
        prepare_directories();
        lock_file_ = file(directory_ / "lock", file::mode::update);
        if (!lock_file_.try_lock())
            throw store_error("the data directory " + directory_.string() + " is in use by another emulator");
        prepare_index();
        remove_leftovers();
    } catch (std::filesystem::filesystem_error const& error) {
        throw store_error("cannot use the data directory " + directory_.string() + ": " +
                          error.code().message() + " (" + error.path1().string() + ")");
    } catch (sqlite_error const& error) {
        throw store_error("cannot use the data directory " + directory_.string() + ": " + error.what());
    }
}

void store::prepare_directories()
{
    std::filesystem::path const data = directory_ / "data";
    make_directories(data);
    make_directories(directory_ / "incoming");
    // A run that was killed may have made some and not come to sync them.
    sync_directory(data);
    sync_directory(directory_);
    for (auto const& entry : std::filesystem::directory_iterator(data))
        if (entry.is_directory())
            synced_directories_.insert(entry.path());
}

void store::prepare_directory(std::filesystem::path const& place)
{
    // Under the lock until the name is on the disk: another upload may rely on it at once.
    std::lock_guard const lock(directories_mutex_);
    if (synced_directories_.contains(place))
        return;
    std::filesystem::create_directory(place);
    sync_directory(place.parent_path());
    synced_directories_.insert(place);
}

void store::prepare_index()
{
    index_.emplace(directory_ / "index.sqlite");
    index_->execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    {
        // SQLite answers with the mode that is in force, which on some file systems is another one.
        query rows(*index_, "PRAGMA journal_mode = WAL");
        std::string mode;
        if (rows.next())
            rows.read(mode);
        if (mode != "wal")
            throw store_error("cannot use the data directory " + directory_.string() +
                              ": its file system does not let SQLite keep a write-ahead log");
    }
    std::int64_t version = 0;
    {
        query rows(*index_, "PRAGMA user_version");
        if (rows.next())
            rows.read(version);
    }
    if (version < 0 || version > data_format)
        throw store_error("the data directory " + directory_.string() + " has format " +
                          std::to_string(version) + ", and this version knows formats up to " +
                          std::to_string(data_format) + " only");
    if (version < data_format)
        migrate(version);
    // The names of the index and of its log.
    sync_directory(directory_);
}

void store::migrate(std::int64_t version)
{
    // In one transaction: a kill on the way leaves the version that was there.
    index_->execute("BEGIN IMMEDIATE");
    for (auto next = static_cast<std::size_t>(version); next < schemas.size(); ++next)
        index_->execute(std::string(schemas[next]));
    if (version < 3)
        hash_inventories();
    index_->execute("PRAGMA user_version = " + std::to_string(data_format) + "; COMMIT;");
}

void store::hash_inventories()
{
    struct inventory_file {
        std::int64_t number = 0;
        std::string name;
        std::uint64_t bytes = 0;
    };
    std::vector<inventory_file> files;
    {
        query rows(*index_, "SELECT number, name, bytes FROM content WHERE length(leaves) = 0");
        while (rows.next()) {
            inventory_file& found = files.emplace_back();
            rows.read(found.number, found.name, found.bytes);
        }
    }
    for (inventory_file const& found : files) {
        // A file that cannot be read stays without hashes, so that its output is refused as damaged.
        std::vector<std::byte> const leaves =
            join(leaves_of_file(content_path(directory_, found.name), found.bytes));
        query(*index_, "UPDATE content SET leaves = ? WHERE number = ?", std::span<std::byte const>(leaves),
              found.number)
            .run();
    }
}

void store::remove_leftovers()
{
    for (auto const& entry : std::filesystem::directory_iterator(directory_ / "incoming"))
        std::filesystem::remove(entry.path());

    // Archives that were deleted before the last inventory of their vault: nobody will ask for them again.
    index_->execute("DELETE FROM archive WHERE deleted IS NOT NULL "
                    "AND deleted < (SELECT inventory_date FROM vault WHERE vault.number = archive.vault) "
                    "AND NOT EXISTS (SELECT 1 FROM segment WHERE segment.archive = archive.number) "
                    "AND NOT EXISTS (SELECT 1 FROM job WHERE job.archive = archive.number)");

    for (auto const& place : std::filesystem::directory_iterator(directory_ / "data")) {
        if (place.is_directory())
            remove_unknown_files(place.path());
        else
            std::filesystem::remove(place.path());
    }
}

void store::remove_unknown_files(std::filesystem::path const& place)
{
    // Directory by directory, so that the names of all files are never in memory at once.
    std::string const prefix = place.filename().string();
    std::unordered_set<std::string> known;
    query rows(*index_, "SELECT name FROM content WHERE name >= ?1 AND name < ?1 || '~'", prefix);
    while (rows.next()) {
        std::string name;
        rows.read(name);
        known.insert(std::move(name));
    }
    for (auto const& entry : std::filesystem::directory_iterator(place))
        if (!entry.is_directory() && !known.contains(entry.path().filename().string()))
            std::filesystem::remove(entry.path());
}

new_content store::create(std::string name)
{
    std::filesystem::path path = directory_ / "incoming" / name;
    return new_content(std::move(path), std::move(name));
}

void store::seal(new_content& content)
{
    content.file_.sync();
    content.file_.close();
    std::filesystem::path const place = content_path(directory_, content.name_);
    prepare_directory(place.parent_path());
    std::filesystem::rename(content.path_, place);
    content.path_ = place;
    sync_directory(place.parent_path());
}

// --- transaction ---------------------------------------------------------------------------------------------

transaction::transaction(store& owner) : store_(owner), lock_(owner.mutex_)
{
    store_.index_->execute("BEGIN");
}

transaction::~transaction()
{
    // Neither committed nor suspended.
    if (!lock_.owns_lock())
        return;
    try {
        store_.index_->execute("ROLLBACK");
    } catch (sqlite_error const&) {
        // SQLite rolls back by itself after the failures that make this one fail.
    }
    for (auto const& path : new_files_)
        remove_quietly(path);
}

void transaction::commit()
{
    // From here on the files may be part of what is on the disk, even if the commit reports a failure.
    new_files_.clear();
    store_.index_->execute("COMMIT");
    lock_.unlock();
    for (auto const& path : old_files_)
        remove_quietly(path);
}

void transaction::suspend()
{
    store_.index_->execute("ROLLBACK");
    lock_.unlock();
}

void transaction::resume()
{
    lock_.lock();
    try {
        store_.index_->execute("BEGIN");
    } catch (...) {
        lock_.unlock();
        throw;
    }
}

std::optional<vault_record> transaction::find_vault(std::string_view name)
{
    static std::string const sql = std::string(select_vault) + "WHERE name = ?";
    query rows(*store_.index_, sql, name);
    return read_one(rows, read_vault);
}

std::optional<vault_record> transaction::find_vault(std::int64_t number)
{
    static std::string const sql = std::string(select_vault) + "WHERE number = ?";
    query rows(*store_.index_, sql, number);
    return read_one(rows, read_vault);
}

std::vector<vault_record> transaction::vaults_after(std::string_view name, std::size_t count)
{
    static std::string const sql = std::string(select_vault) + "WHERE name > ? ORDER BY name LIMIT ?";
    query rows(*store_.index_, sql, name, std::uint64_t{count});
    return read_all(rows, read_vault);
}

std::uint64_t transaction::count_vaults()
{
    query rows(*store_.index_, "SELECT count(*) FROM vault");
    std::uint64_t count = 0;
    if (rows.next())
        rows.read(count);
    return count;
}

void transaction::insert_vault(vault_record& vault)
{
    query(*store_.index_, "INSERT INTO vault (name, created, archives, bytes) VALUES (?, ?, 0, 0)",
          vault.name, vault.holdings.created)
        .run();
    vault.number = store_.index_->last_row();
}

void transaction::update_vault(vault_record const& vault)
{
    vault_holdings const& holdings = vault.holdings;
    std::optional<timestamp> date;
    std::optional<std::uint64_t> archives;
    std::optional<std::uint64_t> bytes;
    if (holdings.inventory) {
        date = holdings.inventory->date;
        archives = holdings.inventory->archives;
        bytes = holdings.inventory->bytes;
    }
    query(
        *store_.index_,
        "UPDATE vault SET changed = ?, archives = ?, bytes = ?, inventory_date = ?, inventory_archives = ?, "
        "inventory_bytes = ? WHERE number = ?",
        holdings.changed, holdings.archives, holdings.bytes, date, archives, bytes, vault.number)
        .run();
}

void transaction::delete_vault(vault_record const& vault)
{
    remove_contents("SELECT content FROM part WHERE upload IN (SELECT number FROM upload WHERE vault = ?)",
                    vault.number);
    remove_contents(
        "SELECT content FROM segment WHERE archive IN (SELECT number FROM archive WHERE vault = ?)",
        vault.number);
    remove_contents("SELECT content FROM job WHERE content IS NOT NULL AND vault = ?", vault.number);
    for (std::string_view const sql :
         {"DELETE FROM upload WHERE vault = ?", "DELETE FROM job WHERE vault = ?",
          "DELETE FROM archive WHERE vault = ?", "DELETE FROM notification WHERE vault = ?",
          "DELETE FROM access_policy WHERE vault = ?", "DELETE FROM lock WHERE vault = ?",
          "DELETE FROM tag WHERE vault = ?", "DELETE FROM vault WHERE number = ?"})
        query(*store_.index_, sql, vault.number).run();
}

std::optional<notification_record> transaction::find_notification(std::int64_t vault)
{
    query rows(*store_.index_, "SELECT topic, events FROM notification WHERE vault = ?", vault);
    return read_one(rows, read_notification);
}

void transaction::put_notification(std::int64_t vault, notification_record const& notification)
{
    query(*store_.index_, "INSERT OR REPLACE INTO notification (vault, topic, events) VALUES (?, ?, ?)",
          vault, notification.topic, notification.events)
        .run();
}

void transaction::delete_notification(std::int64_t vault)
{
    query(*store_.index_, "DELETE FROM notification WHERE vault = ?", vault).run();
}

std::optional<std::string> transaction::find_access_policy(std::int64_t vault)
{
    query rows(*store_.index_, "SELECT policy FROM access_policy WHERE vault = ?", vault);
    return read_one(rows, read_text);
}

void transaction::put_access_policy(std::int64_t vault, std::string_view policy)
{
    query(*store_.index_, "INSERT OR REPLACE INTO access_policy (vault, policy) VALUES (?, ?)", vault, policy)
        .run();
}

void transaction::delete_access_policy(std::int64_t vault)
{
    query(*store_.index_, "DELETE FROM access_policy WHERE vault = ?", vault).run();
}

std::optional<lock_record> transaction::find_lock(std::int64_t vault)
{
    query rows(*store_.index_, "SELECT id, policy, created, locked FROM lock WHERE vault = ?", vault);
    return read_one(rows, read_lock);
}

void transaction::put_lock(std::int64_t vault, lock_record const& lock)
{
    query(*store_.index_,
          "INSERT OR REPLACE INTO lock (vault, id, policy, created, locked) VALUES (?, ?, ?, ?, ?)", vault,
          lock.id, lock.policy, lock.created, lock.locked)
        .run();
}

void transaction::delete_lock(std::int64_t vault)
{
    query(*store_.index_, "DELETE FROM lock WHERE vault = ?", vault).run();
}

std::map<std::string, std::string> transaction::tags_of(std::int64_t vault)
{
    query rows(*store_.index_, "SELECT key, value FROM tag WHERE vault = ?", vault);
    std::map<std::string, std::string> tags;
    while (rows.next()) {
        std::string key;
        std::string value;
        rows.read(key, value);
        tags.emplace(std::move(key), std::move(value));
    }
    return tags;
}

void transaction::put_tag(std::int64_t vault, std::string_view key, std::string_view value)
{
    query(*store_.index_, "INSERT OR REPLACE INTO tag (vault, key, value) VALUES (?, ?, ?)", vault, key,
          value)
        .run();
}

void transaction::delete_tag(std::int64_t vault, std::string_view key)
{
    query(*store_.index_, "DELETE FROM tag WHERE vault = ? AND key = ?", vault, key).run();
}

std::int64_t transaction::insert_content(new_content content)
{
    if (content.leaves.size() != (content.bytes_ + tree_hash_leaf_bytes - 1) / tree_hash_leaf_bytes)
        throw store_error("a file of " + std::to_string(content.bytes_) + " bytes has " +
                          std::to_string(content.leaves.size()) + " hashes");
    std::vector<std::byte> const leaves = join(content.leaves);
    new_files_.push_back(std::exchange(content.path_, {}));
    query(*store_.index_, "INSERT INTO content (name, bytes, leaves) VALUES (?, ?, ?)", content.name_,
          content.bytes_, std::span<std::byte const>(leaves))
        .run();
    return store_.index_->last_row();
}

std::filesystem::path transaction::path_of_content(std::int64_t content)
{
    query rows(*store_.index_, "SELECT name FROM content WHERE number = ?", content);
    std::string name;
    if (!rows.next())
        throw store_error("the index has no file " + std::to_string(content));
    rows.read(name);
    return content_path(store_.directory_, name);
}

std::vector<std::byte> transaction::leaves_of_content(std::int64_t content)
{
    query rows(*store_.index_, "SELECT leaves FROM content WHERE number = ?", content);
    std::vector<std::byte> leaves;
    if (!rows.next())
        throw store_error("the index has no file " + std::to_string(content));
    rows.read(leaves);
    return leaves;
}

void transaction::remove_content(std::int64_t content)
{
    old_files_.push_back(path_of_content(content));
    for (std::string_view const sql :
         {"DELETE FROM segment WHERE content = ?", "DELETE FROM part WHERE content = ?",
          "UPDATE job SET content = NULL WHERE content = ?", "DELETE FROM content WHERE number = ?"})
        query(*store_.index_, sql, content).run();
}

void transaction::remove_contents(std::string_view sql, std::int64_t owner)
{
    std::vector<std::int64_t> contents;
    {
        query rows(*store_.index_, sql, owner);
        while (rows.next())
            rows.read(contents.emplace_back());
    }
    for (std::int64_t const content : contents)
        remove_content(content);
}

std::optional<archive_record> transaction::find_archive(std::string_view id)
{
    static std::string const sql = std::string(select_archive) + "WHERE id = ?";
    query rows(*store_.index_, sql, id);
    return read_one(rows, read_archive);
}

void transaction::insert_archive(archive_record& archive)
{
    query(*store_.index_,
          "INSERT INTO archive (vault, id, description, bytes, hash, created) VALUES (?, ?, ?, ?, ?, ?)",
          archive.vault, archive.id, archive.description, archive.bytes, archive.hash, archive.created)
        .run();
    archive.number = store_.index_->last_row();
}

void transaction::insert_segment(std::int64_t archive, std::uint64_t first, std::int64_t content)
{
    query(*store_.index_, "INSERT INTO segment (archive, first, content) VALUES (?, ?, ?)", archive, first,
          content)
        .run();
}

void transaction::delete_archive(std::int64_t archive, timestamp when)
{
    query(*store_.index_, "UPDATE archive SET deleted = ? WHERE number = ?", when, archive).run();
    query(*store_.index_, "UPDATE job SET failed = 1 WHERE archive = ? AND completion > ?", archive, when)
        .run();
    remove_contents_if_unneeded(archive);
}

std::vector<segment_record> transaction::segments_of(std::int64_t archive)
{
    query rows(*store_.index_,
               "SELECT first, content.bytes, content.name, content FROM segment JOIN content ON content = "
               "content.number "
               "WHERE archive = ? ORDER BY first",
               archive);
    return read_all(rows, [this](query const& row) {
        segment_record segment;
        std::string name;
        row.read(segment.first, segment.bytes, name, segment.content);
        segment.path = content_path(store_.directory_, name);
        return segment;
    });
}

tree_hash transaction::hash_of_range(std::int64_t archive, byte_range const& range)
{
    query rows(*store_.index_,
               "SELECT first, content.leaves FROM segment JOIN content ON content = content.number "
               "WHERE archive = ?1 AND first <= ?3 AND first + content.bytes > ?2 ORDER BY first",
               archive, range.first(), range.last());
    protocol::tree_builder tree;
    while (rows.next()) {
        std::uint64_t first = 0;
        std::vector<std::byte> leaves;
        rows.read(first, leaves);
        std::span<std::byte const> rest(leaves);
        for (; rest.size() >= tree_hash::size; rest = rest.subspan(tree_hash::size)) {
            if (first >= range.first() && first <= range.last())
                tree.add(tree_hash(rest.first<tree_hash::size>()));
            first += tree_hash_leaf_bytes;
        }
    }
    if (tree.empty())
        throw store_error("the index has no hashes of archive " + std::to_string(archive));
    return tree.finish();
}

std::vector<archive_record> transaction::archives_at(std::int64_t vault, timestamp moment, std::int64_t after,
                                                     std::optional<timestamp> created_from,
                                                     std::optional<timestamp> created_before,
                                                     std::size_t count)
{
    static std::string const sql =
        std::string(select_archive) +
        "WHERE vault = ?1 AND number > ?2 AND created < ?3 AND (deleted IS NULL OR deleted >= ?3) "
        "AND (?4 IS NULL OR created >= ?4) AND (?5 IS NULL OR created < ?5) ORDER BY number LIMIT ?6";
    query rows(*store_.index_, sql, vault, after, moment, created_from, created_before, std::uint64_t{count});
    return read_all(rows, read_archive);
}

std::optional<upload_record> transaction::find_upload(std::int64_t vault, std::string_view id)
{
    static std::string const sql = std::string(select_upload) + "WHERE id = ? AND vault = ?";
    query rows(*store_.index_, sql, id, vault);
    return read_one(rows, read_upload);
}

std::vector<upload_record> transaction::open_uploads(std::int64_t vault, timestamp active_after,
                                                     std::int64_t after, std::size_t count)
{
    static std::string const sql = std::string(select_upload) +
                                   "WHERE vault = ? AND number > ? AND active > ? AND aborted = 0 "
                                   "AND archive_id IS NULL ORDER BY number LIMIT ?";
    query rows(*store_.index_, sql, vault, after, active_after, std::uint64_t{count});
    return read_all(rows, read_upload);
}

void transaction::insert_upload(upload_record& upload)
{
    query(*store_.index_,
          "INSERT INTO upload (vault, id, description, part_bytes, created, active, aborted) "
          "VALUES (?, ?, ?, ?, ?, ?, 0)",
          upload.vault, upload.id, upload.description, upload.part_bytes, upload.created, upload.active)
        .run();
    upload.number = store_.index_->last_row();
}

void transaction::update_upload(upload_record const& upload)
{
    query(*store_.index_, "UPDATE upload SET active = ?, aborted = ?, archive_id = ? WHERE number = ?",
          upload.active, upload.aborted, upload.archive_id, upload.number)
        .run();
}

std::vector<part_record> transaction::parts_from(std::int64_t upload, std::uint64_t first, std::size_t count)
{
    static std::string const sql =
        std::string(select_part) + "WHERE upload = ? AND first >= ? ORDER BY first LIMIT ?";
    query rows(*store_.index_, sql, upload, first, std::uint64_t{count});
    return read_all(rows, read_part);
}

std::vector<part_record> transaction::all_parts(std::int64_t upload)
{
    static std::string const sql = std::string(select_part) + "WHERE upload = ? ORDER BY first";
    query rows(*store_.index_, sql, upload);
    return read_all(rows, read_part);
}

void transaction::put_part(std::int64_t upload, part_record const& part)
{
    std::int64_t old = 0;
    {
        query rows(*store_.index_, "SELECT content FROM part WHERE upload = ? AND first = ?", upload,
                   part.first);
        if (rows.next())
            rows.read(old);
    }
    if (old != 0)
        remove_content(old);
    query(*store_.index_, "INSERT INTO part (upload, first, bytes, hash, content) VALUES (?, ?, ?, ?, ?)",
          upload, part.first, part.bytes, part.hash, part.content)
        .run();
}

void transaction::discard_parts(std::int64_t upload)
{
    remove_contents("SELECT content FROM part WHERE upload = ?", upload);
}

void transaction::release_parts(std::int64_t upload)
{
    query(*store_.index_, "DELETE FROM part WHERE upload = ?", upload).run();
}

std::optional<job_record> transaction::find_job(std::int64_t vault, std::string_view id)
{
    static std::string const sql = std::string(select_job) + "WHERE id = ? AND vault = ?";
    query rows(*store_.index_, sql, id, vault);
    return read_one(rows, read_job);
}

std::vector<job_record> transaction::jobs_after(std::int64_t vault, std::int64_t after, std::size_t count)
{
    static std::string const sql =
        std::string(select_job) + "WHERE vault = ? AND number > ? ORDER BY number LIMIT ?";
    query rows(*store_.index_, sql, vault, after, std::uint64_t{count});
    return read_all(rows, read_job);
}

void transaction::insert_job(job_record& job)
{
    query(*store_.index_,
          "INSERT INTO job (vault, id, description, sns_topic, created, completion, failed, archive, "
          "archive_id, "
          "archive_bytes, archive_hash, range_first, range_last, range_hash, tier, format, start_date, "
          "end_date, "
          "item_limit, marker, content, content_bytes, select_request) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          job.vault, job.id, job.description, job.sns_topic, job.created, job.completion, job.failed,
          job.archive, job.archive_id, job.archive_bytes, job.archive_hash, job.range_first, job.range_last,
          job.range_hash, job.tier, job.format, job.start_date, job.end_date, job.limit, job.marker,
          job.content, job.content_bytes, job.select_request)
        .run();
    job.number = store_.index_->last_row();
}

std::uint64_t transaction::bytes_retrieved(std::string_view tier, timestamp after)
{
    // A job completes after its start, and there is an index of completions.
    query rows(*store_.index_,
               "SELECT coalesce(sum(range_last - range_first + 1), 0) FROM job "
               "WHERE completion > ?2 AND created > ?2 AND archive IS NOT NULL AND tier = ?1",
               tier, after);
    std::uint64_t bytes = 0;
    if (rows.next())
        rows.read(bytes);
    return bytes;
}

void transaction::update_job(job_record const& job)
{
    query(*store_.index_, "UPDATE job SET completion = ?, failed = ?, failure = ? WHERE number = ?",
          job.completion, job.failed, job.failure, job.number)
        .run();
}

std::vector<job_record> transaction::unannounced_jobs(timestamp ended_until, std::size_t count)
{
    static std::string const sql =
        std::string(select_job) + "WHERE announced = 0 AND completion <= ? ORDER BY completion LIMIT ?";
    query rows(*store_.index_, sql, ended_until, std::uint64_t{count});
    return read_all(rows, read_job);
}

void transaction::mark_announced(std::int64_t job)
{
    query(*store_.index_, "UPDATE job SET announced = 1 WHERE number = ?", job).run();
}

void transaction::insert_delivery(delivery_record& delivery)
{
    query(*store_.index_,
          "INSERT INTO delivery (message_id, topic, message, created, attempts) VALUES (?, ?, ?, ?, ?)",
          delivery.message_id, delivery.topic, delivery.message, delivery.created, delivery.attempts)
        .run();
    delivery.number = store_.index_->last_row();
}

std::optional<delivery_record> transaction::find_delivery(std::int64_t number)
{
    static std::string const sql = std::string(select_delivery) + "WHERE number = ?";
    query rows(*store_.index_, sql, number);
    return read_one(rows, read_delivery);
}

std::vector<delivery_record> transaction::deliveries_after(std::int64_t after, std::size_t count)
{
    static std::string const sql = std::string(select_delivery) + "WHERE number > ? ORDER BY number LIMIT ?";
    query rows(*store_.index_, sql, after, std::uint64_t{count});
    return read_all(rows, read_delivery);
}

void transaction::set_delivery_attempts(std::int64_t number, std::uint64_t attempts)
{
    query(*store_.index_, "UPDATE delivery SET attempts = ? WHERE number = ?", attempts, number).run();
}

void transaction::delete_delivery(std::int64_t number)
{
    query(*store_.index_, "DELETE FROM delivery WHERE number = ?", number).run();
}

void transaction::sweep(timestamp jobs_completed_until, timestamp uploads_used_until)
{
    std::int64_t const jobs_limit = jobs_completed_until.time_since_epoch().count();
    std::int64_t const uploads_limit = uploads_used_until.time_since_epoch().count();
    std::vector<std::int64_t> archives;
    {
        // By itself SQLite would go through all jobs, in the order of their archives.
        query rows(*store_.index_,
                   "SELECT DISTINCT archive FROM job INDEXED BY job_completion "
                   "WHERE archive IS NOT NULL AND completion <= ?",
                   jobs_limit);
        while (rows.next())
            rows.read(archives.emplace_back());
    }
    remove_contents("SELECT content FROM job WHERE content IS NOT NULL AND completion <= ?", jobs_limit);
    query(*store_.index_, "DELETE FROM job WHERE completion <= ?", jobs_limit).run();
    for (std::int64_t const archive : archives)
        remove_contents_if_unneeded(archive);
    remove_contents("SELECT content FROM part WHERE upload IN (SELECT number FROM upload WHERE active <= ?)",
                    uploads_limit);
    query(*store_.index_, "DELETE FROM upload WHERE active <= ?", uploads_limit).run();
}

void transaction::remove_contents_if_unneeded(std::int64_t archive)
{
    // Output that is ready can be downloaded even if its archive has been deleted.
    query rows(*store_.index_,
               "SELECT 1 FROM archive WHERE number = ?1 AND deleted IS NOT NULL "
               "AND NOT EXISTS (SELECT 1 FROM job WHERE job.archive = ?1 AND failed = 0)",
               archive);
    if (rows.next())
        remove_contents("SELECT content FROM segment WHERE archive = ?", archive);
}

std::optional<retrieval_rule_record> transaction::retrieval_rule()
{
    query rows(*store_.index_, "SELECT strategy, bytes_per_hour FROM retrieval_rule");
    return read_one(rows, read_retrieval_rule);
}

void transaction::set_retrieval_rule(retrieval_rule_record const& rule)
{
    query(*store_.index_,
          "INSERT OR REPLACE INTO retrieval_rule (number, strategy, bytes_per_hour) VALUES (1, ?, ?)",
          rule.strategy, rule.bytes_per_hour)
        .run();
}

std::vector<capacity_record> transaction::capacities_at(timestamp moment)
{
    query rows(*store_.index_,
               "SELECT id, start, expiration FROM capacity WHERE expiration > ? ORDER BY number", moment);
    return read_all(rows, read_capacity);
}

void transaction::insert_capacity(capacity_record const& capacity)
{
    query(*store_.index_, "INSERT INTO capacity (id, start, expiration) VALUES (?, ?, ?)", capacity.id,
          capacity.start, capacity.expiration)
        .run();
}

void transaction::delete_capacities(timestamp expired_until)
{
    query(*store_.index_, "DELETE FROM capacity WHERE expiration <= ?", expired_until).run();
}

std::optional<std::int64_t> transaction::setting(std::string_view name)
{
    query rows(*store_.index_, "SELECT value FROM setting WHERE name = ?", name);
    std::optional<std::int64_t> value;
    if (rows.next())
        rows.read(value);
    return value;
}

void transaction::set_setting(std::string_view name, std::int64_t value)
{
    query(*store_.index_, "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, value).run();
}

} // namespace glacier::emulation
