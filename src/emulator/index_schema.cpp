#include "emulator/index_schema.hpp"

#include "emulator/store.hpp"

#include <array>

namespace glacier::emulation {

namespace {

// Dates are milliseconds since 1970. Numbers of archives, uploads and jobs are never used again, so that
// they can serve as places in lists.
constexpr std::string_view first_schema = R"(
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
)";

// Policies, locks, tags, notifications, capacity and select jobs.
constexpr std::string_view second_schema = R"(
-- events: their names on the wire, with commas between.
CREATE TABLE notification (
    vault INTEGER PRIMARY KEY REFERENCES vault(number), topic TEXT NOT NULL, events TEXT NOT NULL);

CREATE TABLE access_policy (
    vault INTEGER PRIMARY KEY REFERENCES vault(number), policy TEXT NOT NULL);

CREATE TABLE lock (
    vault INTEGER PRIMARY KEY REFERENCES vault(number), id TEXT NOT NULL, policy TEXT NOT NULL,
    created INTEGER NOT NULL, locked INTEGER NOT NULL);

CREATE TABLE tag (
    vault INTEGER NOT NULL REFERENCES vault(number), key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (vault, key)) WITHOUT ROWID;

-- One row at most: the rule of the account.
CREATE TABLE retrieval_rule (
    number INTEGER PRIMARY KEY CHECK (number = 1), strategy TEXT NOT NULL, bytes_per_hour INTEGER);

CREATE TABLE capacity (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, start INTEGER NOT NULL,
    expiration INTEGER NOT NULL);

-- The parameters of a select job, in JSON.
ALTER TABLE job ADD COLUMN select_request TEXT;
)";

// Jobs that were made to fail, and notifications; and inventories have hashes of their leaves too: store::hash_inventories().
constexpr std::string_view third_schema = R"(
-- Why a job fails; null: for the reason that jobs of its kind fail for.
ALTER TABLE job ADD COLUMN failure TEXT;

CREATE INDEX archive_deleted ON archive(deleted) WHERE deleted IS NOT NULL;

-- Notifications that have not been delivered. Nothing refers to what they are about: that may be gone.
CREATE TABLE delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, topic TEXT NOT NULL,
    message TEXT NOT NULL, created INTEGER NOT NULL, attempts INTEGER NOT NULL);

-- Whether notifications of the job's end have been put into delivery, or none was to be.
ALTER TABLE job ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_unannounced ON job(completion) WHERE announced = 0;
)";

// What vaults leave to the next ones of their names: inferred_behaviour::settings_survive_deletion.
constexpr std::string_view fourth_schema = R"(
CREATE TABLE kept_notification (
    name TEXT PRIMARY KEY, topic TEXT NOT NULL, events TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE kept_tag (
    name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, key)) WITHOUT ROWID;
)";

constexpr std::array schemas{first_schema, second_schema, third_schema, fourth_schema};
static_assert(schemas.size() == data_format);

} // namespace

std::span<std::string_view const> index_schemas() noexcept
{
    return schemas;
}

} // namespace glacier::emulation
