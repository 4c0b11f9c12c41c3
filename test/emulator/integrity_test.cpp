#include "emulator/integrity.hpp"

#include "emulator/sqlite.hpp"

#include "fixture.hpp"

#include <fstream>

namespace glacier::emulation {

namespace {

struct integrity_fixture : service_fixture {
    integrity_fixture()
    {
        options.job_delay = 0ms;
        options.inventory_period = 0ms;
        make_vault("attic");
        archive = upload("attic", pattern(2 * MiB + 3));
        inventory = start_job("attic", job_parameters::inventory_retrieval());
        archive_file = [&] {
            auto view = data->begin();
            return view.segments_of(view.find_archive(archive)->number).front().path;
        }();
        data.reset();
    }

    integrity_report verify()
    {
        said.clear();
        return verify_data_directory(directory.path(),
                                     [this](std::string const& sentence) { said += sentence + "\n"; });
    }

    void change(std::string const& sql) { database(directory.path() / "index.sqlite").execute(sql); }

    /// Whether verifying finds one problem, and says this.
    bool finds(std::string const& words)
    {
        integrity_report const report = verify();
        BOOST_TEST(report.problems == 1U, said);
        return said.find(words) != std::string::npos;
    }

    std::string archive;
    std::string inventory;
    std::filesystem::path archive_file;
    std::string said;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(integrity_suite, integrity_fixture)

BOOST_AUTO_TEST_CASE(a_sound_directory_has_no_problems)
{
    integrity_report const report = verify();
    BOOST_TEST(report.problems == 0U, said);
    BOOST_TEST(report.leftovers == 0U);
    BOOST_TEST(report.files == 2U);
    BOOST_TEST(report.bytes > 2 * MiB + 3);
    BOOST_TEST(said.empty());
}

BOOST_AUTO_TEST_CASE(a_flipped_byte_is_found_with_its_file_and_place)
{
    std::fstream file(archive_file, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(MiB + 7);
    file.put('!');
    file.close();
    BOOST_TEST(finds(archive_file.string() + ": damaged: 1048576 bytes from byte 1048576 on"), said);
}

BOOST_AUTO_TEST_CASE(files_that_are_missing_short_or_long_are_found)
{
    std::filesystem::resize_file(archive_file, 2 * MiB + 4);
    BOOST_TEST(finds("it has 2097156 bytes instead of 2097155"), said);
    std::filesystem::resize_file(archive_file, 2 * MiB);
    BOOST_TEST(finds("it has 2097152 bytes instead of 2097155"), said);
    std::filesystem::remove(archive_file);
    BOOST_TEST(finds(archive_file.string() + ": No such file"), said);
}

BOOST_AUTO_TEST_CASE(contradictions_in_the_index_are_found)
{
    change("UPDATE vault SET archives = 2");
    BOOST_TEST(finds("vault attic: it says 2 archives with 2097155 bytes, and has 1 with 2097155"), said);
    change("UPDATE vault SET archives = 1; UPDATE archive SET hash = zeroblob(32)");
    BOOST_TEST(finds("archive " + archive + ": its tree hash is not that of its files"), said);
    change("UPDATE archive SET bytes = 2097156; UPDATE vault SET bytes = 2097156");
    BOOST_TEST(finds("its files have 2097155 bytes instead of 2097156"), said);
    change("UPDATE segment SET first = 1");
    BOOST_TEST(finds("no file holds its byte 0"), said);
    change("DELETE FROM segment; DELETE FROM archive; UPDATE vault SET archives = 0, bytes = 0;"
           "UPDATE job SET content_bytes = 1");
    BOOST_TEST(finds("job " + inventory), said);
    change("UPDATE job SET content_bytes = (SELECT bytes FROM content WHERE number = content);"
           "INSERT INTO part SELECT 1, 0, 2097155, zeroblob(32), min(number) FROM content");
    BOOST_TEST(finds("refers to what is not there"), said);
    change("INSERT INTO upload SELECT 1, number, 'its-id', NULL, 1, 1, 1, 0, NULL FROM vault");
    BOOST_TEST(finds("the part at byte 0 of upload its-id"), said);
}

BOOST_AUTO_TEST_CASE(left_overs_are_named_but_no_problem)
{
    std::ofstream(directory.path() / "incoming" / "half") << "half";
    std::ofstream(archive_file.parent_path() / "unknown") << "whole";
    integrity_report const report = verify();
    BOOST_TEST(report.problems == 0U);
    BOOST_TEST(report.leftovers == 2U);
    BOOST_TEST(said.find("/incoming/half\n") != std::string::npos);
    BOOST_TEST(said.find("/unknown\n") != std::string::npos);
    // Nothing was changed.
    BOOST_TEST(verify().leftovers == 2U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_verified_is_refused)
{
    change("PRAGMA user_version = 3");
    BOOST_CHECK_THROW(verify(), store_error);
    change("PRAGMA user_version = 4");
    open();
    BOOST_CHECK_EXCEPTION(verify(), store_error, [](store_error const& error) {
        return std::string_view(error.what()).ends_with("is in use by an emulator");
    });
    std::filesystem::path const nowhere = directory.path() / "nowhere";
    BOOST_CHECK_THROW(verify_data_directory(nowhere, [](std::string const&) {}), store_error);
    BOOST_TEST(!std::filesystem::exists(nowhere));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
