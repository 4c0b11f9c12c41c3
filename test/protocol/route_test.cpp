#include "protocol/route.hpp"

#include "base/uri.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace glacier::protocol {
namespace {

/// The URI of an operation with a value for each placeholder.
std::string filled_in(std::string_view uri, parameters& values)
{
    std::string target;
    int number = 0;
    while (true) {
        auto const open = uri.find('{');
        target += uri.substr(0, open);
        if (open == std::string_view::npos)
            return target;
        auto const close = uri.find('}');
        std::string const name(uri.substr(open + 1, close - open - 1));
        std::string const value = "-value " + std::to_string(++number) + "/%?";
        values.emplace(name, value);
        target += base::encode_uri_component(value);
        uri.remove_prefix(close + 1);
    }
}

/// The name of the operation, or nothing.
std::string name_of(http_method method, std::string_view target)
{
    auto const found = find_route(method, target);
    return found ? std::string(info_of(found->id).name) : "";
}

BOOST_AUTO_TEST_SUITE(route_test)

// Each of the 33 operations is found by its method and URI, and gives back the values in the path.
BOOST_AUTO_TEST_CASE(every_operation_is_found)
{
    for (operation_info const& info : operations) {
        parameters values;
        std::string const target = filled_in(info.uri, values);
        auto const found = find_route(info.method, target);
        BOOST_TEST_REQUIRE(found.has_value(), info.name << ": " << target);
        BOOST_TEST((found->id == info.id), info.name);
        BOOST_TEST((found->path == values), info.name);
    }
}

// Further parameters do not hide an operation, before or behind those that belong to its name.
BOOST_AUTO_TEST_CASE(further_parameters_are_given)
{
    for (operation_info const& info : operations) {
        parameters values;
        std::string const target = filled_in(info.uri, values);
        auto const question = target.find('?');
        std::string const path = target.substr(0, question);
        std::string const own = question == std::string::npos ? "" : "&" + target.substr(question + 1);
        auto const found = find_route(info.method, path + "?marker=a%20b%2Fc" + own + "&limit=5");
        BOOST_TEST_REQUIRE(found.has_value(), info.name);
        BOOST_TEST((found->id == info.id), info.name);
        BOOST_TEST(found->query.at("marker") == "a b/c");
        BOOST_TEST(found->query.at("limit") == "5");
    }
}

// A method that the path does not have leads nowhere, and to no other operation.
BOOST_AUTO_TEST_CASE(wrong_methods)
{
    for (operation_info const& info : operations) {
        parameters values;
        std::string const target = filled_in(info.uri, values);
        for (http_method const method :
             {http_method::get, http_method::put, http_method::post, http_method::delete_}) {
            auto const found = find_route(method, target);
            if (found)
                BOOST_TEST((info_of(found->id).method == method), info.name);
        }
    }
    BOOST_TEST(name_of(http_method::post, "/-/vaults").empty());
    BOOST_TEST(name_of(http_method::delete_, "/-/vaults").empty());
    BOOST_TEST(name_of(http_method::post, "/-/vaults/attic").empty());
    BOOST_TEST(name_of(http_method::get, "/-/vaults/attic/archives").empty());
    BOOST_TEST(name_of(http_method::put, "/-/vaults/attic/archives").empty());
    BOOST_TEST(name_of(http_method::get, "/-/vaults/attic/archives/a").empty());
    BOOST_TEST(name_of(http_method::delete_, "/-/vaults/attic/jobs/a").empty());
    BOOST_TEST(name_of(http_method::post, "/-/vaults/attic/jobs/a/output").empty());
    BOOST_TEST(name_of(http_method::put, "/-/provisioned-capacity").empty());
}

// The same path means different operations by its method.
BOOST_AUTO_TEST_CASE(method_tells_the_operation)
{
    std::string_view const upload = "/210987654321/vaults/attic/multipart-uploads/-abc";
    BOOST_TEST(name_of(http_method::put, upload) == "UploadMultipartPart");
    BOOST_TEST(name_of(http_method::post, upload) == "CompleteMultipartUpload");
    BOOST_TEST(name_of(http_method::delete_, upload) == "AbortMultipartUpload");
    BOOST_TEST(name_of(http_method::get, upload) == "ListParts");
}

// Tags are added or removed by what the query says, and by nothing else.
BOOST_AUTO_TEST_CASE(query_tells_the_operation)
{
    BOOST_TEST(name_of(http_method::post, "/-/vaults/attic/tags?operation=add") == "AddTagsToVault");
    BOOST_TEST(name_of(http_method::post, "/-/vaults/attic/tags?operation=remove") == "RemoveTagsFromVault");
    BOOST_TEST(name_of(http_method::post, "/-/vaults/attic/tags?x=1&operation=%61dd&y") == "AddTagsToVault");
    BOOST_TEST(name_of(http_method::get, "/-/vaults/attic/tags?operation=add") == "ListTagsForVault");
    for (std::string_view const target :
         {"/-/vaults/attic/tags", "/-/vaults/attic/tags?", "/-/vaults/attic/tags?operation",
          "/-/vaults/attic/tags?operation=", "/-/vaults/attic/tags?operation=Add", "/-/vaults/attic/tags?add",
          "/-/vaults/attic/tags?Operation=add", "/-/vaults/attic/tags?operation=addx"})
        BOOST_TEST(name_of(http_method::post, target).empty(), target);
}

// A slash that is encoded belongs to the value and makes no segment; so does an encoded dot.
BOOST_AUTO_TEST_CASE(encoded_characters_belong_to_the_value)
{
    auto const found = find_route(http_method::get, "/-/vaults/a%2Fb");
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST((found->id == operation::describe_vault));
    BOOST_TEST(found->path.at("vaultName") == "a/b");
    BOOST_TEST(find_route(http_method::get, "/-/vaults/%2E%2E").value().path.at("vaultName") == "..");
    BOOST_TEST(find_route(http_method::get, "/-/vaults/a%00b").value().path.at("vaultName") ==
               std::string("a\0b", 3));
    BOOST_TEST(find_route(http_method::get, "/-/vaults/a+b").value().path.at("vaultName") == "a+b");
    // The words of a path may not be encoded.
    BOOST_TEST(name_of(http_method::get, "/-/%76aults/attic").empty());
}

// A value must not be empty, and there must be no segment too many or too few.
BOOST_AUTO_TEST_CASE(empty_and_superfluous_segments)
{
    for (std::string_view const target : {"",
                                          "/",
                                          "//",
                                          "//vaults",
                                          "//vaults/attic",
                                          "/-",
                                          "/-/",
                                          "/-/vaults/",
                                          "/-/vaults//",
                                          "/-//vaults",
                                          "-/vaults",
                                          "/-/vaults/attic/",
                                          "/-/vaults//jobs",
                                          "/-/vaults/attic/jobs/",
                                          "/-/vaults/attic/jobs//output",
                                          "/-/vaults/attic/jobs/a/output/",
                                          "/-/vaults/attic/jobs/a/b",
                                          "/x/-/vaults",
                                          "/-/Vaults",
                                          "/-/vaults/attic/Jobs",
                                          "/-/policies",
                                          "/-/policies/data-retrieval/",
                                          "/-/policies/other",
                                          "*",
                                          "http://host/-/vaults"})
        BOOST_TEST(name_of(http_method::get, target).empty(),
                   "'" << target << "' is " << name_of(http_method::get, target));
}

// A percent sign without two digits makes the whole target no target.
BOOST_AUTO_TEST_CASE(bad_encoding_is_refused)
{
    for (std::string_view const target :
         {"/-/vaults/a%", "/-/vaults/a%2", "/-/vaults/a%zz", "/-/vaults?marker=%", "/-/vaults?%=1",
          "/-/vaults?a=1&b=%2", "/%/vaults"})
        BOOST_TEST(name_of(http_method::get, target).empty(), target);
}

// Parameters without a value are empty, pieces without a name nothing; of two of a name the last counts.
BOOST_AUTO_TEST_CASE(forms_of_the_query)
{
    auto const query_of = [](std::string_view query) {
        return find_route(http_method::get, "/-/vaults?" + std::string(query)).value().query;
    };
    BOOST_TEST((query_of("").empty()));
    BOOST_TEST((query_of("&&").empty()));
    BOOST_TEST((query_of("marker") == parameters{{"marker", ""}}));
    BOOST_TEST((query_of("marker=") == parameters{{"marker", ""}}));
    BOOST_TEST((query_of("marker=a=b") == parameters{{"marker", "a=b"}}));
    BOOST_TEST((query_of("marker=a?b") == parameters{{"marker", "a?b"}}));
    BOOST_TEST((query_of("marker=a+b") == parameters{{"marker", "a+b"}}));
    BOOST_TEST((query_of("limit=1&limit=2") == parameters{{"limit", "2"}}));
    BOOST_TEST((query_of("m%61rker=%C3%A9") == parameters{{"marker", "\xc3\xa9"}}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
