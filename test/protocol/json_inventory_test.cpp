#include "protocol/json_inventory.hpp"

#include "protocol/golden.hpp"
#include "protocol/inventory_reading.hpp"
#include "support/printing.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

namespace data = boost::unit_test::data;

constexpr std::string_view hash = "1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875";

std::string replaced(std::string text, std::string_view part, std::string_view by)
{
    auto const at = text.find(part);
    BOOST_TEST_REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

std::string entry(std::string_view id = "abc")
{
    return R"({"ArchiveId":")" + std::string(id) +
           R"(","ArchiveDescription":"box 7","CreationDate":"2026-02-01T10:20:30.123Z","Size":7340032,)"
           R"("SHA256TreeHash":")" +
           std::string(hash) + R"("})";
}

std::string inventory_of(std::string_view entries)
{
    return R"({"VaultARN":"arn:attic","InventoryDate":"2026-02-03T04:05:06Z","ArchiveList":[)" +
           std::string(entries) + "]}";
}

/// Reads an inventory of one entry in which a part is another one.
inventory_outcome read_with(std::string_view part, std::string_view by)
{
    return read_inventory_in_all_ways(inventory_of(replaced(entry(), part, by)));
}

inventory_archive read_one_with(std::string_view part, std::string_view by)
{
    auto const outcome = read_with(part, by);
    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST_REQUIRE(outcome.archives.size() == 1U);
    return outcome.archives[0];
}

BOOST_AUTO_TEST_SUITE(json_inventory_test)

// The vector is read as it was meant, however it arrives.
BOOST_AUTO_TEST_CASE(golden_inventory)
{
    auto const outcome =
        read_inventory_in_all_ways(read_golden("get_job_output.inventory_json.response.http").body);

    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST(outcome.vault_arn.value() == attic_arn);
    BOOST_TEST((outcome.date == time_of("2026-02-03T04:05:06Z")));
    BOOST_TEST_REQUIRE(outcome.archives.size() == 3U);
    BOOST_TEST(outcome.archives[0].archive == ids::multipart_archive);
    BOOST_TEST(outcome.archives[0].description == "box 7, \"slides\"");
    BOOST_TEST((outcome.archives[0].creation_date == time_of("2026-02-01T10:20:30.123Z")));
    BOOST_TEST(outcome.archives[0].size_in_bytes == 1'048'595U);
    BOOST_TEST((outcome.archives[0].tree_hash == hash_of(hashes::multipart)));
    BOOST_TEST(outcome.archives[1].archive == ids::pattern_archive);
    BOOST_TEST(outcome.archives[2].archive == ids::hyphen_archive);
    BOOST_TEST(outcome.archives[2].description.empty());
    BOOST_TEST((outcome.archives[2].tree_hash == hash_of(hashes::body)));
}

// An empty vault has an inventory all the same.
BOOST_AUTO_TEST_CASE(golden_empty_inventory)
{
    auto const outcome =
        read_inventory_in_all_ways(read_golden("get_job_output.inventory_json_empty.response.http").body);

    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST(outcome.archives.empty());
    BOOST_TEST(outcome.vault_arn.value() == "arn:aws:glacier:eu-west-1:210987654321:vaults/cellar");
}

// However far an inventory has come, one that is cut is incomplete.
BOOST_AUTO_TEST_CASE(every_truncation_is_incomplete)
{
    std::string const text = inventory_of(entry("a") + "," + entry("b") + "," + entry("c"));
    BOOST_TEST(!read_inventory(text).code);
    for (std::size_t length = 0; length < text.size(); ++length) {
        auto const outcome = read_inventory(std::string_view(text).substr(0, length));
        BOOST_TEST(outcome.code == errc::incomplete_inventory, "of " << length << " bytes: " << outcome);
    }
}

