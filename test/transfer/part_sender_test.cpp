#include "transfer/part_sender.hpp"

#include "crypto/sha256.hpp"
#include "support/printing.hpp"
#include "transfer/upload_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

struct sender_fixture : upload_fixture {
    sender_fixture()
    {
        initiate_multipart_upload_request request(photos, part_size(mib));
        sender.set_upload(run(sut.initiate_multipart_upload(std::move(request))).upload);
        hashes.content_sha256 = crypto::sha256_of(bytes);
        hashes.tree_hash = reference_tree_hash(bytes);
    }

    asio::awaitable<void> send(bool again = false)
    {
        return sender.send(body(std::make_shared<counting_source>(bytes)), byte_range(0, bytes.size() - 1),
                           hashes, again);
    }

    std::size_t in_flight_max() const { return sut.limits().shared()->pace.in_flight_max(1'000); }

    std::string bytes = some_bytes(mib);
    body_hashes hashes;
    transfer::transfer_report events{nullptr, transfer_direction::upload, 0};
    transfer::part_sender sender{sut, photos, 1'000, events};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(part_sender_test, sender_fixture)

// The part arrives with the hashes that were given, and memory for one block was reserved meanwhile.
BOOST_AUTO_TEST_CASE(arrives)
{
    run(send());
    auto const sent = service->requests(operation::upload_multipart_part);
    BOOST_TEST_REQUIRE(sent.size() == 1U);
    BOOST_TEST((sent[0].content == bytes));
    BOOST_TEST(sent[0].message.headers.get("x-amz-content-sha256") == hashes.content_sha256.hex());
    BOOST_TEST(memory().reserved_most() == 256U * 1'024U);
    BOOST_TEST(memory().reserved() == 0U);
}

// A small body needs no more room than it has bytes, and one in memory none.
BOOST_AUTO_TEST_CASE(room)
{
    body const small(std::make_shared<counting_source>("12345"));
    BOOST_TEST(run(transfer::reserve_for_sending(sut, small)).memory.amount() == 5U);
    BOOST_TEST(run(transfer::reserve_for_sending(sut, body(bytes))).memory.amount() == 0U);
}

// Throttling, time-outs and failures inside the service slow all transfers down, once for what has one cause.
BOOST_DATA_TEST_CASE(trouble, boost::unit_test::data::xrange(5))
{
    fault const faults[] = {error_answer(service_errc::throttling),
                            error_answer(service_errc::request_timeout),
                            error_answer(service_errc::service_unavailable), gateway_answer(503),
                            not_connected(make_error_code(errc::response_timeout))};
    service->on(operation::upload_multipart_part, 1, faults[sample]);
    service->on(operation::upload_multipart_part, 2, faults[sample]);
    run(send());
    BOOST_TEST(in_flight_max() == 500U);
}

// So does a part that does not arrive within the time of the whole operation.
BOOST_AUTO_TEST_CASE(deadline)
{
    auto const clockwork = std::make_shared<manual_time>();
    time = clockwork;
    client_config config = default_config();
    config.timeouts.operation = std::chrono::seconds(5);
    client const hasty = make_client(std::move(config));
    transfer::part_sender slow(hasty, photos, 1'000, events);
    slow.set_upload(sender.upload());
    auto const held_by = std::make_shared<gate>();
    service->on(operation::upload_multipart_part, 1, held(held_by));
    started_operation<void> sending;
    start(slow.send(body(bytes), byte_range(0, bytes.size() - 1), hashes, false), sending);
    run_until([&] { return held_by->waiting() == 1; });
    clockwork->pass(context, std::chrono::seconds(5));
    run_until([&] { return sending.ended(); });
    BOOST_TEST((sending.code() == errc::operation_timeout));
    BOOST_TEST(hasty.limits().shared()->pace.in_flight_max(1'000) == 500U);
}

// What was sent at the first attempt makes it faster again; what was not does not.
BOOST_AUTO_TEST_CASE(recovery)
{
    auto& pace = sut.limits().shared()->pace;
    pace.on_trouble(pace.generation());
    run(send(true));
    BOOST_TEST(in_flight_max() == 500U);
    service->on(operation::upload_multipart_part, 2, lost_answer());
    run(send());
    BOOST_TEST(in_flight_max() == 500U);
    run(send());
    BOOST_TEST(in_flight_max() > 500U);
}

BOOST_AUTO_TEST_SUITE_END()
