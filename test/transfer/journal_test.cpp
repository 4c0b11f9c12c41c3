#include "transfer/journal.hpp"

#include "support/file_size_limit.hpp"
#include "support/printing.hpp"
#include "support/temporary_directory.hpp"

#include <glacier/error.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/stat.h>

namespace glacier::transfer {
namespace {

using test::content_of;
using test::file_size_limit;
using test::temporary_directory;
using names = std::vector<std::string>;
using record = journal::record;

struct journal_fixture {
    static record part(std::uint64_t number)
    {
        record made("part");
        made.set("number", number).set("tree_hash", std::string(64, 'a'));
        return made;
    }

    /// Writes a file with so many parts.
    void write_parts(std::uint64_t count) const
    {
        journal written(file);
        for (std::uint64_t number = 1; number <= count; ++number)
            written.append(part(number));
    }

    /// How many parts it has, which must be numbered from 1.
    static std::size_t count_parts(journal const& read)
    {
        for (std::size_t i = 0; i < read.records().size(); ++i)
            BOOST_TEST(*read.records()[i].number("number") == i + 1);
        return read.records().size();
    }

    std::size_t count_parts() const { return count_parts(journal(file)); }

    /// The error of opening it; the message must name the file.
    static error_code error_of_opening(std::filesystem::path const& path)
    {
        try {
            journal const opened(path);
        } catch (operation_error const& error) {
            BOOST_TEST(std::string(error.what()).find(path.string()) != std::string::npos, error.what());
            return error.code();
        } catch (std::filesystem::filesystem_error const& error) {
            BOOST_TEST(error.path1() == path);
            return error_code(error.code().value(), boost::system::generic_category());
        }
        return {};
    }

    static mode_t mode_of(std::filesystem::path const& path)
    {
        struct stat status {};
        BOOST_TEST_REQUIRE(::lstat(path.c_str(), &status) == 0);
        return status.st_mode & 07777U;
    }

