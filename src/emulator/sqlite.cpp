#include "emulator/sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace glacier::emulation {

namespace {

[[noreturn]] void fail(sqlite3* connection, std::string_view doing)
{
    throw sqlite_error("SQLite: " + std::string(doing) + ": " +
                       (connection != nullptr ? sqlite3_errmsg(connection) : "out of memory"));
}

} // namespace

database::database(std::filesystem::path const& file)
{
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(file.c_str(), &connection_, flags, nullptr) != SQLITE_OK) {
        std::string const reason = connection_ != nullptr ? sqlite3_errmsg(connection_) : "out of memory";
        sqlite3_close(connection_);
        throw sqlite_error("SQLite: cannot open " + file.string() + ": " + reason);
    }
    sqlite3_extended_result_codes(connection_, 1);
}

database::~database()
{
    for (auto const& [sql, statements] : idle_)
        for (sqlite3_stmt* const statement : statements)
            sqlite3_finalize(statement);
    sqlite3_close(connection_);
}

void database::execute(std::string const& statements)
{
    if (sqlite3_exec(connection_, statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(connection_, statements.substr(0, 60));
}

std::int64_t database::last_row() const noexcept
{
    return sqlite3_last_insert_rowid(connection_);
}

sqlite3_stmt* database::take(std::string_view sql)
{
    if (auto const found = idle_.find(sql); found != idle_.end() && !found->second.empty()) {
        sqlite3_stmt* const statement = found->second.back();
        found->second.pop_back();
        return statement;
    }
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr) != SQLITE_OK)
        fail(connection_, sql);
    return statement;
}

void database::give_back(std::string_view sql, sqlite3_stmt* statement) noexcept
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    try {
        auto found = idle_.find(sql);
        if (found == idle_.end())
            found = idle_.emplace(std::string(sql), std::vector<sqlite3_stmt*>()).first;
        found->second.push_back(statement);
    } catch (std::bad_alloc const&) {
        sqlite3_finalize(statement);
    }
}

query::query(database& db, std::string_view sql, prepared)
    : database_(db), sql_(sql), statement_(db.take(sql))
{}

query::~query()
{
    database_.give_back(sql_, statement_);
}

bool query::next()
{
    int const result = sqlite3_step(statement_);
    if (result == SQLITE_ROW)
        return true;
    if (result != SQLITE_DONE)
        fail(database_.connection_, sql_);
    return false;
}

void query::run()
{
    next();
}

void query::bind(int position, std::nullptr_t)
{
    if (sqlite3_bind_null(statement_, position) != SQLITE_OK)
        fail(database_.connection_, sql_);
}

void query::bind(int position, std::int64_t value)
{
    if (sqlite3_bind_int64(statement_, position, value) != SQLITE_OK)
        fail(database_.connection_, sql_);
}

void query::bind(int position, std::uint64_t value)
{
    // SQLite has no unsigned numbers. No size or position of the service comes near the limit, so a greater
    // number is as good as the greatest.
    auto const greatest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    bind(position, static_cast<std::int64_t>(std::min(value, greatest)));
}

void query::bind(int position, std::string_view value)
{
    // A null pointer would mean NULL, not an empty text.
    char const* const text = value.data() != nullptr ? value.data() : "";
    if (sqlite3_bind_text64(statement_, position, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) !=
        SQLITE_OK)
        fail(database_.connection_, sql_);
}

void query::bind(int position, std::span<std::byte const> value)
{
    void const* const bytes = value.data() != nullptr ? static_cast<void const*>(value.data()) : "";
    if (sqlite3_bind_blob64(statement_, position, bytes, value.size(), SQLITE_TRANSIENT) != SQLITE_OK)
        fail(database_.connection_, sql_);
}

bool query::is_null(int column) const noexcept
{
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void query::read_column(int column, std::int64_t& value) const
{
    value = sqlite3_column_int64(statement_, column);
}

void query::read_column(int column, std::uint64_t& value) const
{
    value = static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

void query::read_column(int column, bool& value) const
{
    value = sqlite3_column_int64(statement_, column) != 0;
}

void query::read_column(int column, std::string& value) const
{
    auto const* const text = reinterpret_cast<char const*>(sqlite3_column_text(statement_, column));
    value.assign(text != nullptr ? text : "",
                 static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

void query::read_column(int column, timestamp& value) const
{
    value = timestamp(std::chrono::milliseconds(sqlite3_column_int64(statement_, column)));
}

void query::read_column(int column, tree_hash& value) const
{
    std::vector<std::byte> bytes;
    read_column(column, bytes);
    if (bytes.size() != tree_hash::size)
        throw sqlite_error("SQLite: a hash of " + std::to_string(bytes.size()) + " bytes in the index");
    value = tree_hash(std::span<std::byte const, tree_hash::size>(bytes));
}

void query::read_column(int column, std::vector<std::byte>& value) const
{
    auto const* const bytes = static_cast<std::byte const*>(sqlite3_column_blob(statement_, column));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    value.assign(bytes, bytes + size);
}

} // namespace glacier::emulation
