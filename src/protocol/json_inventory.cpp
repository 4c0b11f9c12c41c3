#include "protocol/json_inventory.hpp"

#include "base/printable.hpp"
#include "protocol/inventory.hpp"
#include "protocol/json_form.hpp"

#include <boost/json/error.hpp>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace glacier::protocol {

namespace {

std::string shown(std::string_view text)
{
    return '"' + base::printable(text, inventory_excerpt_max) + '"';
}

std::string reason_of(member_error const& error)
{
    if (error.why == member_error::reason::missing)
        return "no " + error.member;
    return error.member + " is " + base::printable(error.text, inventory_excerpt_max);
}

} // namespace

// ---------------------------------------------------------------------------------------------------
// The end of a value

std::size_t json_value_scanner::find_end_of_string(std::string_view text, std::size_t at) noexcept
{
    while (at < text.size()) {
        if (escaped_) {
            escaped_ = false;
            ++at;
            continue;
        }
        std::size_t const end = std::min(text.find('"', at), text.size());
        // An odd number of backslashes escapes what follows them.
        std::size_t backslashes = 0;
        while (backslashes < end - at && text[end - backslashes - 1] == '\\')
            ++backslashes;
        escaped_ = backslashes % 2 != 0;
        if (!escaped_ && end < text.size()) {
            in_string_ = false;
            return end + 1;
        }
        at = end;
    }
    return at;
}

std::size_t json_value_scanner::find_end(std::string_view text) noexcept
{
    std::size_t at = 0;
    while (at < text.size()) {
        if (in_string_) {
            at = find_end_of_string(text, at);
            if (!in_string_ && depth_ == 0)
                return at;
            continue;
        }
        switch (text[at]) {
        case '"':
            in_string_ = true;
            break;
        case '{':
        case '[':
            ++depth_;
            break;
        case '}':
        case ']':
            // Not part of a number or literal before it.
            if (depth_ == 0)
                return at;
            if (--depth_ == 0)
                return at + 1;
            break;
        case ',':
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            if (depth_ == 0)
                return at;
            break;
        default:
            break;
        }
        ++at;
    }
    return inventory_input::npos;
}

// ---------------------------------------------------------------------------------------------------
// The inventory

inventory_failure json_inventory::malformed(std::string reason) const
{
    return {errc::malformed_inventory, std::move(reason), in_list()};
}

inventory_failure json_inventory::unexpected(char found, char const* expected) const
{
    return malformed(shown(std::string_view(&found, 1)) + " instead of " + expected);
}

inventory_step json_inventory::next(inventory_input& input)
{
    std::optional<inventory_archive> archive;
    while (!archive) {
        if (!input.in_unit())
            input.skip_space();
        if (input.empty())
            break;
        if (auto failed = step(input, archive))
            return std::move(*failed);
    }
    if (!archive && input.finished() && place_ != place::end)
        return inventory_failure{errc::incomplete_inventory, "its JSON is not closed", in_list()};
    return archive;
}

json_inventory::failure json_inventory::step(inventory_input& input,
                                             std::optional<inventory_archive>& archive)
{
    char const next = input.front();
    switch (place_) {
    case place::object:
        if (next != '{')
            return unexpected(next, "{");
        input.skip();
        place_ = place::first_name;
        return std::nullopt;
    case place::first_name:
        if (next == '}') {
            input.skip();
            return end_object();
        }
        place_ = place::name;
        return std::nullopt;
    case place::name:
        if (!input.in_unit() && next != '"')
            return unexpected(next, "the name of a member");
        return step_unit(input, archive);
    case place::colon:
        if (next != ':')
            return unexpected(next, ":");
        input.skip();
        place_ = name_ == "ArchiveList" ? place::list : place::value;
        return std::nullopt;
    case place::value:
        return step_unit(input, archive);
    case place::after_value:
        if (next != ',' && next != '}')
            return unexpected(next, ", or }");
        input.skip();
        if (next == '}')
            return end_object();
        place_ = place::name;
        return std::nullopt;
    case place::list:
        if (next != '[')
            return unexpected(next, "the list of archives");
        if (has_list_)
            return malformed("a second list of archives");
        has_list_ = true;
        input.skip();
        place_ = place::first_entry;
        return std::nullopt;
    case place::first_entry:
        if (next == ']') {
            input.skip();
            place_ = place::after_value;
            return std::nullopt;
        }
        place_ = place::entry;
        return std::nullopt;
    case place::entry:
        if (!input.in_unit() && next != '{')
            return unexpected(next, "an archive");
        return step_unit(input, archive);
    case place::after_entry:
        if (next != ',' && next != ']')
            return unexpected(next, ", or ]");
        input.skip();
        place_ = next == ',' ? place::entry : place::after_value;
        return std::nullopt;
    case place::end:
        break;
    }
    return unexpected(next, "the end");
}

