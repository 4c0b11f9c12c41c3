#include "transfer/range_download.hpp"

#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/manual_time.hpp"
#include "support/printing.hpp"

#include <boost/asio/strand.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;
using transfer::archive_output;
using transfer::range_download;
using transfer::range_hashes;
using transfer::range_target;
using transfer::reserved_buffer;

namespace {

constexpr std::uint64_t mib = 1'048'576;

/// Keeps all ranges in memory.
class text_target final : public range_target {
public:
    text_target(std::shared_ptr<async::budget> memory, std::size_t size)
        : text(size, '.'), memory_(std::move(memory))
    {}

    asio::awaitable<std::shared_ptr<reserved_buffer>> reserve(std::uint64_t /*piece*/,
                                                              byte_range range) override
    {
        return transfer::reserve_buffer(memory_, static_cast<std::size_t>(range.size()));
    }

    asio::awaitable<std::optional<tree_hash>> recall(std::uint64_t piece, byte_range /*range*/,
                                                     std::shared_ptr<reserved_buffer> /*buffer*/) override
    {
        ++recalls;
        if (auto const found = known.find(piece); found != known.end())
            co_return found->second;
        co_return std::nullopt;
    }

    asio::awaitable<void> accept(std::uint64_t piece, byte_range range, range_hashes /*hashes*/,
                                 std::shared_ptr<reserved_buffer> buffer) override
    {
        if (piece == refuses)
            throw boost::system::system_error(make_error_code(boost::system::errc::connection_reset));
        std::memcpy(text.data() + range.first(), buffer->bytes().data(), buffer->bytes().size());
        co_return;
    }

    void trim() noexcept override { ++trims; }

    std::string text;
    std::map<std::uint64_t, tree_hash> known;
    std::optional<std::uint64_t> refuses;
    int recalls = 0;
    int trims = 0;

private:
    std::shared_ptr<async::budget> memory_;
};

struct range_download_fixture : client_fixture {
    range_download_fixture() { use(default_config()); }

    void use(client_config config)
    {
        time = manual;
        config.observer = events.make_observer();
        sut = make_client(std::move(config));
    }

    /// Ranges of 1 MiB.
    std::shared_ptr<range_download> make(std::uint64_t bytes, std::size_t concurrency = 4)
    {
        content = some_bytes(bytes);
        archive_output const output = run(transfer::describe_output(
            sut, photos, service->add_job("photos", service->add_archive("photos", content))));
        target = std::make_shared<text_target>(sut.limits().shared()->memory, content.size());
        download_settings common;
        common.concurrency = concurrency;
        common.on_progress = [this](transfer_progress const& told) { progress = told; };
        range_download::settings const asked(common, part_size(mib));
        return std::make_shared<range_download>(sut, output, asked, target,
                                                asio::make_strand(context.get_executor()));
    }

    static asio::awaitable<download_result> run_kept(std::shared_ptr<range_download> download)
    {
        co_return co_await download->run();
    }

    download_result fetch(std::shared_ptr<range_download> download)
    {
        return run(run_kept(std::move(download)));
    }

    /// Lets it run as far as it comes without time passing.
    void begin(std::shared_ptr<range_download> download)
    {
        start(run_kept(std::move(download)), running);
        manual->settle(context);
        settle_threads();
    }

    /// Blocks are hashed on threads, whose time is not ours.
    void settle_threads()
    {
        for (int quiet = 0; quiet < 200 && !running.ended(); ++quiet) {
            context.restart();
            if (context.run_for(std::chrono::milliseconds(1)) > 0)
                quiet = 0;
        }
    }

    void pass(std::chrono::milliseconds duration)
    {
        manual->pass(context, duration);
        settle_threads();
    }

    /// What happens to the n-th request of a range of which each is counted.
    void damage(std::uint64_t piece, int times)
    {
        auto const left = std::make_shared<int>(times);
        std::string const first = "bytes=" + std::to_string(piece * mib) + "-";
        service->when(
            [first, left](recorded_request const& request) {
                return request.id == operation::get_job_output &&
                       request.message.headers.get("range").starts_with(first) && (*left)-- > 0;
            },
            damaged_output(5));
    }

