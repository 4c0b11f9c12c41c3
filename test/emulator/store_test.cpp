#include "emulator/store.hpp"

#include "fixture.hpp"

#include <fstream>

namespace glacier::emulation {

namespace {

/// The index as version 1 made it, with one of everything that it could hold.
constexpr char const* index_of_version_1 = R"(
CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE vault (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
    changed INTEGER, archives INTEGER NOT NULL, bytes INTEGER NOT NULL,
    inventory_date INTEGER, inventory_archives INTEGER, inventory_bytes INTEGER);

-- A file under data/. leaves: the SHA-256 of each MiB, 32 bytes each.
CREATE TABLE content (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL, leaves BLOB NOT NULL);

CREATE TABLE archive (
    number INTEGER PRIMARY KEY AUTOINCREMENT, vault INTEGER NOT NULL REFERENCES vault(number),
    id TEXT NOT NULL UNIQUE, description TEXT, bytes INTEGER NOT NULL, hash BLOB NOT NULL,
    created INTEGER NOT NULL, deleted INTEGER);
CREATE INDEX archive_of_vault ON archive(vault, number);

CREATE TABLE segment (
    archive INTEGER NOT NULL REFERENCES archive(number), first INTEGER NOT NULL,
    content INTEGER NOT NULL REFERENCES content(number), PRIMARY KEY (archive, first)) WITHOUT ROWID;
CREATE INDEX segment_content ON segment(content);

CREATE TABLE upload (
    number INTEGER PRIMARY KEY AUTOINCREMENT, vault INTEGER NOT NULL REFERENCES vault(number),
    id TEXT NOT NULL UNIQUE, description TEXT, part_bytes INTEGER NOT NULL, created INTEGER NOT NULL,
    active INTEGER NOT NULL, aborted INTEGER NOT NULL, archive_id TEXT);
CREATE INDEX upload_of_vault ON upload(vault, number);
CREATE INDEX upload_active ON upload(active);

CREATE TABLE part (
    upload INTEGER NOT NULL REFERENCES upload(number), first INTEGER NOT NULL, bytes INTEGER NOT NULL,
    hash BLOB NOT NULL, content INTEGER NOT NULL REFERENCES content(number),
    PRIMARY KEY (upload, first)) WITHOUT ROWID;
CREATE INDEX part_content ON part(content);

CREATE TABLE job (
    number INTEGER PRIMARY KEY AUTOINCREMENT, vault INTEGER NOT NULL REFERENCES vault(number),
    id TEXT NOT NULL UNIQUE, description TEXT, sns_topic TEXT, created INTEGER NOT NULL,
    completion INTEGER NOT NULL, failed INTEGER NOT NULL,
    archive INTEGER, archive_id TEXT, archive_bytes INTEGER NOT NULL, archive_hash BLOB NOT NULL,
    range_first INTEGER NOT NULL, range_last INTEGER NOT NULL, range_hash BLOB, tier TEXT,
    format TEXT, start_date INTEGER, end_date INTEGER, item_limit TEXT, marker TEXT,
    content INTEGER REFERENCES content(number), content_bytes INTEGER NOT NULL);
CREATE INDEX job_of_vault ON job(vault, number);
CREATE INDEX job_of_archive ON job(archive) WHERE archive IS NOT NULL;
CREATE INDEX job_completion ON job(completion);
CREATE INDEX job_content ON job(content) WHERE content IS NOT NULL;

INSERT INTO setting VALUES ('clock_ahead_ms', 1770000000000);
INSERT INTO vault VALUES (3, 'attic', 1760000000000, 1760000000001, 1, 7, NULL, NULL, NULL);
INSERT INTO vault VALUES (4, 'cellar', 1760000000002, NULL, 0, 0, NULL, NULL, NULL);
INSERT INTO content VALUES (
    8, '0123456789abcdef0123456789abcdef', 7,
    x'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73');
INSERT INTO archive VALUES (
    5, 3, 'its-id', 'box 7', 7, x'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73',
    1760000000001, NULL);
INSERT INTO segment VALUES (5, 0, 8);
INSERT INTO upload VALUES (6, 4, 'upload', NULL, 1048576, 1769999999000, 1769999999000, 0, NULL);
INSERT INTO job VALUES (
    9, 3, 'job', 'get it', NULL, 1769999990000, 1769999999000, 0, 5, 'its-id', 7,
    x'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73', 0, 6,
    x'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73', 'Standard',
    NULL, NULL, NULL, NULL, NULL, NULL, 0);
PRAGMA user_version = 1;
)";

std::int64_t version_of(std::filesystem::path const& index)
{
    database db(index);
    query rows(db, "PRAGMA user_version");
    std::int64_t version = 0;
    if (rows.next())
        rows.read(version);
    return version;
}

} // namespace

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

BOOST_AUTO_TEST_CASE(the_format_of_a_newer_version_is_refused)
{
    data.reset();
    for (std::string const version : {"4", "99", "-1"}) {
        database(directory.path() / "index.sqlite").execute("PRAGMA user_version = " + version);
        BOOST_CHECK_EXCEPTION(store(directory.path()), store_error, [&](store_error const& error) {
            return std::string(error.what()) == "the data directory " + directory.path().string() +
                                                    " has format " + version +
                                                    ", and this version knows formats up to 3 only";
        });
        BOOST_TEST(version_of(directory.path() / "index.sqlite") == std::stoll(version));
    }
}

