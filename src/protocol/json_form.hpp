#pragma once

#include "protocol/codec.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace glacier::protocol {

template <class T>
concept json_struct = requires
{
    json_fields<T>::fields;
};

/// How strict a reader is. The service refuses a name of an enumeration that it does not know; to a client that
/// is `unknown`, if the enumeration has that. `exact` refuses unknown members as well.
enum class reading { exact, strict, lenient };

/// What the JSON is written for.
enum class writing { request, answer };

template <class T>
boost::json::value write_json(T const& value, writing what = writing::answer);

template <class T>
decoded<T> read_json(boost::json::value const& value, std::string_view name, reading how);

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class T>
inline constexpr bool is_map = false;
template <class Key, class Value>
inline constexpr bool is_map<std::map<Key, Value>> = true;

inline std::string_view view_of(boost::json::string_view text)
{
    return {text.data(), text.size()};
}

/// For keys and values that are text of a form.
template <class Form, class T>
std::optional<T> read_form(std::string_view text, reading how)
{
    auto parsed = Form::read(text);
    if (parsed)
        return std::optional<T>(std::move(*parsed));
    if constexpr (requires { T::unknown; })
        if (how == reading::lenient)
            return T::unknown;
    return std::nullopt;
}

inline member_error invalid_json(std::string_view name, boost::json::value const& value)
{
    return {member_error::reason::invalid, std::string(name), boost::json::serialize(value)};
}

/// Reads the value of one field; a form that is given takes text.
template <class Form, class T>
decoded<T> read_json_field(boost::json::value const& value, std::string_view name, reading how)
{
    if constexpr (std::is_void_v<Form>) {
        return read_json<T>(value, name, how);
    } else {
        if (!value.is_string())
            return invalid_json(name, value);
        auto parsed = read_form<Form, T>(view_of(value.get_string()), how);
        if (!parsed)
            return invalid_json(name, value);
        return std::move(*parsed);
    }
}

template <class Form, class T>
boost::json::value write_json_field(T const& value, writing what)
{
    if constexpr (std::is_void_v<Form>)
        return write_json(value, what);
    else
        return boost::json::value(Form::write(value));
}

/// Writes one field of `value` into the object.
template <class Field, class T>
void write_field_into(boost::json::object& object, Field const& field, T const& value, absent when_absent,
                      writing what)
{
    auto const& member = value.*field.pointer;
    if constexpr (is_optional<typename Field::member_type>) {
        if (member)
            object[field.name] = write_json_field<typename Field::form>(*member, what);
        else if (when_absent == absent::null ||
                 (when_absent == absent::null_in_answers && what == writing::answer))
            object[field.name] = nullptr;
    } else {
        object[field.name] = write_json_field<typename Field::form>(member, what);
    }
}

/// The member of the object; null counts as absent.
inline boost::json::value const* find_member(boost::json::object const& object, std::string_view name)
{
    boost::json::value const* const found =
        object.if_contains(boost::json::string_view(name.data(), name.size()));
    return found != nullptr && !found->is_null() ? found : nullptr;
}

/// The first member of the object that is none of the fields. What has its place elsewhere in a message is none either.
template <class... Fields>
std::optional<member_error> find_unknown_member(boost::json::object const& object,
                                                std::tuple<Fields...> const& fields)
{
    for (auto const& member : object) {
        std::string_view const name = view_of(member.key());
        auto const is_named_so = [name]<class Field>(Field const& field) {
            if constexpr (
                requires { Field::where; } || !requires { field.name; })
                return false;
            else
                return field.name == name;
        };
        bool const known =
            std::apply([&](auto const&... field) { return (is_named_so(field) || ...); }, fields);
        if (!known)
            return member_error{member_error::reason::invalid, std::string(name), "there is no such member"};
    }
    return std::nullopt;
}

/// One tuple of a tuple of tuples. The braces in which that is made keep the order, so that the first error is
/// found first; the arguments of std::tuple_cat are made in any order.
template <class Tuples>
auto join_tuples(Tuples tuples)
{
    return std::apply([](auto&... tuple) { return std::tuple_cat(std::move(tuple)...); }, tuples);
}

/// Reads a field that must be there.
template <class Field>
decoded<typename Field::member_type> read_required_field(boost::json::object const& object,
                                                         Field const& field, reading how)
{
    boost::json::value const* const found = find_member(object, field.name);
    if (found == nullptr)
        return member_error{member_error::reason::missing, std::string(field.name), {}};
    return read_json_field<typename Field::form, typename Field::member_type>(*found, field.name, how);
}

/// Reads a field into `made`, if it is there. A required one may be absent only where reading is lenient.
template <class Field, class T>
std::optional<member_error> read_field_into(T& made, boost::json::object const& object, Field const& field,
                                            reading how)
{
    using value_type = value_type_of<typename Field::member_type>;
    boost::json::value const* const found = find_member(object, field.name);
    if (found == nullptr) {
        if (Field::need == presence::required && how != reading::lenient)
            return member_error{member_error::reason::missing, std::string(field.name), {}};
        return std::nullopt;
    }
    auto read = read_json_field<typename Field::form, value_type>(*found, field.name, how);
    if (!read)
        return read.error();
    made.*field.pointer = std::move(*read);
    return std::nullopt;
}

