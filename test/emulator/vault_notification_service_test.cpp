#include "emulator/vault_notification_service.hpp"

#include "fixture.hpp"

#include <vector>

namespace glacier::emulation {

namespace {

using enum notification_event;

struct notification_fixture : service_fixture {
    notification_fixture() { make_vault("attic"); }

    service_result<protocol::no_result> set(std::string const& vault, std::string const& its_topic,
                                            std::vector<notification_event> events)
    {
        auto services = context();
        vault_notification_config config(its_topic, std::move(events));
        return set_vault_notifications(services, set_vault_notifications_request(vault, std::move(config)));
    }

    service_result<get_vault_notifications_result> get(std::string const& vault = "attic")
    {
        auto services = context();
        return get_vault_notifications(services, get_vault_notifications_request(vault));
    }

    service_result<protocol::no_result> remove_from(std::string const& vault)
    {
        auto services = context();
        return delete_vault_notifications(services, delete_vault_notifications_request(vault));
    }

    std::string const topic = "arn:aws:sns:us-east-1:123456789012:jobs";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(vault_notification_service, notification_fixture)

BOOST_AUTO_TEST_CASE(a_configuration_is_shown_as_it_was_set_also_after_a_restart)
{
    BOOST_TEST(set("attic", topic, {inventory_retrieval_completed, archive_retrieval_completed}).has_value());
    reopen();
    auto const shown = get();
    BOOST_TEST_REQUIRE(shown.has_value());
    BOOST_TEST(shown->sns_topic == topic);
    BOOST_TEST((shown->events == std::vector{inventory_retrieval_completed, archive_retrieval_completed}));
}

BOOST_AUTO_TEST_CASE(setting_replaces_all_of_the_configuration)
{
    BOOST_TEST(set("attic", topic, {inventory_retrieval_completed, archive_retrieval_completed}).has_value());
    BOOST_TEST(set("attic", topic + "-2", {archive_retrieval_completed}).has_value());
    BOOST_TEST(get()->sns_topic == topic + "-2");
    BOOST_TEST((get()->events == std::vector{archive_retrieval_completed}));
}

BOOST_AUTO_TEST_CASE(there_is_at_least_one_event_and_each_is_kept_once)
{
    BOOST_TEST(error_text(set("attic", topic, {})) ==
               "400 Invalid Events: at least one of ArchiveRetrievalCompleted and "
               "InventoryRetrievalCompleted is needed");
    BOOST_TEST(!get().has_value());
    BOOST_TEST(set("attic", topic, {archive_retrieval_completed, archive_retrieval_completed}).has_value());
    BOOST_TEST((get()->events == std::vector{archive_retrieval_completed}));
}

BOOST_AUTO_TEST_CASE(what_is_not_set_is_not_found_and_deleted_all_the_same)
{
    std::string const none = "404 No notification configuration is set for vault: attic";
    BOOST_TEST(error_text(get()) == none);
    BOOST_TEST(remove_from("attic").has_value());
    BOOST_TEST(set("attic", topic, {archive_retrieval_completed}).has_value());
    BOOST_TEST(remove_from("attic").has_value());
    BOOST_TEST(error_text(get()) == none);
}

BOOST_AUTO_TEST_CASE(a_vault_is_needed_and_has_its_own_configuration)
{
    std::string const absent =
        "404 Vault not found for ARN: arn:aws:glacier:us-east-1:123456789012:vaults/cellar";
    BOOST_TEST(error_text(set("cellar", topic, {archive_retrieval_completed})) == absent);
    BOOST_TEST(error_text(get("cellar")) == absent);
    BOOST_TEST(error_text(remove_from("cellar")) == absent);
    make_vault("cellar");
    BOOST_TEST(set("attic", topic, {archive_retrieval_completed}).has_value());
    BOOST_TEST(!get("cellar").has_value());
    BOOST_TEST(remove_from("cellar").has_value());
    BOOST_TEST(get("attic").has_value());
}

BOOST_AUTO_TEST_CASE(a_deleted_vault_leaves_nothing_to_the_next_one_of_its_name)
{
    BOOST_TEST(set("attic", topic, {archive_retrieval_completed}).has_value());
    auto services = context();
    BOOST_TEST(delete_vault(services, delete_vault_request("attic")).has_value());
    make_vault("attic");
    BOOST_TEST(!get().has_value());
}

BOOST_AUTO_TEST_CASE(deleting_what_was_not_set_can_fail_instead)
{
    BOOST_TEST(remove_from("attic").has_value());
    options.inferred.delete_unset_notifications_status = 404;
    BOOST_TEST(error_text(remove_from("attic")) ==
               "404 No notification configuration is set for vault: attic");
    BOOST_TEST(set("attic", topic, {archive_retrieval_completed}).has_value());
    BOOST_TEST(remove_from("attic").has_value());
    BOOST_TEST(!get().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
