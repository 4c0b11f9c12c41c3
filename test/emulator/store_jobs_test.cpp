#include "emulator/store.hpp"

#include "fixture.hpp"

#include <string>
#include <vector>

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(store_jobs, service_fixture)

BOOST_AUTO_TEST_CASE(retrieved_bytes_are_those_of_the_tier_since_the_moment)
{
    make_vault("attic");
    std::string const archive = upload("attic", pattern(1'000));
    timestamp const before = clock.now() - 1ms;
    start_job("attic", job_parameters::archive_retrieval(archive));
    clock.advance(1h);
    job_parameters bulk = job_parameters::archive_retrieval(archive);
    bulk.tier = tier::bulk;
    start_job("attic", bulk);
    start_job("attic", job_parameters::archive_retrieval(archive));
    auto view = data->begin();
    BOOST_TEST(view.bytes_retrieved("Standard", before) == 2'000U);
    BOOST_TEST(view.bytes_retrieved("Standard", clock.now() - 1ms) == 1'000U);
    BOOST_TEST(view.bytes_retrieved("Bulk", before) == 1'000U);
    BOOST_TEST(view.bytes_retrieved("Expedited", before) == 0U);
}

BOOST_AUTO_TEST_CASE(a_sweep_takes_jobs_and_uploads_with_their_files)
{
    options.job_delay = 0ms;
    options.inventory_period = 0ms;
    make_vault("attic");
    std::string const archive = upload("attic", "content");
    std::string const inventory = start_job("attic", job_parameters::inventory_retrieval());
    BOOST_TEST(count_files(directory.path() / "data") == 2U);
    timestamp const completed = clock.now();
    clock.advance(1h);
    std::string const younger = start_job("attic", job_parameters::archive_retrieval(archive));
    remove("attic", archive);
    auto const sweep_until = [this](timestamp jobs) {
        auto change = data->begin();
        change.sweep(jobs, jobs);
        change.commit();
    };
    auto const job_is_there = [this](std::string const& id) {
        auto view = data->begin();
        return view.find_job(view.find_vault("attic")->number, id).has_value();
    };
    sweep_until(completed - 1ms);
    BOOST_TEST(job_is_there(inventory));
    sweep_until(completed);
    BOOST_TEST(!job_is_there(inventory));
    BOOST_TEST(job_is_there(younger));
    // The output of the other job needs the bytes of the archive that was deleted.
    BOOST_TEST(count_files(directory.path() / "data") == 1U);
    sweep_until(clock.now());
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
}

BOOST_AUTO_TEST_CASE(deliveries_stay_in_order_until_they_are_done)
{
    auto change = data->begin();
    std::vector<std::int64_t> numbers;
    for (std::string const topic : {"a", "b", "c"}) {
        delivery_record delivery;
        delivery.topic = topic;
        change.insert_delivery(delivery);
        numbers.push_back(delivery.number);
    }
    change.set_delivery_attempts(numbers[1], 3);
    change.delete_delivery(numbers[0]);
    auto const left = change.deliveries_after(0, 10);
    BOOST_TEST_REQUIRE(left.size() == 2U);
    BOOST_TEST(left[0].topic == "b");
    BOOST_TEST(left[0].attempts == 3U);
    BOOST_TEST(change.deliveries_after(numbers[1], 10).size() == 1U);
    BOOST_TEST(change.deliveries_after(0, 1).size() == 1U);
    BOOST_TEST(!change.find_delivery(numbers[0]).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
