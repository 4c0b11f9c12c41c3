#pragma once

#include <glacier/sha256_digest.hpp>
#include <glacier/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace glacier::emulation {

/// SQLite refused something; what() has its words.
class sqlite_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/**
 * A connection to a database file, with the statements that were prepared on it.
 *
 * Thread safety: none; the store has a mutex around it.
 */
class database {
public:
    /// Opens or creates the file. Throws sqlite_error.
    explicit database(std::filesystem::path const& file);
    database(database const&) = delete;
    database& operator=(database const&) = delete;
    ~database();

    /// Runs statements that give no rows and have no parameters.
    void execute(std::string const& statements);

    /// Number of the row that was inserted last.
    std::int64_t last_row() const noexcept;

private:
    friend class query;

    sqlite3_stmt* take(std::string_view sql);
    void give_back(std::string_view sql, sqlite3_stmt* statement) noexcept;

    sqlite3* connection_ = nullptr;
    // Statements that nobody uses at the moment.
    std::map<std::string, std::vector<sqlite3_stmt*>, std::less<>> idle_;
};

/// One statement with its parameters, and its rows.
class query {
public:
    /// `sql` must outlive the query. The arguments are its parameters, in order.
    template <class... Arguments>
    query(database& db, std::string_view sql, Arguments const&... arguments) : query(db, sql, prepared())
    {
        int position = 0;
        (bind(++position, arguments), ...);
    }

    query(query const&) = delete;
    query& operator=(query const&) = delete;
    ~query();

    /// Goes to the next row; false after the last one.
    bool next();

    /// Runs a statement that gives no rows.
    void run();

    /// The first columns of the row, in order.
    template <class... Fields>
    void read(Fields&... fields) const
    {
        int column = 0;
        (read_column(column++, fields), ...);
    }

private:
    struct prepared {};

    query(database& db, std::string_view sql, prepared);

    void bind(int position, std::nullptr_t);
    void bind(int position, std::int64_t value);
    void bind(int position, std::uint64_t value);
    void bind(int position, std::string_view value);
    void bind(int position, std::span<std::byte const> value);
    void bind(int position, bool value) { bind(position, std::int64_t{value}); }
    void bind(int position, std::string const& value) { bind(position, std::string_view(value)); }
    void bind(int position, char const* value) { bind(position, std::string_view(value)); }
    void bind(int position, timestamp value)
    {
        bind(position, std::int64_t{value.time_since_epoch().count()});
    }
    void bind(int position, tree_hash const& value)
    {
        bind(position, std::span<std::byte const>(value.bytes()));
    }

    template <class T>
    void bind(int position, std::optional<T> const& value)
    {
        if (value)
            bind(position, *value);
        else
            bind(position, nullptr);
    }

    bool is_null(int column) const noexcept;
    void read_column(int column, std::int64_t& value) const;
    void read_column(int column, std::uint64_t& value) const;
    void read_column(int column, bool& value) const;
    void read_column(int column, std::string& value) const;
    void read_column(int column, timestamp& value) const;
    void read_column(int column, tree_hash& value) const;
    void read_column(int column, std::vector<std::byte>& value) const;

    template <class T>
    void read_column(int column, std::optional<T>& value) const
    {
        value.reset();
        if (!is_null(column))
            read_column(column, value.emplace());
    }

    database& database_;
    std::string_view sql_;
    sqlite3_stmt* statement_;
};

} // namespace glacier::emulation
