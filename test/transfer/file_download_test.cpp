#include "transfer/file_download.hpp"

#include "async/transfer_limits.hpp"
#include "support/client_fixture.hpp"
#include "support/file_size_limit.hpp"
#include "support/manual_time.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;
using transfer::journal;

namespace {

constexpr std::uint64_t mib = 1'048'576;

using names = std::vector<std::string>;

/// A loop with a client of a service that outlives it.
struct short_lived : client_fixture {
    explicit short_lived(std::shared_ptr<fake_service> const& its_service)
    {
        service = its_service;
        time = std::make_shared<jumping_time>();
        sut = make_client(default_config());
    }
};

/// Keeps the threads that may block from doing anything else, until it is released.
class busy_threads {
public:
    explicit busy_threads(asio::any_io_executor const& blocking)
    {
        std::shared_future<void> const released = released_.get_future().share();
        // One more than there are would never end before the others.
        for (int i = 0; i < 2; ++i)
            asio::post(blocking, [released] { released.wait(); });
    }

    busy_threads(busy_threads const&) = delete;
    busy_threads& operator=(busy_threads const&) = delete;
    ~busy_threads() { release(); }

    void release()
    {
        if (!std::exchange(done_, true))
            released_.set_value();
    }

private:
    std::promise<void> released_;
    bool done_ = false;
};

struct file_download_fixture : short_lived {
    file_download_fixture() : short_lived(std::make_shared<fake_service>()) { service->add_vault("photos"); }

    /// Of a job of its own, in ranges of 1 MiB.
    download_job_output_request request()
    {
        download_job_output_request made(photos, service->add_job("photos", archive, range), file);
        made.size_of_range = part_size(mib);
        made.state_file = state;
        made.part_of_output = part;
        made.concurrency = concurrency;
        return made;
    }

    std::string expected() const
    {
        std::string bytes = content;
        if (range)
            bytes = bytes.substr(range->first(), range->size());
        return part ? bytes.substr(part->first(), part->size()) : bytes;
    }

    /// The ranges that the state file says are there.
    std::set<std::uint64_t> recorded() const
    {
        std::set<std::uint64_t> found;
        if (!journal::exists(state))
            return found;
        journal const read(state);
        for (journal::record const& each : read.records())
            if (each.type == "range")
                found.insert(each.number("number").value());
        return found;
    }

    /// Downloads with what is there, and checks that nothing that was recorded is fetched.
    void check_taken_up()
    {
        std::set<std::uint64_t> const there = recorded();
        std::size_t const fetched_before = service->output_ranges().size();
        download_result const result = run(download_job_output(sut, request()));

        BOOST_TEST((content_of(file) == expected()));
        BOOST_TEST((directory.names() == names{"file"}));
        BOOST_TEST(result.ranges_resumed == there.size());
        auto const ranges = service->output_ranges();
        BOOST_TEST(ranges.size() - fetched_before == result.ranges - there.size());
        for (std::size_t i = fetched_before; i < ranges.size(); ++i)
            BOOST_TEST(there.count(ranges[i] / mib) == 0U);
    }

    /// Ends as a process that is killed does, after so many steps of the loop. Whether it came to its end before.
    bool killed_after(int steps)
    {
        started_operation<download_result> download;
        short_lived killed(service);
        killed.start(download_job_output(killed.sut, request()), download);
        for (int i = 0; i < steps && !download.ended(); ++i)
            killed.context.run_one_for(std::chrono::seconds(5));
        return download.ended();
    }

    /// A download of which some ranges are there: it ends when the service does not know the job any more.
    void leave_behind(std::uint64_t failing_range)
    {
        service->when(
            [first = "bytes=" + std::to_string(failing_range * mib) + "-"](recorded_request const& each) {
                return each.message.headers.get("range").starts_with(first);
            },
            error_answer(service_errc::resource_not_found));
        BOOST_TEST((code_of(download_job_output(sut, request())) == condition::not_found));
        service->heal();
    }

    /// Lets everything happen that needs no thread.
    void settle()
    {
        for (int i = 0; i < 20; ++i)
            manual_time::settle(context);
    }

