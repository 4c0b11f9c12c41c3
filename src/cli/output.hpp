#pragma once

#include <boost/json/object.hpp>

#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>

namespace glacier::cli {

enum class output_form { text, json };

/// Reads `text` or `json`; throws failure(usage) for anything else.
output_form parse_output_form(std::string_view text);

/// The data that a command gives out, on stdout.
class output {
public:
    output(std::ostream& stream, output_form form) : stream_(stream), form_(form) {}

    output_form form() const noexcept { return form_; }

    /**
     * Writes a line, and makes sure that it has left the process: a closed pipe or a full disk is an error
     * like any other.
     *
     * Errors: failure(local_file).
     */
    void line(std::string_view text);

    /// The same with several lines, each with its end.
    void lines(std::string_view text);

private:
    std::ostream& stream_;
    output_form form_;
};

/// `{"NAME":[...]}` of values that the library can write as JSON. Needs <glacier/json.hpp>.
template <class Values>
std::string json_list(std::string_view name, Values const& values)
{
    std::string text = "{\"" + std::string(name) + "\":[";
    std::string_view separator;
    for (auto const& value : values) {
        text += separator;
        text += to_json(value);
        separator = ",";
    }
    return text + "]}";
}

/// The object of a JSON text that the library wrote.
boost::json::object parse_object(std::string const& json);

/// `Name: value` lines, one for each member in order, those of inner objects as `Outer.Inner`. Absent values
/// are shown as `-`.
std::string member_lines(boost::json::object const& object);

/// The named members in one line with tabs between them. Absent values are shown as `-`.
std::string member_row(boost::json::object const& object, std::initializer_list<std::string_view> names);

} // namespace glacier::cli
