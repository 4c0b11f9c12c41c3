#include "emulator/inferred_options.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace glacier::emulation {

namespace {

std::string refusal_of(std::string_view setting)
{
    inferred_behaviour behaviour;
    try {
        set_inferred(behaviour, setting);
    } catch (std::invalid_argument const& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

BOOST_AUTO_TEST_SUITE(inferred_options)

BOOST_AUTO_TEST_CASE(each_kind_of_member_is_set_by_name)
{
    inferred_behaviour behaviour;
    set_inferred(behaviour, "unsatisfiable_range_status=416");
    set_inferred(behaviour, "delete_vault_with_uploads=false");
    set_inferred(behaviour, "short_pages=7");
    BOOST_TEST(behaviour.unsatisfiable_range_status == 416);
    BOOST_TEST(!behaviour.delete_vault_with_uploads);
    BOOST_TEST(behaviour.short_pages == 7U);
    set_inferred(behaviour, "unsatisfiable_range_status=400");
    set_inferred(behaviour, "delete_vault_with_uploads=true");
    BOOST_TEST(behaviour.unsatisfiable_range_status == 400);
    BOOST_TEST(behaviour.delete_vault_with_uploads);
    BOOST_TEST(behaviour.inventory_before_first_status == 404);
}

BOOST_AUTO_TEST_CASE(what_is_not_allowed_is_named_with_what_is)
{
    BOOST_TEST(refusal_of("unsatisfiable_range_status=500") ==
               "the inferred behaviour unsatisfiable_range_status is 400|416, not '500'");
    BOOST_TEST(refusal_of("unsatisfiable_range_status") ==
               "the inferred behaviour unsatisfiable_range_status is 400|416, not ''");
    BOOST_TEST(refusal_of("vault_before_values=yes") ==
               "the inferred behaviour vault_before_values is true|false, not 'yes'");
    BOOST_TEST(refusal_of("short_pages=-1") == "the inferred behaviour short_pages is NUMBER, not '-1'");
    BOOST_TEST(refusal_of("nothing=1") == "there is no inferred behaviour 'nothing'; 'list' shows all");
    BOOST_TEST(refusal_of("") == "there is no inferred behaviour ''; 'list' shows all");
}

BOOST_AUTO_TEST_CASE(values_that_came_another_way_are_checked)
{
    inferred_behaviour behaviour;
    BOOST_CHECK_NO_THROW(check_inferred(behaviour));
    behaviour.invalid_signature_status = 401;
    BOOST_CHECK_THROW(check_inferred(behaviour), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_list_shows_name_value_choice_and_meaning)
{
    inferred_behaviour behaviour;
    behaviour.insufficient_capacity_status = 400;
    std::string const list = list_inferred(behaviour);
    for (std::string_view const line :
         {"\ninsufficient_capacity_status=400 (503|400): status of an InsufficientCapacityException\n",
          "\ndelete_vault_with_uploads=true (true|false): a vault can be deleted while uploads to it are in "
          "progress\n",
          "\nshort_pages=0 (NUMBER): 0: pages of lists are full;"})
        BOOST_TEST(list.find(line) != std::string::npos, line);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
