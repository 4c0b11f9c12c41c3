#include "protocol/csv_inventory.hpp"

#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "protocol/text_form.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace glacier::protocol {

namespace {

/// By csv_inventory::column.
constexpr std::array<std::string_view, 5> column_names{"ArchiveId", "ArchiveDescription", "CreationDate",
                                                       "Size", "SHA256TreeHash"};

inventory_failure malformed_header(std::string reason)
{
    return {errc::malformed_inventory, std::move(reason), false};
}

inventory_failure malformed_entry(std::string reason)
{
    return {errc::malformed_inventory, std::move(reason), true};
}

inventory_failure cut_in_line()
{
    return {errc::incomplete_inventory, "the last line is cut short", true};
}

std::string shown(std::string_view text)
{
    return '"' + base::printable(text, inventory_excerpt_max) + '"';
}

inventory_failure too_long(std::string_view line, bool in_entry)
{
    return {errc::malformed_inventory,
            "a line of more than " + std::to_string(inventory_parser::entry_bytes_max) +
                " bytes: " + shown(line),
            in_entry};
}

/// Takes the first field and the comma behind it off the front of a line.
std::optional<std::string_view> take_front(std::string_view& line)
{
    bool const quoted = line.starts_with('"');
    std::size_t const end = quoted ? line.find("\",", 1) : line.find(',');
    if (end == std::string_view::npos)
        return std::nullopt;
    std::string_view const field = line.substr(quoted ? 1 : 0, quoted ? end - 1 : end);
    line.remove_prefix(end + (quoted ? 2 : 1));
    return field;
}

/// Takes the last field and the comma before it off the back of a line.
std::optional<std::string_view> take_back(std::string_view& line)
{
    bool const quoted = line.size() >= 3 && line.ends_with('"');
    std::size_t const comma = quoted ? line.rfind(",\"", line.size() - 3) : line.rfind(',');
    if (comma == std::string_view::npos)
        return std::nullopt;
    std::size_t const begin = comma + (quoted ? 2 : 1);
    std::string_view const field = line.substr(begin, line.size() - begin - (quoted ? 1 : 0));
    line = line.substr(0, comma);
    return field;
}

/// Whether a field has both quotation marks or none.
bool is_balanced(std::string_view field)
{
    return !field.starts_with('"') || (field.size() >= 2 && field.ends_with('"'));
}

/// The inverse of what the service does: every quotation mark in a quoted field has one backslash before it that was
/// put there, and any other backslash is part of the text.
std::string unquote(std::string_view field)
{
    if (!field.starts_with('"'))
        return std::string(field);
    field = field.substr(1, field.size() - 2);
    std::string text;
    text.reserve(field.size());
    for (std::size_t i = 0; i < field.size(); ++i)
        if (field[i] != '\\' || i + 1 == field.size() || field[i + 1] != '"')
            text += field[i];
    return text;
}

bool is_text(std::string_view text)
{
    return text.find('\0') == std::string_view::npos && base::count_utf8_characters(text).has_value();
}

} // namespace

inventory_step csv_inventory::next(inventory_input& input)
{
    // The line end is not part of what is bounded.
    constexpr std::size_t bytes_max = inventory_parser::entry_bytes_max + std::string_view("\r\n").size();
    auto const find_line_end = [](std::string_view text) {
        std::size_t const end = text.find('\n');
        return end == std::string_view::npos ? end : end + 1;
    };
    while (!input.empty()) {
        auto const line = input.take(bytes_max, find_line_end);
        if (line.state == inventory_input::unit_state::too_long)
            return too_long(line.text, !columns_.empty());
        if (line.state == inventory_input::unit_state::unfinished)
            break;
        auto step = read_line(line.text.substr(0, line.text.size() - 1), false);
        if (!step || *step)
            return step;
    }
    if (!input.finished())
        return std::optional<inventory_archive>();
    if (input.in_unit())
        return read_line(input.take_unfinished(), true);
    if (columns_.empty())
        return inventory_failure{errc::incomplete_inventory, "it has no header line", false};
    return std::optional<inventory_archive>();
}

