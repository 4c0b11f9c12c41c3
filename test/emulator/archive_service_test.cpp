#include "emulator/archive_service.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(archive_service, service_fixture)

BOOST_AUTO_TEST_CASE(an_uploaded_archive_has_an_id_a_location_and_its_tree_hash)
{
    make_vault("attic");
    std::string const content = pattern(MiB + 5);
    auto const made = try_upload("attic", content);
    BOOST_TEST_REQUIRE(made.has_value());
    BOOST_TEST(made->archive.str().size() == archive_id_length);
    BOOST_TEST(made->location == "/123456789012/vaults/attic/archives/" + made->archive.str());
    BOOST_TEST(made->tree_hash->hex() == tree_hash_of(bytes_of(content)).hex());
}

// Archives are not told apart by their content: a repeated upload is another archive.
BOOST_AUTO_TEST_CASE(equal_uploads_make_two_archives)
{
    make_vault("attic");
    BOOST_TEST(upload("attic", "same") != upload("attic", "same"));
}

BOOST_AUTO_TEST_CASE(what_can_be_refused_before_the_body_is)
{
    auto services = context();
    upload_archive_request const request("attic", body());
    auto const begin = [&](std::optional<std::uint64_t> length) {
        return error_text(archive_upload::begin(services, request, length));
    };
    BOOST_TEST(begin(1) ==
               "404 Vault not found for ARN: arn:aws:glacier:us-east-1:123456789012:vaults/attic");
    make_vault("attic");
    BOOST_TEST(begin(std::nullopt) == "400 Required parameter missing: Content-Length");
    BOOST_TEST(begin(0) == "400 Invalid Content-Length: 0");
    BOOST_TEST(begin(upload_bytes_max + 1) == "400 Invalid Content-Length: 4294967297");
    BOOST_TEST(archive_upload::begin(services, request, upload_bytes_max).has_value());
}

BOOST_AUTO_TEST_CASE(a_refused_upload_leaves_nothing_behind)
{
    make_vault("attic");
    auto services = context();
    upload_archive_request request("attic", body());
    request.content_sha256 = crypto::sha256_of(std::string_view("content"));
    request.tree_hash = tree_hash_of(bytes_of("other"));
    {
        auto upload = archive_upload::begin(services, request, 7);
        BOOST_TEST_REQUIRE(upload.has_value());
        upload->write(bytes_of("content"));
        BOOST_TEST(error_text(upload->finish()) == "400 Checksum mismatch: expected " +
                                                       request.tree_hash->hex() + ", computed " +
                                                       tree_hash_of(bytes_of("content")).hex());
    }
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
    BOOST_TEST(count_files(directory.path() / "incoming") == 0U);
}

BOOST_AUTO_TEST_CASE(deleting_removes_the_bytes_and_can_be_repeated)
{
    make_vault("attic");
    std::string const archive = upload("attic", "content");
    BOOST_TEST(count_files(directory.path() / "data") == 1U);
    remove("attic", archive);
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
    remove("attic", archive);
    remove("attic", "never-there");
}

BOOST_AUTO_TEST_CASE(an_archive_of_another_vault_is_not_deleted)
{
    make_vault("attic");
    make_vault("cellar");
    std::string const archive = upload("attic", "content");
    auto services = context();
    BOOST_TEST(error_text(delete_archive(services, delete_archive_request("cellar", archive))) ==
               "400 Invalid vault name: arn:aws:glacier:us-east-1:123456789012:vaults/cellar");
}

BOOST_AUTO_TEST_CASE(leading_spaces_of_a_description_are_dropped)
{
    BOOST_TEST(stored_description(description("  two  spaces ")).value() == "two  spaces ");
    BOOST_TEST(!stored_description(description("   ")).has_value());
    BOOST_TEST(!stored_description(std::nullopt).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
