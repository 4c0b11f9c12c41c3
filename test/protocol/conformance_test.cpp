// Compares the table of operations and the lists of members with the official description of the API,
// test/data/aws-model/service-2.json. What is not in both is a fault.

#include "protocol/all_requests.hpp"
#include "protocol/json_form.hpp"
#include "protocol/service_error.hpp"
#include "protocol/service_model.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

using test::service_model;

/// A member of a message, as it goes over the wire.
struct wire_member {
    /// `text`, `text of A|B` for an enumeration, `number`, `boolean`, `bytes`, `object`, `array` or `map`.
    std::string kind;
    bool required = false;
};

/// By place and name, such as `header x-amz-part-size` or `json.JobList[].JobId`.
using wire_members = std::map<std::string, wire_member>;

/// The one header that the guide demands and the model lacks: other clients add it when they sign.
constexpr std::string_view header_of_the_guide = "header x-amz-content-sha256";

std::string text_of(std::set<std::string> const& names)
{
    std::string text;
    for (std::string const& name : names)
        text += (text.empty() ? "text of " : "|") + name;
    return text;
}

// ---------------------------------------------------------------------------------------------------
// What the model says

void add_json(wire_members& members, std::string const& path, std::string const& shape_name, bool required);

void add_fields(wire_members& members, std::string const& path, std::string const& structure)
{
    for (service_model::member const& member : service_model::get().members(structure))
        add_json(members, path + "." + member.wire_name, member.shape, member.required);
}

void add_json(wire_members& members, std::string const& path, std::string const& shape_name, bool required)
{
    auto const& model = service_model::get();
    auto const& shape = model.shape(shape_name);
    std::string const type = model.type_of(shape_name);
    auto const element = [&shape](char const* name) {
        return service_model::text(shape.at(name).as_object(), "shape");
    };
    if (type == "structure") {
        members[path] = {"object", required};
        add_fields(members, path, shape_name);
    } else if (type == "list") {
        members[path] = {"array", required};
        add_json(members, path + "[]", element("member"), false);
    } else if (type == "map") {
        BOOST_TEST(model.type_of(element("key")) == "string");
        members[path] = {"map", required};
        add_json(members, path + "{}", element("value"), false);
    } else if (auto const* const names = shape.if_contains("enum")) {
        std::set<std::string> known;
        for (auto const& name : names->as_array())
            known.emplace(name.as_string());
        members[path] = {text_of(known), required};
    } else {
        std::map<std::string, std::string> const kinds{{"string", "text"},
                                                       {"long", "number"},
                                                       {"integer", "number"},
                                                       {"boolean", "boolean"},
                                                       {"blob", "bytes"}};
        BOOST_TEST_REQUIRE(kinds.count(type) == 1U, path << " has the type " << type);
        members[path] = {kinds.at(type), required};
    }
}

/// What an operation takes (`input`) or gives (`output`).
wire_members official_members(std::string_view operation_name, char const* direction)
{
    wire_members members;
    for (service_model::member const& member : service_model::get().members(operation_name, direction)) {
        std::string const type = service_model::get().type_of(member.shape);
        if (member.place == "json")
            add_json(members, "json." + member.wire_name, member.shape, member.required);
        else if (member.place == "payload" && type == "structure")
            add_fields(members, "json", member.shape);
        else if (member.place == "payload")
            add_json(members, "body", member.shape, member.required);
        else if (type == "string")
            // Numbers go as text there. In these places the model has no enumeration.
            members[member.place + " " + member.wire_name] = {"text", member.required};
        else
            add_json(members, member.place + " " + member.wire_name, member.shape, member.required);
    }
    return members;
}

body_kind official_body(wire_members const& members)
{
    if (members.count("body") == 1)
        return body_kind::bytes;
    bool const has_json = std::any_of(members.begin(), members.end(),
                                      [](auto const& member) { return member.first.starts_with("json."); });
    return has_json ? body_kind::json : body_kind::none;
}

// ---------------------------------------------------------------------------------------------------
// What the codec does

