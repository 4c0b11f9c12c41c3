#include "transfer/reserved_buffer.hpp"

#include "support/manual_time.hpp"
#include "support/run.hpp"
#include "support/started.hpp"

#include <glacier/error.hpp>

#include <boost/asio/io_context.hpp>

using namespace glacier;
using namespace glacier::test;
using async::budget;
using transfer::reserve_buffer;
using transfer::reserved_buffer;

BOOST_AUTO_TEST_SUITE(reserved_buffer_test)

// The memory is reserved as long as it is there.
BOOST_AUTO_TEST_CASE(reserved)
{
    auto const memory = std::make_shared<budget>(100);
    std::shared_ptr<reserved_buffer> buffer = run(reserve_buffer(memory, 60));

    BOOST_TEST(buffer->bytes().size() == 60U);
    BOOST_TEST(memory->reserved() == 60U);
    buffer.reset();
    BOOST_TEST(memory->reserved() == 0U);
}

// Where there is no room it waits; what could never be had is refused.
BOOST_AUTO_TEST_CASE(waits_for_room)
{
    asio::io_context context;
    auto const memory = std::make_shared<budget>(100);
    std::shared_ptr<reserved_buffer> first = run(context, reserve_buffer(memory, 60));
    started<std::shared_ptr<reserved_buffer>> second(context.get_executor(), reserve_buffer(memory, 50));
    manual_time::settle(context);
    BOOST_TEST(!second.ended());

    first.reset();
    manual_time::settle(context);
    BOOST_TEST(second.get()->bytes().size() == 50U);
    BOOST_CHECK_EXCEPTION(
        run(reserve_buffer(memory, 101)), operation_error,
        [](operation_error const& error) { return error.code() == errc::memory_limit_too_low; });
}

BOOST_AUTO_TEST_SUITE_END()
