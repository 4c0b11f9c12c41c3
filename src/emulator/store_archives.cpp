#include "emulator/store.hpp"

#include "emulator/store_rows.hpp"

#include "protocol/tree_hash.hpp"

#include <span>
#include <string>

namespace glacier::emulation {

namespace {

constexpr std::string_view select_archive =
    "SELECT number, vault, id, description, bytes, hash, created, deleted FROM archive ";

archive_record read_archive(query const& row)
{
    archive_record archive;
    row.read(archive.number, archive.vault, archive.id, archive.description, archive.bytes, archive.hash,
             archive.created, archive.deleted);
    return archive;
}

} // namespace

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

} // namespace glacier::emulation
