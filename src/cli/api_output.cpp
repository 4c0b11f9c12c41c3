#include "cli/api_output.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace glacier::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t indent = 4;

/// The one structure in results whose members the library writes in another order than the model has.
constexpr std::string_view select_parameters = "SelectParameters";
constexpr std::array<char const*, 4> order_of_select_parameters{"InputSerialization", "ExpressionType",
                                                                "Expression", "OutputSerialization"};

json::object in_model_order(json::object const& parameters)
{
    json::object ordered;
    for (char const* const name : order_of_select_parameters)
        if (json::value const* const found = parameters.if_contains(name))
            ordered.emplace(name, *found);
    return ordered;
}

json::value printed_value(json::value const& value)
{
    if (value.is_object())
        return printed_members(value.get_object());
    if (!value.is_array())
        return value;
    json::array elements;
    for (json::value const& element : value.get_array())
        elements.push_back(printed_value(element));
    return elements;
}

void append(std::string& text, json::value const& value, std::size_t depth);

void append_line_end(std::string& text, std::size_t depth)
{
    text += '\n';
    text.append(depth * indent, ' ');
}

void append_object(std::string& text, json::object const& object, std::size_t depth)
{
    text += '{';
    std::string_view separator;
    for (auto const& member : object) {
        text += separator;
        separator = ",";
        append_line_end(text, depth + 1);
        text += json::serialize(json::string(member.key())) + ": ";
        append(text, member.value(), depth + 1);
    }
    append_line_end(text, depth);
    text += '}';
}

void append_array(std::string& text, json::array const& array, std::size_t depth)
{
    text += '[';
    std::string_view separator;
    for (json::value const& element : array) {
        text += separator;
        separator = ",";
        append_line_end(text, depth + 1);
        append(text, element, depth + 1);
    }
    append_line_end(text, depth);
    text += ']';
}

void append(std::string& text, json::value const& value, std::size_t depth)
{
    if (value.is_object() && !value.get_object().empty())
        append_object(text, value.get_object(), depth);
    else if (value.is_array() && !value.get_array().empty())
        append_array(text, value.get_array(), depth);
    else
        text += json::serialize(value);
}

} // namespace

json::object printed_members(json::object const& result)
{
    json::object members;
    for (auto const& member : result) {
        if (member.value().is_null())
            continue;
        bool const is_select =
            member.key() == json::string_view(select_parameters.data(), select_parameters.size());
        if (is_select && member.value().is_object())
            members.emplace(member.key(), printed_value(in_model_order(member.value().get_object())));
        else
            members.emplace(member.key(), printed_value(member.value()));
    }
    return members;
}

std::string indented_json(json::value const& value)
{
    std::string text;
    append(text, value, 0);
    return text;
}

} // namespace glacier::cli
