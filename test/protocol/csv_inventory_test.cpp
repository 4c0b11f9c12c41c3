#include "protocol/csv_inventory.hpp"

#include "protocol/golden.hpp"
#include "protocol/inventory_reading.hpp"
#include "support/printing.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

namespace data = boost::unit_test::data;

constexpr std::string_view header = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n";
constexpr std::string_view date = "2026-02-01T10:20:30.123Z";
constexpr std::string_view hash = "1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875";

/// A line in the service's order, with the description as it stands there.
std::string line(std::string_view id, std::string_view description)
{
    return std::string(id) + "," + std::string(description) + "," + std::string(date) + ",19," +
           std::string(hash);
}

inventory_outcome read_csv(std::string_view text)
{
    return read_inventory_in_all_ways(text, of_format(inventory_format::csv));
}

inventory_archive read_one(std::string_view text)
{
    auto const outcome = read_csv(text);
    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST_REQUIRE(outcome.archives.size() == 1U, outcome);
    return outcome.archives[0];
}

BOOST_AUTO_TEST_SUITE(csv_inventory_test)

// The vector is read as it was meant, however it arrives. Its last line has no end.
BOOST_AUTO_TEST_CASE(golden_inventory)
{
    auto const outcome = read_csv(read_golden("get_job_output.inventory_csv.response.http").body);

    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST(!outcome.vault_arn);
    BOOST_TEST(!outcome.date);
    BOOST_TEST_REQUIRE(outcome.archives.size() == 3U);
    BOOST_TEST(outcome.archives[0].archive == ids::multipart_archive);
    BOOST_TEST(outcome.archives[0].description == "box 7, \"slides\"");
    BOOST_TEST((outcome.archives[0].creation_date == time_of("2026-02-01T10:20:30.123Z")));
    BOOST_TEST(outcome.archives[0].size_in_bytes == 1'048'595U);
    BOOST_TEST((outcome.archives[0].tree_hash == hash_of(hashes::multipart)));
    BOOST_TEST(outcome.archives[1].description == "pattern of 7 MiB");
    BOOST_TEST(outcome.archives[2].archive == ids::hyphen_archive);
    BOOST_TEST(outcome.archives[2].description.empty());
}

// The backslashes of the vector, which the service does not escape.
BOOST_AUTO_TEST_CASE(golden_backslashes)
{
    auto const outcome = read_csv(read_golden("get_job_output.inventory_csv_backslash.response.http").body);

    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST_REQUIRE(outcome.archives.size() == 2U);
    BOOST_TEST(outcome.archives[0].description == "c:\\temp, \"x\\\"");
    BOOST_TEST(outcome.archives[1].description == "a\\");
}

// A header alone is the inventory of an empty vault, with or without the line end.
BOOST_AUTO_TEST_CASE(empty_inventory)
{
    auto const outcome = read_csv(read_golden("get_job_output.inventory_csv_range.response.http").body);
    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST(outcome.archives.empty());
    BOOST_TEST(!read_csv(header.substr(0, header.size() - 1)).code);
}

struct description_case {
    char const* in_csv;
    char const* expected;
};

std::ostream& operator<<(std::ostream& stream, description_case const& sample)
{
    return stream << sample.in_csv;
}

description_case const descriptions[] = {
    {"", ""},
    {"\"\"", ""},
    {"plain", "plain"},
    {"\"two words\"", "two words"},
    {"two words", "two words"},
    {"\"a,b\"", "a,b"},
    {"a,b", "a,b"},
    {"\",\"", ","},
    {"\",,,,,,\"", ",,,,,,"},
    {"\"\\\"\"", "\""},
    {"\"\\\"\\\"\"", "\"\""},
    {"a\\", "a\\"},
    {"\\", "\\"},
    {"\" \\\"", " \\"},
    {"\"c:\\temp, \\\"x\\\\\"\"", "c:\\temp, \"x\\\""},
    {"\"\\\",\\\"\"", "\",\""},
    {"\"a\"b\"", "a\"b"},
    {"\"x,2026-02-01T10:20:30.123Z,19,"
     "1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875\"",
     "x,2026-02-01T10:20:30.123Z,19,1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875"},
    {"caf\xc3\xa9", "caf\xc3\xa9"},
};

