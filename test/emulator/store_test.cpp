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
        content.leaves.push_back(tree_hash_of(bytes_of("bytes")));
        data->seal(content);
        change.insert_content(std::move(content));
    }
    auto view = data->begin();
    BOOST_TEST(view.count_vaults() == 0U);
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
}

BOOST_AUTO_TEST_CASE(others_have_the_store_while_a_transaction_is_suspended)
{
    auto change = data->begin();
    BOOST_TEST(!change.find_vault("attic").has_value());
    change.suspend();
    make_vault("attic");
    change.resume();
    auto const vault = change.find_vault("attic");
    BOOST_TEST_REQUIRE(vault.has_value());
    change.put_tag(vault->number, "owner", "ann");
    change.commit();
    BOOST_TEST(data->begin().tags_of(vault->number).size() == 1U);
    {
        auto given_up = data->begin();
        given_up.suspend();
    }
    BOOST_TEST(data->begin().tags_of(vault->number).size() == 1U);
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

BOOST_AUTO_TEST_CASE(a_file_without_the_hashes_of_all_its_leaves_is_not_taken_over)
{
    auto change = data->begin();
    new_content content = data->create("0123456789abcdef0123456789abcdef");
    content.write(pattern(MiB + 1));
    content.leaves.push_back(tree_hash_of(bytes_of("bytes")));
    BOOST_CHECK_THROW(change.insert_content(std::move(content)), store_error);
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

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
