#pragma once

// The definitions of codec.hpp. Included by the files that instantiate them for a group of operations,
// and by nothing else: Boost.JSON is compiled there.

#include "base/uri.hpp"
#include "protocol/codec.hpp"
#include "protocol/json_form.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace glacier::protocol {

namespace detail {

/// Replaces `{name}` in the path by the encoded value.
inline void fill_in(std::string& uri, std::string_view name, std::string_view value)
{
    std::string const placeholder = "{" + std::string(name) + "}";
    if (auto const position = uri.find(placeholder); position != std::string::npos)
        uri.replace(position, placeholder.size(), base::encode_uri_component(value));
}

inline void append_query(std::string& uri, std::string_view name, std::string_view value)
{
    uri += uri.find('?') == std::string::npos ? '?' : '&';
    uri += base::encode_uri_component(name);
    uri += '=';
    uri += base::encode_uri_component(value);
}

/// Beast would write a line break in a value straight to the wire, where it starts another header.
inline bool is_header_value(std::string_view value) noexcept
{
    return std::all_of(value.begin(), value.end(), [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7f;
    });
}

template <class Member, class Class>
std::optional<std::string> text_of(Member const& member, Class const& value)
{
    auto const& field = value.*member.pointer;
    if constexpr (is_optional<typename Member::member_type>) {
        if (!field)
            return std::nullopt;
        return Member::form::write(*field);
    } else {
        return Member::form::write(field);
    }
}

/// Whether the member is one of the JSON object that is the body.
template <class Member>
concept json_member = requires
{
    typename Member::form;
}
&&!requires
{
    Member::where;
};

template <class Members>
inline constexpr bool has_json_members = false;
template <class... Members>
inline constexpr bool has_json_members<std::tuple<Members...>> = (json_member<Members> || ...);

inline void set_json_body(http_request& message, boost::json::value const& body)
{
    message.body = boost::json::serialize(body);
    message.headers.add("content-type", "application/json");
}

/// `body`: takes the members of the JSON object.
template <class Class, class Member>
error_code encode_member(http_request& message, boost::json::object& body, Class const& request,
                         Member const& member)
{
    if constexpr (requires { Member::where; }) {
        auto const text = text_of(member, request);
        if (!text)
            return {};
        if constexpr (Member::where == place::uri) {
            // A path without the name would be that of another operation.
            if (text->empty())
                return Member::member_type::rule::error;
            fill_in(message.target, member.name, *text);
        } else if constexpr (Member::where == place::query) {
            append_query(message.target, member.name, *text);
        } else {
            if (!is_header_value(*text))
                return errc::invalid_header_value;
            message.headers.add(std::string(member.name), *text);
        }
    } else if constexpr (json_member<Member>) {
        write_field_into(body, member, request, absent::omitted, writing::request);
    } else if constexpr (std::is_same_v<Member, json_body_member<Class, typename Member::member_type>>) {
        set_json_body(message, write_json(request.*member.pointer, writing::request));
    } else {
        message.headers.add("content-type", "application/octet-stream");
    }
    return {};
}

/// Where the text of a member is looked up: a function of place and name.
template <class Member, class Lookup>
decoded<std::optional<value_type_of<typename Member::member_type>>> read_text(Member const& member,
                                                                              Lookup& look_up)
{
    using value_type = value_type_of<typename Member::member_type>;
    std::optional<std::string> const text = look_up(Member::where, member.name);
    if (!text) {
        if (Member::need != presence::optional)
            return member_error{member_error::reason::missing, std::string(member.name), {}};
        return std::optional<value_type>();
    }
    auto read = Member::form::read(*text);
    if (!read)
        return member_error{member_error::reason::invalid, std::string(member.name), *text};
    return std::optional<value_type>(std::move(*read));
}

/// Makes a struct from its members: those that are arguments go to the constructor, the others are assigned.
template <class T, class Lookup, class... Members>
decoded<T> build(std::tuple<Members...> const& members, Lookup look_up, std::string_view body, reading how)
{
    std::optional<member_error> error;
    auto const keep = [&error](member_error const& found) {
        if (!error)
            error = found;
    };

    boost::json::object json;
    if constexpr (has_json_members<std::tuple<Members...>>) {
        auto document = parse_json_document(body);
        if (!document)
            return document.error();
        if (!document->is_object())
            return invalid_json("body", *document);
        json = std::move(document->get_object());
        if (how == reading::exact)
            error = find_unknown_member(json, members);
    }

    auto const read_argument = [&]<class Member>(Member const& member) {
        if constexpr (Member::need != presence::argument) {
            return std::tuple<>();
        } else {
            using member_type = typename Member::member_type;
            std::optional<member_type> argument;
            if constexpr (requires { Member::where; }) {
                auto read = read_text(member, look_up);
                if (read)
                    argument = std::move(*read);
                else
                    keep(read.error());
            } else if constexpr (json_member<Member>) {
                auto read = read_required_field(json, member, how);
                if (read)
                    argument = std::move(*read);
                else
                    keep(read.error());
            } else if constexpr (json_struct<member_type>) {
                auto read = read_json_document<member_type>(body, how);
                if (read)
                    argument = std::move(*read);
                else
                    keep(read.error());
            } else {
                argument.emplace();
            }
            return std::tuple<std::optional<member_type>>(std::move(argument));
        }
    };

    auto const read_all = [&](auto const&... member) {
        return join_tuples(std::tuple<decltype(read_argument(member))...>{read_argument(member)...});
    };
    auto arguments = std::apply(read_all, members);
    if (error)
        return *error;
    T made = std::apply([](auto&... argument) { return T(std::move(*argument)...); }, arguments);

    auto const assign = [&]<class Member>(Member const& member) {
        if constexpr (Member::need == presence::argument) {
            return;
        } else if constexpr (json_member<Member>) {
            if (auto const wrong = read_field_into(made, json, member, how))
                keep(*wrong);
        } else {
            auto read = read_text(member, look_up);
            if (!read)
                keep(read.error());
            else if (*read)
                made.*member.pointer = std::move(**read);
        }
    };
    std::apply([&](auto const&... member) { (assign(member), ...); }, members);
    if (error)
        return *error;
    return made;
}

template <class Request>
inline constexpr bool answers_json =
    std::is_same_v<std::remove_cvref_t<decltype(operation_traits<Request>::output)>,
                   std::tuple<json_document>>;

} // namespace detail

