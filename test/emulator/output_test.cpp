#include "emulator/output.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

namespace {

struct output_fixture : temporary_directory {
    std::vector<segment_record> segments()
    {
        std::vector<segment_record> made;
        std::uint64_t first = 0;
        for (std::string const text : {"0123", "45", "6789"}) {
            segment_record segment;
            segment.first = first;
            segment.bytes = text.size();
            segment.path = path() / text;
            std::filesystem::remove(segment.path);
            file(segment.path, file::mode::create).write(text);
            first += text.size();
            made.push_back(segment);
        }
        return made;
    }
};

std::string read(output& bytes, std::uint64_t offset, std::size_t size)
{
    std::string text(size, '\0');
    bytes.read(offset, std::as_writable_bytes(std::span(text)));
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(output_suite, output_fixture)

BOOST_AUTO_TEST_CASE(every_range_reads_across_the_files)
{
    for (std::size_t first = 0; first < 10; ++first) {
        for (std::size_t size = 1; first + size <= 10; ++size) {
            output bytes(segments(), first, size);
            BOOST_TEST(bytes.size() == size);
            BOOST_TEST(read(bytes, 0, size) == std::string("0123456789").substr(first, size));
            BOOST_TEST(read(bytes, size - 1, 1) == std::string("0123456789").substr(first + size - 1, 1));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_missing_or_short_file_is_an_error_and_never_other_bytes)
{
    auto const files = segments();
    output bytes(files, 0, 10);
    std::filesystem::resize_file(files[2].path, 2);
    BOOST_TEST(read(bytes, 0, 8) == "01234567");
    BOOST_CHECK_THROW(read(bytes, 0, 10), std::filesystem::filesystem_error);
    std::filesystem::remove(files[0].path);
    output again(files, 0, 10);
    BOOST_CHECK_THROW(read(again, 0, 4), std::filesystem::filesystem_error);
    BOOST_CHECK_THROW(read(again, 10, 1), store_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