    std::shared_ptr<manual_time> manual = std::make_shared<manual_time>();
    event_log events;
    std::string content;
    std::shared_ptr<text_target> target;
    std::optional<transfer_progress> progress;
    started_operation<download_result> running;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(range_download_test, range_download_fixture)

// All ranges come, and the hash is that of the whole.
BOOST_AUTO_TEST_CASE(whole)
{
    download_result const result = fetch(make(5 * mib + 3));

    BOOST_TEST((target->text == content));
    BOOST_TEST(result.bytes == content.size());
    BOOST_TEST(result.ranges == 6U);
    BOOST_TEST(result.ranges_resumed == 0U);
    BOOST_TEST(result.repetitions == 0U);
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(content).hex());
    BOOST_TEST(target->trims > 0);
}

// What the target knows is not fetched; of it no range is told, but progress is.
BOOST_AUTO_TEST_CASE(recalled)
{
    auto const download = make(4 * mib);
    target->known.emplace(2, reference_tree_hash(std::string_view(content).substr(2 * mib, mib)));

    download_result const result = fetch(download);

    BOOST_TEST(result.ranges_resumed == 1U);
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(content).hex());
    BOOST_TEST(service->count(operation::get_job_output) == 3U);
    BOOST_TEST(events.lines("transfer_part_ended").size() == 3U);
    BOOST_TEST_REQUIRE(progress.has_value());
    BOOST_TEST(progress->parts_resumed == 1U);
    BOOST_TEST(progress->bytes_resumed == mib);
    BOOST_TEST(progress->bytes_done == 4 * mib);
}

