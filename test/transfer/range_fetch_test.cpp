#include "transfer/range_fetch.hpp"

#include "support/client_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <string>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;
using transfer::archive_output;
using transfer::fetch_range;
using transfer::output_file;
using transfer::range_fetch;
using transfer::range_hashes;
using transfer::read_back;
using transfer::reserved_buffer;

namespace {

constexpr std::uint64_t mib = 1'048'576;

struct fetch_fixture : client_fixture {
    range_fetch fetch_of(byte_range const& range, std::size_t buffer_bytes)
    {
        return range_fetch(output, range, run(transfer::reserve_buffer(memory, buffer_bytes)));
    }

    std::string hash_of(byte_range const& range) const
    {
        return reference_tree_hash(std::string_view(content).substr(range.first(), range.size())).hex();
    }

    std::string content = some_bytes(6 * mib + 5);
    archive_output output = run(transfer::describe_output(
        sut, photos, service->add_job("photos", service->add_archive("photos", content))));
    std::shared_ptr<async::budget> memory = std::make_shared<async::budget>(16 * mib);
    temporary_directory directory;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(range_fetch_test, fetch_fixture)

// A buffer with room for it has the range in the end; a smaller one is used again and again. The hash is the same.
BOOST_DATA_TEST_CASE(into_memory, boost::unit_test::data::make({std::size_t(65'536), std::size_t(mib),
                                                                std::size_t(3 * mib), std::size_t(6 * mib)}))
{
    byte_range const range(2 * mib, 5 * mib - 1);
    range_fetch wanted = fetch_of(range, sample);
    auto const buffer = wanted.buffer;

    range_hashes const hashes = run(fetch_range(sut, std::move(wanted)));

    BOOST_TEST(hashes.whole.hex() == hash_of(range));
    if (sample >= range.size())
        BOOST_TEST(
            (content.compare(range.first(), range.size(),
                             reinterpret_cast<char const*>(buffer->bytes().data()), range.size()) == 0));
}

// What is kept goes into the file, counted from the first byte that is; all is hashed.
BOOST_AUTO_TEST_CASE(into_a_file)
{
    byte_range const kept(mib + 100, 5 * mib + 99);
    auto const file = std::make_shared<output_file>(directory / "file", kept.size());
    for (std::uint64_t first = 0; first < content.size(); first += 2 * mib) {
        byte_range const range(first, std::min<std::uint64_t>(first + 2 * mib, content.size()) - 1);
        range_fetch wanted = fetch_of(range, 300'000);
        wanted.file = file;
        wanted.kept = kept;
        range_hashes const hashes = run(fetch_range(sut, std::move(wanted)));
        BOOST_TEST(hashes.whole.hex() == hash_of(range));
    }
    BOOST_TEST((content_of(directory / "file.part") == content.substr(kept.first(), kept.size())));
}

// What is read back has the hash that was recorded, unless somebody changed a byte of it.
BOOST_AUTO_TEST_CASE(read_again)
{
    byte_range const kept(mib + 100, 5 * mib + 99);
    auto const file = std::make_shared<output_file>(directory / "file", kept.size());
    byte_range const range(4 * mib, 6 * mib - 1);
    auto const make = [&] {
        range_fetch wanted = fetch_of(range, 300'000);
        wanted.file = file;
        wanted.kept = kept;
        return wanted;
    };
    range_hashes const hashes = run(fetch_range(sut, make()));
    BOOST_TEST_REQUIRE(hashes.kept.has_value());

    auto const blocking = sut.get_blocking_executor();
    BOOST_TEST((run(read_back(blocking, make())) == hashes.kept));
    file->write(kept.size() - 1, as_bytes("!"));
    BOOST_TEST((run(read_back(blocking, make())) != hashes.kept));
    // A range of which nothing is kept has nothing to read, and of a shorter file it cannot be read.
    range_fetch outside = make();
    outside.range = byte_range(0, mib - 1);
    BOOST_TEST(!run(read_back(blocking, std::move(outside))).has_value());
    std::filesystem::resize_file(directory / "file.part", kept.size() - 1);
    BOOST_TEST(!run(read_back(blocking, make())).has_value());
}

// A range that is short, long, damaged or cut is an error that names it.
BOOST_AUTO_TEST_CASE(wrong_ranges)
{
    byte_range const range(mib, 2 * mib - 1);
    auto const failure_with = [&](fault its_fault) {
        service->heal();
        service->always(operation::get_job_output, std::move(its_fault));
        return failure_of(fetch_range(sut, fetch_of(range, 65'536)));
    };
    fault short_one;
    short_one.shorten_by = 10;
    operation_error const too_short = failure_with(short_one);
    BOOST_TEST((too_short.code() == errc::length_mismatch));
    BOOST_TEST(too_short.details().message == "bytes 1048576-2097151: only 1048566 bytes");
    BOOST_TEST((failure_with(surplus_output(1)).code() == errc::length_mismatch));
    operation_error const damaged = failure_with(damaged_output(mib - 1));
    BOOST_TEST((damaged.code() == errc::tree_hash_mismatch));
    BOOST_TEST(damaged.details().message.find(hash_of(range)) != std::string::npos);
    BOOST_TEST((failure_with(wrong_tree_hash()).code() == errc::tree_hash_mismatch));
    BOOST_TEST((failure_with(cut_output(70'000)).code() == errc::connection_closed));
}

// Where the service says no hash there is none to compare with.
BOOST_AUTO_TEST_CASE(no_hash)
{
    service->always(operation::get_job_output, without_header("x-amz-sha256-tree-hash"));
    byte_range const range(mib, 2 * mib - 1);
    BOOST_TEST(run(fetch_range(sut, fetch_of(range, mib))).whole.hex() == hash_of(range));
}

BOOST_AUTO_TEST_SUITE_END()
