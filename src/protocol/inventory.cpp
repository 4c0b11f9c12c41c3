#include "protocol/inventory.hpp"

#include "protocol/json_form.hpp"

#include <utility>

namespace glacier::protocol {

namespace {

constexpr std::string_view csv_header = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash";

std::string json_text(std::string const& text)
{
    return boost::json::serialize(boost::json::value(text));
}

/// A description of more than one word is put between quotation marks, and those in it get a backslash before
/// them. A backslash itself is not escaped: that is the service's format, although `\"` is ambiguous in it.
std::string csv_text(std::string const& text)
{
    if (text.find_first_of(" ,\"") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (char const c : text) {
        if (c == '"')
            quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

} // namespace

inventory_writer::inventory_writer(inventory_format format, std::string vault_arn, timestamp date)
    : format_(format), vault_arn_(std::move(vault_arn)), date_(date)
{}

std::string inventory_writer::begin() const
{
    if (format_ == inventory_format::csv)
        return std::string(csv_header);
    return "{\"VaultARN\":" + json_text(vault_arn_) +
           ",\"InventoryDate\":" + json_text(timestamp_to_the_second::write(date_)) + ",\"ArchiveList\":[";
}

std::string inventory_writer::entry(inventory_archive const& archive)
{
    bool const first = std::exchange(first_, false);
    if (format_ == inventory_format::json)
        return (first ? "" : ",") + boost::json::serialize(write_json(archive));
    return "\n" + archive.archive + "," + csv_text(archive.description) + "," +
           text_form<timestamp>::write(archive.creation_date) + "," + std::to_string(archive.size_in_bytes) +
           "," + archive.tree_hash.hex();
}

std::string inventory_writer::end() const
{
    return format_ == inventory_format::csv ? std::string() : std::string("]}");
}

} // namespace glacier::protocol
