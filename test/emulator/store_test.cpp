#include "emulator/store.hpp"

#include "fixture.hpp"

#include <fstream>

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(store_suite, service_fixture)

BOOST_AUTO_TEST_CASE(everything_is_there_after_a_restart)
{
    options.job_delay = 0ms;
    make_vault("attic");
    std::string const content = pattern(2 * MiB + 3);
    std::string const archive = upload("attic", content, "box 7");
    std::string const job = start_job("attic", job_parameters::archive_retrieval(archive));
    reopen();
    BOOST_TEST((output_of("attic", job) == content));
    auto view = data->begin();
    auto const found = view.find_archive(archive);
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->description.value() == "box 7");
    BOOST_TEST(found->bytes == content.size());
}

BOOST_AUTO_TEST_CASE(a_transaction_that_is_not_committed_changes_nothing)
{
    {
        auto change = data->begin();
        vault_record vault;
        vault.name = "attic";
        change.insert_vault(vault);
        new_content content = data->create("0123456789abcdef0123456789abcdef");
        content.write("bytes");
        data->seal(content);
        change.insert_content(std::move(content));
    }
    auto view = data->begin();
    BOOST_TEST(view.count_vaults() == 0U);
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
}

// The order of things at an upload: the file is complete in its place before the index speaks of it. A kill
// in between leaves a file that the next start removes.
BOOST_AUTO_TEST_CASE(leftovers_of_a_kill_are_removed_and_nothing_else)
{
    make_vault("attic");
    std::string const archive = upload("attic", "kept");
    auto const place = [this](std::string const& name) {
        return directory.path() / "data" / name.substr(0, 2) / name;
    };
    std::string const orphan = "00112233445566778899aabbccddeeff";
    std::ofstream(directory.path() / "incoming" / orphan) << "half";
    std::filesystem::create_directories(place(orphan).parent_path());
    std::ofstream(place(orphan)) << "whole, but not in the index";
    reopen();
    BOOST_TEST(count_files(directory.path() / "incoming") == 0U);
    BOOST_TEST(!std::filesystem::exists(place(orphan)));
    BOOST_TEST(count_files(directory.path() / "data") == 1U);
    options.job_delay = 0ms;
    BOOST_TEST(output_of("attic", start_job("attic", job_parameters::archive_retrieval(archive))) == "kept");
}

BOOST_AUTO_TEST_CASE(a_sealed_file_lies_under_data_before_it_is_in_the_index)
{
    new_content content = data->create("0123456789abcdef0123456789abcdef");
    content.write("bytes");
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
    BOOST_TEST(count_files(directory.path() / "incoming") == 1U);
    data->seal(content);
    BOOST_TEST(count_files(directory.path() / "data") == 1U);
    BOOST_TEST(count_files(directory.path() / "incoming") == 0U);
}

BOOST_AUTO_TEST_CASE(one_store_at_a_time_uses_a_directory)
{
    BOOST_CHECK_EXCEPTION(store(directory.path()), store_error, [](store_error const& error) {
        return std::string_view(error.what()).ends_with("is in use by another emulator");
    });
}

BOOST_AUTO_TEST_CASE(an_unknown_format_is_refused)
{
    data.reset();
    database(directory.path() / "index.sqlite").execute("PRAGMA user_version = 99");
    BOOST_CHECK_EXCEPTION(store(directory.path()), store_error, [](store_error const& error) {
        return std::string_view(error.what()).find("has format 99") != std::string_view::npos;
    });
}

BOOST_AUTO_TEST_CASE(an_index_that_is_no_database_is_refused)
{
    data.reset();
    std::filesystem::remove(directory.path() / "index.sqlite-wal");
    std::ofstream(directory.path() / "index.sqlite") << std::string(4096, 'x');
    BOOST_CHECK_THROW(store(directory.path()), store_error);
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_made_is_refused_with_its_name)
{
    std::ofstream(directory.path() / "file") << "";
    BOOST_CHECK_EXCEPTION(store(directory.path() / "file"), store_error, [](store_error const& error) {
        return std::string_view(error.what()).find("/file") != std::string_view::npos;
    });
}

// The hashes of ranges come from the leaves in the index, whatever files the archive consists of.
BOOST_AUTO_TEST_CASE(hashes_of_aligned_ranges_are_those_of_the_bytes)
{
    make_vault("attic");
    std::string const content = pattern(7 * MiB - 100);
    std::string const id = upload("attic", content);
    auto view = data->begin();
    auto const archive = view.find_archive(id);
    BOOST_TEST_REQUIRE(archive.has_value());
    for (std::uint64_t first = 0; first < 7; ++first) {
        for (std::uint64_t end = first + 1; end <= 7; ++end) {
            byte_range const range(first * MiB, std::min<std::uint64_t>(end * MiB, content.size()) - 1);
            if (!is_tree_hash_aligned(range, content.size()))
                continue;
            auto const bytes = bytes_of(std::string_view(content).substr(range.first(), range.size()));
            BOOST_TEST(view.hash_of_range(archive->number, range).hex() == tree_hash_of(bytes).hex());
        }
    }
}

BOOST_AUTO_TEST_CASE(deleted_archives_are_forgotten_at_a_start_after_the_inventory_that_lacks_them)
{
    make_vault("attic");
    clock.advance(1h);
    std::string const archive = upload("attic", "content");
    remove("attic", archive);
    reopen();
    BOOST_TEST(data->begin().find_archive(archive).has_value());
    clock.advance(24h);
    upload("attic", "another");
    reopen();
    BOOST_TEST(!data->begin().find_archive(archive).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
