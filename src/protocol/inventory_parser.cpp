#include <glacier/inventory.hpp>

#include "protocol/csv_inventory.hpp"
#include "protocol/inventory_input.hpp"
#include "protocol/json_inventory.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

namespace glacier {

// ---------------------------------------------------------------------------------------------------
// Errors

inventory_error::inventory_error() : boost::system::system_error(error_code()) {}

inventory_error::inventory_error(errc code, std::uint64_t entry, std::string const& reason)
    : boost::system::system_error(make_error_code(code)), entry_(entry),
      text_(make_error_code(code).message() + ": " +
            (entry == 0 ? std::string() : "entry " + std::to_string(entry) + ": ") + reason)
{}

void throw_exception_from_error(inventory_error const& error, boost::source_location const& /*location*/)
{
    throw error;
}

// ---------------------------------------------------------------------------------------------------
// The parser

struct inventory_parser::state {
    explicit state(inventory_options its_options) : options(its_options)
    {
        if (options.format)
            begin(*options.format);
    }

    void begin(inventory_format format)
    {
        if (format == inventory_format::json)
            grammar.emplace<protocol::json_inventory>();
        else
            grammar.emplace<protocol::csv_inventory>();
    }

    /// The service's JSON is an object, and a line of column names does not begin like one.
    void detect_format()
    {
        input.skip_space();
        if (!input.empty())
            begin(input.front() == '{' ? inventory_format::json : inventory_format::csv);
    }

    protocol::inventory_step step()
    {
        if (std::holds_alternative<std::monostate>(grammar))
            detect_format();
        if (auto* const json = std::get_if<protocol::json_inventory>(&grammar))
            return json->next(input);
        if (auto* const csv = std::get_if<protocol::csv_inventory>(&grammar))
            return csv->next(input);
        if (input.finished())
            return protocol::inventory_failure{errc::incomplete_inventory, "it is empty", false};
        return std::optional<inventory_archive>();
    }

    /// Of an inventory that seems to have been read to its end.
    std::optional<protocol::inventory_failure> check_size() const
    {
        if (!options.size_in_bytes || bytes == *options.size_in_bytes)
            return std::nullopt;
        return protocol::inventory_failure{
            bytes < *options.size_in_bytes ? errc::incomplete_inventory : errc::malformed_inventory,
            std::to_string(bytes) + " bytes instead of " + std::to_string(*options.size_in_bytes), false};
    }

    inventory_error fail(protocol::inventory_failure const& failure)
    {
        return error.emplace(failure.code, failure.in_entry ? archives + 1 : 0, failure.reason);
    }

    inventory_options options;
    protocol::inventory_input input;
    std::variant<std::monostate, protocol::json_inventory, protocol::csv_inventory> grammar;
    std::uint64_t bytes = 0;
    std::uint64_t archives = 0;
    std::optional<inventory_error> error;
    std::optional<std::string> no_arn;
};

inventory_parser::inventory_parser(inventory_options options) : state_(std::make_unique<state>(options)) {}

inventory_parser::inventory_parser(inventory_parser&&) noexcept = default;
inventory_parser& inventory_parser::operator=(inventory_parser&&) noexcept = default;
inventory_parser::~inventory_parser() = default;

void inventory_parser::feed(std::span<std::byte const> bytes)
{
    if (state_->error)
        return;
    if (!state_->input.empty() || state_->input.finished())
        throw std::logic_error(
            "inventory_parser::feed() before next() has read what was given, or after finish()");
    state_->bytes += bytes.size();
    state_->input.feed(std::string_view(reinterpret_cast<char const*>(bytes.data()), bytes.size()));
}

void inventory_parser::finish() noexcept
{
    state_->input.finish();
}

inventory_parser::step_result inventory_parser::next()
{
    if (state_->error)
        return *state_->error;
    auto step = state_->step();
    if (!step)
        return state_->fail(step.error());
    if (*step) {
        ++state_->archives;
        return std::move(*step);
    }
    if (state_->input.finished())
        if (auto const failure = state_->check_size())
            return state_->fail(*failure);
    return std::optional<inventory_archive>();
}

std::uint64_t inventory_parser::archives() const noexcept
{
    return state_->archives;
}

std::uint64_t inventory_parser::bytes() const noexcept
{
    return state_->bytes;
}

std::optional<inventory_format> inventory_parser::format() const noexcept
{
    if (std::holds_alternative<protocol::json_inventory>(state_->grammar))
        return inventory_format::json;
    if (std::holds_alternative<protocol::csv_inventory>(state_->grammar))
        return inventory_format::csv;
    return std::nullopt;
}

std::optional<std::string> const& inventory_parser::vault_arn() const noexcept
{
    auto const* const json = std::get_if<protocol::json_inventory>(&state_->grammar);
    return json != nullptr ? json->vault_arn() : state_->no_arn;
}

std::optional<timestamp> inventory_parser::inventory_date() const noexcept
{
    auto const* const json = std::get_if<protocol::json_inventory>(&state_->grammar);
    return json != nullptr ? json->inventory_date() : std::nullopt;
}

} // namespace glacier