    temporary_directory directory;
    std::filesystem::path file = directory / "file";
    std::filesystem::path partial = directory / "file.part";
    std::filesystem::path state = directory / "state";
    std::string content = some_bytes(6 * mib + 77);
    archive_id archive = service->add_archive("photos", content);
    std::optional<byte_range> range;
    std::optional<byte_range> part;
    std::size_t concurrency = 4;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_download_test, file_download_fixture)

// With a state file a download that ends well leaves the file alone.
BOOST_AUTO_TEST_CASE(whole)
{
    check_taken_up();
    BOOST_TEST(service->count(operation::get_job_output) == 7U);
}

// What a failure leaves is taken up, whichever range failed; also by another job.
BOOST_DATA_TEST_CASE(taken_up_after_failure,
                     boost::unit_test::data::xrange(std::uint64_t(0), std::uint64_t(7)))
{
    leave_behind(sample);
    BOOST_TEST((directory.names() == names{"file.part", "state"}));
    std::size_t const there = recorded().size();
    BOOST_TEST(there >= sample);
    BOOST_TEST(there < 7U);

    check_taken_up();
}

// A process may be killed at any moment: the next one ends with the same bytes, and fetches nothing that was recorded.
BOOST_AUTO_TEST_CASE(killed_at_every_step)
{
    // So that most kills come when some ranges are recorded.
    concurrency = 2;
    bool ended = false;
    bool was_taken_up = false;
    for (int steps = 0; !ended && steps < 3'000; steps += 7) {
        std::filesystem::remove(file);
        ended = killed_after(steps);
        if (!ended) {
            was_taken_up = was_taken_up || !recorded().empty();
            if (std::filesystem::exists(file))
                BOOST_TEST((content_of(file) == content));
        }
        check_taken_up();
    }
    BOOST_TEST(ended);
    BOOST_TEST(was_taken_up);
}

// Killed again and again, it still comes to its end, and each range that was recorded is fetched once.
BOOST_AUTO_TEST_CASE(killed_again_and_again)
{
    int kills = 0;
    // Later each time, so that it comes to its end however slow the threads are.
    while (!killed_after(30 + kills) && kills < 200)
        ++kills;
    BOOST_TEST(kills < 200);
    BOOST_TEST(kills > 1);
    BOOST_TEST((content_of(file) == content));
}

// Only a part is kept; it is taken up too, also at its edges.
BOOST_AUTO_TEST_CASE(part_killed_at_every_step)
{
    part = byte_range(mib + 500, 4 * mib + 12);
    bool ended = false;
    for (int steps = 0; !ended && steps < 3'000; steps += 31) {
        std::filesystem::remove(file);
        ended = killed_after(steps);
        check_taken_up();
    }
    BOOST_TEST(ended);
}

// Whatever part of whatever range: it has the right bytes, and the size.
BOOST_DATA_TEST_CASE(parts, boost::unit_test::data::xrange(1, 9))
{
    std::uint64_t const first = static_cast<std::uint64_t>(sample) * 700'001 % (3 * mib);
    range = byte_range(2 * mib, 6 * mib + 76);
    part = byte_range(first, first + static_cast<std::uint64_t>(sample) * 131'071);
    std::uint64_t const bytes = part->size();

    BOOST_TEST(run(download_job_output(sut, request())).bytes == bytes);
    BOOST_TEST((content_of(file) == expected()));
}

// A part that the output does not have is refused before anything is fetched.
BOOST_AUTO_TEST_CASE(part_beyond_the_output)
{
    part = byte_range(6 * mib, 6 * mib + 77);
    BOOST_TEST((code_of(download_job_output(sut, request())) == errc::invalid_byte_range));
    BOOST_TEST(service->count(operation::get_job_output) == 0U);
    BOOST_TEST(directory.names().empty());
}

// A range whose bytes are not as they were is fetched again, and it alone.
BOOST_AUTO_TEST_CASE(changed_bytes)
{
    leave_behind(6);
    BOOST_TEST(recorded().size() == 6U);
    {
        std::fstream stream(partial, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(2 * mib + 5);
        stream.write("changed", 7);
    }
    std::size_t const before = service->output_ranges().size();
    download_result const result = run(download_job_output(sut, request()));

    BOOST_TEST((content_of(file) == content));
    BOOST_TEST(result.ranges_resumed == 5U);
    auto ranges = service->output_ranges();
    ranges.erase(ranges.begin(), ranges.begin() + static_cast<std::ptrdiff_t>(before));
    std::sort(ranges.begin(), ranges.end());
    BOOST_TEST((ranges == std::vector<std::uint64_t>{2 * mib, 6 * mib}));
}

// Without FILE.part, or with one of another size, all is fetched again.
BOOST_AUTO_TEST_CASE(lost_part)
{
    leave_behind(6);
    std::filesystem::remove(partial);
    BOOST_TEST(run(download_job_output(sut, request())).ranges_resumed == 0U);
    BOOST_TEST((content_of(file) == content));

    leave_behind(6);
    std::filesystem::resize_file(partial, content.size() + 1);
    BOOST_TEST(run(download_job_output(sut, request())).ranges_resumed == 0U);
    BOOST_TEST((content_of(file) == content));
    BOOST_TEST((directory.names() == names{"file"}));
}

// FILE.part may be something else than it was: that is not touched.
BOOST_AUTO_TEST_CASE(hostile_part)
{
    auto const code = [&] {
        try {
            run(download_job_output(sut, request()));
        } catch (std::filesystem::filesystem_error const& error) {
            BOOST_TEST(error.path1() == partial);
            return error.code();
        }
        return std::error_code();
    };
    auto const victim = directory.write("victim", std::string(content.size(), 'v'));
    leave_behind(6);

    std::filesystem::remove(partial);
    std::filesystem::create_symlink(victim, partial);
    BOOST_TEST((code() == std::errc::file_exists));
    std::filesystem::remove(partial);
    std::filesystem::create_hard_link(victim, partial);
    BOOST_TEST((code() == std::errc::file_exists));
    std::filesystem::remove(partial);
    std::filesystem::create_directory(partial);
    BOOST_TEST((code() == std::errc::file_exists));
    std::filesystem::remove(partial);
    {
        int const other = ::open(partial.c_str(), O_RDWR | O_CREAT, 0600);
        BOOST_TEST_REQUIRE(::flock(other, LOCK_EX) == 0);
        BOOST_TEST((code() == std::errc::resource_unavailable_try_again));
        ::close(other);
    }
    BOOST_TEST((content_of(victim) == std::string(content.size(), 'v')));
    BOOST_TEST(recorded().size() == 6U);
}

// A file that was finished by a run that could not say so any more is found as it is.
BOOST_AUTO_TEST_CASE(finished_but_not_said)
{
    std::string last_state;
    download_job_output_request last = request();
    last.on_progress = [&](transfer_progress const& told) {
        if (told.parts_done == 7)
            last_state = content_of(state);
    };
    run(download_job_output(sut, std::move(last)));
    directory.write("state", last_state);
    BOOST_TEST(recorded().size() == 7U);
    std::size_t const before = service->output_ranges().size();

    download_result const result = run(download_job_output(sut, request()));

    BOOST_TEST(service->output_ranges().size() == before);
    BOOST_TEST(result.ranges_resumed == 7U);
    BOOST_TEST(result.bytes == content.size());
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(content).hex());
    BOOST_TEST(result.verified);
    BOOST_TEST((directory.names() == names{"file"}));

    // Not so if it is another file of that size.
    directory.write("state", last_state);
    directory.write("file", std::string(content.size(), 'x'));
    BOOST_TEST(run(download_job_output(sut, request())).ranges_resumed == 0U);
    BOOST_TEST((content_of(file) == content));
}

// Where the state file cannot be written the download ends with that error, and the next one takes up what is there.
BOOST_AUTO_TEST_CASE(state_cannot_be_written)
{
    // FILE.part is smaller than the limit, so it is the state file that hits it.
    part = byte_range(0, 99);
    bool succeeded = false;
    int failures = 0;
    for (std::size_t most = 100; !succeeded && most < 10'000; most += 50) {
        std::filesystem::remove(file);
        std::filesystem::remove(state);
        std::filesystem::remove(partial);
        {
            file_size_limit const full(most);
            try {
                run(download_job_output(sut, request()));
                succeeded = true;
            } catch (std::filesystem::filesystem_error const& error) {
                BOOST_TEST((error.code() == std::errc::file_too_large));
                BOOST_TEST(error.path1() == state);
                ++failures;
            }
        }
        if (!succeeded)
            check_taken_up();
    }
    BOOST_TEST(succeeded);
    BOOST_TEST(failures > 8);
}

// Ranges of which the service says no hash may be right one by one and wrong together: then none is kept.
BOOST_AUTO_TEST_CASE(wrong_whole)
{
    fault unverified = without_header("x-amz-sha256-tree-hash");
    service->always(operation::get_job_output, unverified);
    unverified.damage_at = 7;
    service->on(operation::get_job_output, 3, std::move(unverified));

    BOOST_TEST((code_of(download_job_output(sut, request())) == errc::tree_hash_mismatch));
    BOOST_TEST(recorded().empty());
    BOOST_TEST((directory.names() == names{"file.part", "state"}));

    service->heal();
    check_taken_up();
}

// Of a range that is not aligned to the hash tree the service says no hash, and of its parts only of those that are: then
// nobody says that it was verified.
BOOST_AUTO_TEST_CASE(verified_only_with_hashes)
{
    BOOST_TEST(run(download_job_output(sut, request())).verified);

    range = byte_range(2 * mib, 4 * mib - 1);
    BOOST_TEST(run(download_job_output(sut, request())).verified);

    range = byte_range(mib, 3 * mib - 1);
    BOOST_TEST(!run(download_job_output(sut, request())).verified);
    BOOST_TEST((content_of(file) == expected()));
}

// A hash of each range is enough, and so is one of the whole.
BOOST_AUTO_TEST_CASE(verified_by_either)
{
    service->set_job_change([](job_description& job) {
        job.tree_hash.reset();
        job.archive_tree_hash.reset();
    });
    BOOST_TEST(run(download_job_output(sut, request())).verified);
    // But of ranges that are taken up nobody knows whether they were verified.
    leave_behind(6);
    BOOST_TEST(!run(download_job_output(sut, request())).verified);
    service->on(operation::get_job_output, static_cast<int>(service->count(operation::get_job_output)) + 3,
                without_header("x-amz-sha256-tree-hash"));
    BOOST_TEST(!run(download_job_output(sut, request())).verified);

    service->set_job_change(nullptr);
    service->always(operation::get_job_output, without_header("x-amz-sha256-tree-hash"));
    BOOST_TEST(run(download_job_output(sut, request())).verified);
    leave_behind(6);
    BOOST_TEST(run(download_job_output(sut, request())).verified);
}

// A cancelled download is taken up.
BOOST_AUTO_TEST_CASE(cancelled)
{
    auto const held_by = std::make_shared<gate>();
    service->when(
        [](recorded_request const& each) {
            return each.message.headers.get("range").starts_with("bytes=5242880-");
        },
        output_held(held_by));
    std::uint64_t done = 0;
    download_job_output_request wanted = request();
    wanted.on_progress = [&done](transfer_progress const& told) { done = told.parts_done; };
    started_operation<download_result> download;
    start(download_job_output(sut, std::move(wanted)), download);
    run_until([&] { return done == 6; });
    download.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(download.was_aborted());
    BOOST_TEST((directory.names() == names{"file.part", "state"}));
    BOOST_TEST(recorded().size() == 6U);
    service->heal();
    check_taken_up();
}

// To remove a large file takes seconds, in which the loop has other things to do.
BOOST_AUTO_TEST_CASE(removed_on_a_thread)
{
    auto const held_by = std::make_shared<gate>();
    service->always(operation::get_job_output, output_held(held_by));
    download_job_output_request wanted = request();
    wanted.state_file.reset();
    started_operation<download_result> download;
    start(download_job_output(sut, std::move(wanted)), download);
    run_until([&] { return held_by->waiting() == 4; });
    busy_threads busy(sut.get_blocking_executor());
    download.cancel.emit(asio::cancellation_type::terminal);
    settle();
    BOOST_TEST(std::filesystem::exists(partial));
    BOOST_TEST(!download.ended());
    busy.release();
    run_to_end();

    BOOST_TEST(download.was_aborted());
    BOOST_TEST(directory.names().empty());
}

// A cancellation that comes while the file is getting its name comes too late: the download is complete, and nothing is
// left of it but the file.
BOOST_AUTO_TEST_CASE(cancelled_at_the_end)
{
    std::optional<busy_threads> busy;
    download_job_output_request wanted = request();
    wanted.on_progress = [&](transfer_progress const& told) {
        if (told.parts_done == 7)
            busy.emplace(sut.get_blocking_executor());
    };
    started_operation<download_result> download;
    start(download_job_output(sut, std::move(wanted)), download);
    run_until([&] { return busy.has_value(); });
    settle();
    download.cancel.emit(asio::cancellation_type::terminal);
    settle();
    BOOST_TEST(!download.ended());
    busy->release();
    run_to_end();

    BOOST_TEST_REQUIRE(download.value.has_value());
    BOOST_TEST(download.value->bytes == content.size());
    BOOST_TEST((content_of(file) == content));
    BOOST_TEST((directory.names() == names{"file"}));
}

// A state file that another download has is refused; one of another file, too.
BOOST_AUTO_TEST_CASE(others_state)
{
    leave_behind(6);
    {
        journal const opened(state);
        BOOST_TEST((code_of(download_job_output(sut, request())) == errc::state_file_in_use));
    }
    download_job_output_request other = request();
    other.file = directory / "other";
    BOOST_TEST((code_of(download_job_output(sut, std::move(other))) == errc::state_file_mismatch));
    part = byte_range(0, 5);
    BOOST_TEST((code_of(download_job_output(sut, request())) == errc::state_file_mismatch));
    part.reset();
    range = byte_range(0, mib - 1);
    BOOST_TEST((code_of(download_job_output(sut, request())) == errc::state_file_mismatch));
    range.reset();
    check_taken_up();
}

// A state file that is none is not touched.
BOOST_AUTO_TEST_CASE(damaged_state)
{
    directory.write("state", "precious\nlines\n");
    BOOST_TEST((code_of(download_job_output(sut, request())) == errc::state_file_invalid));
    BOOST_TEST(content_of(state) == "precious\nlines\n");
    BOOST_TEST(service->count() == 0U);
}

// The sizes of ranges of an earlier run hold, so that they can be taken up.
BOOST_AUTO_TEST_CASE(other_size_of_ranges)
{
    leave_behind(6);
    download_job_output_request other = request();
    other.size_of_range = part_size(2 * mib);
    BOOST_TEST(run(download_job_output(sut, std::move(other))).ranges_resumed == 6U);
    BOOST_TEST((content_of(file) == content));
}

// Many downloads share little memory, and all come to their end.
BOOST_AUTO_TEST_CASE(many_with_little_memory)
{
    client_config config = default_config();
    config.transfers.memory_max = mib;
    client const small = make_client(std::move(config));
    content.resize(2 * mib + 5);
    archive = service->add_archive("photos", content);
    std::vector<started_operation<download_result>> downloads(12);
    for (std::size_t i = 0; i < downloads.size(); ++i) {
        download_job_output_request wanted = request();
        wanted.file = directory / ("file" + std::to_string(i));
        wanted.state_file.reset();
        start(download_job_output(small, std::move(wanted)), downloads[i]);
    }
    run_until([&] {
        return std::all_of(downloads.begin(), downloads.end(), [](auto const& each) { return each.ended(); });
    });
    for (std::size_t i = 0; i < downloads.size(); ++i) {
        BOOST_TEST(!downloads[i].error);
        BOOST_TEST((content_of(directory / ("file" + std::to_string(i))) == content));
    }
    BOOST_TEST(small.limits().memory_reserved_most() <= mib);
    BOOST_TEST(small.limits().memory_reserved() == 0U);
}

// A download that waits for memory when its context goes leaves nothing behind.
BOOST_AUTO_TEST_CASE(context_goes_while_it_waits_for_memory)
{
    started_operation<download_result> download;
    {
        short_lived other(service);
        auto const& memory = other.sut.limits().shared()->memory;
        auto const all = memory->try_reserve(memory->amount_max());
        other.start(download_job_output(other.sut, request()), download);
        other.run_until([&] { return memory->waiting() > 0; });
    }
    check_taken_up();
}

BOOST_AUTO_TEST_SUITE_END()