template <class T>
std::string kind_of_text()
{
    if constexpr (std::is_enum_v<T>) {
        std::set<std::string> names;
        for (auto const& name : enum_names<T>::names)
            names.emplace(name.second);
        return text_of(names);
    } else {
        return "text";
    }
}

template <class T>
void add_fields_of(wire_members& members, std::string const& path);

template <class T>
void add_json_of(wire_members& members, std::string const& path, bool required)
{
    if constexpr (detail::is_vector<T>) {
        members[path] = {"array", required};
        add_json_of<typename T::value_type>(members, path + "[]", false);
    } else if constexpr (detail::is_map<T>) {
        members[path] = {"map", required};
        add_json_of<typename T::mapped_type>(members, path + "{}", false);
    } else if constexpr (json_struct<T>) {
        members[path] = {"object", required};
        add_fields_of<T>(members, path);
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        members[path] = {"number", required};
    } else if constexpr (std::is_same_v<T, bool>) {
        members[path] = {"boolean", required};
    } else {
        members[path] = {kind_of_text<T>(), required};
    }
}

template <class Field>
void add_field(wire_members& members, std::string const& path, Field const& field)
{
    using value_type = detail::value_type_of<typename Field::member_type>;
    std::string const name = path + "." + std::string(field.name);
    bool const required = Field::need != presence::optional;
    BOOST_TEST(members.count(name) == 0U, name << " stands in a list twice");
    if constexpr (std::is_void_v<typename Field::form>)
        add_json_of<value_type>(members, name, required);
    else
        members[name] = {"text", required};
}

template <class T>
void add_fields_of(wire_members& members, std::string const& path)
{
    std::apply([&](auto const&... field) { (add_field(members, path, field), ...); }, json_fields<T>::fields);
}

std::string_view text_of(place where)
{
    switch (where) {
    case place::uri:
        return "uri";
    case place::query:
        return "querystring";
    case place::header:
        return "header";
    }
    return "";
}

template <class Member>
void add_member(wire_members& members, Member const& member)
{
    if constexpr (requires { Member::where; }) {
        using value_type = detail::value_type_of<typename Member::member_type>;
        std::string const name = std::string(text_of(Member::where)) + " " + std::string(member.name);
        BOOST_TEST(members.count(name) == 0U, name << " stands in a list twice");
        members[name] = {kind_of_text<value_type>(), Member::need != presence::optional};
    } else if constexpr (requires { member.name; }) {
        add_field(members, "json", member);
    } else if constexpr (json_struct<typename Member::member_type>) {
        add_fields_of<typename Member::member_type>(members, "json");
    } else {
        members["body"] = {"bytes", true};
    }
}

template <class Members>
wire_members members_of(Members const& tuple)
{
    wire_members members;
    std::apply([&](auto const&... member) { (add_member(members, member), ...); }, tuple);
    return members;
}

template <class Request>
wire_members members_of_input()
{
    wire_members members = members_of(operation_traits<Request>::input);
    // The client puts it into every path.
    members["uri accountId"] = {"text", true};
    return members;
}

template <class Request>
wire_members members_of_output()
{
    using traits = operation_traits<Request>;
    using result_type = typename traits::result_type;
    wire_members members;
    if constexpr (json_struct<result_type>)
        add_fields_of<result_type>(members, "json");
    else
        members = members_of(traits::output);
    // Bytes are streamed, past the codec, and a result that has the status has it from the status line.
    if (info_of(traits::id).response_body == body_kind::bytes)
        members["body"] = {"bytes", false};
    if constexpr (requires(result_type result) { result.status = 200; })
        members["statusCode status"] = {"number", false};
    return members;
}

// ---------------------------------------------------------------------------------------------------
// The comparison

/// An enumeration of the codec is no fault where the model has text: it names the values in words only.
bool same_kind(std::string const& codec, std::string const& official)
{
    return codec == official || (official == "text" && codec.starts_with("text of "));
}

