#include "cli/api_paging.hpp"

#include "base/base64.hpp"
#include "base/decimal.hpp"

#include <glacier/error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace glacier::cli {

namespace {

namespace json = boost::json;

json::string_view view(std::string_view text) noexcept
{
    return {text.data(), text.size()};
}

std::optional<std::string> marker_of(json::value const* value)
{
    if (value == nullptr || !value->is_string() || value->get_string().empty())
        return std::nullopt;
    return std::string(value->get_string().data(), value->get_string().size());
}

/// A token in the form of today: JSON in Base64.
std::optional<page_token> parse_encoded(std::string_view text)
{
    auto const decoded = base::parse_base64(text);
    if (!decoded)
        return std::nullopt;
    boost::system::error_code failed;
    json::value const document = json::parse(view(*decoded), failed);
    if (failed || !document.is_object())
        return std::nullopt;
    json::object const& members = document.get_object();
    page_token token{marker_of(members.if_contains("marker")), 0};
    if (json::value const* const skip = members.if_contains("boto_truncate_amount")) {
        token.skip = skip->to_number<std::size_t>(failed);
        if (failed)
            return std::nullopt;
    }
    return token;
}

} // namespace

std::string write_page_token(page_token const& token)
{
    std::string const marker = token.marker ? json::serialize(json::string(*token.marker)) : "null";
    std::string const skip = ", \"boto_truncate_amount\": " + std::to_string(token.skip);
    return base::to_base64("{\"marker\": " + marker + (token.skip > 0 ? skip : "") + "}");
}

page_token parse_page_token(std::string_view text)
{
    if (auto token = parse_encoded(text))
        return *token;
    // The form of old versions: MARKER___SKIP.
    constexpr std::string_view separator = "___";
    auto const end = text.rfind(separator);
    auto const skip = end == std::string_view::npos
                          ? std::nullopt
                          : base::parse_decimal(text.substr(end + separator.size()));
    std::string_view const marker = skip ? text.substr(0, end) : text;
    return {marker == "None" ? std::nullopt : std::optional<std::string>(marker),
            static_cast<std::size_t>(skip.value_or(0))};
}

json::object join_pages(std::string_view list_name, page_reader const& read_page, page_token const& start,
                        std::optional<std::size_t> items_max)
{
    std::size_t const count_max = items_max.value_or(std::numeric_limits<std::size_t>::max());
    json::array items;
    std::optional<page_token> next;
    for (page_token at = start;; at = std::move(*next)) {
        json::object page = read_page(at.marker);
        json::array& found = page.at(view(list_name)).as_array();
        std::size_t const begin = std::min(at.skip, found.size());
        std::size_t const count = std::min(found.size() - begin, count_max - items.size());
        std::move(found.begin() + begin, found.begin() + begin + count, std::back_inserter(items));
        if (begin + count < found.size()) {
            next = page_token{std::move(at.marker), begin + count};
            break;
        }
        auto marker = marker_of(page.if_contains("Marker"));
        if (!marker) {
            next.reset();
            break;
        }
        if (marker == at.marker)
            throw boost::system::system_error(make_error_code(errc::repeated_marker), *marker);
        next = page_token{std::move(marker), 0};
        if (items.size() == count_max)
            break;
    }
    json::object joined;
    joined.emplace(view(list_name), std::move(items));
    if (next)
        joined.emplace("NextToken", write_page_token(*next));
    return joined;
}

} // namespace glacier::cli
