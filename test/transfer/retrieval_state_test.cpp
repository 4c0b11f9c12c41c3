#include "transfer/retrieval_state.hpp"

#include "support/client_fixture.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <time.h>

using namespace glacier;
using namespace glacier::test;
using transfer::archive_output;
using transfer::journal;
using transfer::range_hashes;
using transfer::retrieval_identity;
using transfer::retrieval_state;

namespace {

constexpr std::uint64_t mib = 1'048'576;

using names = std::vector<std::string>;

struct state_fixture : client_fixture {
    std::shared_ptr<retrieval_state> open()
    {
        return run(retrieval_state::open(sut.get_blocking_executor(), file));
    }

    retrieval_identity identity() const
    {
        retrieval_identity made(sut, photos, "archive-1");
        made.file = "/tmp/photo";
        made.range = byte_range(0, 4 * mib - 1);
        return made;
    }

    static archive_output output()
    {
        archive_output made(photos, "job-1", byte_range(0, 4 * mib - 1));
        made.archive = "archive-1";
        made.archive_bytes = 9 * mib;
        made.tree_hash = reference_tree_hash("output");
        return made;
    }

    /// The error of what is done with the state of an earlier run; its message names the file.
    operation_error refusal_of(std::function<asio::awaitable<void>(retrieval_state&)> const& next)
    {
        std::shared_ptr<retrieval_state> const state = open();
        operation_error const error = failure_of(next(*state));
        BOOST_TEST(error.details().resource == file.string());
        return error;
    }

    error_code code_of_opening()
    {
        try {
            open();
        } catch (operation_error const& error) {
            BOOST_TEST(error.details().resource == file.string());
            return error.code();
        }
        return {};
    }

    /// Writes a state file that a program wrote that is not this one.
    void write(std::vector<journal::record> const& records) const
    {
        std::filesystem::remove(file);
        journal written(file);
        for (journal::record const& each : records)
            written.append(each);
    }

    static asio::awaitable<void> begin(retrieval_state& state, retrieval_identity wanted)
    {
        return state.begin(std::move(wanted));
    }

    static asio::awaitable<void> describe(retrieval_state& state, archive_output output)
    {
        co_await state.on_output(std::move(output), part_size(mib));
    }