json_inventory::failure json_inventory::end_object()
{
    if (!has_list_)
        return malformed("no ArchiveList");
    place_ = place::end;
    return std::nullopt;
}

json_inventory::failure json_inventory::step_unit(inventory_input& input,
                                                  std::optional<inventory_archive>& archive)
{
    auto const unit = input.take(inventory_parser::entry_bytes_max,
                                 [this](std::string_view text) { return scanner_.find_end(text); });
    if (unit.state == inventory_input::unit_state::unfinished)
        return std::nullopt;
    if (unit.state == inventory_input::unit_state::too_long)
        return malformed("more than " + std::to_string(inventory_parser::entry_bytes_max) +
                         " bytes: " + shown(unit.text));
    std::string reason;
    boost::json::value const* const value = parse(unit.text, reason);
    if (value == nullptr)
        return malformed(reason + ": " + shown(unit.text));
    if (place_ == place::name)
        return read_name(*value);
    if (place_ == place::value)
        return read_member(*value);
    return read_entry(*value, archive);
}

boost::json::value const* json_inventory::parse(std::string_view text, std::string& reason)
{
    // What lies in the resource must be gone before its memory is used again.
    document_.reset();
    parser_.reset();
    resource_.release();
    parser_.reset(&resource_);

    boost::system::error_code failed;
    parser_.write(text.data(), text.size(), failed);
    if (failed) {
        reason = failed == boost::json::error::too_deep
                     ? "nested deeper than " + std::to_string(inventory_parser::nesting_max) + " levels"
                     : "invalid JSON";
        return nullptr;
    }
    return &document_.emplace(parser_.release());
}

json_inventory::failure json_inventory::read_name(boost::json::value const& name)
{
    name_ = detail::view_of(name.get_string());
    place_ = place::colon;
    return std::nullopt;
}

json_inventory::failure json_inventory::read_member(boost::json::value const& member)
{
    place_ = place::after_value;
    if (member.is_null())
        return std::nullopt;
    if (name_ == "VaultARN") {
        auto arn = read_json<std::string>(member, name_, reading::lenient);
        if (!arn)
            return malformed(reason_of(arn.error()));
        vault_arn_ = std::move(*arn);
    } else if (name_ == "InventoryDate") {
        auto const date = read_json<timestamp>(member, name_, reading::lenient);
        if (!date)
            return malformed(reason_of(date.error()));
        inventory_date_ = *date;
    }
    return std::nullopt;
}

json_inventory::failure json_inventory::read_entry(boost::json::value const& entry,
                                                   std::optional<inventory_archive>& archive)
{
    inventory_archive read;
    std::optional<member_error> error;
    auto const read_one = [&](auto const& field) {
        bool const may_be_absent = field.name == "ArchiveDescription";
        if (!error && !may_be_absent && detail::find_member(entry.get_object(), field.name) == nullptr)
            error = member_error{member_error::reason::missing, std::string(field.name), {}};
        if (!error)
            error = detail::read_field_into(read, entry.get_object(), field, reading::lenient);
    };
    std::apply([&](auto const&... field) { (read_one(field), ...); }, json_fields<inventory_archive>::fields);
    if (error)
        return malformed(reason_of(*error));
    if (read.archive.empty())
        return malformed("ArchiveId is empty");
    if (read.size_in_bytes > std::numeric_limits<std::int64_t>::max())
        return malformed("Size is " + std::to_string(read.size_in_bytes));
    place_ = place::after_entry;
    archive = std::move(read);
    return std::nullopt;
}

} // namespace glacier::protocol
