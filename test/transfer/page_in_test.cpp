#include "transfer/page_in.hpp"

#include "transfer/upload_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <cstddef>
#include <span>

using namespace glacier;
using namespace glacier::test;

namespace {

long page_faults_of_this_thread()
{
    ::rusage usage{};
    BOOST_TEST_REQUIRE(::getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage.ru_minflt + usage.ru_majflt;
}

/// Page faults of this thread when it reads all of it.
long faults_of_reading(std::span<std::byte const> bytes)
{
    long const before = page_faults_of_this_thread();
    std::byte sum{};
    for (std::byte const byte : bytes)
        sum ^= byte;
    std::byte volatile const kept = sum;
    static_cast<void>(kept);
    return page_faults_of_this_thread() - before;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(page_in_test, upload_fixture)

// Whoever reads a mapped file afterwards is not held up.
BOOST_AUTO_TEST_CASE(mapped_file)
{
    body const content = body::mapped_file(directory.write("file", some_bytes(32 * mib + 1)));
    body const unread = body::mapped_file(directory.path() / "file");
    run(transfer::page_in(sut, content));
    long const faults = faults_of_reading(*content.source()->in_memory());
    // How many it would be, is the system's choice.
    BOOST_TEST(faults < faults_of_reading(*unread.source()->in_memory()));
}

// What is read in blocks is not read, and nothing is no special case.
BOOST_AUTO_TEST_CASE(others)
{
    auto const source = std::make_shared<counting_source>(some_bytes(mib));
    run(transfer::page_in(sut, body(source)));
    BOOST_TEST(source->bytes_read == 0U);
    run(transfer::page_in(sut, body()));
    run(transfer::page_in(sut, body(std::string())));
}

BOOST_AUTO_TEST_SUITE_END()
