// Compares the table of operations and the lists of members with the official description of the API,
// test/data/aws-model/service-2.json. What is not in both is either a fault or in one of the lists here.

#include "protocol/archive_operations.hpp"
#include "protocol/job_operations.hpp"
#include "protocol/json_form.hpp"
#include "protocol/multipart_operations.hpp"
#include "protocol/vault_operations.hpp"

#include "support/data.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace glacier::protocol {
namespace {

/// A member as text, such as `header x-amz-part-size`, with its kind of value.
using member_map = std::map<std::string, std::string>;

/// Members of the model that the codec does not have, and why.
std::set<std::string> const not_in_codec{
    // Select jobs are not modelled.
    "InitiateJob input: json OutputLocation",
    "InitiateJob input: json SelectParameters",
    "DescribeJob output: json OutputLocation",
    "DescribeJob output: json SelectParameters",
    "ListJobs output: json JobList.OutputLocation",
    "ListJobs output: json JobList.SelectParameters",
    // The client sets it from the status line, and the bytes are streamed.
    "GetJobOutput output: statusCode status",
    "GetJobOutput output: bytes body",
};

/// Members of the codec that the model does not have, and why.
std::set<std::string> const not_in_model{
    // The guide demands it for uploads; other clients add it when they sign.
    "UploadArchive input: header x-amz-content-sha256",
    "UploadMultipartPart input: header x-amz-content-sha256",
};

class service_model {
public:
    service_model()
    {
        std::string const text = test::read_file(test::data_path("data/aws-model/service-2.json"));
        document_ = boost::json::parse(text);
    }

    boost::json::object const& operations() const { return document_.at("operations").as_object(); }

    boost::json::object const& operation(std::string_view name) const
    {
        return operations().at(boost::json::string_view(name.data(), name.size())).as_object();
    }

    boost::json::object const& shape(std::string_view name) const
    {
        return document_.at("shapes").at(boost::json::string_view(name.data(), name.size())).as_object();
    }

    /// The members of a structure, by what the codec knows of them.
    member_map members_of(std::string const& name) const
    {
        member_map members;
        boost::json::object const& structure = shape(name);
        auto const* const payload = structure.if_contains("payload");
        for (auto const& member : structure.at("members").as_object()) {
            auto const& description = member.value().as_object();
            std::string const type(description.at("shape").as_string());
            auto const* const location = description.if_contains("location");
            std::string wire_name(member.key());
            if (auto const* const given = description.if_contains("locationName"))
                wire_name = given->as_string();
            if (location != nullptr) {
                if (wire_name != "accountId") // The client puts it into every path.
                    members.emplace(std::string(location->as_string()) + " " + wire_name, "text");
            } else if (payload != nullptr && payload->as_string() == member.key()) {
                if (kind_of(type) == "blob")
                    members.emplace("bytes body", "bytes");
                else
                    add_json(members, "", type);
            } else {
                add_json_member(members, "", wire_name, type);
            }
        }
        return members;
    }

    bool is_payload_of_bytes(std::string const& name) const
    {
        return members_of(name).count("bytes body") == 1;
    }

    bool has_json(std::string const& name) const
    {
        auto const members = members_of(name);
        return std::any_of(members.begin(), members.end(),
                           [](auto const& m) { return m.first.starts_with("json "); });
    }

    std::string kind_of(std::string const& shape_name) const
    {
        return std::string(shape(shape_name).at("type").as_string());
    }

private:
    void add_json(member_map& members, std::string const& prefix, std::string const& structure) const
    {
        for (auto const& member : shape(structure).at("members").as_object())
            add_json_member(members, prefix, std::string(member.key()),
                            std::string(member.value().at("shape").as_string()));
    }

    void add_json_member(member_map& members, std::string const& prefix, std::string const& name,
                         std::string const& type) const
    {
        std::string const kind = kind_of(type);
        if (kind == "structure" && not_modelled(name)) {
            members.emplace("json " + prefix + name, "object");
        } else if (kind == "structure") {
            members.emplace("json " + prefix + name, "object");
            add_json(members, prefix + name + ".", type);
        } else if (kind == "list") {
            members.emplace("json " + prefix + name, "array");
            std::string const element(shape(type).at("member").at("shape").as_string());
            if (kind_of(element) == "structure")
                add_json(members, prefix + name + ".", element);
        } else if (kind == "long") {
            members.emplace("json " + prefix + name, "number");
        } else if (kind == "boolean") {
            members.emplace("json " + prefix + name, "boolean");
        } else {
            members.emplace("json " + prefix + name, "text");
        }
    }

    static bool not_modelled(std::string_view name)
    {
        return name == "SelectParameters" || name == "OutputLocation";
    }

