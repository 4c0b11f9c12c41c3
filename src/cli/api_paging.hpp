#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::cli {

/// Where a list goes on, as the AWS CLI's `NextToken` and `--starting-token` say it.
struct page_token {
    /// Of the page; nothing for the first.
    std::optional<std::string> marker;
    /// Items of that page which have been printed before.
    std::size_t skip = 0;
};

std::string write_page_token(page_token const& token);

/// Reads what write_page_token() and the AWS CLI write. Any other text is taken for a marker of the service.
page_token parse_page_token(std::string_view text);

/// Gets the page at a marker, or the first one: an object with the list and `Marker`.
using page_reader = std::function<boost::json::object(std::optional<std::string> const& marker)>;

/**
 * Reads pages until the list ends or has `items_max` items.
 *
 * Returns an object with nothing but the list, `list_name`, and `NextToken` if there may be more.
 * Errors: errc::repeated_marker if a page names itself as the next; those of `read_page`.
 */
boost::json::object join_pages(std::string_view list_name, page_reader const& read_page,
                               page_token const& start, std::optional<std::size_t> items_max);

} // namespace glacier::cli