// The same with members behind the list, spaces, and all kinds of values.
BOOST_AUTO_TEST_CASE(every_truncation_of_another_order_is_incomplete)
{
    std::string const text = " { \"ArchiveList\" : [ " + entry("a") + " , " + entry("b") +
                             R"( ] , "Number" : -1.5e3 , "Flag" : true , "Nothing" : null ,)" +
                             R"( "More" : [ { "x" : [ "]\"}" ] } ] , "VaultARN" : "arn" } )";
    auto const complete = read_inventory_in_all_ways(text);
    BOOST_TEST(!complete.code, complete);
    BOOST_TEST(complete.archives.size() == 2U);
    BOOST_TEST(complete.vault_arn.value() == "arn");
    for (std::size_t length = 0; length < text.rfind('}'); ++length) {
        auto const outcome = read_inventory(std::string_view(text).substr(0, length));
        BOOST_TEST(outcome.code == errc::incomplete_inventory, "of " << length << " bytes: " << outcome);
    }
}

// An archive that was given before the cut stays valid; the error says at which entry it happened.
BOOST_AUTO_TEST_CASE(cut_entry_is_named)
{
    std::string const text = inventory_of(entry("a") + "," + entry("b"));

    auto const outcome = read_inventory_in_all_ways(text.substr(0, text.size() - 20));

    BOOST_TEST(outcome.archives.size() == 1U);
    BOOST_TEST(outcome.code == errc::incomplete_inventory);
    BOOST_TEST(outcome.entry == 2U);
    BOOST_TEST(outcome.message ==
               "the inventory ends before it is complete: entry 2: its JSON is not closed");
}

// Members stand in any order; unknown ones, nested or not, are skipped, whatever their text looks like.
BOOST_AUTO_TEST_CASE(unknown_members_are_skipped)
{
    auto const archive = read_one_with(
        "\"ArchiveId\":\"abc\",",
        R"("New":{"ArchiveId":"no","list":[1,[2,{"x":"}]"}]],"":null},"ArchiveId":"abc","Other":"\"ArchiveId\":",)");
    BOOST_TEST(archive.archive == "abc");
    BOOST_TEST(archive.size_in_bytes == 7'340'032U);
    BOOST_TEST((archive.tree_hash == hash_of(hash)));

    std::string const reversed = R"({"SHA256TreeHash":")" + std::string(hash) +
                                 R"(","Size":1,"CreationDate":"2026-02-01T10:20:30Z","ArchiveId":"x"})";
    auto const outcome = read_inventory_in_all_ways(inventory_of(reversed));
    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST_REQUIRE(outcome.archives.size() == 1U);
    BOOST_TEST(outcome.archives[0].archive == "x");
    BOOST_TEST(outcome.archives[0].description.empty());
}

// A description may be null or absent, which is the same as empty.
BOOST_AUTO_TEST_CASE(absent_descriptions)
{
    BOOST_TEST(read_one_with("\"box 7\"", "null").description.empty());
    BOOST_TEST(read_one_with("\"box 7\"", "\"\"").description.empty());
    BOOST_TEST(read_one_with("\"ArchiveDescription\":\"box 7\",", "").description.empty());
}

// Escapes and UTF-8 are what they stand for, in values and in names.
BOOST_AUTO_TEST_CASE(text)
{
    BOOST_TEST(read_one_with("box 7", R"(a\"b\\c\/d\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00)").description ==
               "a\"b\\c/d\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    BOOST_TEST(read_one_with("box 7", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80").description ==
               "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    BOOST_TEST(read_one_with("box 7", R"(a\u0000b)").description == std::string("a\0b", 3));
    BOOST_TEST(read_one_with("\"ArchiveDescription\"", R"("\u0041rchiveDescription")").description ==
               "box 7");
    BOOST_TEST(read_one_with("box 7", R"(\\)").description == "\\");
    BOOST_TEST(read_one_with("box 7", R"(\\\")").description == "\\\"");
}

