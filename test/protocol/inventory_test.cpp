#include "protocol/inventory.hpp"

#include "protocol/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

inventory_archive archive(char const* id, std::string description, char const* created, std::uint64_t bytes,
                          char const* hash)
{
    inventory_archive made;
    made.archive = id;
    made.description = std::move(description);
    made.creation_date = time_of(created);
    made.size_in_bytes = bytes;
    made.tree_hash = hash_of(hash);
    return made;
}

/// The three archives of the vectors.
std::vector<inventory_archive> archives()
{
    return {archive(ids::multipart_archive, "box 7, \"slides\"", "2026-02-01T10:20:30.123Z", 1'048'595,
                    hashes::multipart),
            archive(ids::pattern_archive, "pattern of 7 MiB", "2026-02-01T11:12:13.014Z", 7'340'032,
                    hashes::pattern),
            archive(ids::hyphen_archive, "", "2026-02-02T00:00:00.000Z", 19, hashes::body)};
}

std::string written(inventory_format format, std::string const& vault_arn,
                    std::vector<inventory_archive> const& list)
{
    inventory_writer writer(format, vault_arn, time_of("2026-02-03T04:05:06.789Z"));
    std::string text = writer.begin();
    for (inventory_archive const& listed : list)
        text += writer.entry(listed);
    return text + writer.end();
}

/// What CSV makes of a description.
std::string csv_of(std::string description)
{
    inventory_writer writer(inventory_format::csv, attic_arn, timestamp());
    std::string const entry =
        writer.entry(archive("id", std::move(description), "2026-02-01T10:20:30.123Z", 1, hashes::body));
    BOOST_TEST_REQUIRE(entry.starts_with("\nid,"));
    return entry.substr(4, entry.find(",2026-") - 4);
}

BOOST_AUTO_TEST_SUITE(inventory_test)

// The JSON inventory is that of the vector, byte for byte; its date is to the second.
BOOST_AUTO_TEST_CASE(json_inventory)
{
    BOOST_TEST(written(inventory_format::json, attic_arn, archives()) ==
               read_golden("get_job_output.inventory_json.response.http").body);
}

// An empty vault has an empty list.
BOOST_AUTO_TEST_CASE(empty_json_inventory)
{
    BOOST_TEST(written(inventory_format::json, "arn:aws:glacier:eu-west-1:210987654321:vaults/cellar", {}) ==
               read_golden("get_job_output.inventory_json_empty.response.http").body);
}

// The CSV inventory is that of the vector, byte for byte, without a line end after the last line.
BOOST_AUTO_TEST_CASE(csv_inventory)
{
    BOOST_TEST(written(inventory_format::csv, attic_arn, archives()) ==
               read_golden("get_job_output.inventory_csv.response.http").body);
}

// A backslash is not escaped, although `\"` is ambiguous then. A last line end may be there or not.
BOOST_AUTO_TEST_CASE(csv_inventory_with_backslashes)
{
    auto list = archives();
    list.erase(list.begin() + 1);
    list[0].description = "c:\\temp, \"x\\\"";
    list[1].description = "a\\";
    BOOST_TEST(written(inventory_format::csv, attic_arn, list) + "\n" ==
               read_golden("get_job_output.inventory_csv_backslash.response.http").body);
}

// The head of a CSV inventory is its first line.
BOOST_AUTO_TEST_CASE(empty_csv_inventory)
{
    BOOST_TEST(written(inventory_format::csv, attic_arn, {}) + "\n" ==
               read_golden("get_job_output.inventory_csv_range.response.http").body);
}

// Commas and quotation marks demand quotation marks around a description; nothing stays nothing.
BOOST_AUTO_TEST_CASE(descriptions_in_csv)
{
    BOOST_TEST(csv_of("").empty());
    BOOST_TEST(csv_of("a,b") == "\"a,b\"");
    BOOST_TEST(csv_of("\"") == "\"\\\"\"");
    BOOST_TEST(csv_of("say \"no\"") == "\"say \\\"no\\\"\"");
}

// JSON escapes what must be escaped, in the vault's name and in descriptions.
BOOST_AUTO_TEST_CASE(descriptions_in_json)
{
    auto list = archives();
    list[0].description = "a \"b\" \\ c / d";
    auto const read = parse_json(written(inventory_format::json, "arn \"x\"", list));
    BOOST_TEST(std::string(read.at("VaultARN").as_string()) == "arn \"x\"");
    BOOST_TEST(std::string(read.at("InventoryDate").as_string()) == "2026-02-03T04:05:06Z");
    auto const& entries = read.at("ArchiveList").as_array();
    BOOST_TEST(entries.size() == 3U);
    BOOST_TEST(std::string(entries[0].at("ArchiveDescription").as_string()) == "a \"b\" \\ c / d");
    BOOST_TEST(std::string(entries[2].at("ArchiveDescription").as_string()).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
