#include "cli/api_command.hpp"

#include "cli/api_output.hpp"
#include "cli/api_paging.hpp"
#include "cli/exit_code.hpp"
#include "cli/size.hpp"

#include <boost/json/serialize.hpp>

#include <cstdint>
#include <limits>
#include <utility>

namespace glacier::cli {

namespace {

namespace json = boost::json;

std::optional<std::size_t> count_of(std::string_view option, std::optional<std::string> const& text)
{
    if (!text)
        return std::nullopt;
    return parse_count(option, *text, 1, std::numeric_limits<std::uint32_t>::max());
}

/// Whether the pages of a list are joined. Whoever names a page, or its size, gets that one alone.
bool joins_pages(api_operation const& operation, api_options const& options, api_input const& input)
{
    if (operation.list.empty())
        return false;
    if (!options.no_paginate && !input.has("marker") && !input.has("limit"))
        return true;
    if (options.page_size || options.max_items || options.starting_token)
        throw failure(exit_code::usage,
                      "--page-size, --max-items and --starting-token are for joined pages, not "
                      "for --no-paginate, --limit or --marker");
    return false;
}

json::object all_pages(api_operation const& operation, api_options const& options, api_call& call)
{
    auto const items_max = count_of("--max-items", options.max_items);
    if (auto const size = count_of("--page-size", options.page_size))
        call.input.set("limit", std::to_string(*size));
    page_token const start =
        options.starting_token ? parse_page_token(*options.starting_token) : page_token();
    auto const read_page = [&](std::optional<std::string> const& marker) {
        if (marker)
            call.input.set("marker", *marker);
        return operation.perform(call);
    };
    return join_pages(operation.list, read_page, start, items_max);
}

void print(output& out, json::object const& members)
{
    if (members.empty())
        return;
    try {
        out.line(indented_json(members));
    } catch (failure const& failed) {
        // What was done is not done again for its result, which may be the only id of an archive.
        throw failure(failed.code(), std::string(failed.what()) +
                                         "; the operation has succeeded: " + json::serialize(members));
    }
}

} // namespace

void call_operation(session& session, api_operation const& operation, api_options const& options)
{
    api_call call(session,
                  api_input(operation.parameters, options.words, options.input_json, session.environment()),
                  options.output_file);
    bool const joined = joins_pages(operation, options, call.input);
    json::object const result = joined ? all_pages(operation, options, call) : operation.perform(call);
    print(session.out(), printed_members(result));
}

} // namespace glacier::cli