// Sizes up to 2^63 - 1, which is the service's `long`.
BOOST_AUTO_TEST_CASE(sizes)
{
    BOOST_TEST(read_one_with("7340032", "0").size_in_bytes == 0U);
    BOOST_TEST(read_one_with("7340032", "9223372036854775807").size_in_bytes == 9'223'372'036'854'775'807U);
}

// Dates with 0 to 9 digits of a second's fraction, cut to milliseconds.
BOOST_AUTO_TEST_CASE(dates)
{
    constexpr std::string_view given = "2026-02-01T10:20:30.123Z";
    BOOST_TEST(
        (read_one_with(given, "2026-02-01T10:20:30Z").creation_date == time_of("2026-02-01T10:20:30.000Z")));
    BOOST_TEST((read_one_with(given, "2026-02-01T10:20:30.1Z").creation_date ==
                time_of("2026-02-01T10:20:30.100Z")));
    BOOST_TEST((read_one_with(given, "2026-02-01T10:20:30.123456789Z").creation_date ==
                time_of("2026-02-01T10:20:30.123Z")));
}

struct wrong_value {
    char const* part;
    char const* by;
    char const* reason;
};

std::ostream& operator<<(std::ostream& stream, wrong_value const& value)
{
    return stream << value.reason;
}

wrong_value const wrong_values[] = {
    {"\"abc\"", "\"\"", "ArchiveId is empty"},
    {"\"abc\"", "null", "no ArchiveId"},
    {"\"abc\"", "17", "ArchiveId is 17"},
    {"\"ArchiveId\"", "\"ArchiveID\"", "no ArchiveId"},
    {"\"box 7\"", "[\"box\"]", "ArchiveDescription is [\"box\"]"},
    {"7340032", "9223372036854775808", "Size is 9223372036854775808"},
    {"7340032", "99999999999999999999999999", "Size is 1E26"},
    {"7340032", "-1", "Size is -1"},
    {"7340032", "1.5", "Size is 1.5E0"},
    {"7340032", "\"1\"", "Size is \"1\""},
    {"7340032", "null", "no Size"},
    {"2026-02-01T10:20:30.123Z", "2026-02-30T10:20:30Z", "CreationDate is \"2026-02-30T10:20:30Z\""},
    {"2026-02-01T10:20:30.123Z", "2026-02-01T10:20:30.1234567890Z",
     "CreationDate is \"2026-02-01T10:20:30.1234567890Z\""},
    {"2026-02-01T10:20:30.123Z", "yesterday", "CreationDate is \"yesterday\""},
    {"\"1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875\"", "\"1f85\"",
     "SHA256TreeHash is \"1f85\""},
    {"\"1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875\"", "null", "no SHA256TreeHash"},
};

// A wrong value in an entry is an error that names the entry, the member and the value.
BOOST_DATA_TEST_CASE(wrong_values_in_an_entry, data::make(wrong_values))
{
    std::string const text = inventory_of(entry("first") + "," + replaced(entry(), sample.part, sample.by));

    auto const outcome = read_inventory_in_all_ways(text);

    BOOST_TEST(outcome.archives.size() == 1U);
    BOOST_TEST(outcome.code == errc::malformed_inventory);
    BOOST_TEST(outcome.entry == 2U);
    BOOST_TEST(outcome.message ==
               std::string("the inventory is not in the format of the service: entry 2: ") + sample.reason);
}

struct wrong_text {
    std::string text;
    char const* reason;
};

std::ostream& operator<<(std::ostream& stream, wrong_text const& wrong)
{
    return stream << wrong.reason;
}