    boost::json::value document_;
};

service_model const& model()
{
    static service_model const read;
    return read;
}

template <class T>
void add_json_fields(member_map& members, std::string const& prefix);

template <class T>
void add_json_field(member_map& members, std::string const& name)
{
    if constexpr (detail::is_vector<T>) {
        members.emplace(name, "array");
        add_json_fields<typename T::value_type>(members, name + ".");
    } else if constexpr (json_struct<T>) {
        members.emplace(name, "object");
        add_json_fields<T>(members, name + ".");
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        members.emplace(name, "number");
    } else if constexpr (std::is_same_v<T, bool>) {
        members.emplace(name, "boolean");
    } else {
        members.emplace(name, "text");
    }
}

template <class T>
void add_json_fields(member_map& members, std::string const& prefix)
{
    auto const add = [&]<class Field>(Field const& field) {
        add_json_field<detail::value_type_of<typename Field::member_type>>(members,
                                                                           prefix + std::string(field.name));
    };
    std::apply([&](auto const&... field) { (add(field), ...); }, json_fields<T>::fields);
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

/// The members of a tuple of operation_traits.
template <class Members>
member_map members_of(Members const& tuple)
{
    member_map members;
    auto const add = [&]<class Member>(Member const& member) {
        if constexpr (requires { Member::where; })
            members.emplace(std::string(text_of(Member::where)) + " " + std::string(member.name), "text");
        else if constexpr (json_struct<typename Member::member_type>)
            add_json_fields<typename Member::member_type>(members, "json ");
        else
            members.emplace("bytes body", "bytes");
    };
    std::apply([&](auto const&... member) { (add(member), ...); }, tuple);
    return members;
}

void compare(std::string const& side, member_map const& codec, member_map const& official)
{
    for (auto const& [name, kind] : official) {
        std::string const full = side + ": " + name;
        auto const found = codec.find(name);
        if (found == codec.end())
            BOOST_TEST(not_in_codec.count(full) == 1U, full << " is missing");
        else {
            BOOST_TEST(found->second == kind,
                       full << " is written as " << found->second << " instead of " << kind);
            BOOST_TEST(not_in_codec.count(full) == 0U, full << " exists, so it must not be in the list");
        }
    }
    for (auto const& [name, kind] : codec)
        if (official.count(name) == 0) {
            std::string const full = side + ": " + name;
            BOOST_TEST(not_in_model.count(full) == 1U, full << " is not in the model");
        }
}

/// Compares an operation's members, and gives back its id.
template <class Request>
operation check_members()
{
    using traits = operation_traits<Request>;
    operation_info const& info = info_of(traits::id);
    std::string const name(info.name);
    boost::json::object const& official = model().operation(info.name);

    auto const shape_of = [&official](char const* direction) {
        return std::string(official.at(direction).at("shape").as_string());
    };
    compare(name + " input", members_of(traits::input), model().members_of(shape_of("input")));

    member_map answered;
    if constexpr (json_struct<typename traits::result_type>)
        add_json_fields<typename traits::result_type>(answered, "json ");
    else
        answered = members_of(traits::output);
    compare(name + " output", answered,
            official.contains("output") ? model().members_of(shape_of("output")) : member_map());
    return traits::id;
}

template <class... Requests>
std::set<operation> check_all()
{
    return {check_members<Requests>()...};
}

/// What the model says of an operation's body.
body_kind body_of(boost::json::object const& operation, char const* direction)
{
    auto const* const reference = operation.if_contains(direction);
    if (reference == nullptr)
        return body_kind::none;
    std::string const shape(reference->at("shape").as_string());
    if (model().is_payload_of_bytes(shape))
        return body_kind::bytes;
    return model().has_json(shape) ? body_kind::json : body_kind::none;
}

BOOST_AUTO_TEST_SUITE(conformance_test)

// Each of the 33 operations has the method, the URI with its query, the status and the kinds of bodies that
// the model says, and there is no other.
BOOST_AUTO_TEST_CASE(table_of_operations)
{
    BOOST_TEST(model().operations().size() == 33U);
    std::set<std::string> names;
    for (operation_info const& info : operations) {
        BOOST_TEST(names.insert(std::string(info.name)).second, info.name << " stands in the table twice");
        BOOST_TEST_REQUIRE(
            model().operations().contains(boost::json::string_view(info.name.data(), info.name.size())),
            info.name << " is not in the model");
        boost::json::object const& official = model().operation(info.name);
        auto const& http = official.at("http").as_object();
        BOOST_TEST(std::string_view(http.at("method").as_string()) == to_string(info.method),
                   info.name << ": method");
        BOOST_TEST(std::string_view(http.at("requestUri").as_string()) == info.uri, info.name << ": URI");
        auto const* const status = http.if_contains("responseCode");
        BOOST_TEST((status != nullptr ? status->as_int64() : 200) == info.success_status,
                   info.name << ": status");
        BOOST_TEST((body_of(official, "input") == info.request_body), info.name << ": body of the request");
        BOOST_TEST((body_of(official, "output") == info.response_body), info.name << ": body of the answer");
    }
    for (auto const& operation : model().operations())
        BOOST_TEST(names.count(std::string(operation.key())) == 1U, operation.key()
                                                                        << " is not in the table");
}

// Each member of the operations that have a codec stands where the model says, under the name and with the
// kind of value that it says, and there is no other.
BOOST_AUTO_TEST_CASE(members_of_the_codecs)
{
    auto const checked =
        check_all<create_vault_request, describe_vault_request, delete_vault_request, list_vaults_request,
                  upload_archive_request, delete_archive_request, initiate_multipart_upload_request,
                  upload_multipart_part_request, complete_multipart_upload_request,
                  abort_multipart_upload_request, list_parts_request, list_multipart_uploads_request,
                  initiate_job_request, describe_job_request, list_jobs_request, get_job_output_request>();
    BOOST_TEST(checked.size() == 16U);
}

// What the model demands is demanded by the codec, too: the members of the path.
BOOST_AUTO_TEST_CASE(required_members_are_in_the_path)
{
    for (operation_info const& info : operations) {
        std::string const input(model().operation(info.name).at("input").at("shape").as_string());
        boost::json::object const& shape = model().shape(input);
        for (auto const& required : shape.at("required").as_array()) {
            auto const& member = shape.at("members").at(required.as_string());
            if (auto const* const location = member.as_object().if_contains("location");
                location != nullptr && location->as_string() == "uri") {
                std::string const placeholder =
                    "{" + std::string(member.at("locationName").as_string()) + "}";
                BOOST_TEST((info.uri.find(placeholder) != std::string_view::npos),
                           info.name << ": " << placeholder);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
