#include "transfer/body_parts.hpp"

#include "async/offload.hpp"
#include "support/run.hpp"
#include "transfer/upload_fixture.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <thread>
#include <vector>

using namespace glacier;
using namespace glacier::test;
using transfer::body_parts;

BOOST_AUTO_TEST_SUITE(body_parts_test)

// A part is a slice, as often as it is asked for, until it is let go, which its source is told elsewhere.
BOOST_AUTO_TEST_CASE(slices)
{
    asio::thread_pool threads(1);
    auto const source = std::make_shared<counting_source>("0123456789");
    body_parts parts(body(source), threads.get_executor(), nullptr);

    for (int i = 0; i < 2; ++i) {
        std::string bytes(4, '\0');
        body const part = parts.part(1, byte_range(3, 6));
        BOOST_TEST(part.size() == 4U);
        part.source()->read(0, std::as_writable_bytes(std::span(bytes)));
        BOOST_TEST(bytes == "3456");
    }
    run(parts.let_go(1, byte_range(3, 6)));
    BOOST_TEST(source->bytes_released == 4U);
    BOOST_TEST(parts.has_ended());
    BOOST_TEST(run(parts.read()) == 0U);
}

// The check runs where it may block, and what it throws comes through.
BOOST_AUTO_TEST_CASE(check)
{
    asio::thread_pool threads(1);
    std::thread::id inside;
    body_parts parts(body("bytes"), threads.get_executor(), [&inside] {
        inside = std::this_thread::get_id();
        throw std::runtime_error("changed");
    });
    BOOST_CHECK_THROW(run(parts.check()), std::runtime_error);
    BOOST_TEST((inside != std::this_thread::get_id()));

    body_parts without(body("bytes"), threads.get_executor(), nullptr);
    run(without.check());
}

// One thread at a time reads, whoever asks.
BOOST_AUTO_TEST_CASE(readers_take_turns)
{
    auto const source = std::make_shared<counting_source>(some_bytes(mib));
    body const guarded = transfer::one_at_a_time(body(source));
    BOOST_TEST(guarded.size() == mib);
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i)
        readers.emplace_back([&guarded] {
            std::vector<std::byte> room(mib);
            for (int round = 0; round < 20; ++round) {
                guarded.source()->read(0, room);
                guarded.source()->release(0, 1);
            }
        });
    for (std::thread& each : readers)
        each.join();
    BOOST_TEST(source->most_readers == 1);
    BOOST_TEST(source->bytes_read == 80 * mib);
    BOOST_TEST(source->bytes_released == 80U);
}

// What lies in memory stays there.
BOOST_AUTO_TEST_CASE(memory_stays_in_place)
{
    std::string const bytes = "bytes";
    body const guarded = transfer::one_at_a_time(body::view(as_bytes(bytes)));
    BOOST_TEST((guarded.source()->in_memory()->data() == as_bytes(bytes).data()));
    BOOST_TEST(!transfer::one_at_a_time(body()).source());
}

BOOST_AUTO_TEST_SUITE_END()