    temporary_directory directory;
    std::filesystem::path file = directory / "state";
};

BOOST_FIXTURE_TEST_SUITE(journal_test, journal_fixture)

// What was appended is there when it is opened again, in order, whatever bytes it consists of.
BOOST_AUTO_TEST_CASE(written_and_read)
{
    std::string const odd("a b=c%d\n\0\xff\xc3\xa4/~", 14);
    {
        journal written(file);
        BOOST_TEST(written.records().empty());
        record first("transfer");
        first.set("kind", "upload").set("file", odd).set("size", 18'446'744'073'709'551'615U).set("none", "");
        written.append(first);
        written.append(record("starting job"));
        BOOST_TEST(written.records().size() == 2U);
        BOOST_TEST((written.path() == file));
    }

    journal const read(file);
    BOOST_TEST_REQUIRE(read.records().size() == 2U);
    record const& first = read.records()[0];
    BOOST_TEST(first.type == "transfer");
    BOOST_TEST(first.fields.size() == 4U);
    BOOST_TEST(first.get("kind") == "upload");
    BOOST_TEST(first.get("file") == odd);
    BOOST_TEST(*first.number("size") == 18'446'744'073'709'551'615U);
    BOOST_TEST(first.get("none").empty());
    BOOST_TEST(read.records()[1].type == "starting job");
    BOOST_TEST(read.records()[1].fields.empty());
}

// The format: it must stay, or what a version wrote cannot be taken up by the next.
BOOST_AUTO_TEST_CASE(lines)
{
    journal written(file);
    record added("part");
    added.set("number", 3).set("a", "x y");
    written.append(added);

    // The first digits of the SHA-256 of the rest, computed with sha256sum.
    BOOST_TEST(content_of(file) == "9b4187f05433bd16 part a=x%20y number=3\n");
}

// What was set twice has the last value.
BOOST_AUTO_TEST_CASE(fields)
{
    record sut("part");
    sut.set("a", "1").set("a", "2");
    BOOST_TEST(*sut.number("a") == 2U);
    BOOST_TEST(sut.get("b").empty());
    BOOST_TEST(!sut.number("b"));
    for (char const* const bad : {"", "-1", "1x", "18446744073709551616", " 1"}) {
        sut.set("a", bad);
        BOOST_TEST(!sut.number("a"), bad);
    }
}

// A journal into which nothing was written leaves nothing behind.
BOOST_AUTO_TEST_CASE(nothing_written)
{
    {
        journal const opened(file);
        BOOST_TEST(journal::exists(file));
    }
    BOOST_TEST(!journal::exists(file));
    BOOST_TEST(directory.names().empty());
}

// It says where transfers are, so it is for its owner alone.
BOOST_AUTO_TEST_CASE(mode)
{
    journal written(file);
    BOOST_TEST(mode_of(file) == 0600U);
    written.append(part(1));
    std::vector<record> others;
    others.push_back(part(1));
    written.replace(std::move(others));
    BOOST_TEST(mode_of(file) == 0600U);
}

// Wherever a crash cuts the file behind its first line: all lines but the last are there, and it goes on from them.
BOOST_AUTO_TEST_CASE(cut_anywhere)
{
    write_parts(2);
    std::string const whole = content_of(file);
    std::size_t const first_line = whole.find('\n') + 1;
    for (std::size_t size = first_line; size <= whole.size(); ++size) {
        directory.write("state", whole.substr(0, size));
        std::size_t const expected = size == whole.size() ? 2 : 1;
        {
            journal taken_up(file);
            BOOST_TEST(count_parts(taken_up) == expected);
            BOOST_TEST(std::filesystem::file_size(file) == expected * first_line);
            taken_up.append(part(expected + 1));
        }
        BOOST_TEST(count_parts() == expected + 1);
    }
}

// The first line is there as a whole or not at all, so what is cut within it is not touched.
BOOST_AUTO_TEST_CASE(cut_in_the_first_line)
{
    write_parts(1);
    std::string const whole = content_of(file);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        directory.write("state", whole.substr(0, size));
        BOOST_TEST(error_of_opening(file) == errc::state_file_invalid, size);
        BOOST_TEST(content_of(file) == whole.substr(0, size));
    }
}

// The first record comes with another file, whose name is the old one.
BOOST_AUTO_TEST_CASE(first_record_replaces_the_file)
{
    journal written(file);
    std::filesystem::create_hard_link(file, directory / "empty");
    written.append(part(1));
    BOOST_TEST(!std::filesystem::equivalent(file, directory / "empty"));
    BOOST_TEST(std::filesystem::file_size(directory / "empty") == 0U);
    BOOST_TEST(error_of_opening(file) == errc::state_file_in_use);
}

// Some file systems leave zeros where a crash came before the bytes.
BOOST_AUTO_TEST_CASE(zeros_at_the_end)
{
    write_parts(1);
    std::string const whole = content_of(file);
    directory.write("state", whole + std::string(100, '\0'));
    BOOST_TEST(count_parts() == 1U);
    BOOST_TEST(content_of(file) == whole);
}

// Any byte that has changed is found, and the file stays as it is for whoever wants to look at it.
BOOST_AUTO_TEST_CASE(changed_anywhere)
{
    write_parts(2);
    std::string const whole = content_of(file);
    for (std::size_t offset = 0; offset < whole.size() - 1; ++offset) {
        std::string changed = whole;
        changed[offset] = static_cast<char>(changed[offset] ^ 1);
        directory.write("state", changed);
        BOOST_TEST(error_of_opening(file) == errc::state_file_invalid, "byte " << offset);
        BOOST_TEST((content_of(file) == changed));
    }
    // Without the end of its line, the last one counts as not written.
    std::string changed = whole;
    changed.back() = 'x';
    directory.write("state", changed);
    BOOST_TEST(count_parts() == 1U);
}

// What was never a journal is not cut: it may be the archive itself that was named by mistake.
BOOST_DATA_TEST_CASE_F(journal_fixture, other_files,
                       boost::unit_test::data::make<std::string>({
                           "bytes without the end of a line",
                           "1700000000",
                           "4711",
                           "0123456789abcdef",
                           "0123456789abcdef part",
                           std::string(100, '\0'),
                           "a line\n",
                           "\n",
                           "0123456789abcdef\n",
                           "0123456789abcdefpart",
                           "0123456789abcdef \x01",
                           // The checksum is right, but not what it is of.
                           "e3b0c44298fc1c14 \n",
                       }))
{
    directory.write("state", sample);
    BOOST_TEST(error_of_opening(file) == errc::state_file_invalid);
    BOOST_TEST(content_of(file) == sample);
}

// Lines whose checksum is right, but which nobody has written like that.
BOOST_AUTO_TEST_CASE(bad_lines)
{
    for (char const* const bad :
         {"769177ff2db13160 part number", "e0edb80ce6a556f7 part a=1 a=2", "9b1698c983852479 part a=%zz"}) {
        auto const path = directory.write("bad", std::string(bad) + "\n");
        BOOST_TEST(error_of_opening(path) == errc::state_file_invalid, bad);
    }
}

// Sizes are bounded on both sides, and an absurd file is not read.
BOOST_AUTO_TEST_CASE(too_large)
{
    directory.write_sparse("state", std::uint64_t(1) << 40U);
    BOOST_TEST(error_of_opening(file) == errc::state_file_invalid);
    BOOST_TEST(std::filesystem::file_size(file) == std::uint64_t(1) << 40U);
    directory.write("state", std::string(100'000, 'a'));
    BOOST_TEST(error_of_opening(file) == errc::state_file_invalid);
    std::filesystem::remove(file);

    // Checksum, blanks, names and the end of the line take 28 bytes.
    auto const line_of = [](std::size_t bytes) {
        record made("long");
        made.set("text", std::string(bytes - 28, 'x'));
        return made;
    };
    auto const is_refused = [](operation_error const& error) {
        return error.code() == errc::state_file_invalid;
    };
    journal written(file);
    BOOST_CHECK_EXCEPTION(written.append(line_of(journal::line_bytes_max + 1)), operation_error, is_refused);
    written.append(line_of(journal::line_bytes_max));

    std::vector<record> lines(journal::bytes_max / journal::line_bytes_max, line_of(journal::line_bytes_max));
    std::vector<record> too_many = lines;
    too_many.push_back(record("more"));
    BOOST_CHECK_EXCEPTION(written.replace(std::move(too_many)), operation_error, is_refused);
    BOOST_TEST(written.records().size() == 1U);
    written.replace(std::move(lines));
    BOOST_TEST(std::filesystem::file_size(file) == journal::bytes_max);
    BOOST_CHECK_EXCEPTION(written.append(record("more")), operation_error, is_refused);
    BOOST_TEST(std::filesystem::file_size(file) == journal::bytes_max);
    written.remove();
}

// The largest file that is written can be read.
BOOST_AUTO_TEST_CASE(largest)
{
    record line("long");
    line.set("text", std::string(journal::line_bytes_max - 28, 'x'));
    std::size_t const count = journal::bytes_max / journal::line_bytes_max;
    {
        journal written(file);
        written.replace(std::vector<record>(count, line));
    }
    BOOST_TEST(journal(file).records().size() == count);
}

// Two at once would write into each other's lines.
BOOST_AUTO_TEST_CASE(second_is_refused)
{
    {
        journal first(file);
        BOOST_TEST(error_of_opening(file) == errc::state_file_in_use);
        first.append(part(1));
        BOOST_TEST(error_of_opening(file) == errc::state_file_in_use);
        std::vector<record> others;
        others.push_back(part(1));
        others.push_back(part(2));
        first.replace(std::move(others));
        BOOST_TEST(error_of_opening(file) == errc::state_file_in_use);
        first.append(part(3));
    }
    BOOST_TEST(count_parts() == 3U);
}

// Whoever opens the file just before it is replaced or removed does not get the one that has no name any more.
BOOST_AUTO_TEST_CASE(race_for_the_name)
{
    std::atomic<int> failures = 0;
    auto const add_one_again_and_again = [this, &failures](int& added) {
        while (added < 40 && failures == 0) {
            try {
                journal opened(file);
                std::vector<record> more = opened.records();
                more.push_back(part(more.size() + 1));
                opened.replace(std::move(more));
                ++added;
            } catch (operation_error const& error) {
                // The other one has it.
                if (error.code() != errc::state_file_in_use)
                    ++failures;
            }
        }
    };
    int ones = 0;
    int others = 0;
    std::thread one([&] { add_one_again_and_again(ones); });
    std::thread other([&] { add_one_again_and_again(others); });
    one.join();
    other.join();
    BOOST_TEST(failures == 0);
    BOOST_TEST(count_parts() == 80U);
}

// Replaced is replaced, and what comes after is appended to it.
BOOST_AUTO_TEST_CASE(replaced)
{
    write_parts(3);
    {
        journal opened(file);
        std::vector<record> others;
        others.push_back(part(1));
        opened.replace(std::move(others));
        BOOST_TEST(opened.records().size() == 1U);
        opened.append(part(2));
    }
    BOOST_TEST(count_parts() == 2U);
    BOOST_TEST((directory.names() == names{"state"}));
}

// What a crash left of a replacement is in nobody's way.
BOOST_AUTO_TEST_CASE(replacement_left_behind)
{
    auto const victim = directory.write("victim", "precious");
    std::filesystem::create_symlink(victim, directory / "state.new");
    write_parts(1);
    {
        journal opened(file);
        std::vector<record> others;
        others.push_back(part(1));
        others.push_back(part(2));
        opened.replace(std::move(others));
    }
    BOOST_TEST(count_parts() == 2U);
    BOOST_TEST(content_of(victim) == "precious");
    BOOST_TEST((directory.names() == names{"state", "victim"}));
}

// A disk that is full fails the append, and leaves the file as it was before; later it may go on.
BOOST_AUTO_TEST_CASE(full_disk)
{
    write_parts(2);
    auto const size = std::filesystem::file_size(file);
    journal opened(file);
    for (std::size_t room = 0; room < 50; room += 7) {
        file_size_limit const full(size + room);
        BOOST_CHECK_EXCEPTION(opened.append(part(3)), std::filesystem::filesystem_error,
                              [&](auto const& error) {
                                  return error.code() == std::errc::file_too_large && error.path1() == file;
                              });
        BOOST_TEST(std::filesystem::file_size(file) == size);
        BOOST_TEST(opened.records().size() == 2U);
    }
    {
        file_size_limit const full(size);
        std::vector<record> more = opened.records();
        more.push_back(part(3));
        BOOST_CHECK_THROW(opened.replace(std::move(more)), std::filesystem::filesystem_error);
        BOOST_TEST((directory.names() == names{"state"}));
        BOOST_TEST(opened.records().size() == 2U);
    }
    opened.append(part(3));
    BOOST_TEST(count_parts(opened) == 3U);
    opened.remove();
}

// A removed file is gone, and nothing can be appended.
BOOST_AUTO_TEST_CASE(removed)
{
    write_parts(1);
    journal opened(file);
    opened.remove();
    BOOST_TEST(!journal::exists(file));
    BOOST_CHECK_THROW(opened.append(part(2)), std::filesystem::filesystem_error);
    std::vector<record> others;
    others.push_back(part(1));
    BOOST_CHECK_THROW(opened.replace(std::move(others)), std::filesystem::filesystem_error);
    BOOST_TEST(directory.names().empty());

    // Another one may have the name by now.
    journal const next(file);
    opened.remove();
    BOOST_TEST(journal::exists(file));
}

// A link that somebody put in the way is not followed, and what is no file is none.
BOOST_AUTO_TEST_CASE(no_regular_file)
{
    auto const victim = directory.write("victim", "precious");
    std::filesystem::create_symlink(victim, file);
    BOOST_TEST(journal::exists(file));
    BOOST_TEST(error_of_opening(file) == errc::state_file_invalid);
    BOOST_TEST(content_of(victim) == "precious");

    std::filesystem::create_directory(directory / "directory");
    BOOST_TEST(error_of_opening(directory / "directory") == errc::state_file_invalid);
    auto const pipe = directory / "pipe";
    BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    BOOST_TEST(error_of_opening(pipe) == errc::state_file_invalid);
    BOOST_TEST(error_of_opening("/dev/null") == errc::state_file_invalid);
}

// Where there can be no file, the error says so.
BOOST_AUTO_TEST_CASE(bad_paths)
{
    BOOST_TEST((error_of_opening(directory / "missing" / "state") == std::errc::no_such_file_or_directory));
    BOOST_TEST((error_of_opening("") == std::errc::no_such_file_or_directory));
    directory.write("plain", "");
    BOOST_TEST((error_of_opening(directory / "plain" / "state") == std::errc::not_a_directory));
    BOOST_TEST(!journal::exists(directory / "plain" / "state"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::transfer
