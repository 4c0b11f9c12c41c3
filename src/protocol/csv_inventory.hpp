#pragma once

#include "protocol/inventory_input.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::protocol {

/// Reads an inventory in CSV, line by line.
class csv_inventory {
public:
    inventory_step next(inventory_input& input);

private:
    enum class column { archive, description, creation_date, size, tree_hash, other };

    static constexpr std::size_t column_count = 5;
    /// By column; `other` has none.
    using values = std::array<std::string_view, column_count>;

    static constexpr std::size_t index_of(column its_column) { return static_cast<std::size_t>(its_column); }

    /// Whether the text is a value of the column; it is then in the archive.
    static bool read_field(inventory_archive& archive, column its_column, std::string_view text);

    /// `is_cut`: the inventory ended before the line did.
    inventory_step read_line(std::string_view line, bool is_cut);
    std::optional<inventory_failure> read_header(std::string_view line, bool is_cut);
    inventory_step read_entry(std::string_view line, bool is_cut) const;
    std::optional<values> split(std::string_view line) const;

    /// Empty before the header.
    std::vector<column> columns_;
    std::size_t description_at_ = 0;
};

} // namespace glacier::protocol
