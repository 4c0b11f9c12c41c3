#include "cli/output.hpp"

#include "cli/exit_code.hpp"
#include "cli/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <system_error>

namespace glacier::cli {

namespace {

boost::json::string_view view(std::string_view text) noexcept
{
    return {text.data(), text.size()};
}

/// Text comes from the service: it may hold what a terminal obeys, and tabs, which separate columns.
std::string value_text(boost::json::value const& value)
{
    if (value.is_null())
        return "-";
    if (value.is_string())
        return one_line(std::string_view(value.get_string().data(), value.get_string().size()));
    return boost::json::serialize(value);
}

void append_members(std::string& lines, std::string const& prefix, boost::json::object const& object)
{
    for (auto const& member : object) {
        std::string const name = prefix + std::string(member.key().data(), member.key().size());
        if (member.value().is_object())
            append_members(lines, name + ".", member.value().get_object());
        else
            lines += name + ": " + value_text(member.value()) + "\n";
    }
}

} // namespace

output_form parse_output_form(std::string_view text)
{
    if (text == "text")
        return output_form::text;
    if (text == "json")
        return output_form::json;
    throw failure(exit_code::usage, "--output \"" + std::string(text) + "\": json or text");
}

void output::line(std::string_view text)
{
    lines(std::string(text) + "\n");
}

void output::lines(std::string_view text)
{
    errno = 0;
    stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream_.flush();
    if (stream_)
        return;
    std::string const reason =
        errno != 0 ? std::generic_category().message(errno) : "the output cannot be written";
    throw failure(exit_code::local_file, "standard output: " + reason);
}

boost::json::object parse_object(std::string const& json)
{
    return boost::json::parse(view(json)).as_object();
}

std::string member_lines(boost::json::object const& object)
{
    std::string lines;
    append_members(lines, "", object);
    return lines;
}

std::string member_row(boost::json::object const& object, std::initializer_list<std::string_view> names)
{
    std::string row;
    std::string_view separator;
    for (std::string_view const name : names) {
        row += separator;
        separator = "\t";
        auto const* const value = object.if_contains(view(name));
        row += value != nullptr ? value_text(*value) : "-";
    }
    return row;
}

} // namespace glacier::cli
