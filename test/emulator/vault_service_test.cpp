#include "emulator/vault_service.hpp"

#include "emulator/vault_tag_service.hpp"
#include "fixture.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(vault_service, service_fixture)

BOOST_AUTO_TEST_CASE(creating_a_vault_again_changes_nothing)
{
    make_vault("attic");
    timestamp const created = describe("attic").creation_date;
    clock.advance(1h);
    auto services = context();
    BOOST_TEST(create_vault(services, create_vault_request("attic"))->location ==
               "/123456789012/vaults/attic");
    BOOST_TEST((describe("attic").creation_date == created));
}

BOOST_AUTO_TEST_CASE(counts_are_those_of_the_last_inventory)
{
    make_vault("attic");
    clock.advance(1h);
    upload("attic", "0123456789");
    BOOST_TEST(!describe("attic").last_inventory_date.has_value());
    BOOST_TEST(!describe("attic").number_of_archives.has_value());

    timestamp const due = describe("attic").creation_date + 24h;
    clock.set(due);
    BOOST_TEST((describe("attic").last_inventory_date == due));
    BOOST_TEST(describe("attic").number_of_archives.value() == 1U);
    BOOST_TEST(describe("attic").size_in_bytes.value() == 10U + 32'768U);

    // A later archive is not in it, and the date moves only after a change.
    clock.advance(1h);
    upload("attic", "x");
    BOOST_TEST(describe("attic").number_of_archives.value() == 1U);
    clock.set(due + 24h);
    BOOST_TEST(describe("attic").number_of_archives.value() == 2U);
    clock.set(due + 24h * 30);
    BOOST_TEST((describe("attic").last_inventory_date == due + 24h));
}

BOOST_AUTO_TEST_CASE(inventories_of_period_zero_are_always_current)
{
    options.inventory_period = 0ms;
    make_vault("attic");
    BOOST_TEST(describe("attic").number_of_archives.value() == 0U);
    std::string const archive = upload("attic", "0123456789");
    BOOST_TEST(describe("attic").number_of_archives.value() == 1U);
    remove("attic", archive);
    BOOST_TEST(describe("attic").number_of_archives.value() == 0U);
    BOOST_TEST(describe("attic").size_in_bytes.value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_vault_is_deleted_only_if_its_inventory_shows_it_empty)
{
    auto services = context();
    delete_vault_request const request("attic");
    std::string const refused = "400 Vault not empty or recently written to: "
                                "arn:aws:glacier:us-east-1:123456789012:vaults/attic";
    // Absent and never written: at once.
    BOOST_TEST(delete_vault(services, request).has_value());
    make_vault("attic");
    BOOST_TEST(delete_vault(services, request).has_value());

    make_vault("attic");
    clock.advance(1h);
    std::string const archive = upload("attic", "content");
    BOOST_TEST(error_text(delete_vault(services, request)) == refused);
    clock.advance(24h);
    BOOST_TEST(error_text(delete_vault(services, request)) == refused);
    remove("attic", archive);
    BOOST_TEST(error_text(delete_vault(services, request)) == refused);
    clock.advance(24h);
    BOOST_TEST(delete_vault(services, request).has_value());
    BOOST_TEST(error_text(describe_vault(services, describe_vault_request("attic"))) ==
               "404 Vault not found for ARN: arn:aws:glacier:us-east-1:123456789012:vaults/attic");
}

BOOST_AUTO_TEST_CASE(vaults_are_listed_by_name_in_pages_of_ten_at_most)
{
    for (char c = 'l'; c >= 'a'; --c)
        make_vault(std::string(1, c));
    auto services = context();
    list_vaults_request request;
    request.limit = 1'000;
    auto const first = list_vaults(services, request);
    BOOST_TEST_REQUIRE(first.has_value());
    BOOST_TEST(first->vaults.size() == 10U);
    BOOST_TEST(first->vaults.front().vault_name == "a");
    BOOST_TEST(first->marker.value() == "arn:aws:glacier:us-east-1:123456789012:vaults/j");

    request.marker = first->marker;
    auto const second = list_vaults(services, request);
    BOOST_TEST(second->vaults.size() == 2U);
    BOOST_TEST(second->vaults.front().vault_name == "k");
    BOOST_TEST(!second->marker.has_value());

    request.marker = "";
    BOOST_TEST(list_vaults(services, request)->vaults.size() == 10U);
    request.limit = 0;
    BOOST_TEST(error_text(list_vaults(services, request)) == "400 Invalid limit: 0");
}

BOOST_AUTO_TEST_CASE(an_account_has_a_thousand_vaults_at_most)
{
    {
        auto change = data->begin();
        for (int i = 0; i < 1'000; ++i) {
            vault_record vault;
            vault.name = "v" + std::to_string(i);
            change.insert_vault(vault);
        }
        change.commit();
    }
    auto services = context();
    BOOST_TEST(create_vault(services, create_vault_request("v1")).has_value());
    auto const refused = create_vault(services, create_vault_request("attic"));
    BOOST_TEST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().code_text == "LimitExceededException");
}

BOOST_AUTO_TEST_CASE(counts_before_the_first_inventory_can_be_zero)
{
    make_vault("attic");
    upload("attic", "content");
    BOOST_TEST(!describe("attic").size_in_bytes.has_value());
    options.inferred.zero_before_first_inventory = true;
    BOOST_TEST(describe("attic").number_of_archives.value() == 0U);
    BOOST_TEST(describe("attic").size_in_bytes.value() == 0U);
    BOOST_TEST(!describe("attic").last_inventory_date.has_value());
    clock.advance(24h);
    BOOST_TEST(describe("attic").number_of_archives.value() == 1U);
}

BOOST_AUTO_TEST_CASE(uploads_in_progress_can_keep_a_vault)
{
    make_vault("attic");
    make_vault("cellar");
    auto services = context();
    for (std::string const vault : {"attic", "cellar"})
        BOOST_TEST(
            initiate_multipart_upload(services, initiate_multipart_upload_request(vault, part_size(MiB)))
                .has_value());
    BOOST_TEST(delete_vault(services, delete_vault_request("attic")).has_value());
    options.inferred.delete_vault_with_uploads = false;
    delete_vault_request const request("cellar");
    BOOST_TEST(error_text(delete_vault(services, request)).starts_with("400 Vault not empty or"));
    // An upload that has expired is none, swept or not.
    clock.advance(24h);
    BOOST_TEST(delete_vault(services, request).has_value());
}

BOOST_AUTO_TEST_CASE(a_deleted_vault_can_leave_its_tags_to_the_next_one)
{
    auto services = context();
    list_tags_for_vault_request const listing("attic");
    for (bool const survive : {false, true}) {
        options.inferred.settings_survive_deletion = survive;
        make_vault("attic");
        add_tags_to_vault_request adding("attic", {{tag_key("owner"), tag_value("ann")}});
        BOOST_TEST(add_tags_to_vault(services, adding).has_value());
        BOOST_TEST(delete_vault(services, delete_vault_request("attic")).has_value());
        BOOST_TEST(!list_tags_for_vault(services, listing).has_value());
        make_vault("attic");
        BOOST_TEST(list_tags_for_vault(services, listing)->tags.size() == (survive ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE(short_pages_list_each_vault_once)
{
    for (char c = 'a'; c <= 'p'; ++c)
        make_vault(std::string(1, c));
    auto services = context();
    std::size_t empty_pages = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        options.inferred.short_pages = seed;
        list_vaults_request request;
        request.limit = 3;
        std::string names;
        do {
            auto const page = list_vaults(services, request);
            BOOST_TEST_REQUIRE(page.has_value());
            for (auto const& vault : page->vaults)
                names += vault.vault_name;
            empty_pages += page->vaults.empty() && page->marker ? 1 : 0;
            request.marker = page->marker;
        } while (request.marker);
        BOOST_TEST(names == "abcdefghijklmnop");
    }
    BOOST_TEST(empty_pages > 0U);
}

BOOST_AUTO_TEST_CASE(a_list_from_behind_its_end_is_empty)
{
    make_vault("attic");
    auto services = context();
    list_vaults_request request;
    request.marker = "arn:aws:glacier:us-east-1:123456789012:vaults/zoo";
    auto const page = list_vaults(services, request);
    BOOST_TEST_REQUIRE(page.has_value());
    BOOST_TEST(page->vaults.empty());
    BOOST_TEST(!page->marker.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
