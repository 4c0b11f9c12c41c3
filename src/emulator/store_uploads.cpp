#include "emulator/store.hpp"

#include "emulator/store_rows.hpp"

#include <string>

namespace glacier::emulation {

namespace {

constexpr std::string_view select_upload =
    "SELECT number, vault, id, description, part_bytes, created, active, aborted, archive_id FROM upload ";
constexpr std::string_view select_part = "SELECT first, bytes, hash, content FROM part ";

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

} // namespace

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

} // namespace glacier::emulation
