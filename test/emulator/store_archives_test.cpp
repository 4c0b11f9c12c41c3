#include "emulator/store.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(store_archives, service_fixture)

// The hashes of ranges come from the leaves in the index, whatever files the archive consists of.
BOOST_AUTO_TEST_CASE(hashes_of_aligned_ranges_are_those_of_the_bytes)
{
    make_vault("attic");
    std::string const content = pattern(7 * MiB - 100);
    std::string const id = upload("attic", content);
    auto view = data->begin();
    auto const archive = view.find_archive(id);
    BOOST_TEST_REQUIRE(archive.has_value());
    for (std::uint64_t first = 0; first < 7; ++first) {
        for (std::uint64_t end = first + 1; end <= 7; ++end) {
            byte_range const range(first * MiB, std::min<std::uint64_t>(end * MiB, content.size()) - 1);
            if (!is_tree_hash_aligned(range, content.size()))
                continue;
            auto const bytes = bytes_of(std::string_view(content).substr(range.first(), range.size()));
            BOOST_TEST(view.hash_of_range(archive->number, range).hex() == tree_hash_of(bytes).hex());
        }
    }
}

BOOST_AUTO_TEST_CASE(deleted_archives_are_forgotten_at_a_start_after_the_inventory_that_lacks_them)
{
    make_vault("attic");
    clock.advance(1h);
    std::string const archive = upload("attic", "content");
    remove("attic", archive);
    reopen();
    BOOST_TEST(data->begin().find_archive(archive).has_value());
    clock.advance(24h);
    upload("attic", "another");
    reopen();
    BOOST_TEST(!data->begin().find_archive(archive).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
