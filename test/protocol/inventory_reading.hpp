#pragma once

#include "support/data.hpp"

#include <glacier/inventory.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::test {

/// What a parser makes of an inventory.
struct inventory_outcome {
    std::vector<inventory_archive> archives;
    /// None if it is complete.
    error_code code;
    std::uint64_t entry = 0;
    std::string message;
    std::optional<std::string> vault_arn;
    std::optional<timestamp> date;

    friend bool operator==(inventory_outcome const&, inventory_outcome const&) = default;

    friend std::ostream& operator<<(std::ostream& stream, inventory_outcome const& outcome)
    {
        stream << outcome.archives.size() << " archives";
        for (inventory_archive const& archive : outcome.archives)
            stream << ", " << archive.archive << " '" << archive.description << "' " << archive.size_in_bytes;
        return stream << ", " << (outcome.code ? outcome.message : "complete");
    }
};

/// Takes what can be read now; whether there was no error.
inline bool read_available(inventory_parser& parser, inventory_outcome& outcome)
{
    while (true) {
        auto const archive = parser.next();
        if (!archive) {
            outcome.code = archive.error().code();
            outcome.entry = archive.error().entry();
            outcome.message = archive.error().what();
            return false;
        }
        if (!*archive)
            return true;
        outcome.archives.push_back(**archive);
    }
}

/// Reads the text in pieces that end at these offsets.
inline inventory_outcome read_inventory_in_pieces(std::string_view text, std::vector<std::size_t> const& ends,
                                                  inventory_options options = inventory_options())
{
    inventory_parser parser(options);
    inventory_outcome outcome;
    std::size_t begin = 0;
    bool good = true;
    for (std::size_t i = 0; good && i <= ends.size(); ++i) {
        std::size_t const end = i < ends.size() ? ends[i] : text.size();
        // A copy that goes, so that a parser that kept a view of it would be found out.
        std::string const piece(text.substr(begin, end - begin));
        parser.feed(bytes_of(piece));
        good = read_available(parser, outcome);
        begin = end;
    }
    parser.finish();
    if (good)
        read_available(parser, outcome);
    BOOST_TEST(parser.archives() == outcome.archives.size());
    outcome.vault_arn = parser.vault_arn();
    outcome.date = parser.inventory_date();
    return outcome;
}

inline inventory_outcome read_inventory(std::string_view text,
                                        inventory_options options = inventory_options())
{
    return read_inventory_in_pieces(text, {}, options);
}

/// The same in one piece, in every two pieces and byte by byte, which must not make a difference.
inline inventory_outcome read_inventory_in_all_ways(std::string_view text,
                                                    inventory_options options = inventory_options())
{
    inventory_outcome const whole = read_inventory(text, options);
    std::vector<std::size_t> every_byte;
    for (std::size_t i = 1; i < text.size(); ++i) {
        BOOST_TEST(read_inventory_in_pieces(text, {i}, options) == whole, "cut at byte " << i);
        every_byte.push_back(i);
    }
    BOOST_TEST(read_inventory_in_pieces(text, every_byte, options) == whole);
    return whole;
}

inline inventory_options of_format(inventory_format format)
{
    inventory_options options;
    options.format = format;
    return options;
}

} // namespace glacier::test