// A description is what the other columns leave, without its quotation marks and the backslashes for those in it.
BOOST_DATA_TEST_CASE(descriptions_are_unquoted, data::make(descriptions))
{
    auto const archive = read_one(std::string(header) + line("id", sample.in_csv) + "\n");
    BOOST_TEST(archive.archive == "id");
    BOOST_TEST(archive.description == sample.expected);
    BOOST_TEST(archive.size_in_bytes == 19U);
    BOOST_TEST((archive.tree_hash == hash_of(hash)));
}

// Lines end with LF or CRLF, the last one with nothing; empty lines mean nothing.
BOOST_AUTO_TEST_CASE(line_ends)
{
    std::string const head(header.substr(0, header.size() - 1));
    for (std::string const& text : {
             head + "\n" + line("a", "x") + "\n" + line("b", "y"),
             head + "\r\n" + line("a", "x") + "\r\n" + line("b", "y") + "\r\n",
             head + "\r\n" + line("a", "x") + "\n" + line("b", "y") + "\r",
             "\n" + head + "\n\n" + line("a", "x") + "\r\n\r\n" + line("b", "y") + "\n\n\r\n",
         }) {
        auto const outcome = read_csv(text);
        BOOST_TEST(!outcome.code, outcome);
        BOOST_TEST_REQUIRE(outcome.archives.size() == 2U);
        BOOST_TEST(outcome.archives[0].description == "x");
        BOOST_TEST(outcome.archives[1].description == "y");
        BOOST_TEST((outcome.archives[1].tree_hash == hash_of(hash)));
    }
}

// Columns stand where the header says, with unknown ones between them.
BOOST_AUTO_TEST_CASE(columns_in_another_order)
{
    std::string const h(hash);
    std::string const d(date);
    for (auto const& [head, entry] : {
             std::pair{"Size,SHA256TreeHash,ArchiveDescription,ArchiveId,CreationDate",
                       "19," + h + ",\"a, \\\"b\\\"\",id," + d},
             std::pair{"ArchiveDescription,ArchiveId,CreationDate,Size,SHA256TreeHash",
                       "\"a, \\\"b\\\"\",id," + d + ",19," + h},
             std::pair{"ArchiveId,CreationDate,Size,SHA256TreeHash,ArchiveDescription",
                       "id," + d + ",19," + h + ",\"a, \\\"b\\\"\""},
             std::pair{"Tier,ArchiveId,ArchiveDescription,Class,CreationDate,Size,SHA256TreeHash,Owner",
                       "x,id,\"a, \\\"b\\\"\",y," + d + ",19," + h + ",z"},
             std::pair{"Tier,ArchiveId,ArchiveDescription,Class,CreationDate,Size,SHA256TreeHash,Owner",
                       "\"1,2\",id,\"a, \\\"b\\\"\",\"3,4\"," + d + ",19," + h + ",\"\""},
             std::pair{"\"ArchiveId\",\"ArchiveDescription\",\"CreationDate\",\"Size\",\"SHA256TreeHash\"",
                       "\"id\",\"a, \\\"b\\\"\",\"" + d + "\",\"19\",\"" + h + "\""},
         }) {
        auto const archive = read_one(std::string(head) + "\n" + entry + "\n");
        BOOST_TEST(archive.archive == "id");
        BOOST_TEST(archive.description == "a, \"b\"");
        BOOST_TEST((archive.creation_date == time_of(date)));
        BOOST_TEST(archive.size_in_bytes == 19U);
        BOOST_TEST((archive.tree_hash == hash_of(hash)));
    }
}

// A header without one of the columns, or with one twice, is refused by name.
BOOST_AUTO_TEST_CASE(wrong_headers)
{
    auto outcome = read_csv("ArchiveId,ArchiveDescription,CreationDate,SHA256TreeHash\n");
    BOOST_TEST(outcome.code == errc::malformed_inventory);
    BOOST_TEST(outcome.entry == 0U);
    BOOST_TEST(outcome.message ==
               "the inventory is not in the format of the service: no column Size in the header "
               "line \"ArchiveId,ArchiveDescription,CreationDate,SHA256TreeHash\"");
    outcome = read_csv("ArchiveId,ArchiveDescription,Size,CreationDate,Size,SHA256TreeHash\n");
    BOOST_TEST(outcome.code == errc::malformed_inventory);
    BOOST_TEST(outcome.message ==
               "the inventory is not in the format of the service: two columns Size in the header line");
    BOOST_TEST(read_csv(line("a", "b") + "\n").code == errc::malformed_inventory);
    BOOST_TEST(read_csv("{\"ArchiveList\":[]}\n").code == errc::malformed_inventory);
}

