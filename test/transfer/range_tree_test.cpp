#include "transfer/range_tree.hpp"

#include "support/data.hpp"
#include "support/fake_service.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

using namespace glacier;
using namespace glacier::test;
using transfer::range_tree;

BOOST_AUTO_TEST_SUITE(range_tree_test)

// Whatever the order in which the ranges come, the hash is that of the whole.
BOOST_AUTO_TEST_CASE(any_order)
{
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        number_source numbers(seed);
        std::size_t const count = 1 + numbers.below(40);
        std::vector<tree_hash> hashes;
        for (std::size_t i = 0; i < count; ++i)
            hashes.push_back(reference_tree_hash(std::to_string(seed) + "." + std::to_string(i)));
        std::vector<std::size_t> order(count);
        std::iota(order.begin(), order.end(), std::size_t(0));
        for (std::size_t i = count; i > 1; --i)
            std::swap(order[i - 1], order[numbers.below(i)]);

        range_tree sut;
        for (std::size_t const each : order)
            sut.add(each, hashes[each]);

        BOOST_TEST(sut.finish().hex() == combine_tree_hashes(hashes).hex());
    }
}

// Only what is ahead of a gap is kept.
BOOST_AUTO_TEST_CASE(keeps_what_is_ahead)
{
    range_tree sut;
    tree_hash const hash = reference_tree_hash("x");
    sut.add(0, hash);
    sut.add(1, hash);
    BOOST_TEST(sut.ahead() == 0U);
    sut.add(3, hash);
    sut.add(4, hash);
    BOOST_TEST(sut.ahead() == 2U);
    sut.add(2, hash);
    BOOST_TEST(sut.ahead() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
