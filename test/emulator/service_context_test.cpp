#include "emulator/service_context.hpp"

#include "fixture.hpp"

#include <string>
#include <vector>

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(service_context_suite, service_fixture)

BOOST_AUTO_TEST_CASE(arns_name_the_partition_of_the_region)
{
    BOOST_TEST(vault_arn(options, "attic") == "arn:aws:glacier:us-east-1:123456789012:vaults/attic");
    options.region = "cn-north-1";
    BOOST_TEST(vault_arn(options, "attic") == "arn:aws-cn:glacier:cn-north-1:123456789012:vaults/attic");
    options.region = "us-gov-west-1";
    BOOST_TEST(vault_arn(options, "attic") ==
               "arn:aws-us-gov:glacier:us-gov-west-1:123456789012:vaults/attic");
}

BOOST_AUTO_TEST_CASE(a_page_has_what_was_asked_for_up_to_the_most)
{
    auto const services = context();
    BOOST_TEST(page_of(services, std::nullopt, std::nullopt, 50)->size == 50U);
    BOOST_TEST(page_of(services, 7, std::nullopt, 50)->size == 7U);
    BOOST_TEST(page_of(services, 51, std::nullopt, 50)->size == 50U);
    BOOST_TEST(error_text(page_of(services, 0, std::nullopt, 50)) == "400 Invalid limit: 0");
    BOOST_TEST(page_of(services, 7, std::nullopt, 50)->after.empty());
    BOOST_TEST(page_of(services, 7, "place~", 50)->after == "place~");
}

BOOST_AUTO_TEST_CASE(short_pages_have_any_size_up_to_the_limit_and_the_same_one_each_time)
{
    auto const services = context();
    std::vector<int> sizes(5);
    for (int seed = 1; seed <= 20; ++seed) {
        options.inferred.short_pages = static_cast<std::uint64_t>(seed);
        for (int place = 0; place < 20; ++place) {
            auto const shown = page_of(services, 4, "job" + std::to_string(place), 50);
            BOOST_TEST_REQUIRE(shown->size <= 4U);
            BOOST_TEST(page_of(services, 4, "job" + std::to_string(place), 50)->size == shown->size);
            ++sizes[shown->size];
            // The marker of an empty page leads to one at the same place that is not empty.
            auto const next = page_of(services, 4, shown->next_without_items(), 50);
            BOOST_TEST(next->size >= 1U);
            BOOST_TEST(next->after == shown->after);
        }
    }
    for (int const count : sizes)
        BOOST_TEST(count > 40);
}

BOOST_AUTO_TEST_CASE(sweeping_removes_expired_jobs_and_uploads_with_their_files)
{
    options.job_delay = 0ms;
    options.inventory_period = 0ms;
    make_vault("attic");
    auto services = context();
    auto const upload =
        initiate_multipart_upload(services, initiate_multipart_upload_request("attic", part_size(MiB)));
    BOOST_TEST_REQUIRE(upload.has_value());
    start_job("attic", job_parameters::inventory_retrieval());
    BOOST_TEST(count_files(directory.path() / "data") == 1U);
    clock.advance(24h);
    sweep(services);
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
    auto view = data->begin();
    BOOST_TEST(!view.find_upload(1, upload->upload.str()).has_value());
    BOOST_TEST(view.jobs_after(1, 0, 10).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
