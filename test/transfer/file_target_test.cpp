#include "transfer/file_target.hpp"

#include "async/transfer_limits.hpp"
#include "support/client_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <string>

using namespace glacier;
using namespace glacier::test;
using transfer::archive_output;
using transfer::file_target;
using transfer::output_file;
using transfer::range_hashes;
using transfer::reserved_buffer;
using transfer::retrieval_state;

namespace {

constexpr std::uint64_t mib = 1'048'576;

struct file_target_fixture : client_fixture {
    static client_config with_memory(std::size_t bytes)
    {
        client_config config = default_config();
        config.transfers.memory_max = bytes;
        return config;
    }

    std::shared_ptr<file_target> make(std::optional<byte_range> kept = std::nullopt)
    {
        return std::make_shared<file_target>(sut, output, kept, file, state);
    }

    /// Of the range that begins so many MiB after the start.
    static byte_range range_at(std::uint64_t number)
    {
        return byte_range(number * mib, (number + 1) * mib - 1);
    }

    /// Puts a range into the file and says so.
    void put(file_target& target, std::uint64_t piece)
    {
        byte_range const range = range_at(piece);
        file->write(range.first(), as_bytes(content).subspan(range.first(), range.size()));
        range_hashes const hashes(hash_of(range));
        run(target.accept(piece, range, hashes, run(target.reserve(piece, range))));
    }

    tree_hash hash_of(byte_range const& range) const
    {
        return reference_tree_hash(std::string_view(content).substr(range.first(), range.size()));
    }

    std::optional<tree_hash> recall(file_target& target, std::uint64_t piece)
    {
        byte_range const range = range_at(piece);
        return run(target.recall(piece, range, run(target.reserve(piece, range))));
    }

    temporary_directory directory;
    std::string content = some_bytes(4 * mib);
    archive_output output{photos, "job-1", byte_range(0, 4 * mib - 1)};
    std::shared_ptr<output_file> file = std::make_shared<output_file>(directory / "file", 4 * mib);
    std::shared_ptr<retrieval_state> state;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_target_test, file_target_fixture)

// A range gets some leaves of memory, not more than it has bytes, nor than a quarter of what there is.
BOOST_AUTO_TEST_CASE(memory_of_a_range)
{
    auto const bytes_with = [&](std::size_t memory_max, byte_range const& range) {
        sut = make_client(with_memory(memory_max));
        return run(make()->reserve(0, range))->bytes().size();
    };
    byte_range const large(0, 16 * mib - 1);
    BOOST_TEST(bytes_with(64 * mib, large) == 4 * mib);
    BOOST_TEST(bytes_with(64 * mib, byte_range(0, 99)) == 100U);
    BOOST_TEST(bytes_with(11 * mib, large) == 2 * mib);
    BOOST_TEST(bytes_with(mib, large) == mib / 4);
    BOOST_TEST(bytes_with(mib + 1'000, large) == mib / 4);
}

// The next range takes the memory of the last one, unless somebody else waits for it.
BOOST_AUTO_TEST_CASE(memory_is_used_again)
{
    auto const& memory = sut.limits().shared()->memory;
    auto const target = make();
    std::shared_ptr<reserved_buffer> first = run(target->reserve(0, range_at(0)));
    std::byte const* const place = first->bytes().data();
    run(target->accept(0, range_at(0), range_hashes(hash_of(range_at(0))), std::move(first)));
    BOOST_TEST(memory->reserved() == mib);
    std::shared_ptr<reserved_buffer> second = run(target->reserve(1, range_at(1)));
    BOOST_TEST(second->bytes().data() == place);

    started_operation<async::budget::reservation> other;
    start(memory->reserve(memory->amount_max()), other);
    context.restart();
    context.poll();
    BOOST_TEST(!other.ended());
    run(target->accept(1, range_at(1), range_hashes(hash_of(range_at(1))), std::move(second)));
    run_until([&] { return other.ended(); });
    BOOST_TEST(!other.error);
}

// What is kept for the next range goes when there will be none soon.
BOOST_AUTO_TEST_CASE(trimmed)
{
    auto const target = make();
    run(target->accept(0, range_at(0), range_hashes(hash_of(range_at(0))),
                       run(target->reserve(0, range_at(0)))));
    target->trim();
    BOOST_TEST(sut.limits().memory_reserved() == 0U);
}

// Without a state file nothing can be taken up.
BOOST_AUTO_TEST_CASE(nothing_recorded)
{
    auto const target = make();
    put(*target, 1);
    BOOST_TEST(!recall(*target, 1).has_value());
}

// A range that was recorded and is as it was is recalled; a changed one is not, nor one that nobody recorded.
BOOST_AUTO_TEST_CASE(recalled)
{
    state = run(retrieval_state::open(sut.get_blocking_executor(), directory / "state"));
    run(state->begin(transfer::retrieval_identity(sut, photos, "archive-1")));
    run(state->on_output(output, part_size(mib)));
    auto const target = make();
    put(*target, 1);
    put(*target, 2);
    file->write(2 * mib + 77, as_bytes("changed"));

    BOOST_TEST((recall(*target, 1) == hash_of(range_at(1))));
    BOOST_TEST(!recall(*target, 2).has_value());
    BOOST_TEST(!recall(*target, 3).has_value());
    target->trim();
    BOOST_TEST(sut.limits().memory_reserved() == 0U);
}

// A range of which nothing is kept is taken from the record alone.
BOOST_AUTO_TEST_CASE(recalled_without_bytes)
{
    state = run(retrieval_state::open(sut.get_blocking_executor(), directory / "state"));
    run(state->begin(transfer::retrieval_identity(sut, photos, "archive-1")));
    run(state->on_output(output, part_size(mib)));
    auto const target = make(byte_range(0, 10));
    run(state->on_range(3, range_hashes(hash_of(range_at(3)))));

    BOOST_TEST((recall(*target, 3) == hash_of(range_at(3))));
}

BOOST_AUTO_TEST_SUITE_END()
