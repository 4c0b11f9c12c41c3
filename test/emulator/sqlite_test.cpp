#include "emulator/sqlite.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

namespace {

struct database_fixture : temporary_directory {
    database_fixture() : db(path() / "test.sqlite") { db.execute("CREATE TABLE t (a, b, c, d, e)"); }

    database db;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite, database_fixture)

BOOST_AUTO_TEST_CASE(values_come_back_as_they_went_in)
{
    std::string const text("a\0b", 3);
    tree_hash const hash = tree_hash_of(bytes_of("x"));
    timestamp const time(1'770'000'000'123ms);
    query(db, "INSERT INTO t VALUES (?, ?, ?, ?, ?)", text, std::uint64_t{42}, time, hash,
          std::optional<std::string>())
        .run();
    query rows(db, "SELECT a, b, c, d, e FROM t");
    BOOST_TEST_REQUIRE(rows.next());
    std::string a;
    std::uint64_t b = 0;
    timestamp c;
    tree_hash d;
    std::optional<std::string> e = "something";
    rows.read(a, b, c, d, e);
    BOOST_TEST(a == text);
    BOOST_TEST(b == 42U);
    BOOST_TEST((c == time));
    BOOST_TEST((d == hash));
    BOOST_TEST(!e.has_value());
    BOOST_TEST(!rows.next());
}

// An empty text or blob is something else than no value.
BOOST_AUTO_TEST_CASE(empty_is_not_null)
{
    query(db, "INSERT INTO t (a, b) VALUES (?, ?)", std::string_view(), std::span<std::byte const>()).run();
    query rows(db, "SELECT a IS NULL, b IS NULL FROM t");
    BOOST_TEST_REQUIRE(rows.next());
    bool a = true;
    bool b = true;
    rows.read(a, b);
    BOOST_TEST(!a);
    BOOST_TEST(!b);
}

BOOST_AUTO_TEST_CASE(a_statement_can_be_used_while_another_one_like_it_is_open)
{
    db.execute("INSERT INTO t (a) VALUES (1), (2)");
    query outer(db, "SELECT a FROM t");
    int pairs = 0;
    while (outer.next()) {
        query inner(db, "SELECT a FROM t");
        while (inner.next())
            ++pairs;
    }
    BOOST_TEST(pairs == 4);
}

BOOST_AUTO_TEST_CASE(failures_say_what_and_why)
{
    auto const names_the_table = [](sqlite_error const& error) {
        return std::string_view(error.what()).find("no such table: nowhere") != std::string_view::npos;
    };
    BOOST_CHECK_EXCEPTION(query(db, "SELECT * FROM nowhere"), sqlite_error, names_the_table);
    BOOST_CHECK_EXCEPTION(db.execute("DELETE FROM nowhere"), sqlite_error, names_the_table);
    BOOST_CHECK_THROW(database(path() / "missing" / "x"), sqlite_error);
}

BOOST_AUTO_TEST_CASE(a_hash_of_the_wrong_length_in_the_index_is_an_error)
{
    query(db, "INSERT INTO t (a) VALUES (?)", "short").run();
    query rows(db, "SELECT a FROM t");
    BOOST_TEST_REQUIRE(rows.next());
    tree_hash hash;
    BOOST_CHECK_THROW(rows.read(hash), sqlite_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
