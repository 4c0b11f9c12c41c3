#include "emulator/store.hpp"

#include "emulator/store_rows.hpp"

#include <optional>

namespace glacier::emulation {

namespace {

retrieval_rule_record read_retrieval_rule(query const& row)
{
    retrieval_rule_record rule;
    row.read(rule.strategy, rule.bytes_per_hour);
    return rule;
}

capacity_record read_capacity(query const& row)
{
    capacity_record capacity;
    row.read(capacity.id, capacity.start, capacity.expiration);
    return capacity;
}

} // namespace

std::optional<retrieval_rule_record> transaction::retrieval_rule()
{
    query rows(*store_.index_, "SELECT strategy, bytes_per_hour FROM retrieval_rule");
    return read_one(rows, read_retrieval_rule);
}

void transaction::set_retrieval_rule(retrieval_rule_record const& rule)
{
    query(*store_.index_,
          "INSERT OR REPLACE INTO retrieval_rule (number, strategy, bytes_per_hour) VALUES (1, ?, ?)",
          rule.strategy, rule.bytes_per_hour)
        .run();
}

std::vector<capacity_record> transaction::capacities_at(timestamp moment)
{
    query rows(*store_.index_,
               "SELECT id, start, expiration FROM capacity WHERE expiration > ? ORDER BY number", moment);
    return read_all(rows, read_capacity);
}

void transaction::insert_capacity(capacity_record const& capacity)
{
    query(*store_.index_, "INSERT INTO capacity (id, start, expiration) VALUES (?, ?, ?)", capacity.id,
          capacity.start, capacity.expiration)
        .run();
}

void transaction::delete_capacities(timestamp expired_until)
{
    query(*store_.index_, "DELETE FROM capacity WHERE expiration <= ?", expired_until).run();
}

std::optional<std::int64_t> transaction::setting(std::string_view name)
{
    query rows(*store_.index_, "SELECT value FROM setting WHERE name = ?", name);
    std::optional<std::int64_t> value;
    if (rows.next())
        rows.read(value);
    return value;
}

void transaction::set_setting(std::string_view name, std::int64_t value)
{
    query(*store_.index_, "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, value).run();
}

} // namespace glacier::emulation
