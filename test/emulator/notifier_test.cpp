#include "emulator/notifier.hpp"

#include "connection.hpp"
#include "fixture.hpp"
#include "signed_request.hpp"
#include "webhook_listener.hpp"

#include <glacier/job_notification.hpp>

#include <condition_variable>
#include <map>
#include <set>
#include <vector>

namespace glacier::emulation {

namespace {

std::string const vault_topic = "arn:aws:sns:us-east-1:123456789012:vault";
std::string const job_topic = "arn:aws:sns:us-east-1:123456789012:job";

struct notifier_fixture : service_fixture {
    notifier_fixture()
    {
        options.job_delay = 1h;
        options.webhooks["*"] = listener->url();
        make_vault("attic");
        archive = upload("attic", "content");
    }

    ~notifier_fixture() { stop(); }

    void start()
    {
        time.emplace(clock, 1, *data);
        notifier_options notifying;
        notifying.attempt_limit = limit;
        notifying.on_notification = [this](emulator_notification const& entry) {
            std::lock_guard const lock(mutex);
            log.push_back(entry);
            logged.notify_all();
        };
        running.emplace(service_context{*data, *time, random, options}, *time, clock, std::move(notifying));
    }

    void stop()
    {
        running.reset();
        time.reset();
    }

    /// Of the job's own topic.
    std::string retrieve()
    {
        auto parameters = job_parameters::archive_retrieval(archive);
        parameters.sns_topic = sns_topic(job_topic);
        return start_job("attic", std::move(parameters));
    }

    /// Waits for the entry of that number, from 0.
    emulator_notification entry(std::size_t number)
    {
        std::unique_lock lock(mutex);
        bool const there = logged.wait_for(lock, 10s, [&] { return log.size() > number; });
        BOOST_TEST_REQUIRE(there);
        return log[number];
    }