/// Reads the fields that are arguments of the constructor and makes the struct from them.
template <class T, std::size_t... I>
decoded<T> construct_from_json(boost::json::object const& object, reading how, std::index_sequence<I...>)
{
    constexpr auto const& fields = json_fields<T>::fields;
    std::optional<member_error> error;
    auto const read_argument = [&]<class Field>(Field const& f) {
        if constexpr (Field::need == presence::argument) {
            std::optional<typename Field::member_type> argument;
            if (auto read = read_required_field(object, f, how))
                argument = std::move(*read);
            else if (!error)
                error = read.error();
            return std::tuple<std::optional<typename Field::member_type>>(std::move(argument));
        } else {
            return std::tuple<>();
        }
    };
    auto arguments = join_tuples(
        std::tuple<decltype(read_argument(std::get<I>(fields)))...>{read_argument(std::get<I>(fields))...});
    if (error)
        return *error;
    return std::apply([](auto&... argument) { return T(std::move(*argument)...); }, arguments);
}

} // namespace detail

template <class T>
boost::json::value write_json(T const& value, writing what)
{
    if constexpr (detail::is_optional<T>) {
        return value ? write_json(*value, what) : boost::json::value(nullptr);
    } else if constexpr (detail::is_vector<T>) {
        boost::json::array array;
        array.reserve(value.size());
        for (auto const& element : value)
            array.push_back(write_json(element, what));
        return array;
    } else if constexpr (detail::is_map<T>) {
        boost::json::object object;
        for (auto const& [key, element] : value)
            object[text_form<typename T::key_type>::write(key)] = write_json(element, what);
        return object;
    } else if constexpr (json_struct<T>) {
        boost::json::object object;
        auto const write = [&](auto const& f) {
            detail::write_field_into(object, f, value, json_fields<T>::when_absent, what);
        };
        std::apply([&](auto const&... f) { (write(f), ...); }, json_fields<T>::fields);
        return object;
    } else if constexpr (std::is_enum_v<T>) {
        std::string const name = text_form<T>::write(value);
        return name.empty() ? boost::json::value(nullptr) : boost::json::value(name);
    } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::uint64_t>) {
        return boost::json::value(value);
    } else {
        return boost::json::value(text_form<T>::write(value));
    }
}

template <class T>
decoded<T> read_json(boost::json::value const& value, std::string_view name, reading how)
{
    if constexpr (detail::is_vector<T>) {
        if (!value.is_array())
            return detail::invalid_json(name, value);
        T elements;
        elements.reserve(value.get_array().size());
        for (auto const& element : value.get_array()) {
            auto read = read_json<typename T::value_type>(element, name, how);
            if (!read)
                return read.error();
            elements.push_back(std::move(*read));
        }
        return elements;
    } else if constexpr (detail::is_map<T>) {
        if (!value.is_object())
            return detail::invalid_json(name, value);
        T elements;
        for (auto const& member : value.get_object()) {
            std::string_view const text = detail::view_of(member.key());
            auto key = text_form<typename T::key_type>::read(text);
            if (!key)
                return member_error{member_error::reason::invalid, std::string(name), std::string(text)};
            auto read = read_json<typename T::mapped_type>(member.value(), name, how);
            if (!read)
                return read.error();
            elements.insert_or_assign(std::move(*key), std::move(*read));
        }
        return elements;
    } else if constexpr (json_struct<T>) {
        if (!value.is_object())
            return detail::invalid_json(name, value);
        auto const& object = value.get_object();
        constexpr auto const& fields = json_fields<T>::fields;
        if (how == reading::exact)
            if (auto const unknown = detail::find_unknown_member(object, fields))
                return *unknown;
        constexpr auto count = std::tuple_size_v<std::remove_cvref_t<decltype(fields)>>;
        auto made = detail::construct_from_json<T>(object, how, std::make_index_sequence<count>());
        if (!made)
            return made;

        std::optional<member_error> error;
        auto const read_field = [&]<class Field>(Field const& f) {
            if constexpr (Field::need != presence::argument)
                if (!error)
                    error = detail::read_field_into(*made, object, f, how);
        };
        std::apply([&](auto const&... f) { (read_field(f), ...); }, fields);
        if (error)
            return *error;
        return made;
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!value.is_bool())
            return detail::invalid_json(name, value);
        return value.get_bool();
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        boost::system::error_code failed;
        auto const number = value.to_number<std::uint64_t>(failed);
        if (failed)
            return detail::invalid_json(name, value);
        return number;
    } else {
        if constexpr (std::is_same_v<T, std::uint32_t>) {
            // The model has text here, but boto 2 sends numbers.
            boost::system::error_code failed;
            if (value.is_number())
                if (auto const number = value.to_number<std::uint32_t>(failed); !failed)
                    return number;
        }
        if (!value.is_string())
            return detail::invalid_json(name, value);
        auto parsed = detail::read_form<text_form<T>, T>(detail::view_of(value.get_string()), how);
        if (!parsed)
            return detail::invalid_json(name, value);
        return std::move(*parsed);
    }
}

/// A JSON text, not deeper than Boost.JSON's default of 32 levels.
inline decoded<boost::json::value> parse_json_document(std::string_view text)
{
    boost::system::error_code failed;
    auto document = boost::json::parse(boost::json::string_view(text.data(), text.size()), failed);
    if (failed)
        return member_error{member_error::reason::malformed_json, "body", failed.message()};
    return document;
}

/// Reads a whole JSON document.
template <class T>
decoded<T> read_json_document(std::string_view text, reading how)
{
    auto const document = parse_json_document(text);
    if (!document)
        return document.error();
    return read_json<T>(*document, "body", how);
}

} // namespace glacier::protocol
