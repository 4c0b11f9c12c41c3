#include "transfer/output_file.hpp"

#include "support/fake_service.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <atomic>
#include <cerrno>
#include <optional>
#include <span>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace glacier;
using namespace glacier::test;
using transfer::check_output_path;
using transfer::output_file;
using transfer::unfinished_file;

namespace {

/// What the file system says instead of reserving space; 0: it does it.
int fallocate_error = 0;

} // namespace

/// Takes the place of the C library's.
extern "C" int fallocate(int descriptor, int mode, off_t offset, off_t bytes)
{
    if (fallocate_error == 0)
        return static_cast<int>(::syscall(SYS_fallocate, descriptor, mode, offset, bytes));
    errno = fallocate_error;
    return -1;
}

namespace {

struct output_file_fixture {
    ~output_file_fixture() { fallocate_error = 0; }

    /// The code of the error that a call throws; it must name a file.
    template <class Function>
    std::error_code code_of(Function function)
    {
        try {
            function();
        } catch (std::filesystem::filesystem_error const& error) {
            BOOST_TEST(!std::string(error.what()).empty());
            named = error.path1();
            return error.code();
        }
        return {};
    }

    std::error_code code_of_opening(std::filesystem::path const& path)
    {
        return code_of([&path] { output_file const opened(path, 10); });
    }

