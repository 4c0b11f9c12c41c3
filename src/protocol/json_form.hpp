#pragma once

#include "protocol/codec.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace glacier::protocol {

template <class T>
concept json_struct = requires
{
    json_fields<T>::fields;
};

template <class T>
boost::json::value write_json(T const& value);

template <class T>
decoded<T> read_json(boost::json::value const& value, std::string_view name);

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

inline member_error invalid_json(std::string_view name, boost::json::value const& value)
{
    return {member_error::reason::invalid, std::string(name), boost::json::serialize(value)};
}

/// Reads the value of one field; a form that is given takes text.
template <class Form, class T>
decoded<T> read_json_field(boost::json::value const& value, std::string_view name)
{
    if constexpr (std::is_void_v<Form>) {
        return read_json<T>(value, name);
    } else {
        if (!value.is_string())
            return invalid_json(name, value);
        auto parsed = Form::read(std::string_view(value.get_string().data(), value.get_string().size()));
        if (!parsed)
            return invalid_json(name, value);
        return std::move(*parsed);
    }
}

template <class Form, class T>
boost::json::value write_json_field(T const& value)
{
    if constexpr (std::is_void_v<Form>)
        return write_json(value);
    else
        return boost::json::value(Form::write(value));
}

/// The member of the object; null counts as absent.
inline boost::json::value const* find_member(boost::json::object const& object, std::string_view name)
{
    boost::json::value const* const found =
        object.if_contains(boost::json::string_view(name.data(), name.size()));
    return found != nullptr && !found->is_null() ? found : nullptr;
}

/// One tuple of a tuple of tuples. The braces in which that is made keep the order, so that the first error is
/// found first; the arguments of std::tuple_cat are made in any order.
template <class Tuples>
auto join_tuples(Tuples tuples)
{
    return std::apply([](auto&... tuple) { return std::tuple_cat(std::move(tuple)...); }, tuples);
}

/// Reads the fields that are arguments of the constructor and makes the struct from them.
template <class T, std::size_t... I>
decoded<T> construct_from_json(boost::json::object const& object, std::index_sequence<I...>)
{
    constexpr auto const& fields = json_fields<T>::fields;
    std::optional<member_error> error;
    auto const read_argument = [&]<class Field>(Field const& f) {
        if constexpr (Field::need == presence::argument) {
            using member_type = typename Field::member_type;
            std::optional<member_type> argument;
            if (auto const* const found = find_member(object, f.name); found == nullptr) {
                if (!error)
                    error = member_error{member_error::reason::missing, std::string(f.name), {}};
            } else if (auto read = read_json_field<typename Field::form, member_type>(*found, f.name);
                       !read) {
                if (!error)
                    error = read.error();
            } else {
                argument = std::move(*read);
            }
            return std::tuple<std::optional<member_type>>(std::move(argument));
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
boost::json::value write_json(T const& value)
{
    if constexpr (detail::is_optional<T>) {
        return value ? write_json(*value) : boost::json::value(nullptr);
    } else if constexpr (detail::is_vector<T>) {
        boost::json::array array;
        array.reserve(value.size());
        for (auto const& element : value)
            array.push_back(write_json(element));
        return array;
    } else if constexpr (json_struct<T>) {
        boost::json::object object;
        auto const write_field = [&object, &value]<class Field>(Field const& f) {
            auto const& member = value.*f.pointer;
            if constexpr (detail::is_optional<typename Field::member_type>) {
                if (member)
                    object[f.name] = detail::write_json_field<typename Field::form>(*member);
                else if (json_fields<T>::when_absent == absent::null)
                    object[f.name] = nullptr;
            } else {
                object[f.name] = detail::write_json_field<typename Field::form>(member);
            }
        };
        std::apply([&](auto const&... f) { (write_field(f), ...); }, json_fields<T>::fields);
        return object;
    } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::uint64_t>) {
        return boost::json::value(value);
    } else {
        return boost::json::value(text_form<T>::write(value));
    }
}

template <class T>
decoded<T> read_json(boost::json::value const& value, std::string_view name)
{
    if constexpr (detail::is_vector<T>) {
        if (!value.is_array())
            return detail::invalid_json(name, value);
        T elements;
        elements.reserve(value.get_array().size());
        for (auto const& element : value.get_array()) {
            auto read = read_json<typename T::value_type>(element, name);
            if (!read)
                return read.error();
            elements.push_back(std::move(*read));
        }
        return elements;
    } else if constexpr (json_struct<T>) {
        if (!value.is_object())
            return detail::invalid_json(name, value);
        auto const& object = value.get_object();
        constexpr auto const& fields = json_fields<T>::fields;
        constexpr auto count = std::tuple_size_v<std::remove_cvref_t<decltype(fields)>>;
        auto made = detail::construct_from_json<T>(object, std::make_index_sequence<count>());
        if (!made)
            return made;

        std::optional<member_error> error;
        auto const read_field = [&]<class Field>(Field const& f) {
            if constexpr (Field::need != presence::argument) {
                using value_type = detail::value_type_of<typename Field::member_type>;
                auto const* const found = detail::find_member(object, f.name);
                if (found == nullptr || error)
                    return;
                auto read = detail::read_json_field<typename Field::form, value_type>(*found, f.name);
                if (read)
                    (*made).*f.pointer = std::move(*read);
                else
                    error = read.error();
            }
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
        if (!value.is_string())
            return detail::invalid_json(name, value);
        auto parsed =
            text_form<T>::read(std::string_view(value.get_string().data(), value.get_string().size()));
        if (!parsed)
            return detail::invalid_json(name, value);
        return std::move(*parsed);
    }
}

/// Reads a whole JSON document.
template <class T>
decoded<T> read_json_document(std::string_view text)
{
    boost::system::error_code failed;
    auto const document = boost::json::parse(boost::json::string_view(text.data(), text.size()), failed);
    if (failed)
        return member_error{member_error::reason::malformed_json, "body", failed.message()};
    return read_json<T>(document, "body");
}

} // namespace glacier::protocol