void compare(std::string const& side, wire_members const& codec, wire_members const& official)
{
    for (auto const& [name, member] : official) {
        auto const found = codec.find(name);
        if (found == codec.end()) {
            BOOST_ERROR(side << ": " << name << " is missing");
            continue;
        }
        BOOST_TEST(same_kind(found->second.kind, member.kind),
                   side << ": " << name << " is " << found->second.kind << " instead of " << member.kind);
        BOOST_TEST((found->second.required || !member.required), side << ": " << name << " is not demanded");
    }
    for (auto const& member : codec)
        BOOST_TEST(official.count(member.first) == 1U,
                   side << ": " << member.first << " is not in the model");
}

template <class Request>
void compare_operation()
{
    operation_info const& info = info_of(operation_traits<Request>::id);
    std::string const name(info.name);
    wire_members input = members_of_input<Request>();
    if (info.request_body == body_kind::bytes)
        BOOST_TEST(input.erase(std::string(header_of_the_guide)) == 1U,
                   name << " input: " << header_of_the_guide << " is missing");
    compare(name + " input", input, official_members(name, "input"));
    compare(name + " output", members_of_output<Request>(), official_members(name, "output"));
}

BOOST_AUTO_TEST_SUITE(conformance_test)

// Each of the 33 operations has the method, the URI with its query, the status and the kinds of bodies that
// the model says, and there is no other.
BOOST_AUTO_TEST_CASE(table_of_operations)
{
    auto const& model = service_model::get();
    BOOST_TEST(model.operations().size() == 33U);
    std::set<std::string> names;
    for (operation_info const& info : operations) {
        BOOST_TEST(names.insert(std::string(info.name)).second, info.name << " stands in the table twice");
        BOOST_TEST_REQUIRE(
            model.operations().contains(boost::json::string_view(info.name.data(), info.name.size())),
            info.name << " is not in the model");
        auto const& http = model.operation(info.name).at("http").as_object();
        BOOST_TEST(service_model::text(http, "method") == to_string(info.method), info.name << ": method");
        BOOST_TEST(service_model::text(http, "requestUri") == info.uri, info.name << ": URI");
        BOOST_TEST(model.success_status(info.name) == info.success_status, info.name << ": status");
        BOOST_TEST((official_body(official_members(info.name, "input")) == info.request_body),
                   info.name << ": body of the request");
        BOOST_TEST((official_body(official_members(info.name, "output")) == info.response_body),
                   info.name << ": body of the answer");
    }
    for (auto const& operation : model.operations())
        BOOST_TEST(names.count(std::string(operation.key())) == 1U, operation.key()
                                                                        << " is not in the table");
}

// Each operation has a codec.
BOOST_AUTO_TEST_CASE(every_operation_has_a_codec)
{
    std::set<operation> seen;
    test::all_requests::for_each([&seen]<class Request>() {
        BOOST_TEST(seen.insert(operation_traits<Request>::id).second,
                   info_of(operation_traits<Request>::id).name << " has two");
    });
    for (operation_info const& info : operations)
        BOOST_TEST(seen.count(info.id) == 1U, info.name << " has none");
}

// Each member of each operation stands where the model says, under the name and with the kind of value that it
// says, is demanded if the model demands it, and there is no other.
BOOST_AUTO_TEST_CASE(members_of_the_codecs)
{
    test::all_requests::for_each([]<class Request>() { compare_operation<Request>(); });
}

// Each member of the path stands in the URI of its operation.
BOOST_AUTO_TEST_CASE(members_of_the_path)
{
    for (operation_info const& info : operations)
        for (service_model::member const& member : service_model::get().members(info.name, "input"))
            if (member.place == "uri")
                BOOST_TEST((info.uri.find("{" + member.wire_name + "}") != std::string_view::npos),
                           info.name << ": " << member.wire_name);
}

// Each error that the model has for some operation is known by its code.
BOOST_AUTO_TEST_CASE(errors_of_the_model)
{
    std::set<std::string_view> known;
    for (int value = 1; value < static_cast<int>(service_errc::unknown); ++value)
        known.insert(code_text_of(static_cast<service_errc>(value)));
    std::size_t count = 0;
    for (auto const& shape : service_model::get().shapes())
        if (shape.value().as_object().contains("exception")) {
            BOOST_TEST(known.count(std::string_view(shape.key().data(), shape.key().size())) == 1U,
                       shape.key());
            ++count;
        }
    BOOST_TEST(count == 9U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
