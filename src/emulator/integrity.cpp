#include "emulator/integrity.hpp"

#include "emulator/file.hpp"
#include "emulator/sqlite.hpp"
#include "emulator/store.hpp"
#include "protocol/tree_hash.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/sha256_digest.hpp>
#include <glacier/tree_hash.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace glacier::emulation {

namespace {

tree_hash leaf_at(std::vector<std::byte> const& leaves, std::size_t index)
{
    return tree_hash(std::span(leaves).subspan(index * tree_hash::size).first<tree_hash::size>());
}

std::uint64_t count_leaves(std::uint64_t bytes)
{
    return (bytes + tree_hash_leaf_bytes - 1) / tree_hash_leaf_bytes;
}

class integrity_check {
public:
    integrity_check(std::filesystem::path directory, std::function<void(std::string const&)> const& tell)
        : directory_(std::move(directory)), tell_(tell)
    {
        if (!std::filesystem::exists(directory_ / "index.sqlite"))
            throw store_error("there is no data directory of an emulator at " + directory_.string());
        lock_file_ = file(directory_ / "lock", file::mode::update);
        if (!lock_file_.try_lock())
            throw store_error("the data directory " + directory_.string() + " is in use by an emulator");
        index_.emplace(directory_ / "index.sqlite");
        check_format();
    }

    integrity_report run()
    {
        // The rest would only repeat what a broken database says.
        if (!check_database())
            return report_;
        check_contents();
        check_directories();
        check_archives();
        check_parts();
        check_jobs();
        check_vaults();
        return report_;
    }

private:
    void problem(std::string const& sentence)
    {
        ++report_.problems;
        tell_(sentence);
    }

    void check_format()
    {
        query rows(*index_, "PRAGMA user_version");
        std::int64_t version = 0;
        if (rows.next())
            rows.read(version);
        if (version != data_format)
            throw store_error("the data directory " + directory_.string() + " has format " +
                              std::to_string(version) + ", and only format " + std::to_string(data_format) +
                              " can be verified; an emulator that starts on it brings it there");
    }

    bool check_database()
    {
        query rows(*index_, "PRAGMA integrity_check");
        while (rows.next()) {
            std::string line;
            rows.read(line);
            if (line != "ok")
                problem("index.sqlite: " + line);
        }
        query strays(*index_, "PRAGMA foreign_key_check");
        while (strays.next()) {
            std::string table;
            std::optional<std::int64_t> row;
            strays.read(table, row);
            problem("index.sqlite: row " + std::to_string(row.value_or(0)) + " of " + table +
                    " refers to what is not there");
        }
        return report_.problems == 0;
    }

    void check_contents()
    {
        query rows(*index_, "SELECT name, bytes, leaves FROM content ORDER BY name");
        while (rows.next()) {
            std::string name;
            std::uint64_t bytes = 0;
            std::vector<std::byte> leaves;
            rows.read(name, bytes, leaves);
            ++report_.files;
            check_file(content_path(directory_, name), bytes, leaves);
        }
    }

    void check_file(std::filesystem::path const& path, std::uint64_t bytes,
                    std::vector<std::byte> const& leaves)
    {
        if (leaves.size() != count_leaves(bytes) * tree_hash::size) {
            problem(path.string() + ": the index has " + std::to_string(leaves.size() / tree_hash::size) +
                    " hashes for its " + std::to_string(bytes) + " bytes");
            return;
        }
        try {
            std::uint64_t const size = std::filesystem::file_size(path);
            if (size != bytes)
                problem(path.string() + ": it has " + std::to_string(size) + " bytes instead of " +
                        std::to_string(bytes));
            check_leaves(path, std::min(size, bytes), bytes, leaves);
        } catch (std::filesystem::filesystem_error const& error) {
            problem(path.string() + ": " + error.code().message());
        }
    }

    /// Those that the file is long enough for.
    void check_leaves(std::filesystem::path const& path, std::uint64_t size, std::uint64_t bytes,
                      std::vector<std::byte> const& leaves)
    {
        file const input(path, file::mode::read);
        for (std::uint64_t first = 0; first < size; first += tree_hash_leaf_bytes) {
            std::uint64_t const wanted = std::min(bytes - first, std::uint64_t{tree_hash_leaf_bytes});
            if (first + wanted > size)
                return;
            block_.resize(static_cast<std::size_t>(wanted));
            input.read(first, block_);
            report_.bytes += wanted;
            auto const index = static_cast<std::size_t>(first / tree_hash_leaf_bytes);
            if (tree_hash_of(block_) != leaf_at(leaves, index))
                problem(path.string() + ": damaged: " + std::to_string(wanted) + " bytes from byte " +
                        std::to_string(first) + " on are not those that were stored");
        }
    }

    void check_directories()
    {
        std::uint64_t const before = report_.leftovers;
        for (auto const& entry : std::filesystem::directory_iterator(directory_ / "incoming"))
            leftover(entry.path());
        for (auto const& place : std::filesystem::directory_iterator(directory_ / "data")) {
            if (place.is_directory())
                check_directory(place.path());
            else
                leftover(place.path());
        }
        if (report_.leftovers > before)
            tell_("left-overs do no harm: the next start removes them");
    }