template <class Request>
result<http_request> encode(Request const& request, account_id const& account)
{
    operation_info const& info = info_of(operation_traits<Request>::id);
    http_request message;
    message.method = info.method;
    message.target = std::string(info.uri);
    detail::fill_in(message.target, "accountId", account.str());
    message.headers.add("x-amz-glacier-version", "2012-06-01");

    constexpr auto const& members = operation_traits<Request>::input;
    error_code error;
    boost::json::object body;
    auto const encode_one = [&](auto const& member) {
        if (!error)
            error = detail::encode_member(message, body, request, member);
    };
    std::apply([&](auto const&... member) { (encode_one(member), ...); }, members);
    if (error)
        return error;
    if constexpr (detail::has_json_members<std::remove_cvref_t<decltype(members)>>)
        detail::set_json_body(message, body);
    return message;
}

template <class Request>
decoded<result_of<Request>> decode(http_response const& response)
{
    if constexpr (detail::answers_json<Request>) {
        return read_json_document<result_of<Request>>(response.body, reading::lenient);
    } else {
        auto const look_up = [&response](place /*where*/,
                                         std::string_view name) -> std::optional<std::string> {
            std::string const* const value = response.headers.find(name);
            if (value == nullptr)
                return std::nullopt;
            return *value;
        };
        return detail::build<result_of<Request>>(operation_traits<Request>::output, look_up, {},
                                                 reading::lenient);
    }
}

template <class Request>
decoded<Request> accept(routed_request const& request)
{
    auto const look_up = [&request](place where, std::string_view name) -> std::optional<std::string> {
        if (where == place::header) {
            std::string const* const value = request.headers.find(name);
            return value != nullptr ? std::optional(*value) : std::nullopt;
        }
        parameters const& from = where == place::uri ? request.path : request.query;
        auto const found = from.find(name);
        return found != from.end() ? std::optional(found->second) : std::nullopt;
    };
    reading const how = request.refuse_unknown_members ? reading::exact : reading::strict;
    return detail::build<Request>(operation_traits<Request>::input, look_up, request.body, how);
}

template <class Request>
http_response answer(result_of<Request> const& value)
{
    operation_info const& info = info_of(operation_traits<Request>::id);
    http_response message;
    message.status = info.success_status;
    if constexpr (detail::answers_json<Request>) {
        message.headers.add("Content-Type", "application/json");
        message.body = boost::json::serialize(write_json(value));
    } else {
        auto const add = [&](auto const& member) {
            if (auto const text = detail::text_of(member, value))
                message.headers.add(std::string(member.name), *text);
        };
        std::apply([&](auto const&... member) { (add(member), ...); }, operation_traits<Request>::output);
    }
    return message;
}

/// Instantiates the four functions for one operation.
#define GLACIER_INSTANTIATE_OPERATION(Request)                                                               \
    template result<http_request> encode<Request>(Request const&, account_id const&);                        \
    template decoded<result_of<Request>> decode<Request>(http_response const&);                              \
    template decoded<Request> accept<Request>(routed_request const&);                                        \
    template http_response answer<Request>(result_of<Request> const&)

} // namespace glacier::protocol
