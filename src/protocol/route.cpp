#include "protocol/route.hpp"

#include "base/uri.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace glacier::protocol {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> pieces;
    while (true) {
        auto const end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return pieces;
        text.remove_prefix(end + 1);
    }
}

std::optional<parameters> parse_query(std::string_view query)
{
    parameters parsed;
    for (std::string_view const piece : split(query, '&')) {
        if (piece.empty())
            continue;
        auto const equals = piece.find('=');
        auto name = base::decode_uri_component(piece.substr(0, equals));
        auto value = base::decode_uri_component(equals == std::string_view::npos ? std::string_view()
                                                                                 : piece.substr(equals + 1));
        if (!name || !value)
            return std::nullopt;
        parsed.insert_or_assign(std::move(*name), std::move(*value));
    }
    return parsed;
}

bool is_placeholder(std::string_view segment) noexcept
{
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

/// The values of the placeholders if the path has the pattern's form.
std::optional<parameters> match_path(std::string_view pattern, std::vector<std::string_view> const& segments)
{
    auto const pattern_segments = split(pattern, '/');
    if (pattern_segments.size() != segments.size())
        return std::nullopt;
    parameters values;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        std::string_view const expected = pattern_segments[i];
        if (!is_placeholder(expected)) {
            if (expected != segments[i])
                return std::nullopt;
            continue;
        }
        auto value = base::decode_uri_component(segments[i]);
        if (!value || value->empty())
            return std::nullopt;
        values.emplace(expected.substr(1, expected.size() - 2), std::move(*value));
    }
    return values;
}

} // namespace

std::optional<route> find_route(http_method method, std::string_view target)
{
    auto const question = target.find('?');
    auto const segments = split(target.substr(0, question), '/');
    auto query =
        parse_query(question == std::string_view::npos ? std::string_view() : target.substr(question + 1));
    if (!query)
        return std::nullopt;

    for (operation_info const& info : operations) {
        if (info.method != method)
            continue;
        auto const pattern_question = info.uri.find('?');
        auto path = match_path(info.uri.substr(0, pattern_question), segments);
        if (!path)
            continue;
        if (pattern_question != std::string_view::npos) {
            // `?operation=add` belongs to the operation's name.
            auto const required = parse_query(info.uri.substr(pattern_question + 1));
            bool const fits = std::includes(query->begin(), query->end(), required->begin(), required->end());
            if (!fits)
                continue;
        }
        return route{info.id, std::move(*path), std::move(*query)};
    }
    return std::nullopt;
}

} // namespace glacier::protocol