// A range that came damaged is fetched again after a second, then after two; all of it is counted and told.
BOOST_AUTO_TEST_CASE(waits_before_repetition)
{
    damage(1, 2);
    begin(make(3 * mib));
    BOOST_TEST(service->count(operation::get_job_output) == 3U);
    BOOST_TEST(progress->parts_done == 2U);

    pass(std::chrono::milliseconds(999));
    BOOST_TEST(service->count(operation::get_job_output) == 3U);
    pass(std::chrono::milliseconds(1));
    BOOST_TEST(service->count(operation::get_job_output) == 4U);
    pass(std::chrono::milliseconds(1'999));
    BOOST_TEST(service->count(operation::get_job_output) == 4U);
    pass(std::chrono::milliseconds(1));
    run_until([&] { return running.ended(); });

    BOOST_TEST(!running.error);
    BOOST_TEST((target->text == content));
    BOOST_TEST(running.value->repetitions == 2U);
    BOOST_TEST(progress->repetitions == 2U);
    BOOST_TEST(target->recalls == 3);
    auto const told = events.lines("transfer_part_repeated");
    BOOST_TEST_REQUIRE(told.size() == 2U);
    BOOST_TEST(told[0].find("offset=1048576") != std::string::npos, told[0]);
    BOOST_TEST(told[0].find("attempt=1") != std::string::npos, told[0]);
    BOOST_TEST(told[1].find("attempt=2") != std::string::npos, told[1]);
    BOOST_TEST(events.lines("transfer_part_ended").size() == 3U);
}

// A repetition that is due sooner than the one that is waited for comes sooner.
BOOST_AUTO_TEST_CASE(earlier_repetition)
{
    damage(0, 3);
    damage(1, 1);
    auto const held_by = std::make_shared<gate>();
    auto const calls = std::make_shared<int>(0);
    service->when(
        [calls](recorded_request const& request) {
            return request.message.headers.get("range").starts_with("bytes=2097152-") && ++*calls == 1;
        },
        [&] {
            fault made = cut_output(0);
            made.output_held_by = held_by;
            return made;
        }());
    begin(make(3 * mib));
    pass(std::chrono::seconds(1));
    // Range 0 has failed twice and waits for two seconds, range 1 is done, range 2 fails now and waits for one.
    BOOST_TEST(progress->parts_done == 1U);
    held_by->open();
    settle_threads();
    pass(std::chrono::seconds(1));
    BOOST_TEST(progress->parts_done == 2U);
    run_until([&] {
        manual->pass(context, std::chrono::milliseconds(100));
        return running.ended();
    });
    BOOST_TEST((target->text == content));
}

// What is wrong five times is given up; those on their way end before.
BOOST_AUTO_TEST_CASE(given_up)
{
    damage(1, 100);
    begin(make(3 * mib));
    run_until([&] {
        manual->pass(context, std::chrono::milliseconds(100));
        return running.ended();
    });

    BOOST_TEST((running.code() == errc::tree_hash_mismatch));
    BOOST_TEST(service->count(operation::get_job_output) == 7U);
    BOOST_TEST(events.lines("transfer_part_repeated").size() == 4U);
}

// A client that repeats nothing does not repeat ranges either.
BOOST_AUTO_TEST_CASE(no_repetition)
{
    client_config config = default_config();
    config.retry = retry_settings::none();
    use(std::move(config));
    damage(1, 1);
    BOOST_TEST((code_of(run_kept(make(3 * mib))) == errc::tree_hash_mismatch));
    BOOST_TEST(service->count(operation::get_job_output) == 3U);
}

// What the target cannot take is not mended by fetching it again, whatever the error looks like; it ends at once.
BOOST_AUTO_TEST_CASE(target_fails)
{
    auto const download = make(8 * mib, 2);
    target->refuses = 1;
    BOOST_TEST((code_of(run_kept(download)) == boost::system::errc::connection_reset));
    BOOST_TEST(service->count(operation::get_job_output) <= 3U);
}

// After the service asked for less there are fewer ranges at once, and more again with each that goes well; who listens
// is told.
BOOST_AUTO_TEST_CASE(pace)
{
    auto const held_by = std::make_shared<gate>();
    service->on(operation::get_job_output, 1, error_answer(service_errc::throttling));
    service->always(operation::get_job_output, output_held(held_by));
    auto const download = make(40 * mib, 8);
    start(run_kept(download), running);
    run_until([&] {
        manual->pass(context, std::chrono::milliseconds(1));
        return held_by->waiting() == 8;
    });
    BOOST_TEST(sut.limits().shared()->pace.in_flight_max(8) == 4U);
    held_by->open();
    run_until([&] { return running.ended(); });

    BOOST_TEST(!running.error);
    BOOST_TEST((target->text == content));
    auto const told = events.lines("transfer_pace_changed");
    BOOST_TEST_REQUIRE(told.size() >= 2U);
    BOOST_TEST(told[0].find("in_flight_max=4") != std::string::npos, told[0]);
    BOOST_TEST(told[0].find("error=") != std::string::npos, told[0]);
    BOOST_TEST(told.back().find("error=") == std::string::npos, told.back());
    BOOST_TEST(sut.limits().shared()->pace.in_flight_max(8) > 4U);
}

// The beginning is told with what was there.
BOOST_AUTO_TEST_CASE(beginning_is_told)
{
    fetch(make(3 * mib));
    auto const told = events.lines("transfer_started");
    BOOST_TEST_REQUIRE(told.size() == 1U);
    BOOST_TEST(told[0].find("part_size=1048576") != std::string::npos, told[0]);
    BOOST_TEST(told[0].find("size=3145728") != std::string::npos, told[0]);
}

// Memory is the limit where there is less of it than ranges are wanted.
BOOST_AUTO_TEST_CASE(little_memory)
{
    client_config config = default_config();
    config.transfers.memory_max = 2 * mib;
    use(std::move(config));
    fetch(make(9 * mib, 9));

    BOOST_TEST((target->text == content));
    BOOST_TEST(sut.limits().memory_reserved_most() == 2 * mib);
    BOOST_TEST(sut.limits().memory_reserved() == 0U);
    BOOST_TEST(service->in_flight_max(operation::get_job_output) <= 2U);
}

// Ranges that are right do not help if the whole is not what the job says.
BOOST_AUTO_TEST_CASE(wrong_whole)
{
    service->set_job_change([](job_description& job) { job.tree_hash = reference_tree_hash("other"); });
    operation_error const error = failure_of(run_kept(make(3 * mib)));
    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    BOOST_TEST(error.details().message.find(reference_tree_hash("other").hex()) != std::string::npos);
}

// A cancellation ends the wait for a repetition at once.
BOOST_AUTO_TEST_CASE(cancelled_while_it_waits)
{
    damage(1, 1);
    begin(make(3 * mib));
    BOOST_TEST(!running.ended());
    BOOST_TEST(manual->waiting() == 1U);
    running.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();
    BOOST_TEST(running.was_aborted());
    BOOST_TEST(manual->waiting() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
