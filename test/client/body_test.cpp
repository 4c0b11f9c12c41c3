#include <glacier/body.hpp>

#include "support/client_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <future>
#include <numeric>
#include <sstream>
#include <system_error>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

using namespace glacier;
using namespace glacier::test;

namespace {

std::string read(body const& content, std::uint64_t offset, std::size_t count)
{
    std::string bytes(count, '\0');
    content.source()->read(offset, std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

std::string read(body const& content)
{
    return read(content, 0, content.size());
}

std::vector<std::byte> vector_of(std::string_view text)
{
    auto const bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

/// The code of the std::system_error that a call throws.
template <class Function>
std::error_code system_code_of(Function function)
{
    try {
        function();
    } catch (std::system_error const& error) {
        return error.code();
    }
    return {};
}

/// The code of the boost system_error that a call throws.
template <class Function>
error_code library_code_of(Function function)
{
    try {
        function();
    } catch (boost::system::system_error const& error) {
        return error.code();
    }
    return {};
}

/// Bytes of the mapping that begins here which this process holds.
std::size_t resident_bytes(std::byte const* address)
{
    std::ostringstream first;
    first << std::hex << reinterpret_cast<std::uintptr_t>(address);
    std::ifstream maps("/proc/self/smaps");
    bool found = false;
    for (std::string line; std::getline(maps, line);) {
        found = found || line.starts_with(first.str() + "-");
        if (found && line.starts_with("Rss:"))
            return std::stoul(line.substr(4)) * 1'024;
    }
    BOOST_FAIL("no such mapping");
    return 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(body_test)

// A default body has no bytes and no source.
BOOST_AUTO_TEST_CASE(default_is_empty)
{
    body const content;

    BOOST_TEST(content.size() == 0U);
    BOOST_TEST(!content.source());
}

// Text is taken over, and lies in memory.
BOOST_AUTO_TEST_CASE(string)
{
    body const content(std::string("twelve bytes"));

    BOOST_TEST(content.size() == 12U);
    BOOST_TEST(read(content) == "twelve bytes");
    BOOST_TEST(read(content, 7, 5) == "bytes");
    BOOST_TEST(content.source()->in_memory().value().size() == 12U);
}

// Text keeps its NUL bytes.
BOOST_AUTO_TEST_CASE(string_with_nul)
{
    body const content(std::string("a\0b", 3));

    BOOST_TEST(content.size() == 3U);
    BOOST_TEST(read(content) == std::string("a\0b", 3));
}

// A vector is taken over, and lies in memory.
BOOST_AUTO_TEST_CASE(vector)
{
    body const content(vector_of("twelve bytes"));

    BOOST_TEST(read(content, 1, 3) == "wel");
    BOOST_TEST(content.source()->in_memory().value().size() == 12U);
}

// A view does not copy: it shows the caller's bytes as they are.
BOOST_AUTO_TEST_CASE(view_does_not_copy)
{
    std::string bytes = "twelve bytes";
    body const content = body::view(as_bytes(bytes));
    bytes[0] = 'T';

    BOOST_TEST((content.source()->in_memory().value().data() == as_bytes(bytes).data()));
    BOOST_TEST(read(content) == "Twelve bytes");
}

// Copies of a body share the source.
BOOST_AUTO_TEST_CASE(copies_share_the_source)
{
    body const content(std::string("bytes"));
    body const copy = content;

    BOOST_TEST((copy.source() == content.source()));
}

// A file is not in memory; it is read where it is asked.
BOOST_AUTO_TEST_CASE(file)
{
    temporary_directory const directory;
    body const content = body::file(directory.write("file", "twelve bytes"));

    BOOST_TEST(content.size() == 12U);
    BOOST_TEST(!content.source()->in_memory());
    BOOST_TEST(read(content, 7, 5) == "bytes");
    BOOST_TEST(read(content) == "twelve bytes");
}

// A file is opened once: a removed or replaced one is still read.
BOOST_AUTO_TEST_CASE(file_is_opened_at_once)
{
    temporary_directory const directory;
    auto const path = directory.write("file", "old");
    body const content = body::file(path);
    std::filesystem::remove(path);
    directory.write("file", "new one");

    BOOST_TEST(read(content) == "old");
}

// A part of a file is counted from its own start.
BOOST_AUTO_TEST_CASE(part_of_a_file)
{
    temporary_directory const directory;
    body const content = body::file(directory.write("file", "twelve bytes"), 7, 5);

    BOOST_TEST(content.size() == 5U);
    BOOST_TEST(read(content) == "bytes");
    BOOST_TEST(read(content, 1, 2) == "yt");
}

// A part that the file does not have is refused at once, also where offset + size overflows.
BOOST_AUTO_TEST_CASE(part_beyond_the_file)
{
    temporary_directory const directory;
    auto const path = directory.write("file", "twelve bytes");
    std::uint64_t const most = std::numeric_limits<std::uint64_t>::max();

    BOOST_TEST((library_code_of([&] { body::file(path, 0, 13); }) == errc::file_changed));
    BOOST_TEST((library_code_of([&] { body::file(path, 13, 0); }) == errc::file_changed));
    BOOST_TEST((library_code_of([&] { body::file(path, 12, most); }) == errc::file_changed));
    BOOST_TEST((library_code_of([&] { body::file(path, most, 12); }) == errc::file_changed));
    BOOST_TEST(!library_code_of([&] { body::file(path, 12, 0); }));
}

// A missing file is an error that names it.
BOOST_AUTO_TEST_CASE(missing_file)
{
    temporary_directory const directory;
    auto const path = directory / "missing";

    BOOST_TEST((system_code_of([&] { body::file(path); }) == std::errc::no_such_file_or_directory));
    BOOST_CHECK_EXCEPTION(body::file(path), std::filesystem::filesystem_error,
                          [&](auto const& error) { return error.path1() == path; });
}

// A directory is no file.
BOOST_AUTO_TEST_CASE(file_is_a_directory)
{
    temporary_directory const directory;

    BOOST_TEST((system_code_of([&] { body::file(directory.path()); }) == std::errc::is_a_directory));
}

// A device has no size and cannot be read twice.
BOOST_AUTO_TEST_CASE(device)
{
    BOOST_TEST((system_code_of([] { body::file("/dev/null"); }) == std::errc::invalid_argument));
}

// A pipe is refused at once: opening it must not wait for a writer.
BOOST_AUTO_TEST_CASE(pipe)
{
    temporary_directory const directory;
    auto const path = directory / "pipe";
    BOOST_TEST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);

    auto refused =
        std::async(std::launch::async, [path] { return system_code_of([&path] { body::file(path); }); });
    bool const prompt = refused.wait_for(std::chrono::seconds(5)) == std::future_status::ready;
    if (!prompt)
        std::ofstream(path) << "a writer sets it free";

    BOOST_TEST(prompt);
    BOOST_TEST((refused.get() == std::errc::invalid_argument));
}

// A file that became shorter is an error when it is read, not a crash and not zeros.
BOOST_AUTO_TEST_CASE(truncated_file)
{
    temporary_directory const directory;
    auto const path = directory.write("file", "twelve bytes");
    body const content = body::file(path);
    std::filesystem::resize_file(path, 5);

    BOOST_TEST(read(content, 0, 5) == "twelv");
    BOOST_TEST((library_code_of([&] { read(content); }) == errc::file_changed));
    BOOST_CHECK_EXCEPTION(read(content, 5, 1), operation_error, [&](operation_error const& error) {
        return std::string(error.what()).find(path.string()) != std::string::npos;
    });
}

// A mapped file lies in memory, and shows what a file shows that is read.
BOOST_AUTO_TEST_CASE(mapped_file)
{
    temporary_directory const directory;
    auto const path = directory.write("file", "twelve bytes");
    body const content = body::mapped_file(path);
    std::filesystem::remove(path);

    BOOST_TEST(content.size() == 12U);
    BOOST_TEST(read(content) == "twelve bytes");
    BOOST_TEST(read(content, 7, 5) == "bytes");
    auto const bytes = content.source()->in_memory().value();
    BOOST_TEST((std::vector<std::byte>(bytes.begin(), bytes.end()) == vector_of("twelve bytes")));
    BOOST_TEST(read(content.slice(7, 5)) == "bytes");
    BOOST_TEST(content.slice(7, 5).source()->in_memory().value().data() == bytes.data() + 7);
}

// Nothing cannot be mapped, but a file without bytes is a body without bytes.
BOOST_AUTO_TEST_CASE(mapped_empty_file)
{
    temporary_directory const directory;
    body const content = body::mapped_file(directory.write("file", ""));

    BOOST_TEST(content.size() == 0U);
    BOOST_TEST(content.source()->in_memory().value().empty());
    content.source()->release(0, 0);
}

// What cannot be read cannot be mapped.
BOOST_AUTO_TEST_CASE(mapped_file_that_is_none)
{
    temporary_directory const directory;
    auto const missing = directory / "missing";
    BOOST_CHECK_EXCEPTION(body::mapped_file(missing), std::filesystem::filesystem_error,
                          [&](auto const& error) { return error.path1() == missing; });
    BOOST_TEST((system_code_of([&] { body::mapped_file(directory.path()); }) == std::errc::is_a_directory));
    BOOST_TEST((system_code_of([] { body::mapped_file("/dev/null"); }) == std::errc::invalid_argument));
}

// What is released of a mapped file takes no memory until it is read again: whole pages, and the last one.
BOOST_AUTO_TEST_CASE(released_pages)
{
    temporary_directory const directory;
    auto const page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::string const bytes = some_bytes(31 * page + 100);
    body const content = body::mapped_file(directory.write("file", bytes));
    body const half = content.slice(page, 16 * page);
    std::byte const* const first = content.source()->in_memory().value().data();
    BOOST_TEST((read(content) == bytes));
    BOOST_TEST_REQUIRE(resident_bytes(first) == 32 * page);

    content.source()->release(0, page - 1);
    content.source()->release(1, 2 * page - 2);
    BOOST_TEST(resident_bytes(first) == 32 * page);
    content.source()->release(1, 2 * page);
    BOOST_TEST(resident_bytes(first) == 31 * page);
    // Counted from the slice's own start.
    half.source()->release(page, 2 * page);
    BOOST_TEST(resident_bytes(first) == 29 * page);
    content.source()->release(31 * page, 100);
    BOOST_TEST(resident_bytes(first) == 28 * page);
    content.source()->release(0, content.size());
    BOOST_TEST(resident_bytes(first) == 0U);
    BOOST_TEST((read(content) == bytes));
}

// For other bodies there is nothing to release.
BOOST_AUTO_TEST_CASE(nothing_to_release)
{
    temporary_directory const directory;
    for (body const& each : {body(std::string("twelve bytes")), body(vector_of("twelve bytes")),
                             body::file(directory.write("file", "twelve bytes"))}) {
        each.source()->release(0, 12);
        BOOST_TEST(read(each) == "twelve bytes");
    }
}

// A slice shows its part of every kind of body, in memory where the whole is.
BOOST_AUTO_TEST_CASE(slice)
{
    temporary_directory const directory;
    body const in_memory = body(std::string("twelve bytes")).slice(7, 5);
    body const in_file = body::file(directory.write("file", "twelve bytes")).slice(7, 5);

    for (body const& each : {in_memory, in_file}) {
        BOOST_TEST(each.size() == 5U);
        BOOST_TEST(read(each) == "bytes");
        BOOST_TEST(read(each, 4, 1) == "s");
    }
    BOOST_TEST(in_memory.source()->in_memory().value().size() == 5U);
    BOOST_TEST(!in_file.source()->in_memory());
}

// A slice of a slice adds the offsets up.
BOOST_AUTO_TEST_CASE(slice_of_a_slice)
{
    body const content = body(std::string("twelve bytes")).slice(2, 10).slice(5, 3);

    BOOST_TEST(read(content) == "byt");
}

// A slice keeps the source alive.
BOOST_AUTO_TEST_CASE(slice_outlives_the_body)
{
    std::optional<body> content = body(std::string("twelve bytes"));
    body const part = content->slice(0, 6);
    content.reset();

    BOOST_TEST(read(part) == "twelve");
}

// Bytes that the body does not have cannot be sliced out, also where offset + size overflows.
BOOST_AUTO_TEST_CASE(slice_beyond_the_end)
{
    body const content(std::string("twelve bytes"));
    std::uint64_t const most = std::numeric_limits<std::uint64_t>::max();

    BOOST_TEST((library_code_of([&] { content.slice(0, 13); }) == errc::invalid_byte_range));
    BOOST_TEST((library_code_of([&] { content.slice(13, 0); }) == errc::invalid_byte_range));
    BOOST_TEST((library_code_of([&] { content.slice(1, most); }) == errc::invalid_byte_range));
    BOOST_TEST((library_code_of([&] { content.slice(most, 1); }) == errc::invalid_byte_range));
    BOOST_TEST((library_code_of([&] { body().slice(0, 1); }) == errc::invalid_byte_range));
    BOOST_TEST(content.slice(12, 0).size() == 0U);
}

// Nothing of nothing is nothing, without a source that is not there.
BOOST_AUTO_TEST_CASE(slice_of_nothing)
{
    body const nothing = body().slice(0, 0);

    BOOST_TEST(nothing.size() == 0U);
    if (nothing.source())
        BOOST_TEST(nothing.source()->in_memory().value_or(std::span<std::byte const>()).empty());
}

// Several threads may read one file at once: concurrent parts share the source.
BOOST_AUTO_TEST_CASE(file_is_read_by_several_threads)
{
    temporary_directory const directory;
    std::string const bytes = some_bytes(400'000);
    body const content = body::file(directory.write("file", bytes));
    std::vector<std::future<bool>> reads;
    for (std::size_t i = 0; i < 4; ++i)
        reads.push_back(std::async(std::launch::async, [&content, &bytes, i] {
            for (int times = 0; times < 50; ++times)
                if (read(content, i * 100'000, 100'000) != bytes.substr(i * 100'000, 100'000))
                    return false;
            return true;
        }));

    for (auto& each : reads)
        BOOST_TEST(each.get());
}

BOOST_AUTO_TEST_SUITE_END()
