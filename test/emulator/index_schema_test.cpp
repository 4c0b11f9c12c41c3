#include "emulator/index_schema.hpp"

#include "fixture.hpp"

#include <fstream>
#include <string>

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

BOOST_FIXTURE_TEST_SUITE(index_schema, service_fixture)

BOOST_AUTO_TEST_CASE(the_format_of_a_newer_version_is_refused)
{
    data.reset();
    for (std::string const version : {"5", "99", "-1"}) {
        database(directory.path() / "index.sqlite").execute("PRAGMA user_version = " + version);
        BOOST_CHECK_EXCEPTION(store(directory.path()), store_error, [&](store_error const& error) {
            return std::string(error.what()) == "the data directory " + directory.path().string() +
                                                    " has format " + version +
                                                    ", and this version knows formats up to 4 only";
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
        change.keep_settings(*change.find_vault("attic"));
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
    BOOST_TEST(version_of(index) == 4);
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
                 "DROP INDEX archive_deleted; DROP INDEX job_unannounced; DROP TABLE delivery; DROP TABLE "
                 "kept_notification;"
                 "DROP TABLE kept_tag;"
                 "ALTER TABLE job DROP COLUMN failure; ALTER TABLE job DROP COLUMN announced;"
                 "PRAGMA user_version = 2");
    std::filesystem::remove(file_of_lost);
    open();
    BOOST_TEST(output_of("attic", kept) == inventory);
    BOOST_CHECK_THROW(try_output("attic", lost), damaged_file);
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

// The number of the format is the number of steps to it.
BOOST_AUTO_TEST_CASE(each_version_has_its_step)
{
    BOOST_TEST(index_schemas().size() == static_cast<std::size_t>(data_format));
    for (std::string_view const schema : index_schemas())
        BOOST_TEST(!schema.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
