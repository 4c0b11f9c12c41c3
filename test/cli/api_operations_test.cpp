// Compares the table of `glacier api` with the official description of the API.

#include "cli/api_operations.hpp"

#include "support/data.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

using glacier::cli::api_kind;
using glacier::cli::api_operation;
using glacier::cli::api_operations;
using glacier::cli::api_parameter;
using glacier::cli::option_name;

struct model_fixture {
    boost::json::value const document = boost::json::parse(
        glacier::test::read_file(glacier::test::data_path("data/aws-model/service-2.json")));
    boost::json::object const& operations = document.at("operations").as_object();
    boost::json::object const& shapes = document.at("shapes").as_object();

    boost::json::object const& shape(boost::json::value const& reference) const
    {
        return shapes.at(reference.at("shape").as_string()).as_object();
    }

    /// The operations by the names that the AWS CLI has for them.
    std::map<std::string, boost::json::object const*> by_command() const
    {
        std::map<std::string, boost::json::object const*> commands;
        for (auto const& each : operations)
            commands[command_name(each.key())] = &each.value().as_object();
        return commands;
    }

    static std::string command_name(std::string const& name)
    {
        std::string const split = std::regex_replace(name, std::regex("([a-z])([A-Z])"), "$1-$2");
        std::string lower;
        for (char const c : split)
            lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return lower;
    }

    api_kind kind_of(boost::json::value const& member) const
    {
        boost::json::string const& type = shape(member).at("type").as_string();
        if (type == "structure")
            return api_kind::structure;
        if (type == "map")
            return api_kind::map;
        if (type == "list")
            return api_kind::list;
        return type == "blob" ? api_kind::file : api_kind::text;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_api_operations, model_fixture)

BOOST_AUTO_TEST_CASE(every_operation)
{
    std::set<std::string> expected;
    for (auto const& [command, operation] : by_command())
        expected.insert(command);
    std::set<std::string> found;
    for (api_operation const& operation : api_operations())
        BOOST_TEST(found.insert(std::string(operation.name)).second, operation.name);
    BOOST_TEST(found.size() == 33U);
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}

// Each operation has exactly the parameters of the model, of the same kind and by the same option.
BOOST_AUTO_TEST_CASE(every_parameter)
{
    auto const commands = by_command();
    for (api_operation const& operation : api_operations()) {
        auto const& input = shape(commands.at(std::string(operation.name))->at("input"));
        auto const& members = input.at("members").as_object();
        BOOST_TEST_CONTEXT(operation.name)
        {
            BOOST_TEST(operation.parameters.size() == members.size());
            std::set<std::string_view> found;
            for (api_parameter const& parameter : operation.parameters) {
                BOOST_TEST(found.insert(parameter.member).second, parameter.member);
                auto const* const member =
                    members.if_contains({parameter.member.data(), parameter.member.size()});
                BOOST_TEST_REQUIRE(member != nullptr, parameter.member);
                BOOST_TEST((parameter.kind == kind_of(*member)), parameter.member);
                BOOST_TEST(option_name(parameter.member) ==
                           "--" + command_name(std::string(parameter.member)));
                BOOST_TEST(!parameter.description.empty());
                BOOST_TEST(!parameter.value_name.empty());
            }
        }
    }
}

// What the model requires is required, but for the account, which is that of the credentials.
BOOST_AUTO_TEST_CASE(required_parameters)
{
    auto const commands = by_command();
    for (api_operation const& operation : api_operations()) {
        std::set<std::string_view> required;
        for (api_parameter const& parameter : operation.parameters)
            if (parameter.required)
                required.insert(parameter.member);
        auto const& input = shape(commands.at(std::string(operation.name))->at("input"));
        for (auto const& each : input.at("required").as_array()) {
            std::string_view const member(each.as_string().data(), each.as_string().size());
            BOOST_TEST(required.contains(member) == (member != "accountId"), operation.name << " " << member);
        }
    }
}

// Lists with markers are those that are joined, and a streamed answer is what goes to a file.
BOOST_AUTO_TEST_CASE(lists_and_files)
{
    auto const commands = by_command();
    for (api_operation const& operation : api_operations()) {
        auto const* const output = commands.at(std::string(operation.name))->if_contains("output");
        BOOST_TEST_CONTEXT(operation.name)
        {
            auto const* const members =
                output == nullptr ? nullptr : &shape(*output).at("members").as_object();
            bool const has_marker = members != nullptr && members->contains("Marker");
            BOOST_TEST(!operation.list.empty() == has_marker);
            if (has_marker)
                BOOST_TEST(members->contains({operation.list.data(), operation.list.size()}));
            BOOST_TEST(operation.has_output_file == (members != nullptr && members->contains("body")));
        }
    }
}

BOOST_AUTO_TEST_CASE(help)
{
    std::set<std::string_view> groups;
    for (api_operation const& operation : api_operations()) {
        BOOST_TEST(!operation.description.empty(), operation.name);
        groups.insert(operation.group);
    }
    BOOST_TEST(groups.size() == 6U);
}

BOOST_AUTO_TEST_SUITE_END()
