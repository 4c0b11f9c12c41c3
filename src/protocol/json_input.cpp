#include <glacier/json_input.hpp>

#include "base/printable.hpp"
#include "protocol/data_retrieval_policy_operations.hpp"
#include "protocol/job_operations.hpp"
#include "protocol/json_form.hpp"
#include "protocol/vault_notification_operations.hpp"

#include <algorithm>
#include <tuple>
#include <type_traits>

namespace glacier {

namespace {

using reason = json_input_error::reason;

constexpr std::size_t text_bytes_max = 1'048'576;

std::string path_of(std::string const& above, std::string_view member)
{
    return above.empty() ? std::string(member) : above + "." + std::string(member);
}

/// Adds a name to `A, B or C`.
void add_name(std::string& names, std::string_view name, bool is_last)
{
    if (!names.empty())
        names += is_last ? " or " : ", ";
    names += name;
}

template <class Enum>
std::string names_of_enum()
{
    auto const& all = protocol::enum_names<Enum>::names;
    std::string names;
    for (auto const& each : all)
        add_name(names, each.second, &each == &all.back());
    return names;
}

template <class T>
std::string names_of_members()
{
    constexpr auto const& fields = protocol::json_fields<T>::fields;
    constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<decltype(fields)>>;
    std::string names;
    std::size_t number = 0;
    std::apply([&](auto const&... f) { (add_name(names, f.name, ++number == count), ...); }, fields);
    return names;
}

json_input_error from(protocol::member_error const& error, std::string const& path)
{
    switch (error.why) {
    case protocol::member_error::reason::missing:
        return {reason::missing, path, {}, {}};
    case protocol::member_error::reason::invalid:
        break;
    case protocol::member_error::reason::malformed_json:
        return {reason::malformed, path, error.text, {}};
    }
    return {reason::invalid, path, error.text, {}};
}

template <class Form, class T>
std::optional<json_input_error> find_error(boost::json::value const& value, std::string const& path);

template <class Elements>
std::optional<json_input_error> find_error_in_array(boost::json::value const& value, std::string const& path)
{
    if (!value.is_array())
        return json_input_error{reason::invalid, path, boost::json::serialize(value), "an array"};
    std::size_t number = 0;
    for (auto const& element : value.get_array()) {
        std::string const at = path + "[" + std::to_string(number++) + "]";
        if (auto error = find_error<void, typename Elements::value_type>(element, at))
            return error;
    }
    return std::nullopt;
}

/// What the codec's reader would let pass: members that do not exist.
template <class T>
std::optional<json_input_error> find_unknown(boost::json::object const& object, std::string const& path)
{
    for (auto const& member : object) {
        std::string_view const name = protocol::detail::view_of(member.key());
        bool const is_known = std::apply([name](auto const&... f) { return ((f.name == name) || ...); },
                                         protocol::json_fields<T>::fields);
        if (!is_known)
            return json_input_error{reason::unknown, path_of(path, name), {}, names_of_members<T>()};
    }
    return std::nullopt;
}

template <class T>
std::optional<json_input_error> find_error_in_object(boost::json::value const& value, std::string const& path)
{
    if (!value.is_object())
        return json_input_error{reason::invalid, path, boost::json::serialize(value), "an object"};
    auto const& object = value.get_object();
    auto error = find_unknown<T>(object, path);
    auto const look = [&]<class Field>(Field const& f) {
        if (error)
            return;
        boost::json::value const* const found = protocol::detail::find_member(object, f.name);
        if (found != nullptr)
            error = find_error<typename Field::form,
                               protocol::detail::value_type_of<typename Field::member_type>>(
                *found, path_of(path, f.name));
        else if (Field::need != protocol::presence::optional)
            error = json_input_error{reason::missing, path_of(path, f.name), {}, {}};
    };
    std::apply([&](auto const&... f) { (look(f), ...); }, protocol::json_fields<T>::fields);
    return error;
}

/// The first error, with the path to it; the codec's reader knows the name of the member only.
template <class Form, class T>
std::optional<json_input_error> find_error(boost::json::value const& value, std::string const& path)
{
    if constexpr (protocol::detail::is_vector<T>) {
        return find_error_in_array<T>(value, path);
    } else if constexpr (protocol::json_struct<T>) {
        return find_error_in_object<T>(value, path);
    } else {
        auto const read = protocol::detail::read_json_field<Form, T>(value, path, protocol::reading::strict);
        if (read)
            return std::nullopt;
        json_input_error error = from(read.error(), path);
        if constexpr (std::is_enum_v<T>)
            error.allowed = names_of_enum<T>();
        return error;
    }
}

template <class T>
json_input<T> read(std::string_view text)
{
    if (text.size() > text_bytes_max)
        return json_input_error{reason::too_long, {}, std::to_string(text.size()) + " bytes", {}};
    auto const document = protocol::parse_json_document(text);
    if (!document)
        return from(document.error(), {});
    if (auto error = find_error<void, T>(*document, {}))
        return *error;
    auto value = protocol::read_json<T>(*document, {}, protocol::reading::strict);
    if (!value)
        return from(value.error(), value.error().member);
    return std::move(*value);
}

} // namespace

std::string json_input_error::message() const
{
    constexpr std::size_t shown_max = 100;
    std::string const name = base::printable(member, shown_max);
    std::string const shown = base::printable(text, shown_max);
    std::string const may_be = allowed.empty() ? "" : "; there may be " + allowed;
    switch (why) {
    case reason::too_long:
        return "the JSON has " + shown + "; at most " + std::to_string(text_bytes_max) + " are allowed";
    case reason::malformed:
        return "no JSON: " + shown;
    case reason::missing:
        return "the member " + name + " is missing";
    case reason::unknown:
        return "there is no member " + name + may_be;
    case reason::invalid:
        break;
    }
    return (name.empty() ? "" : name + ": ") + shown + " is not allowed" + may_be;
}

void throw_exception_from_error(json_input_error const& error, boost::source_location const&)
{
    throw boost::system::system_error(make_error_code(boost::system::errc::invalid_argument),
                                      error.message());
}

json_input<job_parameters> parse_job_parameters(std::string_view json)
{
    return read<job_parameters>(json);
}

json_input<vault_notification_config> parse_vault_notification_config(std::string_view json)
{
    return read<vault_notification_config>(json);
}

json_input<data_retrieval_policy> parse_data_retrieval_policy(std::string_view json)
{
    return read<data_retrieval_policy>(json);
}

} // namespace glacier
