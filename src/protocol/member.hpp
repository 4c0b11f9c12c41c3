#pragma once

#include "protocol/text_form.hpp"

#include <optional>
#include <string_view>
#include <type_traits>

namespace glacier::protocol {

// Each request and each result lists its members once, with their place and name on the wire. Encoding and
// decoding of both sides, and the comparison with the official model, read the same list.

enum class place { uri, query, header };

/// Whether a member must be there.
enum class presence {
    /// May be absent.
    optional,
    /// Must be on the wire, although it is no argument of the constructor: the client computes it, or it has a
    /// default there.
    required,
    /// Must be there, and is an argument of the constructor. Arguments are listed in the constructor's order.
    argument,
};

/// A member that is written as text.
template <place Place, presence Presence, class Class, class Member, class Form>
struct text_member {
    static constexpr place where = Place;
    static constexpr presence need = Presence;
    using member_type = Member;
    using form = Form;

    /// As on the wire; for the URI, the name between braces.
    std::string_view name;
    Member Class::*pointer;
};

/// The member that is the whole JSON body.
template <class Class, class Member>
struct json_body_member {
    static constexpr presence need = presence::argument;
    using member_type = Member;

    Member Class::*pointer;
};

/// The member that holds bytes to send. They are streamed, so the codec only knows that they are there.
template <class Class, class Member>
struct bytes_body_member {
    static constexpr presence need = presence::argument;
    using member_type = Member;

    Member Class::*pointer;
};

/// In a result: its JSON fields are the body.
struct json_document {};

namespace detail {

template <class T>
struct without_optional {
    using type = T;
};

template <class T>
struct without_optional<std::optional<T>> {
    using type = T;
};

template <class T>
using value_type_of = typename without_optional<T>::type;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

} // namespace detail

template <class Class, class Member>
constexpr auto uri(std::string_view name, Member Class::*pointer)
{
    return text_member<place::uri, presence::argument, Class, Member, text_form<Member>>{name, pointer};
}

template <class Class, class Member>
constexpr auto query(std::string_view name, Member Class::*pointer)
{
    using form = text_form<detail::value_type_of<Member>>;
    return text_member<place::query, presence::optional, Class, Member, form>{name, pointer};
}

template <presence Presence = presence::optional, class Form = void, class Class, class Member>
constexpr auto header(std::string_view name, Member Class::*pointer)
{
    using form = std::conditional_t<std::is_void_v<Form>, text_form<detail::value_type_of<Member>>, Form>;
    return text_member<place::header, Presence, Class, Member, form>{name, pointer};
}

template <class Class, class Member>
constexpr auto json_body(Member Class::*pointer)
{
    return json_body_member<Class, Member>{pointer};
}

template <class Class, class Member>
constexpr auto bytes_body(Member Class::*pointer)
{
    return bytes_body_member<Class, Member>{pointer};
}

/// A member of a JSON object: of a struct in json_fields, or of the body itself among the members of a request.
template <presence Presence, class Class, class Member, class Form>
struct json_field {
    static constexpr presence need = Presence;
    using member_type = Member;
    /// void: a JSON number, boolean, array or object, or text in the usual form.
    using form = Form;

    std::string_view name;
    Member Class::*pointer;
};

template <presence Presence = presence::optional, class Form = void, class Class, class Member>
constexpr auto field(std::string_view name, Member Class::*pointer)
{
    return json_field<Presence, Class, Member, Form>{name, pointer};
}

/// Specialised for each struct that is a JSON object: `fields`, a tuple of json_field, and
/// `when_absent`.
template <class T>
struct json_fields;

/// What is written for a member that has no value. The service's answers show null; requests leave it out.
enum class absent { null, omitted };

/// The result of an operation that answers nothing but its status.
struct no_result {};

/// Specialised for each request: `id`, `result_type`, `input` and `output`, tuples of members.
template <class Request>
struct operation_traits;

} // namespace glacier::protocol
