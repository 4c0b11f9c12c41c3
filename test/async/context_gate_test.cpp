#include "async/context_gate.hpp"

#include "support/last_words.hpp"
#include "support/started.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>

namespace glacier::async {
namespace {

asio::awaitable<void> hold(test::counted /*in_the_frame*/)
{
    co_return;
}

BOOST_AUTO_TEST_SUITE(context_gate_test)

// A context has one, whichever of its executors is asked.
BOOST_AUTO_TEST_CASE(one_of_a_context)
{
    asio::io_context first;
    asio::io_context second;
    auto const gate = context_gate::of(first.get_executor());
    BOOST_TEST((gate == context_gate::of(asio::make_strand(first))));
    BOOST_TEST((gate != context_gate::of(second.get_executor())));
}

// What passes is called at once, until the context is gone.
BOOST_AUTO_TEST_CASE(closed_when_the_context_goes)
{
    std::optional<asio::io_context> context(std::in_place);
    auto const gate = context_gate::of(context->get_executor());
    int calls = 0;
    BOOST_TEST(gate->pass([&calls] { ++calls; }));
    BOOST_TEST(calls == 1);
    context.reset();
    BOOST_TEST(!gate->pass([&calls] { ++calls; }));
    BOOST_TEST(calls == 1);
}

// It closes while the strands still keep what is posted to them, also if the first of them was made later.
BOOST_AUTO_TEST_CASE(closed_before_the_strands_end)
{
    int alive = 0;
    int alive_when_closed = -1;
    {
        asio::io_context context;
        // Older than the gate, so it speaks when that is closed.
        auto& after = asio::use_service<test::last_words>(context);
        auto const gate = context_gate::of(context.get_executor());
        after.say = [&] { BOOST_TEST(!gate->pass([] {})); };
        asio::co_spawn(asio::make_strand(context), hold(test::counted(alive)), asio::detached);
    }
    BOOST_TEST(alive == 0);
    {
        asio::io_context context;
        auto const gate = context_gate::of(context.get_executor());
        // Younger than the gate: it is open, and the strand has what it was given.
        auto& before = asio::use_service<test::last_words>(context);
        before.say = [&] { BOOST_TEST(gate->pass([&] { alive_when_closed = alive; })); };
        asio::co_spawn(asio::make_strand(context), hold(test::counted(alive)), asio::detached);
    }
    BOOST_TEST(alive_when_closed == 1);
    BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::async
