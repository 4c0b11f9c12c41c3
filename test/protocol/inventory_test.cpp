#include "protocol/inventory.hpp"

#include "base/iso8601.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace glacier::protocol {

namespace {

/// The body of a golden answer.
std::string golden_body(std::string const& name)
{
    std::ifstream input(std::string(GLACIER_TEST_DATA) + "/golden/" + name + ".response.http",
                        std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(input), {}};
    auto const end_of_head = text.find("\n\n");
    BOOST_TEST_REQUIRE(end_of_head != std::string::npos);
    return text.substr(end_of_head + 2);
}

inventory_archive archive(std::string id, std::string description, std::string_view created,
                          std::uint64_t bytes, std::string_view hash)
{
    inventory_archive made;
    made.id = std::move(id);
    made.description = std::move(description);
    made.creation_date = base::parse_iso8601(created).value();
    made.bytes = bytes;
    made.hash = tree_hash::from_hex(hash).value();
    return made;
}

/// The three archives of the golden inventories.
std::vector<inventory_archive> golden_archives()
{
    return {
        archive("9DqCb_ONvPKgtvzgmFYMvDRwfTJ_vRNGmi60S1us38rXS0PyW-x3LEPExqXFXfKezyGy2F8_"
                "WaSKSlLGSU5ftse4n3zKPOZA0xNaaVz"
                "Ou9LbHiPf3t18vV1pAZUWIwRObWUNwgKqFZ",
                "box 7, \"slides\"", "2026-02-01T10:20:30.123Z", 1'048'595,
                "f5c1b2ad456a7fbfb071e82a3349925deeb9517fff177a51a7cd351c57ec8432"),
        archive("yKdvC5cNRXdWFoB8A4l1hn84v_39WD-"
                "b5yuuhhKRrd7cYPMkxTAd7HVWxzf2E84mzvPPVq17wg0Vx2lOLkMYoeoS66nIoGbxf8s7O4T"
                "dfEeo6Eb7YT4ih2ejEtKdHHsjf8_mFBXMY5",
                "pattern of 7 MiB", "2026-02-01T11:12:13.014Z", 7'340'032,
                "1f85c4584f7e481fb798e4c73c06989df5607da135a85f03da499d91c24f0875"),
        archive("-sAqJWJjv84sr8qOSJgvjNw3rxBtVR5H0nNt_F4lFGp7V1UtCNWUD3ae2g7JQxPrwHDYQkfdsK-iuxxvgA8LZUc-"
                "fd7LTq5dCWp7N_i"
                "KefHz3YnGMT_7R5yeI3h1-s0JQGWwD4r0ye",
                "", "2026-02-02T00:00:00.000Z", 19,
                "f28aeeeb913fe11413f0b7b821747eae04feb42f6c264501fbdbaac7df865ed2"),
    };
}

std::string written(inventory_format format, std::vector<inventory_archive> const& archives,
                    std::string const& vault = "attic")
{
    inventory_writer writer(format, "arn:aws:glacier:eu-west-1:210987654321:vaults/" + vault,
                            base::parse_iso8601("2026-02-03T04:05:06Z").value());
    std::string text = writer.begin();
    for (inventory_archive const& each : archives)
        text += writer.entry(each);
    return text + writer.end();
}

} // namespace

BOOST_AUTO_TEST_SUITE(inventory)

BOOST_AUTO_TEST_CASE(json_is_byte_for_byte_that_of_the_service)
{
    BOOST_TEST(written(inventory_format::json, golden_archives()) ==
               golden_body("get_job_output.inventory_json"));
}

BOOST_AUTO_TEST_CASE(json_without_archives)
{
    BOOST_TEST(written(inventory_format::json, {}, "cellar") ==
               golden_body("get_job_output.inventory_json_empty"));
}

BOOST_AUTO_TEST_CASE(csv_is_byte_for_byte_that_of_the_service)
{
    BOOST_TEST(written(inventory_format::csv, golden_archives()) ==
               golden_body("get_job_output.inventory_csv"));
}

BOOST_AUTO_TEST_CASE(csv_without_archives_is_the_header)
{
    BOOST_TEST(written(inventory_format::csv, {}) ==
               "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash");
}

// The service escapes quotation marks, but not the backslash that it escapes them with.
BOOST_AUTO_TEST_CASE(csv_leaves_backslashes_alone)
{
    auto archives = golden_archives();
    archives.erase(archives.begin() + 1);
    archives[0].description = R"(c:\temp, "x\")";
    archives[1].description = "a\\";
    // The last line end may be missing.
    BOOST_TEST(written(inventory_format::csv, archives) + "\n" ==
               golden_body("get_job_output.inventory_csv_backslash"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::protocol