// A cut anywhere but at the end of a line is found; before it, no entry is lost and none is made up.
BOOST_AUTO_TEST_CASE(truncations)
{
    std::string const text = std::string(header) + line("a", "\"x, \\\"y\\\", z\"") + "\r\n" +
                             line("b", "\"1,2,3,4,5\"") + "\r\n" + line("c", "") + "\r\n";
    auto const whole = read_csv(text);
    BOOST_TEST(!whole.code);
    BOOST_TEST(whole.archives.size() == 3U);
    for (std::size_t length = 0; length < text.size(); ++length) {
        auto const outcome = read_inventory(text.substr(0, length), of_format(inventory_format::csv));
        // Complete lines: what follows the cut is nothing or a line end.
        std::string const rest = text.substr(length);
        bool const at_line_end =
            length >= header.size() - 1 &&
            (rest.starts_with('\n') || rest.starts_with('\r') || text[length - 1] == '\n');
        if (at_line_end)
            BOOST_TEST(!outcome.code, "of " << length << " bytes: " << outcome);
        else
            BOOST_TEST(outcome.code == errc::incomplete_inventory, "of " << length << " bytes: " << outcome);
        for (std::size_t i = 0; i < outcome.archives.size(); ++i)
            BOOST_TEST((outcome.archives[i] == whole.archives[i]));
    }
}

// With the size, those at the end of a line are found too.
BOOST_AUTO_TEST_CASE(truncations_of_a_known_size)
{
    std::string const text = std::string(header) + line("a", "\"x, y\"") + "\n" + line("b", "") + "\n";
    inventory_options options = of_format(inventory_format::csv);
    options.size_in_bytes = text.size();
    BOOST_TEST(!read_inventory_in_all_ways(text, options).code);
    for (std::size_t length = 0; length < text.size(); ++length) {
        auto const outcome = read_inventory(text.substr(0, length), options);
        BOOST_TEST(outcome.code == errc::incomplete_inventory, "of " << length << " bytes: " << outcome);
    }
}

// A cut in a description that looks like the columns behind it, or before a last column that cannot be judged.
BOOST_AUTO_TEST_CASE(deceptive_truncations)
{
    std::string const tail = "," + std::string(date) + ",19," + std::string(hash);
    auto const hidden = read_csv(std::string(header) + "id,\"x" + tail);
    BOOST_TEST(hidden.code == errc::incomplete_inventory);
    BOOST_TEST(hidden.message ==
               "the inventory ends before it is complete: entry 1: the last line is cut short");
    BOOST_TEST(read_csv(std::string(header) + "id,\"" + tail).code == errc::incomplete_inventory);
    BOOST_TEST(read_csv(std::string(header) + "id,\"x" + tail + "\n").code == errc::malformed_inventory);

    std::string const other_order = "ArchiveId,ArchiveDescription,Size,SHA256TreeHash,CreationDate,New\n";
    BOOST_TEST(read_csv(other_order + "id,\"a,b,c,d,e,f").code == errc::incomplete_inventory);
}

struct wrong_line {
    std::string text;
    char const* reason;
};

std::ostream& operator<<(std::ostream& stream, wrong_line const& wrong)
{
    return stream << wrong.reason;
}

std::string wrong_fields(char const* id, char const* created, char const* size, char const* its_hash)
{
    return std::string(id) + ",d," + created + "," + size + "," + its_hash;
}

