#include "emulator/vault_access_policy_service.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

namespace {

struct access_policy_fixture : service_fixture {
    access_policy_fixture() { make_vault("attic"); }

    service_result<protocol::no_result> set(std::string const& vault, std::string const& policy)
    {
        auto services = context();
        return set_vault_access_policy(services, set_vault_access_policy_request(vault, policy));
    }

    service_result<get_vault_access_policy_result> get(std::string const& vault = "attic")
    {
        auto services = context();
        return get_vault_access_policy(services, get_vault_access_policy_request(vault));
    }

    service_result<protocol::no_result> remove_from(std::string const& vault)
    {
        auto services = context();
        return delete_vault_access_policy(services, delete_vault_access_policy_request(vault));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(vault_access_policy_service, access_policy_fixture)

// Spaces, order and escapes are the user's.
BOOST_AUTO_TEST_CASE(a_policy_is_kept_to_the_byte_also_over_a_restart)
{
    std::string const policy =
        "{ \"Version\" : \"2012-10-17\",\n\t\"Statement\":[{\"Sid\":\"\\u00e9\xc3\xa9\"}]}";
    BOOST_TEST(set("attic", policy).has_value());
    reopen();
    BOOST_TEST(get()->policy == policy);
}

BOOST_AUTO_TEST_CASE(setting_replaces_the_policy)
{
    BOOST_TEST(set("attic", "{}").has_value());
    BOOST_TEST(set("attic", R"({"Statement":[]})").has_value());
    BOOST_TEST(get()->policy == R"({"Statement":[]})");
}

BOOST_AUTO_TEST_CASE(what_is_not_set_is_not_found_and_deleted_all_the_same)
{
    std::string const none = "404 No vault access policy is set for: attic";
    BOOST_TEST(error_text(get()) == none);
    BOOST_TEST(remove_from("attic").has_value());
    BOOST_TEST(set("attic", "{}").has_value());
    BOOST_TEST(remove_from("attic").has_value());
    BOOST_TEST(error_text(get()) == none);
}

BOOST_AUTO_TEST_CASE(a_vault_is_needed_and_has_its_own_policy)
{
    std::string const absent =
        "404 Vault not found for ARN: arn:aws:glacier:us-east-1:123456789012:vaults/cellar";
    BOOST_TEST(error_text(set("cellar", "{}")) == absent);
    BOOST_TEST(error_text(get("cellar")) == absent);
    BOOST_TEST(error_text(remove_from("cellar")) == absent);
    make_vault("cellar");
    BOOST_TEST(set("attic", "{}").has_value());
    BOOST_TEST(!get("cellar").has_value());
    BOOST_TEST(remove_from("cellar").has_value());
    BOOST_TEST(get("attic").has_value());
}

BOOST_AUTO_TEST_CASE(a_deleted_vault_leaves_nothing_to_the_next_one_of_its_name)
{
    BOOST_TEST(set("attic", "{}").has_value());
    auto services = context();
    BOOST_TEST(delete_vault(services, delete_vault_request("attic")).has_value());
    make_vault("attic");
    BOOST_TEST(!get().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
