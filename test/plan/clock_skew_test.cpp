#include "plan/clock_skew.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <initializer_list>
#include <thread>

namespace glacier::plan {
namespace {

using namespace std::chrono_literals;

// 2026-02-03T04:05:06Z, by this machine's clock.
timestamp const here{1'770'091'506s};

/// A request that was sent at `here` with an offset and refused after 100 ms by a service whose clock is ahead.
refused_time refused(std::chrono::seconds offset_used, std::chrono::seconds service_is_ahead,
                     bool repeated = false)
{
    refused_time made;
    made.offset_used = offset_used;
    made.sent = here;
    made.answered = here + 100ms;
    made.service_time = here + service_is_ahead;
    made.repeated = repeated;
    return made;
}

/// Learns an offset.
void learn(clock_skew& sut, std::chrono::seconds offset)
{
    BOOST_TEST_REQUIRE(sut.on_refused(refused(sut.offset(), offset)).repeat);
    BOOST_TEST_REQUIRE((sut.offset() <= offset && sut.offset() >= offset - 1s));
}

BOOST_AUTO_TEST_SUITE(clock_skew_test)

// The time of a signature was refused, not the signature.
BOOST_AUTO_TEST_CASE(which_answers_refuse_the_time)
{
    for (char const* const code : {"InvalidSignatureException", "SignatureDoesNotMatch"}) {
        BOOST_TEST(refuses_the_time(code, "Signature expired: 20260203T035000Z is now earlier than ..."));
        BOOST_TEST(
            refuses_the_time(code, "Signature not yet current: 20260203T042000Z is still later than ..."));
        BOOST_TEST(!refuses_the_time(code,
                                     "The request signature we calculated does not match the signature you "
                                     "provided. Signature expired"));
        BOOST_TEST(!refuses_the_time(code, ""));
    }
    for (char const* const code : {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"})
        BOOST_TEST(refuses_the_time(code, ""));
    for (char const* const code :
         {"", "AccessDeniedException", "ExpiredTokenException", "RequestTimeoutException"})
        BOOST_TEST(!refuses_the_time(code, "Signature expired: ..."));
}

// A clock that is behind or ahead is corrected, and another request is worth it.
BOOST_AUTO_TEST_CASE(learns)
{
    for (std::chrono::seconds const skew : {420s, -420s, 301s, -301s, 86'400s, -86'400s}) {
        clock_skew sut;
        auto const decided = sut.on_refused(refused(0s, skew));
        BOOST_TEST(decided.repeat);
        BOOST_TEST(decided.changed);
        // The answer's date is a whole second, and the middle of 100 ms lies before it.
        BOOST_TEST((sut.offset() == skew - 1s));
    }
}

// The date of the answer lies between sending and receiving, so half of what an exchange took is taken off.
BOOST_AUTO_TEST_CASE(middle_of_the_exchange)
{
    clock_skew sut;
    refused_time slow = refused(0s, 1'000s);
    slow.answered = slow.sent + 60s;
    BOOST_TEST(sut.on_refused(slow).repeat);
    BOOST_TEST((sut.offset() == 970s));
}

// A body that took an hour explains an expired signature by itself: the clocks agree.
BOOST_AUTO_TEST_CASE(a_long_exchange_is_no_skew)
{
    clock_skew sut;
    refused_time slow = refused(0s, 3'600s);
    slow.answered = slow.sent + 1h;
    auto const decided = sut.on_refused(slow);
    BOOST_TEST(!decided.repeat);
    BOOST_TEST(!decided.changed);
    BOOST_TEST((sut.offset() == 0s));
}

// Without a date, with one that agrees with the signature, or with an absurd one, there is nothing to learn.
BOOST_AUTO_TEST_CASE(nothing_to_learn)
{
    refused_time dateless = refused(0s, 420s);
    dateless.service_time.reset();
    refused_time absurd_past = refused(0s, 0s);
    absurd_past.service_time = timestamp(0s);
    refused_time absurd_future = refused(0s, 0s);
    absurd_future.service_time = timestamp(253'402'300'799s);
    refused_time backwards = refused(0s, 420s);
    backwards.answered = backwards.sent - 1s;
    for (refused_time const& each : {dateless, absurd_past, absurd_future, backwards, refused(0s, 0s),
                                     refused(0s, 239s), refused(0s, -239s)}) {
        clock_skew sut;
        auto const decided = sut.on_refused(each);
        BOOST_TEST(!decided.repeat);
        BOOST_TEST(!decided.changed);
        BOOST_TEST((sut.offset() == 0s));
    }
}

// The corrected request was refused too: the correction is forgotten, and there is no third request.
BOOST_AUTO_TEST_CASE(unlearns_what_did_not_help)
{
    clock_skew sut;
    learn(sut, 3'600s);
    auto const decided = sut.on_refused(refused(sut.offset(), 3'600s + 3'600s, true));
    BOOST_TEST(!decided.repeat);
    BOOST_TEST(decided.changed);
    BOOST_TEST((sut.offset() == 0s));

    // Once more: there is nothing left to forget.
    auto const again = sut.on_refused(refused(0s, 3'600s, true));
    BOOST_TEST(!again.repeat);
    BOOST_TEST(!again.changed);
}

// This machine's clock was put right: the offset goes, with one more request.
BOOST_AUTO_TEST_CASE(clock_put_right)
{
    for (std::chrono::seconds const left_over : {0s, 100s, -100s, 239s}) {
        clock_skew sut;
        learn(sut, 3'600s);
        auto const decided = sut.on_refused(refused(sut.offset(), left_over));
        BOOST_TEST(decided.repeat);
        BOOST_TEST(decided.changed);
        BOOST_TEST((sut.offset() == 0s));
    }
}

// It was moved to another wrong time: the offset is learned anew.
BOOST_AUTO_TEST_CASE(clock_moved_elsewhere)
{
    clock_skew sut;
    learn(sut, 3'600s);
    auto const decided = sut.on_refused(refused(sut.offset(), -7'200s));
    BOOST_TEST(decided.repeat);
    BOOST_TEST((sut.offset() == -7'201s));
}

// An offset that is refused without a date to learn from is worth less than none.
BOOST_AUTO_TEST_CASE(refused_offset_without_a_date)
{
    clock_skew sut;
    learn(sut, 3'600s);
    refused_time dateless = refused(sut.offset(), 0s);
    dateless.service_time.reset();
    auto const decided = sut.on_refused(dateless);
    BOOST_TEST(decided.repeat);
    BOOST_TEST(decided.changed);
    BOOST_TEST((sut.offset() == 0s));
}

// Of many operations that are refused at once, the first learns, and the others only repeat.
BOOST_AUTO_TEST_CASE(others_have_learned_meanwhile)
{
    clock_skew sut;
    learn(sut, 3'600s);
    auto const offset = sut.offset();
    auto const decided = sut.on_refused(refused(0s, 3'600s));
    BOOST_TEST(decided.repeat);
    BOOST_TEST(!decided.changed);
    BOOST_TEST((sut.offset() == offset));

    // What one has learned is not forgotten because another fails with what was before.
    auto const late = sut.on_refused(refused(0s, 3'600s, true));
    BOOST_TEST(!late.repeat);
    BOOST_TEST(!late.changed);
    BOOST_TEST((sut.offset() == offset));
}

// Threads read and learn at once.
BOOST_AUTO_TEST_CASE(safe_in_threads)
{
    clock_skew sut;
    auto const work = [&sut] {
        for (int i = 0; i < 10'000; ++i) {
            auto const used = sut.offset();
            sut.on_refused(refused(used, i % 2 == 0 ? 3'600s : 0s, i % 7 == 0));
        }
    };
    std::thread first(work);
    std::thread second(work);
    first.join();
    second.join();
    BOOST_TEST((sut.offset() == 0s || sut.offset() == 3'599s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::plan