BOOST_AUTO_TEST_CASE(an_index_of_version_1_is_migrated_with_its_data)
{
    data.reset();
    std::filesystem::path const index = directory.path() / "index.sqlite";
    std::filesystem::remove(index);
    database(index).execute(index_of_version_1);
    std::filesystem::create_directories(directory.path() / "data" / "01");
    std::ofstream(directory.path() / "data" / "01" / "0123456789abcdef0123456789abcdef") << "content";
    open();

    BOOST_TEST(describe("cellar").vault_name == "cellar");
    BOOST_TEST((describe("attic").creation_date == timestamp(std::chrono::milliseconds(1'760'000'000'000))));
    BOOST_TEST(data->begin().setting("clock_ahead_ms").value() == 1'770'000'000'000);
    BOOST_TEST(data->begin().find_archive("its-id")->description.value() == "box 7");
    BOOST_TEST(data->begin().find_upload(4, "upload")->part_bytes == 1'048'576U);
    BOOST_TEST(data->begin().find_job(3, "job")->description.value() == "get it");
    BOOST_TEST(!data->begin().find_job(3, "job")->failure.has_value());
    BOOST_TEST(output_of("attic", "job") == "content");

    // And what is new works with what was there.
    BOOST_TEST(start_job("attic", job_parameters::archive_retrieval("its-id")) != "job");
    {
        auto change = data->begin();
        BOOST_TEST(change.tags_of(3).empty());
        change.put_tag(3, "owner", "ann");
        change.put_access_policy(3, "{}");
        change.put_lock(3, lock_record());
        change.put_notification(3, notification_record());
        change.set_retrieval_rule(retrieval_rule_record{"FreeTier", std::nullopt});
        change.insert_capacity(capacity_record());
        delivery_record delivery;
        delivery.topic = "topic";
        change.insert_delivery(delivery);
        // The jobs of earlier versions have not been announced.
        timestamp const end(std::chrono::milliseconds(4'000'000'000'000));
        BOOST_TEST(change.unannounced_jobs(end, 10).size() == 2U);
        change.mark_announced(change.find_job(3, "job")->number);
        BOOST_TEST(change.unannounced_jobs(end, 10).size() == 1U);
        change.commit();
    }
    reopen();
    BOOST_TEST(data->begin().tags_of(3).at("owner") == "ann");
    BOOST_TEST(data->begin().deliveries_after(0, 10).front().topic == "topic");
    BOOST_TEST(output_of("attic", "job") == "content");
    data.reset();
    BOOST_TEST(version_of(index) == 3);
}

// Before version 3 inventories had no hashes of their leaves. One whose file is gone gets none, so that its output
// is refused as damaged.
BOOST_AUTO_TEST_CASE(inventories_of_version_2_get_hashes)
{
    options.job_delay = 0ms;
    options.inventory_period = 0ms;
    make_vault("attic");
    upload("attic", "content");
    std::string const kept = start_job("attic", job_parameters::inventory_retrieval());
    std::string const lost = start_job("attic", job_parameters::inventory_retrieval());
    std::string const inventory = output_of("attic", kept);
    std::filesystem::path file_of_lost;
    {
        auto view = data->begin();
        auto const vault = view.find_vault("attic")->number;
        file_of_lost = view.path_of_content(view.find_job(vault, lost)->content.value());
    }
    data.reset();
    database(directory.path() / "index.sqlite")
        .execute("UPDATE content SET leaves = x'' WHERE number IN (SELECT content FROM job);"
                 "DROP INDEX archive_deleted; DROP INDEX job_unannounced; DROP TABLE delivery;"
                 "ALTER TABLE job DROP COLUMN failure; ALTER TABLE job DROP COLUMN announced;"
                 "PRAGMA user_version = 2");
    std::filesystem::remove(file_of_lost);
    open();
    BOOST_TEST(output_of("attic", kept) == inventory);
    BOOST_CHECK_THROW(try_output("attic", lost), damaged_file);
}

BOOST_AUTO_TEST_CASE(a_file_without_the_hashes_of_all_its_leaves_is_not_taken_over)
{
    auto change = data->begin();
    new_content content = data->create("0123456789abcdef0123456789abcdef");
    content.write(pattern(MiB + 1));
    content.leaves.push_back(tree_hash_of(bytes_of("bytes")));
    BOOST_CHECK_THROW(change.insert_content(std::move(content)), store_error);
}

// Half a migration would be an index of no version.
BOOST_AUTO_TEST_CASE(a_migration_that_fails_changes_nothing)
{
    data.reset();
    std::filesystem::path const index = directory.path() / "index.sqlite";
    std::filesystem::remove(index);
    std::string const in_the_way = "CREATE TABLE capacity (something INTEGER);";
    database(index).execute(index_of_version_1 + in_the_way);
    BOOST_CHECK_THROW(store(directory.path()), store_error);
    BOOST_TEST(version_of(index) == 1);
    database(index).execute("DROP TABLE capacity");
    open();
    BOOST_TEST(data->begin().find_archive("its-id").has_value());
}

BOOST_AUTO_TEST_CASE(everything_of_a_vault_goes_with_it_and_nothing_of_another)
{
    make_vault("attic");
    make_vault("cellar");
    auto change = data->begin();
    auto const fill = [&](std::int64_t vault) {
        change.put_tag(vault, "owner", "ann");
        change.put_access_policy(vault, "{}");
        change.put_lock(vault, lock_record());
        change.put_notification(vault, notification_record());
    };
    auto const attic = change.find_vault("attic");
    auto const cellar = change.find_vault("cellar");
    fill(attic->number);
    fill(cellar->number);
    change.delete_vault(*attic);
    for (auto const& [vault, there] : {std::pair(attic->number, false), {cellar->number, true}}) {
        BOOST_TEST(change.tags_of(vault).empty() != there);
        BOOST_TEST(change.find_access_policy(vault).has_value() == there);
        BOOST_TEST(change.find_lock(vault).has_value() == there);
        BOOST_TEST(change.find_notification(vault).has_value() == there);
    }
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