wrong_text const wrong_texts[] = {
    {"[]", "\"[\" instead of {"},
    {"\"ArchiveList\"", "\"\"\" instead of {"},
    {std::string("\0{}", 3), "\"\\x00\" instead of {"},
    {"{}", "no ArchiveList"},
    {R"({"VaultARN":"x"})", "no ArchiveList"},
    {R"({"ArchiveList":null})", "\"n\" instead of the list of archives"},
    {R"({"ArchiveList":{}})", "\"{\" instead of the list of archives"},
    {R"({"ArchiveList":[],"ArchiveList":[]})", "a second list of archives"},
    {R"({"ArchiveList":[],})", "\"}\" instead of the name of a member"},
    {R"({"ArchiveList":[]]})", "\"]\" instead of , or }"},
    {R"({"ArchiveList":[]}{)", "\"{\" instead of the end"},
    {R"({"ArchiveList":[]} x)", "\"x\" instead of the end"},
    {R"({ArchiveList:[]})", "\"A\" instead of the name of a member"},
    {R"({"ArchiveList"=[]})", "\"=\" instead of :"},
    {R"({"ArchiveList":[],"VaultARN":7})", "VaultARN is 7"},
    {R"({"InventoryDate":"today","ArchiveList":[]})", "InventoryDate is \"today\""},
    {R"({"x":nul,"ArchiveList":[]})", "invalid JSON: \"nul\""},
    {R"({"x":,"ArchiveList":[]})", "invalid JSON: \"\""},
    {R"({"x":[1}],"ArchiveList":[]})", "invalid JSON: \"[1}\""},
    {R"({"x":12"y","ArchiveList":[]})", "invalid JSON: \"12\"y\"\""},
    {R"({"ArchiveList":[17]})", "entry 1: \"1\" instead of an archive"},
    {R"({"ArchiveList":[null]})", "entry 1: \"n\" instead of an archive"},
    {R"({"ArchiveList":[,]})", "entry 1: \",\" instead of an archive"},
    {R"({"ArchiveList":[{]}})", "entry 1: invalid JSON: \"{]\""},
    {inventory_of(entry() + entry()), "entry 2: \"{\" instead of , or ]"},
    {inventory_of(entry() + ","), "entry 2: \"]\" instead of an archive"},
    {inventory_of(entry() + ",\x1b[2J"), "entry 2: \"\\x1b\" instead of an archive"},
};

// Whatever else is wrong is malformed, and said with what stands there.
BOOST_DATA_TEST_CASE(wrong_inventories, data::make(wrong_texts))
{
    auto const outcome = read_inventory_in_all_ways(sample.text, of_format(inventory_format::json));

    BOOST_TEST(outcome.code == errc::malformed_inventory);
    BOOST_TEST(outcome.message ==
               std::string("the inventory is not in the format of the service: ") + sample.reason);
}

// Text that is no UTF-8, and characters that JSON does not allow in a string, are refused.
BOOST_DATA_TEST_CASE(wrong_characters,
                     data::make({"\xff", "\xc3(", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x01",
                                 "\n", "\\x", "\\ud800", "\\udc00x", "\\u12g4"}))
{
    auto const outcome = read_with("box 7", sample);
    BOOST_TEST(outcome.code == errc::malformed_inventory, outcome);
    BOOST_TEST(outcome.entry == 1U);
    BOOST_TEST(read_with("box 7", std::string_view("a\0b", 3)).code == errc::malformed_inventory);
}

// Of two members of the same name the last counts.
BOOST_AUTO_TEST_CASE(repeated_members)
{
    BOOST_TEST(read_one_with("\"Size\":7340032", "\"Size\":1,\"Size\":2").size_in_bytes == 2U);
    auto const outcome = read_inventory(R"({"VaultARN":"a","VaultARN":"b","ArchiveList":[]})");
    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST(outcome.vault_arn.value() == "b");
}

// Members beside the list may be null, which is the same as absent.
BOOST_AUTO_TEST_CASE(null_members)
{
    auto const outcome = read_inventory(R"({"VaultARN":null,"InventoryDate":null,"ArchiveList":[]})");
    BOOST_TEST(!outcome.code, outcome);
    BOOST_TEST(!outcome.vault_arn);
    BOOST_TEST(!outcome.date);
}

