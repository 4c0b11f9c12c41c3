#include "emulator/store.hpp"

#include "emulator/store_rows.hpp"

#include <optional>
#include <string>

namespace glacier::emulation {

namespace {

constexpr std::string_view select_vault =
    "SELECT number, name, created, changed, archives, bytes, inventory_date, "
    "inventory_archives, inventory_bytes FROM vault ";

vault_record read_vault(query const& row)
{
    vault_record vault;
    std::optional<timestamp> date;
    vault_inventory inventory;
    row.read(vault.number, vault.name, vault.holdings.created, vault.holdings.changed,
             vault.holdings.archives, vault.holdings.bytes, date, inventory.archives, inventory.bytes);
    if (date) {
        inventory.date = *date;
        vault.holdings.inventory = inventory;
    }
    return vault;
}

notification_record read_notification(query const& row)
{
    notification_record notification;
    row.read(notification.topic, notification.events);
    return notification;
}

std::string read_text(query const& row)
{
    std::string text;
    row.read(text);
    return text;
}

lock_record read_lock(query const& row)
{
    lock_record lock;
    row.read(lock.id, lock.policy, lock.created, lock.locked);
    return lock;
}

} // namespace

std::optional<vault_record> transaction::find_vault(std::string_view name)
{
    static std::string const sql = std::string(select_vault) + "WHERE name = ?";
    query rows(*store_.index_, sql, name);
    return read_one(rows, read_vault);
}

std::optional<vault_record> transaction::find_vault(std::int64_t number)
{
    static std::string const sql = std::string(select_vault) + "WHERE number = ?";
    query rows(*store_.index_, sql, number);
    return read_one(rows, read_vault);
}

std::optional<vault_record> transaction::find_vault_in_any_case(std::string_view name)
{
    static std::string const sql =
        std::string(select_vault) + "WHERE name = ?1 COLLATE NOCASE ORDER BY name = ?1 DESC, number LIMIT 1";
    query rows(*store_.index_, sql, name);
    return read_one(rows, read_vault);
}

std::vector<vault_record> transaction::vaults_after(std::string_view name, std::size_t count)
{
    static std::string const sql = std::string(select_vault) + "WHERE name > ? ORDER BY name LIMIT ?";
    query rows(*store_.index_, sql, name, std::uint64_t{count});
    return read_all(rows, read_vault);
}

std::uint64_t transaction::count_vaults()
{
    query rows(*store_.index_, "SELECT count(*) FROM vault");
    std::uint64_t count = 0;
    if (rows.next())
        rows.read(count);
    return count;
}

void transaction::insert_vault(vault_record& vault)
{
    query(*store_.index_, "INSERT INTO vault (name, created, archives, bytes) VALUES (?, ?, 0, 0)",
          vault.name, vault.holdings.created)
        .run();
    vault.number = store_.index_->last_row();
}

void transaction::update_vault(vault_record const& vault)
{
    vault_holdings const& holdings = vault.holdings;
    std::optional<timestamp> date;
    std::optional<std::uint64_t> archives;
    std::optional<std::uint64_t> bytes;
    if (holdings.inventory) {
        date = holdings.inventory->date;
        archives = holdings.inventory->archives;
        bytes = holdings.inventory->bytes;
    }
    query(
        *store_.index_,
        "UPDATE vault SET changed = ?, archives = ?, bytes = ?, inventory_date = ?, inventory_archives = ?, "
        "inventory_bytes = ? WHERE number = ?",
        holdings.changed, holdings.archives, holdings.bytes, date, archives, bytes, vault.number)
        .run();
}

void transaction::delete_vault(vault_record const& vault)
{
    remove_contents("SELECT content FROM part WHERE upload IN (SELECT number FROM upload WHERE vault = ?)",
                    vault.number);
    remove_contents(
        "SELECT content FROM segment WHERE archive IN (SELECT number FROM archive WHERE vault = ?)",
        vault.number);
    remove_contents("SELECT content FROM job WHERE content IS NOT NULL AND vault = ?", vault.number);
    for (std::string_view const sql :
         {"DELETE FROM upload WHERE vault = ?", "DELETE FROM job WHERE vault = ?",
          "DELETE FROM archive WHERE vault = ?", "DELETE FROM notification WHERE vault = ?",
          "DELETE FROM access_policy WHERE vault = ?", "DELETE FROM lock WHERE vault = ?",
          "DELETE FROM tag WHERE vault = ?", "DELETE FROM vault WHERE number = ?"})
        query(*store_.index_, sql, vault.number).run();
}

void transaction::keep_settings(vault_record const& vault)
{
    for (std::string_view const sql :
         {"DELETE FROM kept_notification WHERE name = ?", "DELETE FROM kept_tag WHERE name = ?"})
        query(*store_.index_, sql, vault.name).run();
    for (std::string_view const sql :
         {"INSERT INTO kept_notification SELECT ?2, topic, events FROM notification WHERE vault = ?1",
          "INSERT INTO kept_tag SELECT ?2, key, value FROM tag WHERE vault = ?1"})
        query(*store_.index_, sql, vault.number, vault.name).run();
}

void transaction::restore_settings(vault_record const& vault)
{
    for (std::string_view const sql :
         {"INSERT INTO notification SELECT ?1, topic, events FROM kept_notification WHERE name = ?2",
          "INSERT INTO tag SELECT ?1, key, value FROM kept_tag WHERE name = ?2"})
        query(*store_.index_, sql, vault.number, vault.name).run();
}

std::optional<notification_record> transaction::find_notification(std::int64_t vault)
{
    query rows(*store_.index_, "SELECT topic, events FROM notification WHERE vault = ?", vault);
    return read_one(rows, read_notification);
}

void transaction::put_notification(std::int64_t vault, notification_record const& notification)
{
    query(*store_.index_, "INSERT OR REPLACE INTO notification (vault, topic, events) VALUES (?, ?, ?)",
          vault, notification.topic, notification.events)
        .run();
}

void transaction::delete_notification(std::int64_t vault)
{
    query(*store_.index_, "DELETE FROM notification WHERE vault = ?", vault).run();
}

std::optional<std::string> transaction::find_access_policy(std::int64_t vault)
{
    query rows(*store_.index_, "SELECT policy FROM access_policy WHERE vault = ?", vault);
    return read_one(rows, read_text);
}

void transaction::put_access_policy(std::int64_t vault, std::string_view policy)
{
    query(*store_.index_, "INSERT OR REPLACE INTO access_policy (vault, policy) VALUES (?, ?)", vault, policy)
        .run();
}

void transaction::delete_access_policy(std::int64_t vault)
{
    query(*store_.index_, "DELETE FROM access_policy WHERE vault = ?", vault).run();
}

std::optional<lock_record> transaction::find_lock(std::int64_t vault)
{
    query rows(*store_.index_, "SELECT id, policy, created, locked FROM lock WHERE vault = ?", vault);
    return read_one(rows, read_lock);
}

void transaction::put_lock(std::int64_t vault, lock_record const& lock)
{
    query(*store_.index_,
          "INSERT OR REPLACE INTO lock (vault, id, policy, created, locked) VALUES (?, ?, ?, ?, ?)", vault,
          lock.id, lock.policy, lock.created, lock.locked)
        .run();
}

void transaction::delete_lock(std::int64_t vault)
{
    query(*store_.index_, "DELETE FROM lock WHERE vault = ?", vault).run();
}

std::map<std::string, std::string> transaction::tags_of(std::int64_t vault)
{
    query rows(*store_.index_, "SELECT key, value FROM tag WHERE vault = ?", vault);
    std::map<std::string, std::string> tags;
    while (rows.next()) {
        std::string key;
        std::string value;
        rows.read(key, value);
        tags.emplace(std::move(key), std::move(value));
    }
    return tags;
}

void transaction::put_tag(std::int64_t vault, std::string_view key, std::string_view value)
{
    query(*store_.index_, "INSERT OR REPLACE INTO tag (vault, key, value) VALUES (?, ?, ?)", vault, key,
          value)
        .run();
}

void transaction::delete_tag(std::int64_t vault, std::string_view key)
{
    query(*store_.index_, "DELETE FROM tag WHERE vault = ? AND key = ?", vault, key).run();
}

} // namespace glacier::emulation