    temporary_directory directory;
    std::filesystem::path file = directory / "state";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(retrieval_state_test, state_fixture)

// What is written is there for the next run.
BOOST_AUTO_TEST_CASE(taken_up)
{
    {
        auto const state = open();
        run(state->begin(identity()));
        run(state->on_starting_job());
        BOOST_TEST(state->is_starting_job());
        run(state->on_job("job-1"));
        BOOST_TEST((run(state->on_output(output(), part_size(mib))) == part_size(mib)));
        run(state->on_range(2, range_hashes(reference_tree_hash("two"))));
        range_hashes edge(reference_tree_hash("three"));
        edge.kept = reference_tree_hash("kept");
        run(state->on_range(3, edge));
    }

    auto const state = open();
    BOOST_TEST(!state->is_starting_job());
    BOOST_TEST((state->job() == job_id("job-1")));
    run(state->begin(identity()));
    // The size that was asked for first holds.
    BOOST_TEST((run(state->on_output(output(), part_size(2 * mib))) == part_size(mib)));
    BOOST_TEST(state->ranges() == 2U);
    BOOST_TEST((state->range(0) == nullptr));
    BOOST_TEST_REQUIRE((state->range(2) != nullptr));
    BOOST_TEST(state->range(2)->whole.hex() == reference_tree_hash("two").hex());
    BOOST_TEST(!state->range(2)->kept.has_value());
    BOOST_TEST_REQUIRE((state->range(3) != nullptr));
    BOOST_TEST((state->range(3)->kept == reference_tree_hash("kept")));
}

// That a job may have been started stands there until there is one, and again when another one is started.
BOOST_AUTO_TEST_CASE(job_in_doubt)
{
    {
        auto const state = open();
        run(state->begin(identity()));
        run(state->on_starting_job());
    }
    {
        auto const state = open();
        BOOST_TEST(state->is_starting_job());
        BOOST_TEST(!state->job().has_value());
        run(state->on_job("job-1"));
        run(state->on_starting_job());
    }
    auto const state = open();
    BOOST_TEST(state->is_starting_job());
    BOOST_TEST(!state->job().has_value());
}

// Whoever takes a retrieval up must want the same; the message says what differs.
BOOST_AUTO_TEST_CASE(another_retrieval)
{
    {
        auto const state = open();
        run(state->begin(identity()));
        run(state->on_output(output(), part_size(mib)));
    }
    std::vector<std::pair<std::string, std::function<void(retrieval_identity&)>>> const changes = {
        {"endpoint", [](retrieval_identity& wanted) { wanted.endpoint = "https://elsewhere"; }},
        {"account", [](retrieval_identity& wanted) { wanted.account = "123456789012"; }},
        {"vault", [](retrieval_identity& wanted) { wanted.vault = "films"; }},
        {"archive", [](retrieval_identity& wanted) { wanted.archive = "archive-2"; }},
        {"file", [](retrieval_identity& wanted) { wanted.file = "/tmp/film"; }},
        {"range", [](retrieval_identity& wanted) { wanted.range.reset(); }},
        {"part", [](retrieval_identity& wanted) { wanted.part = byte_range(1, 2); }},
    };
    for (auto const& [name, change] : changes) {
        retrieval_identity wanted = identity();
        change(wanted);
        operation_error const error =
            refusal_of([&wanted](retrieval_state& state) { return begin(state, wanted); });
        BOOST_TEST((error.code() == errc::state_file_mismatch));
        BOOST_TEST(error.details().message.starts_with(name + " was "), error.details().message);
    }

    std::vector<std::pair<std::string, std::function<void(archive_output&)>>> const others = {
        {"archive_bytes", [](archive_output& found) { found.archive_bytes = 8 * mib; }},
        {"range", [](archive_output& found) { found.range = byte_range(0, 2 * mib - 1); }},
        {"tree_hash", [](archive_output& found) { found.tree_hash.reset(); }},
    };
    for (auto const& [name, change] : others) {
        archive_output found = output();
        change(found);
        operation_error const error =
            refusal_of([&found](retrieval_state& state) { return describe(state, found); });
        BOOST_TEST((error.code() == errc::state_file_mismatch));
        BOOST_TEST(error.details().message.starts_with(name + " was "), error.details().message);
    }

    // Another job may have the same output.
    archive_output again = output();
    again.job = "job-2";
    BOOST_TEST((run(open()->on_output(again, part_size(mib))) == part_size(mib)));
}

// The state of an upload is not that of a retrieval.
BOOST_AUTO_TEST_CASE(another_kind)
{
    journal::record upload("transfer");
    upload.set("kind", "upload").set("version", std::uint64_t(1));
    write({upload});
    BOOST_TEST((code_of_opening() == errc::state_file_mismatch));
}

// Records that make no sense are refused, wherever they stand; the file stays as it is.
BOOST_AUTO_TEST_CASE(hostile_records)
{
    journal::record transfer("transfer");
    transfer.set("kind", "retrieval").set("version", std::uint64_t(1));
    journal::record output("output");
    output.set("range", "0-4194303").set("archive_bytes", 4 * mib).set("size_of_range", mib);
    journal::record range("range");
    range.set("number", std::uint64_t(3)).set("tree_hash", std::string(64, 'a'));
    write({transfer, output, range});
    BOOST_TEST(!code_of_opening());

    auto const changed = [](journal::record base, std::string const& name, std::string const& value) {
        base.set(name, value);
        return base;
    };
    std::vector<std::vector<journal::record>> const files = {
        {changed(transfer, "version", "2")},
        {range},
        {output},
        {transfer, transfer},
        {transfer, range},
        {transfer, output, output},
        {transfer, journal::record("something")},
        {transfer, changed(journal::record("job"), "id", "not/an/id")},
        {transfer, journal::record("job")},
        {transfer, changed(output, "range", "")},
        {transfer, changed(output, "range", "5-4")},
        {transfer, changed(output, "size_of_range", "0")},
        {transfer, changed(output, "size_of_range", "1048577")},
        {transfer, changed(output, "size_of_range", "many")},
        {transfer, output, changed(range, "number", "4")},
        {transfer, output, changed(range, "number", "-1")},
        {transfer, output, changed(range, "tree_hash", "aa")},
        {transfer, output, changed(range, "kept", "aa")},
    };
    for (auto const& records : files) {
        write(records);
        std::string const before = content_of(file);
        BOOST_TEST((code_of_opening() == errc::state_file_invalid));
        BOOST_TEST(content_of(file) == before);
    }
}

// A large file is understood on another thread than the loop's.
BOOST_AUTO_TEST_CASE(read_on_a_thread)
{
    auto const cpu_time_of = [](auto const& work) {
        auto const now = [] {
            timespec used{};
            ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
            return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
        };
        auto const before = now();
        work();
        return now() - before;
    };
    {
        auto const state = open();
        run(state->begin(identity()));
        archive_output large(photos, "job-1", byte_range(0, 10'000 * mib - 1));
        run(state->on_output(large, part_size(mib)));
    }
    {
        journal all(file);
        std::vector<journal::record> records = all.records();
        for (std::uint64_t piece = 0; piece < 10'000; ++piece) {
            records.emplace_back("range");
            records.back().set("number", piece).set("tree_hash", reference_tree_hash("range").hex());
        }
        all.replace(std::move(records));
    }
    auto read = std::make_unique<journal>(file);
    std::optional<retrieval_state> made;
    auto const on_this_thread =
        cpu_time_of([&] { made.emplace(sut.get_blocking_executor(), std::move(read)); });
    made.reset();

    std::shared_ptr<retrieval_state> opened;
    auto const on_the_loop = cpu_time_of([&] { opened = open(); });

    BOOST_TEST(opened->ranges() == 10'000U);
    BOOST_TEST(on_the_loop.count() < on_this_thread.count() / 2);
}

// While one has it, another one is refused.
BOOST_AUTO_TEST_CASE(in_use)
{
    auto const state = open();
    run(state->begin(identity()));
    BOOST_TEST((code_of_opening() == errc::state_file_in_use));
}

// A file in which nothing was written goes; one that is done with, too.
BOOST_AUTO_TEST_CASE(removed)
{
    open();
    BOOST_TEST(directory.names().empty());
    {
        auto const state = open();
        run(state->begin(identity()));
        BOOST_TEST((directory.names() == names{"state"}));
        run(state->remove());
    }
    BOOST_TEST(directory.names().empty());
}

// What was verified and yet is wrong is forgotten, the rest is not.
BOOST_AUTO_TEST_CASE(ranges_forgotten)
{
    {
        auto const state = open();
        run(state->begin(identity()));
        run(state->on_job("job-1"));
        run(state->on_output(output(), part_size(mib)));
        run(state->on_range(0, range_hashes(reference_tree_hash("zero"))));
        run(state->forget_ranges());
        BOOST_TEST(state->ranges() == 0U);
        run(state->on_range(1, range_hashes(reference_tree_hash("one"))));
    }
    auto const state = open();
    BOOST_TEST((state->job() == job_id("job-1")));
    BOOST_TEST(state->ranges() == 1U);
    BOOST_TEST((state->range(1) != nullptr));
}

// Ranges that are verified while others are written do not wait: the first one writes them too.
BOOST_AUTO_TEST_CASE(written_together)
{
    {
        auto const state = open();
        run(state->begin(identity()));
        run(state->on_output(output(), part_size(mib)));
        std::vector<started_operation<void>> writes(4);
        for (std::uint64_t piece = 0; piece < 4; ++piece)
            start(state->on_range(piece, range_hashes(reference_tree_hash("x"))), writes[piece]);
        run_until([&] { return writes[0].ended(); });
        for (auto const& each : writes)
            BOOST_TEST(each.ended());
    }
    BOOST_TEST(open()->ranges() == 4U);
}

// A range that was verified before a cancellation is written nevertheless.
BOOST_AUTO_TEST_CASE(written_when_cancelled)
{
    {
        auto const state = open();
        run(state->begin(identity()));
        run(state->on_output(output(), part_size(mib)));
        std::vector<started_operation<void>> writes(2);
        start(state->on_range(0, range_hashes(reference_tree_hash("x"))), writes[0]);
        start(state->on_range(1, range_hashes(reference_tree_hash("x"))), writes[1]);
        context.restart();
        context.run_one();
        for (auto& each : writes)
            each.cancel.emit(asio::cancellation_type::terminal);
        run_to_end();
        run(state->flush());
    }
    BOOST_TEST(open()->ranges() >= 1U);
}

// A full disk is an error, and what stood there before stays.
BOOST_AUTO_TEST_CASE(full_disk)
{
    {
        auto const state = open();
        run(state->begin(identity()));
        file_size_limit const full(content_of(file).size());
        BOOST_CHECK_THROW(run(state->on_job("job-1")), std::filesystem::filesystem_error);
        BOOST_TEST(!state->job().has_value());
    }
    auto const state = open();
    run(state->begin(identity()));
    BOOST_TEST(!state->job().has_value());
}

// The file stays small, however large the output: its ranges become larger.
BOOST_AUTO_TEST_CASE(large_output)
{
    auto const state = open();
    run(state->begin(identity()));
    archive_output large = output();
    large.archive_bytes = std::uint64_t(1) << 40U;
    large.range = byte_range(0, large.archive_bytes - 1);
    BOOST_TEST((run(state->on_output(large, part_size(mib))) == part_size(128 * mib)));
}

BOOST_AUTO_TEST_SUITE_END()