inventory_step csv_inventory::read_line(std::string_view line, bool is_cut)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (line.size() > inventory_parser::entry_bytes_max)
        return too_long(line, !columns_.empty());
    if (line.empty())
        return std::optional<inventory_archive>();
    if (!columns_.empty())
        return read_entry(line, is_cut);
    if (auto failure = read_header(line, is_cut))
        return *failure;
    return std::optional<inventory_archive>();
}

std::optional<inventory_failure> csv_inventory::read_header(std::string_view line, bool is_cut)
{
    std::vector<column> columns;
    std::array<std::optional<std::size_t>, column_count> places;
    std::string_view rest = line;
    for (bool more = true; more;) {
        std::size_t const comma = rest.find(',');
        std::string_view name = rest.substr(0, comma);
        if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"'))
            name = name.substr(1, name.size() - 2);
        auto const known = static_cast<std::size_t>(
            std::find(column_names.begin(), column_names.end(), name) - column_names.begin());
        if (known < column_count) {
            if (places[known])
                return malformed_header("two columns " + std::string(name) + " in the header line");
            places[known] = columns.size();
        }
        columns.push_back(static_cast<column>(known));
        more = comma != std::string_view::npos;
        if (more)
            rest.remove_prefix(comma + 1);
    }
    for (std::size_t i = 0; i < column_count; ++i) {
        if (places[i])
            continue;
        if (is_cut)
            return inventory_failure{errc::incomplete_inventory, "the header line is cut short", false};
        return malformed_header("no column " + std::string(column_names[i]) + " in the header line " +
                                shown(line));
    }
    description_at_ = *places[index_of(column::description)];
    columns_ = std::move(columns);
    return std::nullopt;
}

/// Only the description may hold commas, so it is what the columns before and behind it leave.
std::optional<csv_inventory::values> csv_inventory::split(std::string_view line) const
{
    values fields;
    auto const keep = [&](column its_column, std::string_view field) {
        if (its_column != column::other)
            fields[index_of(its_column)] = field;
    };
    for (std::size_t i = 0; i < description_at_; ++i) {
        auto const field = take_front(line);
        if (!field)
            return std::nullopt;
        keep(columns_[i], *field);
    }
    for (std::size_t i = columns_.size() - 1; i > description_at_; --i) {
        auto const field = take_back(line);
        if (!field)
            return std::nullopt;
        keep(columns_[i], *field);
    }
    keep(column::description, line);
    return fields;
}

bool csv_inventory::read_field(inventory_archive& archive, column its_column, std::string_view text)
{
    switch (its_column) {
    case column::archive:
        archive.archive = text;
        return !text.empty() && is_text(text);
    case column::description:
        if (!is_balanced(text) || !is_text(text))
            return false;
        archive.description = unquote(text);
        return true;
    case column::creation_date: {
        auto const date = base::parse_iso8601(text);
        archive.creation_date = date.value_or(timestamp());
        return date.has_value();
    }
    case column::size: {
        auto const size = base::parse_decimal(text);
        archive.size_in_bytes = size.value_or(0);
        return size && *size <= std::numeric_limits<std::int64_t>::max();
    }
    case column::tree_hash: {
        auto const hash = tree_hash::from_hex(text);
        if (hash)
            archive.tree_hash = *hash;
        return hash.has_value();
    }
    case column::other:
        break;
    }
    return false;
}

inventory_step csv_inventory::read_entry(std::string_view line, bool is_cut) const
{
    auto const fields = split(line);
    if (!fields) {
        if (is_cut)
            return cut_in_line();
        return malformed_entry("fewer columns than in the header line: " + shown(line));
    }
    auto const read = [&](inventory_archive& archive, column its_column) {
        return its_column != column::other &&
               read_field(archive, its_column, (*fields)[index_of(its_column)]);
    };

    inventory_archive archive;
    std::size_t i = 0;
    while (i < column_count && read(archive, static_cast<column>(i)))
        ++i;
    if (i == column_count)
        return std::optional<inventory_archive>(std::move(archive));
    // A line that ends in its last column, or in a description that looks like the columns behind it.
    if (is_cut && (!read(archive, columns_.back()) || !is_balanced((*fields)[index_of(column::description)])))
        return cut_in_line();
    return malformed_entry(std::string(column_names[i]) + " is " + shown((*fields)[i]));
}

} // namespace glacier::protocol
