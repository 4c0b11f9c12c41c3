#pragma once

#include "protocol/inventory_input.hpp"

#include <glacier/timestamp.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::protocol {

/// Finds the end of a JSON value in pieces of text. Of wrong JSON it finds some end: values are parsed afterwards.
class json_value_scanner {
public:
    /// Where the value ends, and the scanner begins anew; or npos.
    std::size_t find_end(std::string_view text) noexcept;

private:
    std::size_t find_end_of_string(std::string_view text, std::size_t at) noexcept;

    std::size_t depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
};

/// Reads an inventory in JSON: the object and its list character by character, names, members and entries when
/// they are there as a whole.
class json_inventory {
public:
    json_inventory() = default;
    json_inventory(json_inventory const&) = delete;
    json_inventory& operator=(json_inventory const&) = delete;

    inventory_step next(inventory_input& input);

    std::optional<std::string> const& vault_arn() const noexcept { return vault_arn_; }
    std::optional<timestamp> inventory_date() const noexcept { return inventory_date_; }

private:
    /// Before which part of the inventory the input stands, or in which.
    enum class place {
        object,
        first_name,
        name,
        colon,
        value,
        after_value,
        list,
        first_entry,
        entry,
        after_entry,
        end,
    };

    using failure = std::optional<inventory_failure>;

    failure step(inventory_input& input, std::optional<inventory_archive>& archive);
    failure step_unit(inventory_input& input, std::optional<inventory_archive>& archive);
    failure read_name(boost::json::value const& name);
    failure read_member(boost::json::value const& member);
    failure read_entry(boost::json::value const& entry, std::optional<inventory_archive>& archive);
    failure end_object();

    bool in_list() const noexcept { return place_ >= place::first_entry && place_ <= place::after_entry; }
    inventory_failure malformed(std::string reason) const;
    inventory_failure unexpected(char found, char const* expected) const;

    static boost::json::parse_options parse_options()
    {
        boost::json::parse_options options;
        options.max_depth = inventory_parser::nesting_max;
        return options;
    }

    /// The value, until the next call; null and a reason if the text is no JSON.
    boost::json::value const* parse(std::string_view text, std::string& reason);

    place place_ = place::object;
    json_value_scanner scanner_;
    std::string name_;
    bool has_list_ = false;
    std::optional<std::string> vault_arn_;
    std::optional<timestamp> inventory_date_;

    /// Enough for an entry of the service, so that reading one allocates nothing for its JSON.
    std::array<unsigned char, 16'384> storage_;
    boost::json::monotonic_resource resource_{storage_.data(), storage_.size()};
    boost::json::parser parser_{boost::json::storage_ptr(), parse_options()};
    std::optional<boost::json::value> document_;
};

} // namespace glacier::protocol