    temporary_directory directory;
    std::filesystem::path file = directory / "file";
    std::filesystem::path part = directory / "file.part";
    std::filesystem::path named;
};

using names = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(output_file_test, output_file_fixture)

// The bytes are in FILE.part until the file is complete; then only the file is there.
BOOST_AUTO_TEST_CASE(written_and_committed)
{
    output_file output(file, 10);
    output.write(5, as_bytes("world"));
    output.write(0, as_bytes("hello"));
    BOOST_TEST((directory.names() == names{"file.part"}));

    output.commit();

    BOOST_TEST((directory.names() == names{"file"}));
    BOOST_TEST(content_of(file) == "helloworld");
    BOOST_TEST((output.path() == file));
}

// The whole space is taken before a byte is written.
BOOST_AUTO_TEST_CASE(space_is_reserved)
{
    output_file const output(file, 1'000'000);

    struct stat status {};
    BOOST_TEST_REQUIRE(::stat(part.c_str(), &status) == 0);
    BOOST_TEST(status.st_size == 1'000'000);
    BOOST_TEST(status.st_blocks * 512 >= 1'000'000);
}

// Where the file system cannot reserve space the file has its size at once, and nothing is written for it.
BOOST_AUTO_TEST_CASE(space_cannot_be_reserved)
{
    fallocate_error = EOPNOTSUPP;
    {
        output_file const output(file, 1'000'000, unfinished_file::kept);
        struct stat status {};
        BOOST_TEST_REQUIRE(::stat(part.c_str(), &status) == 0);
        BOOST_TEST(status.st_size == 1'000'000);
        BOOST_TEST(status.st_blocks == 0);
        output_file writing(directory / "other", 3, unfinished_file::kept);
        writing.write(0, as_bytes("abc"));
    }
    output_file taken_up(directory / "other", 3, unfinished_file::kept);
    taken_up.commit();
    BOOST_TEST(content_of(directory / "other") == "abc");

    fallocate_error = ENOSPC;
    BOOST_TEST((code_of_opening(file) == std::errc::no_space_on_device));
}

// What is not committed leaves nothing behind.
BOOST_AUTO_TEST_CASE(abandoned)
{
    {
        output_file output(file, 10);
        output.write(0, as_bytes("hello"));
    }

    BOOST_TEST(directory.names().empty());
}

// A file of that name stays whole until the new one takes its place.
BOOST_AUTO_TEST_CASE(existing_file)
{
    directory.write("file", "old");
    {
        output_file output(file, 3);
        output.write(0, as_bytes("bad"));
        BOOST_TEST(content_of(file) == "old");
    }
    BOOST_TEST(content_of(file) == "old");

    output_file output(file, 3);
    output.write(0, as_bytes("new"));
    output.commit();

    BOOST_TEST(content_of(file) == "new");
    BOOST_TEST((directory.names() == names{"file"}));
}

// A FILE.part that a crash left behind is taken over, and its bytes do not shine through.
BOOST_AUTO_TEST_CASE(part_left_behind)
{
    directory.write("file.part", "much more than the new file will have");

    output_file output(file, 3);
    output.write(0, as_bytes("new"));
    output.commit();

    BOOST_TEST(content_of(file) == "new");
}

// Two at once would write into each other's file: the second is refused, and does the first no harm.
BOOST_AUTO_TEST_CASE(second_is_refused)
{
    output_file first(file, 5);
    first.write(0, as_bytes("first"));

    BOOST_TEST((code_of_opening(file) == std::errc::resource_unavailable_try_again));
    BOOST_TEST(named == part);
    first.commit();

    BOOST_TEST(content_of(file) == "first");
    BOOST_TEST(!code_of_opening(file));
}

// Whoever opens FILE.part just before it is renamed must not truncate the finished file.
BOOST_AUTO_TEST_CASE(race_for_the_part)
{
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0;
    // Not content_of(), since the macros of Boost.Test are for one thread.
    auto const read = [&] {
        std::ifstream stream(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    };
    auto const write_again_and_again = [&] {
        while (!done) {
            try {
                output_file output(file, 5);
                output.write(0, as_bytes("whole"));
                output.commit();
                // Nobody else may have changed it but by another whole file.
                if (read() != "whole")
                    ++torn;
            } catch (std::filesystem::filesystem_error const&) {
                // The other one was writing.
            }
        }
    };
    std::thread one(write_again_and_again);
    std::thread other(write_again_and_again);
    for (int looks = 0; looks < 20'000 && torn == 0; ++looks) {
        std::string const seen = read();
        if (!seen.empty() && seen != "whole")
            ++torn;
    }
    done = true;
    one.join();
    other.join();

    BOOST_TEST(torn == 0);
}

// A link that somebody put in the way is not followed.
BOOST_AUTO_TEST_CASE(part_is_a_link)
{
    auto const victim = directory.write("victim", "precious");
    std::filesystem::create_symlink(victim, part);

    BOOST_TEST(!!code_of_opening(file));
    BOOST_TEST(named == part);
    BOOST_TEST(content_of(victim) == "precious");
}

// A full disk is found before anything is fetched, and leaves nothing behind.
BOOST_AUTO_TEST_CASE(no_space)
{
    file_size_limit const full(100'000);

    BOOST_TEST((code_of([&] { output_file const output(file, 100'001); }) == std::errc::file_too_large));
    BOOST_TEST(named == part);
    BOOST_TEST(directory.names().empty());
    BOOST_TEST(!code_of([&] { output_file const output(file, 100'000); }));
}

// A size that no disk has is an error, not a crash.
BOOST_AUTO_TEST_CASE(absurd_size)
{
    BOOST_TEST(
        !!code_of([&] { output_file const output(file, std::numeric_limits<std::uint64_t>::max() / 2); }));
    BOOST_TEST(directory.names().empty());
}

// A disk that fills up all the same makes the write fail.
BOOST_AUTO_TEST_CASE(write_fails)
{
    output_file output(file, 10);
    file_size_limit const full(4);

    BOOST_TEST((code_of([&] { output.write(4, as_bytes("bytes")); }) == std::errc::file_too_large));
    BOOST_TEST(named == part);
}

// If the file cannot get its name, FILE.part goes.
BOOST_AUTO_TEST_CASE(commit_fails)
{
    {
        output_file output(file, 3);
        output.write(0, as_bytes("new"));
        std::filesystem::create_directories(file / "in the way");

        BOOST_TEST(!!code_of([&] { output.commit(); }));
    }

    BOOST_TEST((directory.names() == names{"file"}));
}

// A path without a directory is in the current one.
BOOST_AUTO_TEST_CASE(relative_path)
{
    auto const before = std::filesystem::current_path();
    std::filesystem::current_path(directory.path());
    {
        output_file output("relative", 1);
        output.write(0, as_bytes("r"));
        output.commit();
    }
    std::filesystem::current_path(before);

    BOOST_TEST(content_of(directory / "relative") == "r");
}

/// A path that cannot be written, and the error.
struct bad_path {
    char const* path;
    std::errc error;
};

std::ostream& operator<<(std::ostream& stream, bad_path const& value)
{
    return stream << '"' << value.path << '"';
}

// The check finds, without leaving anything behind, what opening would find hours later.
BOOST_DATA_TEST_CASE_F(output_file_fixture, checked_paths,
                       boost::unit_test::data::make({
                           bad_path{"directory", std::errc::is_a_directory},
                           bad_path{"missing/file", std::errc::no_such_file_or_directory},
                           bad_path{"plain/file", std::errc::not_a_directory},
                           bad_path{"taken", std::errc::file_exists},
                           bad_path{"linked", std::errc::file_exists},
                           bad_path{"directory/", std::errc::is_a_directory},
                           bad_path{"pipe", std::errc::file_exists},
                           bad_path{"to_a_device", std::errc::file_exists},
                       }))
{
    BOOST_TEST_REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    std::filesystem::create_symlink("/dev/null", directory / "to_a_device");
    std::filesystem::create_directories(directory / "directory");
    std::filesystem::create_directories(directory / "taken.part");
    std::filesystem::create_symlink("nowhere", directory / "linked.part");
    directory.write("plain", "bytes");
    names const before = directory.names();

    BOOST_TEST((code_of([&] { check_output_path(directory / sample.path); }) == sample.error));
    BOOST_TEST((code_of_opening(directory / sample.path) == sample.error));
    BOOST_TEST((directory.names() == before));
}

// A name that fits but whose `.part` does not is found too.
BOOST_AUTO_TEST_CASE(name_too_long)
{
    auto const path = directory / std::string(252, 'n');

    BOOST_TEST((code_of([&] { check_output_path(path); }) == std::errc::filename_too_long));
    BOOST_TEST(!code_of([&] { check_output_path(directory / std::string(250, 'n')); }));
}

// No name at all is no file in the current directory.
BOOST_AUTO_TEST_CASE(empty_path)
{
    BOOST_TEST((code_of([&] { check_output_path(""); }) == std::errc::no_such_file_or_directory));
}

// A path that can be written passes, with or without a file there, and nothing is made.
BOOST_AUTO_TEST_CASE(good_paths)
{
    directory.write("file", "old");
    directory.write("file.part", "left behind");

    BOOST_TEST(!code_of([&] { check_output_path(file); }));
    BOOST_TEST(!code_of([&] { check_output_path(directory / "other"); }));
    BOOST_TEST((directory.names() == names{"file", "file.part"}));
    BOOST_TEST(content_of(file) == "old");
}

// A directory that may not be written is found by the check. Root may write everywhere, so it becomes somebody else.
BOOST_AUTO_TEST_CASE(forbidden_directory)
{
    using std::filesystem::perms;
    auto const closed = directory / "closed";
    std::filesystem::create_directory(closed);
    std::filesystem::permissions(closed, perms::owner_read | perms::owner_exec | perms::others_read |
                                             perms::others_exec);
    std::filesystem::permissions(directory.path(),
                                 perms::owner_all | perms::others_read | perms::others_exec);
    pid_t const child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        constexpr uid_t nobody = 65'534;
        bool const ready = ::geteuid() != 0 || ::setuid(nobody) == 0;
        int status = 1;
        try {
            check_output_path(closed / "file");
        } catch (std::filesystem::filesystem_error const& error) {
            status = error.code() == std::errc::permission_denied ? 0 : 2;
        }
        ::_exit(ready ? status : 3);
    }
    int status = 0;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);

    BOOST_TEST(status == 0);
}

// What is abandoned is gone at once, and its place free, although the object is still there.
BOOST_AUTO_TEST_CASE(abandoned_early)
{
    output_file output(file, 10);

    output.abandon();

    BOOST_TEST(directory.names().empty());
    BOOST_TEST(!code_of_opening(file));
}

// A file that is complete cannot be abandoned.
BOOST_AUTO_TEST_CASE(abandoned_too_late)
{
    output_file output(file, 1);
    output.write(0, as_bytes("f"));
    output.commit();

    output.abandon();

    BOOST_TEST((directory.names() == names{"file"}));
}

// What is to be kept stays, and is taken up as it is; without that it is cleared.
BOOST_AUTO_TEST_CASE(kept_and_taken_up)
{
    {
        output_file output(file, 10, unfinished_file::kept);
        output.write(0, as_bytes("hello"));
        output.abandon();
    }
    BOOST_TEST((directory.names() == names{"file.part"}));
    {
        output_file output(file, 10, unfinished_file::kept);
        std::string text(5, '.');
        BOOST_TEST(output.read(0, std::as_writable_bytes(std::span(text))));
        BOOST_TEST(text == "hello");
        output.write(5, as_bytes("world"));
    }
    {
        output_file output(file, 10, unfinished_file::kept);
        output.commit();
    }
    BOOST_TEST(content_of(file) == "helloworld");

    directory.write("file.part", "0123456789");
    output_file output(file, 10);
    std::string text(10, '.');
    BOOST_TEST(output.read(0, std::as_writable_bytes(std::span(text))));
    BOOST_TEST(text == std::string(10, '\0'));
}

// A FILE.part of another size is none that could be taken up.
BOOST_AUTO_TEST_CASE(kept_with_another_size)
{
    for (std::string const& left : {std::string("short"), std::string("too long for it")}) {
        directory.write("file.part", left);
        output_file const output(file, 10, unfinished_file::kept);
        std::string text(10, '.');
        BOOST_TEST(output.read(0, std::as_writable_bytes(std::span(text))));
        BOOST_TEST(text == std::string(10, '\0'));
    }
}

// If there is no room for all of it, what could be taken up stays; what could not goes.
BOOST_AUTO_TEST_CASE(kept_without_room)
{
    directory.write("file.part", "hello");
    {
        file_size_limit const full(8);
        BOOST_TEST((code_of([&] { output_file const output(file, 10, unfinished_file::kept); }) ==
                    std::errc::file_too_large));
    }
    BOOST_TEST(directory.names().empty());
}

// What cannot be read is no bytes.
BOOST_AUTO_TEST_CASE(read_beyond_the_end)
{
    output_file const output(file, 10);
    std::string text(5, '.');
    BOOST_TEST(output.read(5, std::as_writable_bytes(std::span(text))));
    BOOST_TEST(!output.read(6, std::as_writable_bytes(std::span(text))));
    BOOST_TEST(!output.read(20, std::as_writable_bytes(std::span(text))));
}

// A file that another name stands for too is somebody's: it is not written to.
BOOST_AUTO_TEST_CASE(part_has_another_name)
{
    auto const victim = directory.write("victim", "precious");
    std::filesystem::create_hard_link(victim, part);

    BOOST_TEST((code_of_opening(file) == std::errc::file_exists));
    BOOST_TEST(content_of(victim) == "precious");
}

// A file that was finished can be read, and is safe from being abandoned; anything else is not taken for it.
BOOST_AUTO_TEST_CASE(committed_file)
{
    BOOST_TEST(!output_file::find_committed(file, 4));
    directory.write("file", "done");
    {
        auto const found = output_file::find_committed(file, 4);
        BOOST_TEST_REQUIRE(!!found);
        std::string text(4, '.');
        BOOST_TEST(found->read(0, std::as_writable_bytes(std::span(text))));
        BOOST_TEST(text == "done");
        found->abandon();
    }
    BOOST_TEST(content_of(file) == "done");
    BOOST_TEST(!output_file::find_committed(file, 5));
    directory.write("file.part", "");
    BOOST_TEST(!output_file::find_committed(file, 4));
    std::filesystem::remove(part);
    std::filesystem::rename(file, directory / "other");
    std::filesystem::create_symlink("other", file);
    BOOST_TEST(!output_file::find_committed(file, 4));
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    BOOST_TEST(!output_file::find_committed(file, 4));
}

BOOST_AUTO_TEST_SUITE_END()