// Nesting up to the bound is skipped, and one level more is refused.
BOOST_AUTO_TEST_CASE(nesting)
{
    auto const nested = [](std::size_t depth) {
        return "\"x\":" + std::string(depth, '[') + std::string(depth, ']') + ",";
    };
    // The entry itself is a level.
    constexpr std::size_t in_entry = inventory_parser::nesting_max - 1;
    BOOST_TEST(!read_inventory(inventory_of(replaced(entry(), "{", "{" + nested(in_entry)))).code);
    auto const deep = read_inventory(inventory_of(replaced(entry(), "{", "{" + nested(in_entry + 1))));
    BOOST_TEST(deep.code == errc::malformed_inventory, deep);
    BOOST_TEST(
        deep.message.starts_with("the inventory is not in the format of the service: entry 1: nested deeper "
                                 "than 32 levels: \"{"));

    constexpr std::size_t beside = inventory_parser::nesting_max;
    BOOST_TEST(!read_inventory("{" + nested(beside) + "\"ArchiveList\":[]}").code);
    BOOST_TEST(read_inventory("{" + nested(beside + 1) + "\"ArchiveList\":[]}").code ==
               errc::malformed_inventory);
    BOOST_TEST(read_inventory("{\"x\":" + std::string(1'000'000, '[')).code == errc::malformed_inventory);
    BOOST_TEST(read_inventory("{\"ArchiveList\":[" + std::string(1'000'000, '{')).code ==
               errc::malformed_inventory);
}

// An entry, a name and a member may have so many bytes and no more.
BOOST_AUTO_TEST_CASE(length)
{
    constexpr std::size_t bytes_max = inventory_parser::entry_bytes_max;
    auto const entry_of = [](std::size_t bytes) {
        return replaced(entry(), "box 7", std::string(bytes - entry().size() + 5, 'd'));
    };
    BOOST_TEST(!read_inventory(inventory_of(entry_of(bytes_max))).code);
    auto const longer = read_inventory(inventory_of(entry("first") + "," + entry_of(bytes_max + 1)));
    BOOST_TEST(longer.code == errc::malformed_inventory);
    BOOST_TEST(longer.entry == 2U);
    BOOST_TEST(longer.message ==
               "the inventory is not in the format of the service: entry 2: more than 65536 bytes: "
               "\"" +
                   entry_of(100'000).substr(0, 80) + "...\"");
    for (std::size_t const cut : {100U, 200U, 300U, 400U, 30'000U, 66'000U})
        BOOST_TEST(read_inventory_in_pieces(inventory_of(entry("first") + "," + entry_of(bytes_max + 1)),
                                            {cut}) == longer);

    std::string const text(bytes_max - 2, 't');
    BOOST_TEST(!read_inventory("{\"x\":\"" + text + "\",\"ArchiveList\":[]}").code);
    BOOST_TEST(read_inventory("{\"x\":\"t" + text + "\",\"ArchiveList\":[]}").code ==
               errc::malformed_inventory);
    BOOST_TEST(!read_inventory("{\"" + text + "\":1,\"ArchiveList\":[]}").code);
    BOOST_TEST(read_inventory("{\"t" + text + "\":1,\"ArchiveList\":[]}").code == errc::malformed_inventory);
}

// The scanner finds the end of a value in pieces, and begins anew after it.
BOOST_AUTO_TEST_CASE(ends_of_values)
{
    json_value_scanner scanner;
    BOOST_TEST(scanner.find_end("\"a\\\"") == inventory_input::npos);
    BOOST_TEST(scanner.find_end("]\",") == 2U);
    BOOST_TEST(scanner.find_end("{\"}\":[") == inventory_input::npos);
    BOOST_TEST(scanner.find_end("]},") == 2U);
    BOOST_TEST(scanner.find_end("12") == inventory_input::npos);
    BOOST_TEST(scanner.find_end("3 ,") == 1U);
    BOOST_TEST(scanner.find_end("true}") == 4U);
    BOOST_TEST(scanner.find_end("\"\\") == inventory_input::npos);
    BOOST_TEST(scanner.find_end("\"\"") == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
