#include "cli/api_parameters.hpp"

#include "cli/api_shorthand.hpp"
#include "cli/exit_code.hpp"
#include "cli/file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace glacier::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t file_bytes_max = 1'048'576;
constexpr std::string_view json_option = "--cli-input-json";

json::string_view view(std::string_view text) noexcept
{
    return {text.data(), text.size()};
}

[[noreturn]] void refuse(std::string_view option, std::string const& what)
{
    throw failure(exit_code::usage, std::string(option) + ": " + what);
}

std::string read_text_file(std::string const& file)
{
    file_reader reader(file);
    std::string content;
    std::array<char, 65'536> buffer{};
    while (true) {
        auto const count = reader.read_some(std::as_writable_bytes(std::span(buffer)));
        if (count == std::size_t(0))
            return content;
        content.append(buffer.data(), count.value_or(0));
        if (content.size() > file_bytes_max)
            throw failure(exit_code::local_file, file + ": more than " + std::to_string(file_bytes_max) +
                                                     " bytes, which is too much for a parameter");
    }
}

/// `~/` at the beginning means the user's own directory, which no shell replaces after `file://`.
std::string expand_home(std::string path, environment_reader const& environment)
{
    if (!path.starts_with("~/"))
        return path;
    auto const home = environment("HOME");
    return home ? *home + path.substr(1) : path;
}

/// The value, or the content of the file that it names.
std::string value_of(std::string const& word, environment_reader const& environment)
{
    for (std::string_view const prefix : {"file://", "fileb://"})
        if (word.starts_with(prefix))
            return read_text_file(expand_home(word.substr(prefix.size()), environment));
    return word;
}

json::value parse_json(std::string_view option, std::string const& text)
{
    boost::system::error_code failed;
    json::value value = json::parse(view(text), failed);
    if (failed)
        refuse(option, "no JSON: " + failed.message());
    return value;
}

char first_character(std::string_view text) noexcept
{
    auto const first = text.find_first_not_of(" \t\r\n\v\f");
    return first == std::string_view::npos ? '\0' : text[first];
}

void correct_types(json::object& structure);

/// The short form has no types. In the structures of the model these are the members that are no text and no
/// structure; maps have names of their own.
void correct_type(std::string_view name, json::value& value)
{
    bool const is_list = name == "Events" || name == "Rules" || name == "AccessControlList";
    bool const is_number = name == "BytesPerHour";
    bool const is_map = name == "Tagging" || name == "UserMetadata";
    if (is_list && !value.is_array())
        value = json::array{std::move(value)};
    if (is_number && value.is_string()) {
        boost::system::error_code failed;
        json::value const number = json::parse(value.get_string(), failed);
        if (!failed && number.is_number())
            value = number;
    }
    if (value.is_object() && !is_map)
        correct_types(value.get_object());
    if (value.is_array())
        for (json::value& element : value.get_array())
            if (element.is_object())
                correct_types(element.get_object());
}

void correct_types(json::object& structure)
{
    for (auto& member : structure)
        correct_type({member.key().data(), member.key().size()}, member.value());
}

json::value read_object(api_parameter const& parameter, std::string const& option, std::string const& text)
{
    char const first = first_character(text);
    if (first == '{' || first == '[')
        return parse_json(option, text);
    try {
        json::object members = parse_shorthand(text);
        if (parameter.kind == api_kind::structure)
            correct_types(members);
        return members;
    } catch (failure const& failed) {
        refuse(option, failed.what());
    }
}

json::value read_words(api_parameter const& parameter, std::vector<std::string> const& words,
                       environment_reader const& environment)
{
    std::string const option = option_name(parameter.member);
    // As the AWS CLI has it: of several words none is the name of a file to read.
    std::string const first = words.size() == 1 ? value_of(words.front(), environment) : std::string();
    switch (parameter.kind) {
    case api_kind::list: {
        if (words.size() == 1 && first_character(first) == '[')
            return parse_json(option, first);
        json::array elements;
        if (words.size() == 1)
            elements.emplace_back(first);
        else
            for (std::string const& word : words)
                elements.emplace_back(word);
        return elements;
    }
    case api_kind::structure:
    case api_kind::map:
        return read_object(parameter, option, first);
    case api_kind::text:
    case api_kind::file:
        break;
    }
    return json::value(first);
}