    std::size_t left() { return data->begin().deliveries_after(0, 1'000).size(); }

    std::optional<webhook_listener> listener{std::in_place};
    std::chrono::milliseconds limit = 10s;
    std::string archive;
    std::mutex mutex;
    std::condition_variable logged;
    std::vector<emulator_notification> log;
    std::optional<virtual_clock> time;
    std::optional<notifier> running;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(notifier_suite, notifier_fixture)

BOOST_AUTO_TEST_CASE(both_topics_are_told_as_sns_does)
{
    {
        auto change = data->begin();
        change.put_notification(change.find_vault("attic")->number,
                                notification_record{vault_topic, "ArchiveRetrievalCompleted"});
        change.commit();
    }
    std::string const job = retrieve();
    start();
    clock.advance(1h);
    std::set<std::string> topics;
    for (int i = 0; i < 2; ++i) {
        auto const request = listener->serve();
        auto const read = parse_job_notification(request.body);
        BOOST_TEST_REQUIRE(read.has_value());
        BOOST_TEST(read->job == job);
        BOOST_TEST(request.head.starts_with("POST /hook HTTP/1.1\r\n"));
        BOOST_TEST(request.head.find("\r\nx-amz-sns-message-type: Notification\r\n") != std::string::npos);
        for (std::string const& topic : {vault_topic, job_topic})
            if (request.head.find("\r\nx-amz-sns-topic-arn: " + topic + "\r\n") != std::string::npos &&
                request.body.find("\"TopicArn\":\"" + topic + "\"") != std::string::npos)
                topics.insert(topic);
    }
    BOOST_TEST(topics.size() == 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        BOOST_TEST(entry(i).status == 200);
        BOOST_TEST(entry(i).attempt == 1U);
        BOOST_TEST(!entry(i).given_up);
    }
    BOOST_TEST(left() == 0U);
}

BOOST_AUTO_TEST_CASE(each_topic_has_a_webhook_of_its_own)
{
    webhook_listener own;
    options.webhooks[job_topic] = own.url();
    retrieve();
    clock.advance(1h);
    start();
    BOOST_TEST(own.serve().body.find(job_topic) != std::string::npos);
    BOOST_TEST(entry(0).topic == job_topic);
}

BOOST_AUTO_TEST_CASE(what_fails_is_sent_again_with_the_same_id)
{
    retrieve();
    clock.advance(1h);
    start();
    auto const first = listener->serve("500 Broken");
    BOOST_TEST(entry(0).status == 500);
    BOOST_TEST(left() == 1U);
    auto const second = listener->serve("302 Elsewhere");
    auto const third = listener->serve();
    BOOST_TEST(first.body == third.body);
    BOOST_TEST(first.head == second.head);
    BOOST_TEST(entry(2).attempt == 3U);
    BOOST_TEST(entry(2).message_id == entry(0).message_id);
    BOOST_TEST(left() == 0U);
}

// Nothing that has been announced is lost, whether it stops or is killed: it is in the store.
BOOST_AUTO_TEST_CASE(a_restart_between_completion_and_delivery)
{
    std::string const job = retrieve();
    auto const port = listener->port();
    listener.reset();
    start();
    clock.advance(1h);
    BOOST_TEST(entry(0).failure == "cannot connect: Connection refused");
    stop();
    reopen();
    BOOST_TEST(left() == 1U);
    BOOST_TEST(data->begin().deliveries_after(0, 1).front().attempts >= 1U);
    listener.emplace(port);
    start();
    BOOST_TEST(parse_job_notification(listener->serve().body)->job == job);
}

BOOST_AUTO_TEST_CASE(a_job_that_ends_while_nothing_runs)
{
    std::string const job = retrieve();
    clock.advance(1h);
    reopen();
    start();
    BOOST_TEST(parse_job_notification(listener->serve().body)->job == job);
}

BOOST_AUTO_TEST_CASE(it_gives_up_in_the_end)
{
    retrieve();
    clock.advance(1h);
    {
        auto services = context();
        sweep(services);
        auto change = data->begin();
        change.set_delivery_attempts(change.deliveries_after(0, 1).front().number, 9);
        change.commit();
    }
    start();
    listener->serve("500 Broken");
    BOOST_TEST(entry(0).attempt == 10U);
    BOOST_TEST(entry(0).given_up);
    BOOST_TEST(left() == 0U);
}

BOOST_AUTO_TEST_CASE(a_topic_whose_webhook_is_gone)
{
    retrieve();
    clock.advance(1h);
    auto services = context();
    sweep(services);
    options.webhooks = {{vault_topic, listener->url()}};
    start();
    BOOST_TEST(entry(0).given_up);
    BOOST_TEST(entry(0).attempt == 0U);
    BOOST_TEST(left() == 0U);
}

// The one that hangs neither holds up the others nor the end.
BOOST_AUTO_TEST_CASE(a_webhook_that_hangs)
{
    webhook_listener hanging;
    options.webhooks[job_topic] = hanging.url();
    for (int i = 0; i < 10; ++i)
        retrieve();
    auto other = job_parameters::archive_retrieval(archive);
    other.sns_topic = sns_topic(vault_topic);
    start_job("attic", std::move(other));
    clock.advance(1h);
    start();
    auto const held = hanging.accept();
    BOOST_TEST(listener->serve().body.find(vault_topic) != std::string::npos);
    auto const begin = std::chrono::steady_clock::now();
    running->stop();
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));
    stop();
    reopen();
    BOOST_TEST(left() >= 10U);
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_in_the_log)
{
    start();
    database(directory.path() / "index.sqlite").execute("DROP TABLE delivery");
    BOOST_TEST(entry(0).topic == "");
    BOOST_TEST(entry(0).failure.find("delivery") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

// Over HTTP, with the whole emulator around it.
BOOST_FIXTURE_TEST_CASE(an_emulator_notifies, temporary_directory)
{
    webhook_listener listener;
    emulator_options options(path());
    options.job_delay = 0ms;
    options.webhooks[job_topic] = listener.url();
    emulator const service(options);
    connection client(service.port());
    auto const answer_to = [&client](protocol::http_request request) {
        client.send(to_wire(sign(std::move(request), base::system_clock().now())));
        return client.receive();
    };
    using protocol::http_method;
    answer_to(make_request(http_method::put, "/-/vaults/attic"));
    auto const uploaded = answer_to(make_upload(http_method::post, "/-/vaults/attic/archives", "content"));
    auto initiate = make_request(http_method::post, "/-/vaults/attic/jobs");
    initiate.body = R"({"Type":"archive-retrieval","ArchiveId":")" +
                    std::string(uploaded.headers.get("x-amz-archive-id")) + R"(","SNSTopic":")" + job_topic +
                    R"("})";
    auto const started = answer_to(initiate);
    auto const read = parse_job_notification(listener.serve().body);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->job == started.headers.get("x-amz-job-id"));
    BOOST_TEST((read->status == job_status::succeeded));
}

} // namespace glacier::emulation
