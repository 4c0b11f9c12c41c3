#include "emulator/file.hpp"

#include "fixture.hpp"

#include <fstream>
#include <iterator>

namespace glacier::emulation {

namespace {

std::string content_of(std::filesystem::path const& path)
{
    std::ifstream input(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_suite, temporary_directory)

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read_from_any_place)
{
    file output(path() / "a", file::mode::create);
    output.write("0123456789");
    output.sync();
    output.close();
    file const input(path() / "a", file::mode::read);
    std::string text(4, '\0');
    input.read(3, std::as_writable_bytes(std::span(text)));
    BOOST_TEST(text == "3456");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_short_is_an_error)
{
    file(path() / "a", file::mode::create).write("0123");
    file const input(path() / "a", file::mode::read);
    std::string text(4, '\0');
    BOOST_CHECK_THROW(input.read(1, std::as_writable_bytes(std::span(text))),
                      std::filesystem::filesystem_error);
}

BOOST_AUTO_TEST_CASE(failures_name_the_path)
{
    auto const missing = path() / "missing";
    BOOST_CHECK_EXCEPTION(file(missing, file::mode::read), std::filesystem::filesystem_error,
                          [&](auto const& error) { return error.path1() == missing; });
    file const existing(path() / "a", file::mode::create);
    BOOST_CHECK_THROW(file(path() / "a", file::mode::create), std::filesystem::filesystem_error);
}

BOOST_AUTO_TEST_CASE(one_opening_at_a_time_has_the_lock)
{
    auto first = std::make_optional<file>(path() / "lock", file::mode::update);
    file second(path() / "lock", file::mode::update);
    BOOST_TEST(first->try_lock());
    BOOST_TEST(!second.try_lock());
    first.reset();
    BOOST_TEST(second.try_lock());
}

BOOST_AUTO_TEST_CASE(missing_directories_are_made_whatever_form_the_path_has)
{
    make_directories(path() / "a" / "b");
    BOOST_TEST(std::filesystem::is_directory(path() / "a" / "b"));
    make_directories(path() / "a" / "c" / "");
    BOOST_TEST(std::filesystem::is_directory(path() / "a" / "c"));
    make_directories(path() / "a" / ".." / "d" / "." / "e");
    BOOST_TEST(std::filesystem::is_directory(path() / "d" / "e"));
    make_directories(path() / "a" / "b");
    file(path() / "f", file::mode::create).write("in the way");
    BOOST_CHECK_THROW(make_directories(path() / "f" / "g"), std::filesystem::filesystem_error);
}

BOOST_AUTO_TEST_CASE(writing_atomically_replaces_the_file_and_leaves_nothing_else)
{
    write_atomically(path() / "a", "old", 0644);
    write_atomically(path() / "a", "new", 0600);
    BOOST_TEST(content_of(path() / "a") == "new");
    BOOST_TEST(count_files(path()) == 1U);
    using std::filesystem::perms;
    BOOST_TEST(
        (std::filesystem::status(path() / "a").permissions() == (perms::owner_read | perms::owner_write)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