wrong_line const wrong_lines[] = {
    {"a,b,c", "fewer columns than in the header line: \"a,b,c\""},
    {"x", "fewer columns than in the header line: \"x\""},
    {"\"", "fewer columns than in the header line: \"\"\""},
    {"\",\"", "fewer columns than in the header line: \"\",\"\""},
    {"a,,,,\"", "fewer columns than in the header line: \"a,,,,\"\""},
    {wrong_fields("", date.data(), "19", hash.data()), "ArchiveId is \"\""},
    {wrong_fields("i\xff", date.data(), "19", hash.data()), "ArchiveId is \"i\\xff\""},
    {wrong_fields("i", "today", "19", hash.data()), "CreationDate is \"today\""},
    {wrong_fields("i", date.data(), "9223372036854775808", hash.data()), "Size is \"9223372036854775808\""},
    {wrong_fields("i", date.data(), "-1", hash.data()), "Size is \"-1\""},
    {wrong_fields("i", date.data(), "", hash.data()), "Size is \"\""},
    {wrong_fields("i", date.data(), "1.5", hash.data()), "Size is \"1.5\""},
    {wrong_fields("i", date.data(), "19", "1f85"), "SHA256TreeHash is \"1f85\""},
    {line("i", "\xed\xa0\x80"), "ArchiveDescription is \"\\xed\\xa0\\x80\""},
    {line("i", std::string_view("a\0b", 3)), "ArchiveDescription is \"a\\x00b\""},
    {line("i", "\"a"), "ArchiveDescription is \"\"a\""},
    {line("i", "\""), "ArchiveDescription is \"\"\""},
};

// A wrong line is an error that names the entry, the column and the value.
BOOST_DATA_TEST_CASE(wrong_entries, data::make(wrong_lines))
{
    auto const outcome = read_csv(std::string(header) + line("first", "") + "\n" + sample.text + "\n");

    BOOST_TEST(outcome.archives.size() == 1U);
    BOOST_TEST(outcome.code == errc::malformed_inventory);
    BOOST_TEST(outcome.entry == 2U);
    BOOST_TEST(outcome.message ==
               std::string("the inventory is not in the format of the service: entry 2: ") + sample.reason);
}

// A last line that is whole but wrong is not taken for a cut one.
BOOST_AUTO_TEST_CASE(wrong_last_line_without_end)
{
    auto const outcome = read_csv(std::string(header) + wrong_fields("i", "today", "19", hash.data()));
    BOOST_TEST(outcome.code == errc::malformed_inventory);
}

// Sizes up to 2^63 - 1, dates with 0 to 9 digits of a fraction.
BOOST_AUTO_TEST_CASE(numbers_and_dates)
{
    auto archive = read_one(std::string(header) +
                            wrong_fields("i", "2026-02-01T10:20:30Z", "9223372036854775807", hash.data()));
    BOOST_TEST(archive.size_in_bytes == 9'223'372'036'854'775'807U);
    BOOST_TEST((archive.creation_date == time_of("2026-02-01T10:20:30.000Z")));
    archive =
        read_one(std::string(header) + wrong_fields("i", "2026-02-01T10:20:30.123456789Z", "0", hash.data()));
    BOOST_TEST((archive.creation_date == time_of("2026-02-01T10:20:30.123Z")));
}

// A line may have so many bytes besides its end, and no more.
BOOST_AUTO_TEST_CASE(length)
{
    constexpr std::size_t bytes_max = inventory_parser::entry_bytes_max;
    auto const line_of = [](std::size_t bytes) {
        return line("id", std::string(bytes - line("id", "").size(), 'd'));
    };
    for (char const* const end : {"\n", "\r\n", ""}) {
        BOOST_TEST(!read_inventory(std::string(header) + line_of(bytes_max) + end).code);
        std::string const longer = std::string(header) + line_of(bytes_max + 1) + end;
        auto const refused = read_inventory(longer);
        BOOST_TEST(refused.code == errc::malformed_inventory);
        BOOST_TEST(refused.message ==
                   "the inventory is not in the format of the service: entry 1: a line of more "
                   "than 65536 bytes: \"" +
                       line_of(1'000).substr(0, 80) + "...\"");
        for (std::size_t const cut : {10U, 65U, 90U, 300U, 30'000U, 65'560U, 65'598U, 65'599U})
            BOOST_TEST(read_inventory_in_pieces(longer, {cut}) == refused, "cut at " << cut);
    }
    BOOST_TEST(read_inventory(std::string(bytes_max + 1, 'x') + "\n").code == errc::malformed_inventory);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
