#include "emulator/virtual_clock.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(virtual_clock_suite, service_fixture)

BOOST_AUTO_TEST_CASE(time_runs_faster_by_the_scale)
{
    virtual_clock const time(clock, 3600, *data);
    timestamp const begin = time.now();
    BOOST_TEST((begin == clock.now()));
    clock.advance(2s);
    BOOST_TEST((time.now() == begin + 2h));
}

BOOST_AUTO_TEST_CASE(at_scale_one_it_is_the_wall_clock_over_restarts)
{
    for (int start = 0; start < 3; ++start) {
        virtual_clock time(clock, 1, *data);
        clock.advance(10s);
        time.renew();
        BOOST_TEST((time.now() == clock.now()));
        reopen();
    }
}

BOOST_AUTO_TEST_CASE(it_never_goes_back_when_the_wall_clock_does)
{
    virtual_clock const time(clock, 1, *data);
    timestamp const begin = time.now();
    clock.advance(-1h);
    BOOST_TEST((time.now() == begin));
}

// A kill leaves only what renew() has written ahead.
BOOST_AUTO_TEST_CASE(it_never_goes_back_over_a_kill)
{
    timestamp latest;
    for (double const scale : {1e6, 3600.0, 1.0, 50.0, 1.0}) {
        virtual_clock time(clock, scale, *data);
        BOOST_TEST((time.now() >= latest));
        for (int request = 0; request < 20; ++request) {
            clock.advance(300ms);
            time.renew();
            latest = time.now();
        }
        reopen();
    }
}

BOOST_AUTO_TEST_CASE(a_clean_stop_goes_on_where_it_was)
{
    timestamp reached;
    {
        virtual_clock time(clock, 1000, *data);
        clock.advance(10s);
        time.renew();
        reached = time.now();
        time.save();
    }
    reopen();
    virtual_clock const time(clock, 1000, *data);
    BOOST_TEST((time.now() == reached));
}

// At any scale, what was acknowledged is not taken back by a kill.
BOOST_AUTO_TEST_CASE(a_step_survives_a_kill)
{
    for (double const scale : {1.0, 3600.0}) {
        timestamp reached;
        {
            virtual_clock time(clock, scale, *data);
            time.advance(4h);
            reached = time.now();
        }
        reopen();
        virtual_clock const time(clock, scale, *data);
        BOOST_TEST((time.now() >= reached));
    }
}

BOOST_AUTO_TEST_CASE(it_can_be_set_forward_only)
{
    virtual_clock time(clock, 2, *data);
    timestamp const begin = time.now();
    BOOST_TEST(time.set(begin + 1h));
    clock.advance(1s);
    BOOST_TEST((time.now() == begin + 1h + 2s));
    BOOST_TEST(!time.set(begin));
    BOOST_TEST((time.now() == begin + 1h + 2s));
}

BOOST_AUTO_TEST_CASE(another_scale_goes_on_from_the_same_moment)
{
    timestamp reached;
    {
        virtual_clock time(clock, 1, *data);
        timestamp const begin = time.now();
        time.set_scale(60);
        BOOST_TEST((time.now() == begin));
        clock.advance(1s);
        BOOST_TEST((time.now() == begin + 60s));
        time.set_scale(1);
        clock.advance(1s);
        BOOST_TEST((time.now() == begin + 61s));
        time.set_scale(1000);
        clock.advance(2s);
        time.renew();
        reached = time.now();
    }
    reopen();
    virtual_clock const time(clock, 1, *data);
    BOOST_TEST((time.now() >= reached));
}

BOOST_AUTO_TEST_CASE(the_next_moment_lies_between_before_and_after)
{
    virtual_clock time(clock, 1, *data);
    timestamp const before = time.now();
    timestamp const moment = time.next_moment();
    BOOST_TEST((before < moment));
    BOOST_TEST((time.now() >= moment));
    BOOST_TEST((time.next_moment() > moment));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