bool is_text(json::value const& value) noexcept
{
    return value.is_string();
}

/// What the values must be, in the words of a message; nothing if they are.
std::string_view expected_instead_of(api_kind kind, json::value const& value)
{
    switch (kind) {
    case api_kind::text:
    case api_kind::file:
        return is_text(value) ? "" : "a text";
    case api_kind::structure:
        return value.is_object() ? "" : "an object";
    case api_kind::map: {
        bool const fits =
            value.is_object() && std::all_of(value.get_object().begin(), value.get_object().end(),
                                             [](auto const& member) { return is_text(member.value()); });
        return fits ? "" : "an object of texts";
    }
    case api_kind::list: {
        bool const fits =
            value.is_array() && std::all_of(value.get_array().begin(), value.get_array().end(), is_text);
        return fits ? "" : "an array of texts";
    }
    }
    return "";
}

} // namespace

std::string option_name(std::string_view member)
{
    std::string name = "--";
    for (char const c : member) {
        bool const is_capital = c >= 'A' && c <= 'Z';
        if (is_capital && name.size() > 2)
            name += '-';
        name += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return name;
}

api_input::api_input(std::span<api_parameter const> parameters, api_words const& words,
                     std::optional<std::string> const& json, environment_reader const& environment)
{
    if (json) {
        json::value const document = parse_json(json_option, value_of(*json, environment));
        if (!document.is_object())
            refuse(json_option, "an object is expected");
        members_ = document.get_object();
        for (auto const& member : members_) {
            std::string const name(member.key().data(), member.key().size());
            auto const known = std::find_if(parameters.begin(), parameters.end(),
                                            [&](api_parameter const& each) { return each.member == name; });
            if (known == parameters.end())
                refuse(json_option, "there is no parameter " + name);
            std::string_view const expected = expected_instead_of(known->kind, member.value());
            if (!expected.empty())
                refuse(json_option, name + ": " + std::string(expected) + " is expected");
        }
    }
    for (api_parameter const& parameter : parameters) {
        auto const given = words.find(parameter.member);
        if (given != words.end()) {
            if (parameter.kind == api_kind::file) {
                body_file_ = expand_home(given->second.front(), environment);
                continue;
            }
            json::value value = read_words(parameter, given->second, environment);
            std::string_view const expected = expected_instead_of(parameter.kind, value);
            if (!expected.empty())
                refuse(option_name(parameter.member), std::string(expected) + " is expected");
            members_.insert_or_assign(view(parameter.member), std::move(value));
        } else if (parameter.required && !has(parameter.member)) {
            throw failure(exit_code::usage, option_name(parameter.member) + " is missing");
        }
    }
}

bool api_input::has(std::string_view member) const noexcept
{
    return members_.if_contains(view(member)) != nullptr;
}

std::string api_input::text(std::string_view member) const
{
    json::string const& found = json(member).as_string();
    return {found.data(), found.size()};
}

std::optional<std::string> api_input::optional_text(std::string_view member) const
{
    if (!has(member))
        return std::nullopt;
    return text(member);
}

json::value const& api_input::json(std::string_view member) const
{
    return members_.at(view(member));
}

body api_input::content() const
{
    if (!body_file_)
        return body(text("body"));
    // Says what is wrong with the file in the words that the other commands have for it.
    std::uint64_t const bytes = size_of_archive_file(*body_file_);
    return body::file(*body_file_, 0, bytes);
}

void api_input::set(std::string_view member, std::string const& text)
{
    members_.insert_or_assign(view(member), text);
}

} // namespace glacier::cli
