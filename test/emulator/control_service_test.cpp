#include "emulator/control_service.hpp"

#include "fixture.hpp"

#include <limits>

namespace glacier::emulation {

namespace {

struct control_fixture : service_fixture {
    control_fixture() { make_vault("attic"); }

    job_description job_of(std::string const& vault, std::string const& job)
    {
        auto services = context();
        auto const described = describe_job(services, describe_job_request(vault, job));
        BOOST_TEST_REQUIRE(described.has_value());
        return *described;
    }

    bool has_job(std::string const& vault, std::string const& job)
    {
        auto services = context();
        return describe_job(services, describe_job_request(vault, job)).has_value();
    }

    std::string start_upload(std::string const& vault)
    {
        auto services = context();
        auto const started =
            initiate_multipart_upload(services, initiate_multipart_upload_request(vault, part_size(MiB)));
        BOOST_TEST_REQUIRE(started.has_value());
        return started->upload.str();
    }

    std::size_t uploads_of(std::string const& vault)
    {
        auto services = context();
        auto const listed = list_multipart_uploads(services, list_multipart_uploads_request(vault));
        BOOST_TEST_REQUIRE(listed.has_value());
        return listed->uploads.size();
    }

    virtual_clock time{clock, 1, *data};
};

/// -1 for an error.
int counted(service_result<std::size_t> const& result)
{
    return result ? static_cast<int>(*result) : -1;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_service_suite, control_fixture)

BOOST_AUTO_TEST_CASE(the_clock_moves_on_but_never_back)
{
    timestamp const begin = time.now();
    BOOST_TEST(step_clock(time, 4h).has_value());
    BOOST_TEST((time.now() == begin + 4h));
    BOOST_TEST(set_clock(time, begin + 5h).has_value());
    BOOST_TEST((time.now() == begin + 5h));
    BOOST_TEST(error_text(set_clock(time, begin)).ends_with(" is over; the clock never goes back"));
    BOOST_TEST(error_text(step_clock(time, -1ms)).starts_with("400 step: -1 ms is not allowed"));
    BOOST_TEST(error_text(step_clock(time, std::chrono::days(36'526))).starts_with("400 step: "));
    BOOST_TEST(error_text(set_clock(time, clock_end)) == "400 set: the clock would go beyond the year 9999");
    BOOST_TEST(set_clock(time, clock_end - 1h).has_value());
    BOOST_TEST(error_text(step_clock(time, 1h)) == "400 step: the clock would go beyond the year 9999");
    BOOST_TEST((time.now() == clock_end - 1h));
}

BOOST_AUTO_TEST_CASE(the_scale_has_a_range)
{
    BOOST_TEST(set_clock_scale(time, 60).has_value());
    timestamp const begin = time.now();
    clock.advance(1s);
    BOOST_TEST((time.now() == begin + 60s));
    for (double const wrong : {0.0, -1.0, 2e9, std::numeric_limits<double>::quiet_NaN()})
        BOOST_TEST(error_text(set_clock_scale(time, wrong)).starts_with("400 scale: "));
    BOOST_TEST(time.scale() == 60);
}

BOOST_AUTO_TEST_CASE(a_list_with_a_wrong_fault_replaces_nothing)
{
    fault_plan plan;
    emulator_fault const right(emulator_fault_effect::garbage);
    BOOST_TEST(replace_faults(plan, {right}).has_value());
    emulator_fault wrong = right;
    wrong.first = 0;
    BOOST_TEST(error_text(replace_faults(plan, {right, wrong})) ==
               "400 faults[1].first: 0 is not allowed; requests are counted from 1");
    BOOST_TEST(error_text(replace_faults(plan, std::vector<emulator_fault>(1'001, right))) ==
               "400 there are 1001 faults; at most 1000 are allowed");
    BOOST_TEST(plan.counts().size() == 1U);
}

// What came in the same millisecond is in the inventory, and what comes later is not.
BOOST_AUTO_TEST_CASE(an_inventory_at_once)
{
    std::string const first = upload("attic", "first");
    BOOST_TEST(!describe("attic").last_inventory_date.has_value());
    auto services = context();
    BOOST_TEST(counted(take_inventories(services, time, "attic")) == 1);
    clock.advance(2ms);
    std::string const second = upload("attic", "second");
    auto const described = describe("attic");
    BOOST_TEST(described.last_inventory_date.has_value());
    BOOST_TEST(described.number_of_archives.value() == 1U);

    options.job_delay = 0ms;
    std::string const job = start_job("attic", job_parameters::inventory_retrieval());
    std::string const inventory = output_of("attic", job);
    BOOST_TEST(inventory.find(first) != std::string::npos);
    BOOST_TEST(inventory.find(second) == std::string::npos);

    // The second one is in the inventory that is due next.
    clock.advance(24h);
    BOOST_TEST(describe("attic").number_of_archives.value() == 2U);
}

BOOST_AUTO_TEST_CASE(inventories_of_all_vaults)
{
    make_vault("cellar");
    upload("attic", "content");
    auto services = context();
    BOOST_TEST(counted(take_inventories(services, time, std::nullopt)) == 2);
    BOOST_TEST(describe("attic").number_of_archives.value() == 1U);
    BOOST_TEST(describe("cellar").number_of_archives.value() == 0U);
    BOOST_TEST(error_text(take_inventories(services, time, "nowhere")).starts_with("404 "));
}

BOOST_AUTO_TEST_CASE(a_job_is_complete_at_once)
{
    std::string const archive = upload("attic", "content");
    std::string const one = start_job("attic", job_parameters::archive_retrieval(archive));
    std::string const other = start_job("attic", job_parameters::archive_retrieval(archive));
    auto services = context();
    BOOST_TEST(counted(complete_jobs(services, {"attic", one})) == 1);
    BOOST_TEST((job_of("attic", one).status == job_status::succeeded));
    BOOST_TEST((job_of("attic", one).completion_date == time.now()));
    BOOST_TEST(output_of("attic", one) == "content");
    BOOST_TEST((job_of("attic", other).status == job_status::in_progress));
    // Only the other one is still in progress.
    BOOST_TEST(counted(complete_jobs(services, {})) == 1);
    BOOST_TEST((job_of("attic", other).status == job_status::succeeded));
    BOOST_TEST(counted(complete_jobs(services, {"attic", std::nullopt})) == 0);
    BOOST_TEST(error_text(complete_jobs(services, {"attic", "nothing"})) ==
               "404 " + job_not_found("nothing").message);
    BOOST_TEST(error_text(complete_jobs(services, {"nowhere", one})).starts_with("404 Vault not found"));
}

BOOST_AUTO_TEST_CASE(a_job_fails_with_a_message_and_over_a_restart)
{
    std::string const archive = upload("attic", "content");
    std::string const job = start_job("attic", job_parameters::archive_retrieval(archive));
    {
        auto services = context();
        BOOST_TEST(counted(fail_jobs(services, {"attic", job}, "The tape broke.")) == 1);
        for (std::string const& wrong : {std::string(), std::string(1'001, 'x'), std::string("\xff")})
            BOOST_TEST(error_text(fail_jobs(services, {"attic", job}, wrong)) ==
                       "400 message: it has 1 to 1000 bytes of UTF-8");
    }
    reopen();
    auto const described = job_of("attic", job);
    BOOST_TEST((described.status == job_status::failed));
    BOOST_TEST(described.status_message.value() == "The tape broke.");
    BOOST_TEST(!try_output("attic", job).has_value());
}

BOOST_AUTO_TEST_CASE(jobs_expire_at_once)
{
    std::string const archive = upload("attic", "content");
    std::string const complete = start_job("attic", job_parameters::archive_retrieval(archive));
    auto services = context();
    BOOST_TEST(complete_jobs(services, {"attic", complete}).has_value());
    std::string const in_progress = start_job("attic", job_parameters::archive_retrieval(archive));
    BOOST_TEST(counted(expire_jobs(services, {"attic", complete})) == 1);
    BOOST_TEST(!has_job("attic", complete));
    BOOST_TEST(has_job("attic", in_progress));
    BOOST_TEST(counted(expire_jobs(services, {"attic", std::nullopt})) == 1);
    BOOST_TEST(!has_job("attic", in_progress));
    BOOST_TEST(!expire_jobs(services, {"attic", complete}).has_value());
    // The archive is still there.
    BOOST_TEST(try_job("attic", job_parameters::archive_retrieval(archive)).has_value());
}

BOOST_AUTO_TEST_CASE(more_jobs_than_are_read_at_once)
{
    std::string const archive = upload("attic", "content");
    for (int i = 0; i < 1'001; ++i)
        start_job("attic", job_parameters::archive_retrieval(archive));
    auto services = context();
    BOOST_TEST(counted(complete_jobs(services, {})) == 1'001);
    BOOST_TEST(counted(complete_jobs(services, {})) == 0);
}

BOOST_AUTO_TEST_CASE(uploads_expire_at_once)
{
    make_vault("cellar");
    std::string const one = start_upload("attic");
    start_upload("attic");
    start_upload("cellar");
    auto services = context();
    BOOST_TEST(counted(expire_uploads(services, {"attic", one})) == 1);
    BOOST_TEST(uploads_of("attic") == 1U);
    BOOST_TEST(error_text(expire_uploads(services, {"attic", one})) ==
               "404 " + upload_not_found(one).message);
    BOOST_TEST(counted(expire_uploads(services, {})) == 2);
    BOOST_TEST(uploads_of("attic") == 0U);
    BOOST_TEST(uploads_of("cellar") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
