#include "emulator/output.hpp"

#include "fixture.hpp"
#include "protocol/leaf_hasher.hpp"

#include <fstream>

namespace glacier::emulation {

namespace {

struct output_fixture : service_fixture {
    /// Files of these bytes, as the parts of an archive.
    std::vector<segment_record> store_segments(std::vector<std::string> const& texts)
    {
        std::vector<segment_record> made;
        std::uint64_t first = 0;
        for (std::string const& text : texts) {
            segment_record segment;
            segment.first = first;
            segment.bytes = text.size();
            new_content content = data->create(new_file_name(random));
            content.write(text);
            protocol::leaf_hasher hasher;
            hasher.update(bytes_of(text), content.leaves);
            hasher.finish(content.leaves);
            data->seal(content);
            auto change = data->begin();
            segment.content = change.insert_content(std::move(content));
            segment.path = change.path_of_content(segment.content);
            change.commit();
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

void flip(std::filesystem::path const& path, std::uint64_t offset)
{
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(offset));
    auto const byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(byte);
}

/// Whether reading fails, with the file's path and the place in what it says.
bool is_refused(output& bytes, std::uint64_t offset, std::size_t size, std::filesystem::path const& path,
                std::string const& place)
{
    try {
        read(bytes, offset, size);
    } catch (damaged_file const& error) {
        std::string const text = error.what();
        BOOST_TEST(text.find(path.string()) != std::string::npos, text);
        BOOST_TEST(text.find(place) != std::string::npos, text);
        return true;
    }
    return false;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(output_suite, output_fixture)

BOOST_AUTO_TEST_CASE(every_range_reads_across_the_files)
{
    auto const files = store_segments({"0123", "45", "6789"});
    for (std::size_t first = 0; first < 10; ++first) {
        for (std::size_t size = 1; first + size <= 10; ++size) {
            output bytes(*data, files, first, size);
            BOOST_TEST(bytes.size() == size);
            BOOST_TEST(read(bytes, 0, size) == std::string("0123456789").substr(first, size));
            BOOST_TEST(read(bytes, size - 1, 1) == std::string("0123456789").substr(first + size - 1, 1));
        }
    }
}

BOOST_AUTO_TEST_CASE(ranges_read_across_leaves_and_back)
{
    std::string const whole = pattern(5 * MiB + 7);
    auto const files = store_segments({whole.substr(0, 2 * MiB), whole.substr(2 * MiB)});
    output bytes(*data, files, 100, whole.size() - 100);
    BOOST_TEST((read(bytes, 0, whole.size() - 100) == whole.substr(100)));
    BOOST_TEST((read(bytes, 2 * MiB - 110, 50) == whole.substr(2 * MiB - 10, 50)));
    BOOST_TEST((read(bytes, 5 * MiB - 110, 17) == whole.substr(5 * MiB - 10, 17)));
    BOOST_TEST((read(bytes, 0, 1) == whole.substr(100, 1)));
}

// One bit is enough, in whatever leaf it is, and wherever in that leaf a range begins.
BOOST_AUTO_TEST_CASE(a_flipped_byte_spoils_its_leaf_and_no_other)
{
    std::string const whole = pattern(2 * MiB + 7);
    for (std::uint64_t const at : {std::uint64_t{0}, std::uint64_t{MiB} + 5, std::uint64_t{2 * MiB} + 6}) {
        auto const files = store_segments({whole});
        flip(files[0].path, at);
        std::uint64_t const damaged = at / MiB;
        for (std::uint64_t leaf = 0; leaf < 3; ++leaf) {
            std::uint64_t const first = leaf * MiB;
            auto const size = static_cast<std::size_t>(std::min<std::uint64_t>(MiB, whole.size() - first));
            output bytes(*data, files, 0, whole.size());
            if (leaf == damaged) {
                std::string const place = " from byte " + std::to_string(first) + " on";
                BOOST_TEST(is_refused(bytes, first, size, files[0].path, place));
                BOOST_TEST(is_refused(bytes, first + size - 1, 1, files[0].path, place));
                // And once more: what was refused is not taken for checked.
                BOOST_TEST(is_refused(bytes, first, 1, files[0].path, place));
            } else {
                BOOST_TEST((read(bytes, first, size) == whole.substr(first, size)));
            }
        }
        output bytes(*data, files, 0, whole.size());
        BOOST_TEST(is_refused(bytes, 0, whole.size(), files[0].path, "damaged"));
    }
}

BOOST_AUTO_TEST_CASE(a_truncated_file_is_read_up_to_its_last_whole_leaf)
{
    std::string const whole = pattern(3 * MiB);
    auto const files = store_segments({whole});
    std::filesystem::resize_file(files[0].path, 2 * MiB - 1);
    output bytes(*data, files, 0, whole.size());
    BOOST_TEST((read(bytes, 0, MiB) == whole.substr(0, MiB)));
    BOOST_TEST(is_refused(bytes, MiB, 1, files[0].path, " from byte 1048576 on"));
    BOOST_TEST(is_refused(bytes, 2 * MiB, MiB, files[0].path, " from byte 2097152 on"));
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_refused_and_the_others_are_read)
{
    auto const files = store_segments({"0123", "45", "6789"});
    std::filesystem::remove(files[1].path);
    output bytes(*data, files, 0, 10);
    BOOST_TEST(read(bytes, 0, 4) == "0123");
    BOOST_TEST(is_refused(bytes, 4, 1, files[1].path, "cannot open"));
    BOOST_TEST(read(bytes, 6, 4) == "6789");
    BOOST_TEST(is_refused(bytes, 0, 10, files[1].path, "cannot open"));
}

BOOST_AUTO_TEST_CASE(files_that_have_changed_places_are_refused)
{
    auto const files = store_segments({"0123", "4567", "89"});
    std::filesystem::path const aside = directory.path() / "aside";
    std::filesystem::rename(files[0].path, aside);
    std::filesystem::rename(files[1].path, files[0].path);
    std::filesystem::rename(aside, files[1].path);
    output bytes(*data, files, 0, 10);
    BOOST_TEST(is_refused(bytes, 0, 1, files[0].path, "damaged"));
    BOOST_TEST(is_refused(bytes, 4, 1, files[1].path, "damaged"));
    BOOST_TEST(read(bytes, 8, 2) == "89");
}

BOOST_AUTO_TEST_CASE(what_has_no_file_or_no_hash_is_refused)
{
    auto files = store_segments({"0123"});
    output bytes(*data, files, 0, 10);
    BOOST_CHECK_THROW(read(bytes, 4, 1), damaged_file);
    files[0].bytes = MiB + 1;
    output longer(*data, files, 0, MiB + 1);
    BOOST_TEST(is_refused(longer, MiB, 1, files[0].path, "no hash"));
}

BOOST_AUTO_TEST_CASE(preparing_finds_damage_at_the_beginning)
{
    auto const files = store_segments({"0123", "4567"});
    flip(files[0].path, 3);
    BOOST_CHECK_THROW(output(*data, files, 1, 2).prepare(), damaged_file);
    BOOST_CHECK_NO_THROW(output(*data, files, 4, 4).prepare());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
