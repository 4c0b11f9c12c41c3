#include "emulator/vault_tag_service.hpp"

#include "fixture.hpp"

#include <map>
#include <vector>

namespace glacier::emulation {

namespace {

using tags = std::map<std::string, std::string>;

struct tag_fixture : service_fixture {
    tag_fixture() { make_vault("attic"); }

    service_result<protocol::no_result> add(tags const& given, std::string const& vault = "attic")
    {
        auto services = context();
        std::map<tag_key, tag_value> checked;
        for (auto const& [key, value] : given)
            checked.emplace(key, value);
        return add_tags_to_vault(services, add_tags_to_vault_request(vault, std::move(checked)));
    }

    /// As many new ones, beginning with number `first`.
    service_result<protocol::no_result> add_numbered(int first, int count)
    {
        tags given;
        for (int i = first; i < first + count; ++i)
            given.emplace("tag" + std::to_string(i), "value");
        return add(given);
    }

    service_result<protocol::no_result> remove_keys(std::vector<tag_key> keys,
                                                    std::string const& vault = "attic")
    {
        auto services = context();
        return remove_tags_from_vault(services, remove_tags_from_vault_request(vault, std::move(keys)));
    }

    service_result<list_tags_for_vault_result> try_list(std::string const& vault = "attic")
    {
        auto services = context();
        return list_tags_for_vault(services, list_tags_for_vault_request(vault));
    }

    tags list()
    {
        auto const listed = try_list();
        BOOST_TEST_REQUIRE(listed.has_value());
        return listed->tags;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(vault_tag_service, tag_fixture)

BOOST_AUTO_TEST_CASE(tags_are_listed_also_after_a_restart)
{
    BOOST_TEST(list().empty());
    tags const given{{"owner", "ann"},
                     {"Owner", ""},
                     {"stra\xc3\x9f"
                      "e",
                      "a b_.:/=+-@"}};
    BOOST_TEST(add(given).has_value());
    reopen();
    BOOST_TEST((list() == given));
}

BOOST_AUTO_TEST_CASE(a_key_has_one_value_the_last)
{
    BOOST_TEST(add({{"owner", "ann"}, {"box", "7"}}).has_value());
    BOOST_TEST(add({{"owner", "bob"}}).has_value());
    BOOST_TEST((list() == tags{{"box", "7"}, {"owner", "bob"}}));
}

BOOST_AUTO_TEST_CASE(a_call_takes_one_to_ten)
{
    BOOST_TEST(error_text(add({})) == "400 Invalid Tags: a call takes 1 to 10, and this one has 0");
    BOOST_TEST(error_text(add_numbered(0, 11)) ==
               "400 Invalid Tags: a call takes 1 to 10, and this one has 11");
    BOOST_TEST(list().empty());
    BOOST_TEST(add_numbered(0, 10).has_value());
    BOOST_TEST(error_text(remove_keys({})) ==
               "400 Invalid TagKeys: a call takes 1 to 10, and this one has 0");
    std::vector<tag_key> keys(11, "tag1");
    BOOST_TEST(error_text(remove_keys(keys)) ==
               "400 Invalid TagKeys: a call takes 1 to 10, and this one has 11");
    keys.pop_back();
    BOOST_TEST(remove_keys(keys).has_value());
    BOOST_TEST(list().size() == 9U);
}

// One that is there already does not count again, and a call that is refused changes nothing.
BOOST_AUTO_TEST_CASE(a_vault_has_fifty_tags_at_most)
{
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(add_numbered(10 * i, 10).has_value());
    BOOST_TEST(add({{"tag0", "new"}}).has_value());
    auto const refused = add({{"tag1", "new"}, {"one-more", ""}});
    BOOST_TEST(error_text(refused) == "400 The quota for the number of tags that can be assigned to this "
                                      "resource has been reached.");
    BOOST_TEST(refused.error().code_text == "LimitExceededException");
    BOOST_TEST(list().size() == 50U);
    BOOST_TEST(list().at("tag0") == "new");
    BOOST_TEST(list().at("tag1") == "value");
    BOOST_TEST(remove_keys({"tag2"}).has_value());
    BOOST_TEST(add({{"tag1", "new"}, {"one-more", ""}}).has_value());
}

BOOST_AUTO_TEST_CASE(the_limit_is_an_option)
{
    options.tags_per_vault_max = 3;
    BOOST_TEST(!add_numbered(0, 4).has_value());
    BOOST_TEST(add_numbered(0, 3).has_value());
    // A lower limit later does not forbid to change the tags that are there.
    options.tags_per_vault_max = 1;
    BOOST_TEST(add_numbered(0, 3).has_value());
    BOOST_TEST(!add_numbered(3, 1).has_value());
}

BOOST_AUTO_TEST_CASE(removing_what_is_not_there_has_succeeded_already)
{
    BOOST_TEST(add({{"owner", "ann"}, {"box", "7"}}).has_value());
    BOOST_TEST(remove_keys({"owner", "Box"}).has_value());
    BOOST_TEST((list() == tags{{"box", "7"}}));
    BOOST_TEST(remove_keys({"owner"}).has_value());
}

BOOST_AUTO_TEST_CASE(a_vault_is_needed_and_has_its_own_tags)
{
    std::string const absent =
        "404 Vault not found for ARN: arn:aws:glacier:us-east-1:123456789012:vaults/cellar";
    BOOST_TEST(error_text(add({{"owner", "ann"}}, "cellar")) == absent);
    BOOST_TEST(error_text(remove_keys({"owner"}, "cellar")) == absent);
    BOOST_TEST(error_text(try_list("cellar")) == absent);
    make_vault("cellar");
    BOOST_TEST(add({{"owner", "ann"}}).has_value());
    BOOST_TEST(try_list("cellar")->tags.empty());
    BOOST_TEST(remove_keys({"owner"}, "cellar").has_value());
    BOOST_TEST(list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_deleted_vault_leaves_nothing_to_the_next_one_of_its_name)
{
    BOOST_TEST(add({{"owner", "ann"}}).has_value());
    auto services = context();
    BOOST_TEST(delete_vault(services, delete_vault_request("attic")).has_value());
    make_vault("attic");
    BOOST_TEST(list().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
