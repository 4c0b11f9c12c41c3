#include "plan/address_cache.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace glacier::plan {
namespace {

using namespace std::chrono_literals;
using step = address_cache::step;

address_cache::time_point at(std::chrono::milliseconds time)
{
    return address_cache::time_point(time);
}

std::vector<host_address> addresses(std::vector<std::string> const& texts)
{
    std::vector<host_address> made;
    for (std::string const& text : texts) {
        host_address each;
        each.text = text;
        each.is_v6 = text.find(':') != std::string::npos;
        made.push_back(each);
    }
    return made;
}

BOOST_AUTO_TEST_SUITE(address_cache_test)

// One looks up, the others wait; then all use what was found, until its life is over.
BOOST_AUTO_TEST_CASE(one_look_up_at_a_time)
{
    address_cache cache(30s, 1s);
    BOOST_TEST((cache.ask(at(0s)) == step::look_up));
    BOOST_TEST((cache.ask(at(0s)) == step::wait));
    BOOST_TEST((cache.ask(at(100s)) == step::wait));
    cache.on_found(addresses({"10.0.0.1", "10.0.0.2"}), at(100s));
    BOOST_TEST((cache.ask(at(130s) - 1ms) == step::use));
    BOOST_TEST((cache.addresses(at(100s)) == addresses({"10.0.0.1", "10.0.0.2"})));
    BOOST_TEST((cache.ask(at(130s)) == step::look_up));
    BOOST_TEST((cache.ask(at(130s)) == step::wait));
}

// A failure counts for its own, shorter life, and does not bring old addresses back.
BOOST_AUTO_TEST_CASE(negative_life)
{
    address_cache cache(30s, 1s);
    cache.ask(at(0s));
    cache.on_failed(at(2s));
    BOOST_TEST((cache.ask(at(3s) - 1ms) == step::fail));
    BOOST_TEST((cache.ask(at(3s)) == step::look_up));
    cache.on_found(addresses({"10.0.0.1"}), at(3s));
    BOOST_TEST((cache.ask(at(3s)) == step::use));
    cache.ask(at(33s));
    cache.on_failed(at(33s));
    BOOST_TEST((cache.ask(at(33s)) == step::fail));
}

// Lives of zero keep nothing.
BOOST_AUTO_TEST_CASE(without_lives)
{
    address_cache cache(0s, 0s);
    cache.ask(at(0s));
    cache.on_found(addresses({"10.0.0.1"}), at(0s));
    BOOST_TEST((cache.ask(at(0s)) == step::look_up));
    cache.on_failed(at(0s));
    BOOST_TEST((cache.ask(at(0s)) == step::look_up));
}

// A look-up that was dropped has no outcome: the next one who asks does it.
BOOST_AUTO_TEST_CASE(abandoned)
{
    address_cache cache(30s, 1s);
    cache.ask(at(0s));
    cache.on_abandoned();
    BOOST_TEST((cache.ask(at(0s)) == step::look_up));
}

// Addresses that did not answer come last, the one that failed first before the others, until one answers again or
// the failure is as old as an address may be.
BOOST_AUTO_TEST_CASE(rotated_on_failure)
{
    address_cache cache(30s, 1s);
    cache.ask(at(0s));
    cache.on_found(addresses({"10.0.0.1", "10.0.0.2", "10.0.0.3"}), at(0s));
    cache.on_unreachable("10.0.0.1", at(1s));
    BOOST_TEST((cache.addresses(at(1s)) == addresses({"10.0.0.2", "10.0.0.3", "10.0.0.1"})));
    cache.on_unreachable("10.0.0.2", at(2s));
    BOOST_TEST((cache.addresses(at(2s)) == addresses({"10.0.0.3", "10.0.0.1", "10.0.0.2"})));
    cache.on_reached("10.0.0.1");
    BOOST_TEST((cache.addresses(at(2s)) == addresses({"10.0.0.1", "10.0.0.3", "10.0.0.2"})));
    BOOST_TEST((cache.addresses(at(32s)) == addresses({"10.0.0.1", "10.0.0.2", "10.0.0.3"})));
}

// A failure is remembered over a new look-up, unless the address is gone.
BOOST_AUTO_TEST_CASE(failures_outlive_a_look_up)
{
    address_cache cache(30s, 1s);
    cache.ask(at(0s));
    cache.on_found(addresses({"10.0.0.1", "10.0.0.2"}), at(0s));
    cache.on_unreachable("10.0.0.1", at(29s));
    cache.ask(at(30s));
    cache.on_found(addresses({"10.0.0.1", "10.0.0.2"}), at(30s));
    BOOST_TEST((cache.addresses(at(30s)) == addresses({"10.0.0.2", "10.0.0.1"})));
    cache.on_found(addresses({"10.0.0.2"}), at(31s));
    cache.on_found(addresses({"10.0.0.1", "10.0.0.2"}), at(32s));
    BOOST_TEST((cache.addresses(at(32s)) == addresses({"10.0.0.1", "10.0.0.2"})));
    // One that was never found is none of ours.
    cache.on_unreachable("10.9.9.9", at(32s));
    cache.on_found(addresses({"10.9.9.9", "10.0.0.1"}), at(33s));
    BOOST_TEST((cache.addresses(at(33s)) == addresses({"10.9.9.9", "10.0.0.1"})));
}

// When none answers, the name is looked up before its addresses' life is over.
BOOST_AUTO_TEST_CASE(none_reached)
{
    address_cache cache(30s, 1s);
    cache.ask(at(0s));
    cache.on_found(addresses({"10.0.0.1"}), at(0s));
    cache.on_none_reached();
    BOOST_TEST((cache.ask(at(1s)) == step::look_up));
}

// However many addresses a name server sends, only so many are kept.
BOOST_AUTO_TEST_CASE(bounded)
{
    address_cache cache(30s, 1s);
    cache.ask(at(0s));
    cache.on_found(std::vector<host_address>(10'000), at(0s));
    BOOST_TEST(cache.addresses(at(0s)).size() == address_cache::addresses_max);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
