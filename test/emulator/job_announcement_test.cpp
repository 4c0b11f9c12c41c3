#include "emulator/job_announcement.hpp"

#include "fixture.hpp"

#include <glacier/job_notification.hpp>

#include <vector>

namespace glacier::emulation {

namespace {

std::string const vault_topic = "arn:aws:sns:us-east-1:123456789012:vault";
std::string const job_topic = "arn:aws:sns:us-east-1:123456789012:job";

struct announcement_fixture : service_fixture {
    announcement_fixture()
    {
        options.job_delay = 1h;
        options.inventory_period = 0ms;
        options.webhooks["*"] = "http://localhost:1/";
        make_vault("attic");
        archive = upload("attic", "content");
    }

    void configure(std::string const& events)
    {
        auto change = data->begin();
        change.put_notification(change.find_vault("attic")->number, notification_record{vault_topic, events});
        change.commit();
    }

    std::string start(job_parameters parameters, bool with_topic)
    {
        if (with_topic)
            parameters.sns_topic = sns_topic(job_topic);
        return start_job("attic", std::move(parameters));
    }

    void announce()
    {
        auto services = context();
        auto change = data->begin();
        announce_ended_jobs(services, change);
        change.commit();
    }

    std::vector<delivery_record> deliveries() { return data->begin().deliveries_after(0, 1'000); }

    std::vector<std::string> topics()
    {
        announce();
        std::vector<std::string> found;
        for (delivery_record const& each : deliveries())
            found.push_back(each.topic);
        return found;
    }

    std::string archive;
};

using texts = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(job_announcement_suite, announcement_fixture)

BOOST_AUTO_TEST_CASE(a_job_is_announced_once_when_it_has_ended)
{
    configure("ArchiveRetrievalCompleted");
    std::string const job = start(job_parameters::archive_retrieval(archive), true);
    clock.advance(1h - 1ms);
    BOOST_TEST(topics().empty());
    clock.advance(1ms);
    BOOST_TEST(topics() == (texts{vault_topic, job_topic}), boost::test_tools::per_element());
    announce();
    reopen();
    announce();
    auto const found = deliveries();
    BOOST_TEST_REQUIRE(found.size() == 2U);
    BOOST_TEST(found[0].message_id.size() == 36U);
    BOOST_TEST(found[0].message_id != found[1].message_id);
    BOOST_TEST((found[0].created == clock.now()));

    // The message is what DescribeJob answers.
    auto services = context();
    auto const described = describe_job(services, describe_job_request("attic", job));
    BOOST_TEST(found[0].message == protocol::answer<describe_job_request>(*described).body);
    auto const read = parse_job_notification(found[0].message);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->job == job);
    BOOST_TEST((read->status == job_status::succeeded));
}

BOOST_AUTO_TEST_CASE(the_vaults_topic_hears_only_of_the_events_it_wants)
{
    configure("InventoryRetrievalCompleted");
    start(job_parameters::archive_retrieval(archive), false);
    clock.advance(1h);
    BOOST_TEST(topics().empty());
    start(job_parameters::inventory_retrieval(), false);
    clock.advance(1h);
    BOOST_TEST(topics() == texts{vault_topic}, boost::test_tools::per_element());
    configure("InventoryRetrievalCompleted,ArchiveRetrievalCompleted");
    start(job_parameters::archive_retrieval(archive), false);
    clock.advance(1h);
    BOOST_TEST(topics() == (texts{vault_topic, vault_topic}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_job_that_fails_is_announced_too)
{
    start(job_parameters::archive_retrieval(archive), true);
    remove("attic", archive);
    clock.advance(1h);
    BOOST_TEST(topics() == texts{job_topic}, boost::test_tools::per_element());
    BOOST_TEST((parse_job_notification(deliveries()[0].message)->status == job_status::failed));
}

BOOST_AUTO_TEST_CASE(a_topic_without_a_webhook_gets_nothing)
{
    options.webhooks = {{vault_topic, "http://localhost:1/"}};
    configure("ArchiveRetrievalCompleted");
    start(job_parameters::archive_retrieval(archive), true);
    clock.advance(1h);
    BOOST_TEST(topics() == texts{vault_topic}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_webhooks_jobs_wait_for_a_start_with_some)
{
    auto const webhooks = std::exchange(options.webhooks, {});
    start(job_parameters::archive_retrieval(archive), true);
    clock.advance(1h);
    BOOST_TEST(topics().empty());
    options.webhooks = webhooks;
    BOOST_TEST(topics() == texts{job_topic}, boost::test_tools::per_element());
}

// Time may have passed quickly, or while nothing ran.
BOOST_AUTO_TEST_CASE(a_job_does_not_go_before_it_is_announced)
{
    start(job_parameters::archive_retrieval(archive), true);
    clock.advance(100h);
    auto services = context();
    sweep(services);
    BOOST_TEST(deliveries().size() == 1U);
    auto view = data->begin();
    BOOST_TEST(view.jobs_after(view.find_vault("attic")->number, 0, 10).empty());
}

BOOST_AUTO_TEST_CASE(a_vault_does_not_go_before_its_jobs_are_announced)
{
    start(job_parameters::inventory_retrieval(), true);
    remove("attic", archive);
    clock.advance(1h);
    auto services = context();
    BOOST_TEST_REQUIRE(delete_vault(services, delete_vault_request("attic")).has_value());
    BOOST_TEST(deliveries().size() == 1U);
}

BOOST_AUTO_TEST_CASE(more_jobs_than_are_read_at_once)
{
    options.job_delay = 0ms;
    for (int i = 0; i < 250; ++i)
        start(job_parameters::archive_retrieval(archive), true);
    announce();
    BOOST_TEST(deliveries().size() == 250U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
