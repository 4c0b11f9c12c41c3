#include "cli/file.hpp"

#include "cli/exit_code.hpp"
#include "fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <fcntl.h>
#include <functional>
#include <span>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace glacier::cli;

std::string error_of(std::function<void()> const& action)
{
    try {
        action();
        return {};
    } catch (failure const& error) {
        BOOST_TEST((error.code() == exit_code::local_file));
        return error.what();
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_file, cli_test::scratch_directory)

BOOST_AUTO_TEST_CASE(size_of_a_file)
{
    BOOST_TEST(size_of_archive_file(make_file("one", 1)) == 1U);
    BOOST_TEST(size_of_archive_file(make_file("more", 12'345)) == 12'345U);
}

// Each error names the file and the reason.
BOOST_AUTO_TEST_CASE(no_archive_file)
{
    std::string const missing = file("missing");
    BOOST_TEST(error_of([&] { size_of_archive_file(missing); }) == missing + ": No such file or directory");
    BOOST_TEST(error_of([&] { size_of_archive_file(missing + "/inner"); }) ==
               missing + "/inner: No such file or directory");
    std::string const empty = make_file("empty", 0);
    BOOST_TEST(error_of([&] { size_of_archive_file(empty); }) ==
               empty + ": the file is empty: an archive has at least 1 byte");
    BOOST_TEST(error_of([&] { size_of_archive_file(file("")); }) == file("") + ": Is a directory");
    BOOST_TEST(error_of([&] { size_of_archive_file("/dev/null"); }) == "/dev/null: not a regular file");
    BOOST_TEST(error_of([&] { size_of_archive_file(""); }) == ": No such file or directory");
}

// A new file and an existing one are fine, also without a directory.
BOOST_AUTO_TEST_CASE(places)
{
    BOOST_TEST(error_of([&] { check_place(file("new")); }).empty());
    BOOST_TEST(error_of([&] { check_place(make_file("old", 1)); }).empty());
    auto const before = std::filesystem::current_path();
    std::filesystem::current_path(file(""));
    BOOST_TEST(error_of([&] { check_place("new"); }).empty());
    std::filesystem::current_path(before);
}

// A device would be replaced by a file, so it is no place.
BOOST_AUTO_TEST_CASE(no_places)
{
    std::string const inner = file("missing/new");
    BOOST_TEST(error_of([&] { check_place(inner); }) == inner + ": No such file or directory");
    std::string const below = make_file("old", 1) + "/new";
    BOOST_TEST(error_of([&] { check_place(below); }) == below + ": Not a directory");
    BOOST_TEST(error_of([&] { check_place(file("")); }) == file("") + ": Is a directory");
    BOOST_TEST(error_of([&] { check_place("/dev/null"); }) == "/dev/null: not a regular file");
}

BOOST_AUTO_TEST_CASE(place_without_permission)
{
    if (::geteuid() == 0) {
        BOOST_TEST_MESSAGE("everything is permitted for root");
        return;
    }
    std::string const locked = file("locked");
    std::filesystem::create_directory(locked);
    ::chmod(locked.c_str(), 0555);
    BOOST_TEST(error_of([&] { check_place(locked + "/new"); }) == locked + "/new: Permission denied");
}

BOOST_AUTO_TEST_CASE(reading)
{
    file_reader reader(make_file("file", std::string("abcdef")));
    std::array<std::byte, 4> buffer{};
    BOOST_TEST((reader.read_some(buffer) == std::size_t(4)));
    BOOST_TEST((buffer[3] == std::byte('d')));
    BOOST_TEST((reader.read_some(buffer) == std::size_t(2)));
    BOOST_TEST((reader.read_some(buffer) == std::size_t(0)));
}

BOOST_AUTO_TEST_CASE(reading_fails)
{
    std::string const missing = file("missing");
    BOOST_TEST(error_of([&] { file_reader const reader(missing); }) ==
               missing + ": No such file or directory");
    std::array<std::byte, 4> buffer{};
    file_reader directory(file(""));
    BOOST_TEST(error_of([&] { directory.read_some(buffer); }) == file("") + ": Is a directory");
}

// A read that has to wait gives up after a moment, and goes on when there is something.
BOOST_AUTO_TEST_CASE(reading_a_pipe)
{
    std::string const pipe = file("pipe");
    BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    // For reading too, so that opening does not wait.
    int const writer = ::open(pipe.c_str(), O_RDWR);
    BOOST_TEST_REQUIRE(writer >= 0);
    file_reader reader(pipe);
    std::array<std::byte, 4> buffer{};
    BOOST_TEST(!reader.read_some(buffer).has_value());
    BOOST_TEST_REQUIRE(::write(writer, "ab", 2) == 2);
    BOOST_TEST((reader.read_some(buffer) == std::size_t(2)));
    ::close(writer);
    BOOST_TEST((reader.read_some(buffer) == std::size_t(0)));
}

// Whoever gave the descriptor goes on with it.
BOOST_AUTO_TEST_CASE(reading_a_descriptor)
{
    std::string const name = make_file("file", std::string("abcdef"));
    int const descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(descriptor >= 0);
    std::array<std::byte, 4> buffer{};
    {
        file_reader reader("input", descriptor);
        BOOST_TEST((reader.read_some(buffer) == std::size_t(4)));
    }
    BOOST_TEST(::read(descriptor, buffer.data(), buffer.size()) == 2);
    ::close(descriptor);
    BOOST_TEST(error_of([&] { file_reader const reader("input", descriptor); }) ==
               "input: Bad file descriptor");
}

BOOST_AUTO_TEST_CASE(writing_a_file)
{
    std::string const text(3'000'000, 'x');
    int const descriptor = ::open(file("file").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    BOOST_TEST_REQUIRE(descriptor >= 0);
    {
        file_writer writer("output", descriptor);
        BOOST_TEST(writer.write_some(std::as_bytes(std::span(text))) == text.size());
        BOOST_TEST(writer.write_some({}) == 0U);
    }
    BOOST_TEST(::write(descriptor, "y", 1) == 1);
    ::close(descriptor);
    BOOST_TEST((cli_test::content_of(file("file")) == text + "y"));
    BOOST_TEST(error_of([&] { file_writer const writer("output", descriptor); }) ==
               "output: Bad file descriptor");
}

// A pipe takes what it has room for, and a write never waits for its reader.
BOOST_AUTO_TEST_CASE(writing_a_pipe)
{
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    std::string const text(1'000'000, 'x');
    file_writer writer("output", ends[1]);
    std::size_t const written = writer.write_some(std::as_bytes(std::span(text)));
    BOOST_TEST(written > 0U);
    BOOST_TEST(written < text.size());
    BOOST_TEST(writer.write_some(std::as_bytes(std::span(text))) == 0U);
    std::vector<char> buffer(written);
    BOOST_TEST(::read(ends[0], buffer.data(), buffer.size()) == static_cast<ssize_t>(written));
    BOOST_TEST(writer.write_some(std::as_bytes(std::span(text))) > 0U);
    ::close(ends[0]);
    ::close(ends[1]);
}

BOOST_AUTO_TEST_SUITE_END()
