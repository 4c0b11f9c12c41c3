#include "transfer/file_identity.hpp"

#include "support/printing.hpp"
#include "support/temporary_directory.hpp"

#include <glacier/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>

using namespace glacier;
using namespace glacier::test;
using transfer::check_unchanged;
using transfer::file_identity;

namespace {

struct identity_fixture {
    /// The code that check_unchanged() fails with; none if it does not.
    error_code change() const
    {
        try {
            check_unchanged(file, before);
        } catch (operation_error const& error) {
            BOOST_TEST(error.details().resource == file.string());
            return error.code();
        }
        return {};
    }

    void touch(std::chrono::nanoseconds later) const
    {
        auto const time = std::filesystem::last_write_time(file);
        std::filesystem::last_write_time(
            file, time + std::chrono::duration_cast<std::filesystem::file_time_type::duration>(later));
    }

    temporary_directory directory;
    std::filesystem::path file = directory.write("file", "content");
    file_identity before = file_identity::of(file);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_identity_test, identity_fixture)

// File systems have times that nanoseconds in 64 bits have not.
BOOST_AUTO_TEST_CASE(times_far_away)
{
    using transfer::nanoseconds_since_1970;
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    BOOST_TEST(nanoseconds_since_1970(1, 5) == 1'000'000'005);
    BOOST_TEST(nanoseconds_since_1970(-1, 5) == -999'999'995);
    BOOST_TEST(nanoseconds_since_1970(9'223'372'035, 999'999'999) == 9'223'372'035'999'999'999);
    for (std::int64_t const seconds : {std::int64_t(9'223'372'036), std::int64_t(15'000'000'000), most})
        BOOST_TEST(nanoseconds_since_1970(seconds, 999'999'999) == most);
    for (std::int64_t const seconds : {std::int64_t(-9'223'372'036), -most, -most - 1})
        BOOST_TEST(nanoseconds_since_1970(seconds, 0) == -most);
}

// A file that nobody touches stays the same.
BOOST_AUTO_TEST_CASE(same)
{
    BOOST_TEST(before.size == 7U);
    BOOST_TEST((file_identity::of(file) == before));
    BOOST_TEST(!change());
    BOOST_TEST(transfer::difference(before, before) == "");
}

// One that was written to has changed, be it by a nanosecond, also if the size is the same or the time was put back
// beyond what it was.
BOOST_AUTO_TEST_CASE(written_to)
{
    touch(std::chrono::nanoseconds(1));
    BOOST_TEST((change() == errc::file_changed));
    touch(std::chrono::nanoseconds(-2));
    BOOST_TEST((change() == errc::file_changed));
}

BOOST_AUTO_TEST_CASE(other_size)
{
    auto const time = std::filesystem::last_write_time(file);
    std::filesystem::resize_file(file, 8);
    std::filesystem::last_write_time(file, time);
    BOOST_TEST((change() == errc::file_changed));
    BOOST_TEST(transfer::difference(before, file_identity::of(file)) == "8 bytes instead of 7");
}

// What became of a file that is gone cannot be known.
BOOST_AUTO_TEST_CASE(gone)
{
    std::filesystem::remove(file);
    BOOST_TEST((change() == errc::file_changed));
    BOOST_CHECK_EXCEPTION(file_identity::of(file), std::filesystem::filesystem_error,
                          [this](auto const& error) { return error.path1() == file; });
}

// A copy with the same times is another file, but not a changed one.
BOOST_AUTO_TEST_CASE(copy)
{
    auto const time = std::filesystem::last_write_time(file);
    std::filesystem::copy_file(file, directory / "copy");
    std::filesystem::rename(directory / "copy", file);
    std::filesystem::last_write_time(file, time);
    BOOST_TEST(!change());
    BOOST_TEST(!(file_identity::of(file) == before));
}

// Times before 1970 are times too.
BOOST_AUTO_TEST_CASE(old_file)
{
    std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) -
                                               std::chrono::hours(24 * 366 * 80));
    BOOST_TEST(file_identity::of(file).modified < 0);
}

BOOST_AUTO_TEST_SUITE_END()