    void check_directory(std::filesystem::path const& place)
    {
        for (auto const& entry : std::filesystem::directory_iterator(place)) {
            std::string const name = entry.path().filename().string();
            query rows(*index_, "SELECT 1 FROM content WHERE name = ?", name);
            if (!rows.next())
                leftover(entry.path());
        }
    }

    void leftover(std::filesystem::path const& path)
    {
        ++report_.leftovers;
        tell_("left-over: " + path.string());
    }

    /// The bytes of each archive that can still be asked for are all there, and have its hash.
    void check_archives()
    {
        query rows(*index_, "SELECT number, id, bytes, hash FROM archive WHERE deleted IS NULL OR EXISTS "
                            "(SELECT 1 FROM job WHERE job.archive = archive.number AND failed = 0)");
        while (rows.next()) {
            std::int64_t number = 0;
            std::string id;
            std::uint64_t bytes = 0;
            tree_hash hash;
            rows.read(number, id, bytes, hash);
            check_archive(number, "archive " + id, bytes, hash);
        }
    }

    void check_archive(std::int64_t number, std::string const& name, std::uint64_t bytes,
                       tree_hash const& hash)
    {
        query rows(*index_,
                   "SELECT first, content.bytes, content.leaves FROM segment "
                   "JOIN content ON content = content.number WHERE archive = ? ORDER BY first",
                   number);
        protocol::tree_builder tree;
        std::uint64_t end = 0;
        while (rows.next()) {
            std::uint64_t first = 0;
            std::uint64_t size = 0;
            std::vector<std::byte> leaves;
            rows.read(first, size, leaves);
            if (first != end) {
                problem(name + ": no file holds its byte " + std::to_string(std::min(first, end)));
                return;
            }
            for (std::size_t i = 0; i < leaves.size() / tree_hash::size; ++i)
                tree.add(leaf_at(leaves, i));
            end += size;
        }
        if (end != bytes)
            problem(name + ": its files have " + std::to_string(end) + " bytes instead of " +
                    std::to_string(bytes));
        else if (tree.empty() || tree.finish() != hash)
            problem(name + ": its tree hash is not that of its files");
    }

    void check_parts()
    {
        query rows(*index_,
                   "SELECT upload.id, first, part.bytes, hash, content.bytes, content.leaves FROM part "
                   "JOIN content ON content = content.number JOIN upload ON upload = upload.number");
        while (rows.next()) {
            std::string id;
            std::uint64_t first = 0;
            std::uint64_t bytes = 0;
            tree_hash hash;
            std::uint64_t file_bytes = 0;
            std::vector<std::byte> leaves;
            rows.read(id, first, bytes, hash, file_bytes, leaves);
            protocol::tree_builder tree;
            for (std::size_t i = 0; i < leaves.size() / tree_hash::size; ++i)
                tree.add(leaf_at(leaves, i));
            if (bytes != file_bytes || tree.empty() || tree.finish() != hash)
                problem("the part at byte " + std::to_string(first) + " of upload " + id +
                        ": its size or its tree hash is not that of its file");
        }
    }

    void check_jobs()
    {
        query rows(*index_,
                   "SELECT id FROM job LEFT JOIN content ON content = content.number "
                   "WHERE archive_id IS NULL AND (content IS NULL OR content_bytes <> content.bytes)");
        while (rows.next()) {
            std::string id;
            rows.read(id);
            problem("job " + id + ": its inventory has no file, or one of another size");
        }
    }

    void check_vaults()
    {
        query rows(*index_, "SELECT name, archives, bytes, "
                            "(SELECT count(*) FROM archive WHERE vault = vault.number AND deleted IS NULL), "
                            "(SELECT coalesce(sum(archive.bytes), 0) FROM archive "
                            " WHERE vault = vault.number AND deleted IS NULL) FROM vault");
        while (rows.next()) {
            std::string name;
            std::uint64_t archives = 0;
            std::uint64_t bytes = 0;
            std::uint64_t counted = 0;
            std::uint64_t summed = 0;
            rows.read(name, archives, bytes, counted, summed);
            if (archives != counted || bytes != summed)
                problem("vault " + name + ": it says " + std::to_string(archives) + " archives with " +
                        std::to_string(bytes) + " bytes, and has " + std::to_string(counted) + " with " +
                        std::to_string(summed));
        }
    }

    std::filesystem::path directory_;
    std::function<void(std::string const&)> const& tell_;
    file lock_file_;
    std::optional<database> index_;
    std::vector<std::byte> block_;
    integrity_report report_;
};

} // namespace

integrity_report verify_data_directory(std::filesystem::path const& directory,
                                       std::function<void(std::string const&)> const& tell)
{
    try {
        return integrity_check(directory, tell).run();
    } catch (std::filesystem::filesystem_error const& error) {
        throw store_error("cannot verify the data directory " + directory.string() + ": " +
                          error.code().message() + " (" + error.path1().string() + ")");
    } catch (sqlite_error const& error) {
        throw store_error("cannot verify the data directory " + directory.string() + ": " + error.what());
    }
}

} // namespace glacier::emulation
