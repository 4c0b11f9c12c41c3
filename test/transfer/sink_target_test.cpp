#include "transfer/sink_target.hpp"

#include "async/transfer_limits.hpp"
#include "support/client_fixture.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

using namespace glacier;
using namespace glacier::test;
using transfer::range_hashes;
using transfer::reserved_buffer;
using transfer::sink_target;

namespace {

constexpr std::uint64_t range_bytes = 10;

/// Keeps what it gets.
class text_sink final : public stream_sink {
public:
    asio::awaitable<void> write(std::span<std::byte const> bytes) override
    {
        BOOST_TEST(!writing_);
        writing_ = true;
        if (held_by)
            co_await held_by->pass();
        text.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
        writing_ = false;
        if (text.size() >= fails_at)
            throw std::runtime_error("the sink is full");
    }

    std::string text;
    std::size_t fails_at = std::string::npos;
    std::shared_ptr<gate> held_by;

private:
    bool writing_ = false;
};

struct sink_fixture : client_fixture {
    static byte_range range_of(std::uint64_t piece)
    {
        return byte_range(piece * range_bytes, (piece + 1) * range_bytes - 1);
    }

    /// What a range that has come does: the bytes of range 2 are `2222222222`.
    asio::awaitable<void> come(std::uint64_t piece)
    {
        std::shared_ptr<reserved_buffer> const buffer = co_await target->reserve(piece, range_of(piece));
        std::fill(buffer->bytes().begin(), buffer->bytes().end(), static_cast<std::byte>('0' + piece));
        range_hashes const hashes{tree_hash()};
        co_await target->accept(piece, range_of(piece), hashes, buffer);
    }

    std::shared_ptr<text_sink> sink = std::make_shared<text_sink>();
    std::shared_ptr<sink_target> target = std::make_shared<sink_target>(sut, sink, std::nullopt);
    std::array<started_operation<void>, 5> ranges;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sink_target_test, sink_fixture)

// Whatever the order in which ranges come, the sink gets them in theirs, and their memory goes.
BOOST_AUTO_TEST_CASE(in_order)
{
    std::array<std::uint64_t, 5> order{0, 1, 2, 3, 4};
    do {
        sink->text.clear();
        target = std::make_shared<sink_target>(sut, sink, std::nullopt);
        std::array<started_operation<void>, 5> all;
        for (std::uint64_t const piece : order)
            start(come(piece), all[piece]);
        run_to_end();
        BOOST_TEST_REQUIRE(sink->text == "00000000001111111111222222222233333333334444444444");
        BOOST_TEST_REQUIRE(sut.limits().memory_reserved() == 0U);
    } while (std::next_permutation(order.begin(), order.end()));
}

// A range that waits keeps its memory and is not written before its turn.
BOOST_AUTO_TEST_CASE(waits_for_its_turn)
{
    start(come(1), ranges[1]);
    context.restart();
    context.poll();
    BOOST_TEST(!ranges[1].ended());
    BOOST_TEST(sink->text.empty());
    BOOST_TEST(sut.limits().memory_reserved() == range_bytes);

    start(come(0), ranges[0]);
    run_to_end();
    BOOST_TEST(sink->text == "00000000001111111111");
}

// A range that is fetched again has its memory already.
BOOST_AUTO_TEST_CASE(memory_stays)
{
    std::shared_ptr<reserved_buffer> const first = run(target->reserve(3, range_of(3)));
    auto const& memory = sut.limits().shared()->memory;
    auto const rest = memory->try_reserve(memory->amount_max() - range_bytes);
    BOOST_TEST(rest.amount() > 0U);
    BOOST_TEST((run(target->reserve(3, range_of(3))) == first));
}

// Only what is wanted is given to the sink, and nothing of a range of which nothing is.
BOOST_AUTO_TEST_CASE(part)
{
    target = std::make_shared<sink_target>(sut, sink, byte_range(18, 33));
    for (std::uint64_t piece = 0; piece < 5; ++piece)
        run(come(piece));
    BOOST_TEST(sink->text == "1122222222223333");
}

// What the sink throws is the error of the range.
BOOST_AUTO_TEST_CASE(sink_fails)
{
    sink->fails_at = 15;
    run(come(0));
    BOOST_CHECK_THROW(run(come(1)), std::runtime_error);
}

// A range that is cancelled while it waits ends at once; so does one that the sink holds up.
BOOST_AUTO_TEST_CASE(cancelled)
{
    sink->held_by = std::make_shared<gate>();
    start(come(0), ranges[0]);
    start(come(1), ranges[1]);
    run_until([&] { return sink->held_by->waiting() == 1; });
    context.poll();
    ranges[1].cancel.emit(asio::cancellation_type::terminal);
    run_until([&] { return ranges[1].ended(); });
    BOOST_TEST(ranges[1].was_aborted());
    ranges[0].cancel.emit(asio::cancellation_type::terminal);
    run_to_end();
    BOOST_TEST(ranges[0].was_aborted());
}

// There is nothing that could be taken up.
BOOST_AUTO_TEST_CASE(nothing_recalled)
{
    BOOST_TEST(!run(target->recall(0, range_of(0), run(target->reserve(0, range_of(0))))).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
