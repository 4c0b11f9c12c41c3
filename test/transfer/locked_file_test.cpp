#include "transfer/locked_file.hpp"

#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace glacier::transfer {
namespace {

struct locked_file_fixture {
    locked_file_fixture() : path(directory.write("file", "x")), descriptor(::open(path.c_str(), O_RDONLY)) {}
    ~locked_file_fixture() { ::close(descriptor); }

    test::temporary_directory directory;
    std::filesystem::path path;
    int descriptor;
};

BOOST_FIXTURE_TEST_SUITE(locked_file_test, locked_file_fixture)

// A file that was renamed, removed or replaced is not the one that has the name; nor is a link to it.
BOOST_AUTO_TEST_CASE(same_file)
{
    BOOST_TEST(is_same_file(path, descriptor));
    std::filesystem::path const moved = path.string() + ".moved";
    std::filesystem::rename(path, moved);
    BOOST_TEST(!is_same_file(path, descriptor));
    BOOST_TEST(is_same_file(moved, descriptor));
    directory.write("file", "x");
    BOOST_TEST(!is_same_file(path, descriptor));
    std::filesystem::remove(path);
    std::filesystem::create_symlink(moved, path);
    BOOST_TEST(!is_same_file(path, descriptor));
    BOOST_TEST(!is_same_file(path, -1));
}

// Names lead to one file however they are written, whether it is there or not.
BOOST_AUTO_TEST_CASE(one_file)
{
    std::filesystem::create_directory(directory / "inner");
    std::filesystem::create_directory_symlink("inner", directory / "linked");
    for (auto const* const name : {"file", "missing"}) {
        BOOST_TEST(lead_to_one_file(directory / name, directory / "inner/.." / name));
        BOOST_TEST(lead_to_one_file(directory / "inner" / name, directory / "linked" / name));
        BOOST_TEST(!lead_to_one_file(directory / name, directory / "inner" / name));
        BOOST_TEST(!lead_to_one_file(directory / name, directory / "other"));
    }
    std::filesystem::create_hard_link(path, directory / "hard");
    BOOST_TEST(lead_to_one_file(path, directory / "hard"));
    BOOST_TEST(!lead_to_one_file(directory / "none/file", directory / "nothing/file"));
}

// A mere name is in the directory where the program runs.
BOOST_AUTO_TEST_CASE(directory_of_a_file)
{
    BOOST_TEST(directory_of("file") == std::filesystem::path("."));
    BOOST_TEST(directory_of("a/file") == std::filesystem::path("a"));
    BOOST_TEST(directory_of("/file") == std::filesystem::path("/"));
}

// A directory that is not there cannot be made durable, and the error names the file.
BOOST_AUTO_TEST_CASE(syncing)
{
    sync_directory_of(path);
    std::filesystem::path const nowhere = directory.path() / "none" / "file";
    BOOST_CHECK_EXCEPTION(sync_directory_of(nowhere), std::filesystem::filesystem_error,
                          [&](std::filesystem::filesystem_error const& error) {
                              return error.code().value() == ENOENT && error.path1() == nowhere;
                          });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::transfer
