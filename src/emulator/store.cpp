#include "emulator/store.hpp"

#include "emulator/index_schema.hpp"
#include "protocol/leaf_hasher.hpp"
#include "protocol/tree_hash.hpp"

#include <algorithm>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace glacier::emulation {

namespace {

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
    for (auto next = static_cast<std::size_t>(version); next < index_schemas().size(); ++next)
        index_->execute(std::string(index_schemas()[next]));
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

} // namespace glacier::emulation
