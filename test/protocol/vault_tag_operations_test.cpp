#include "protocol/vault_tag_operations.hpp"

#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

list_tags_for_vault_result with(std::map<std::string, std::string> tags)
{
    list_tags_for_vault_result result;
    result.tags = std::move(tags);
    return result;
}

BOOST_AUTO_TEST_SUITE(vault_tag_operations_test)

// Tags are the members of an object; what is done with them stands in the query.
GLACIER_GOLDEN_REQUEST(add_tags_to_vault, plain)
{
    check_request(vector, add_tags_to_vault_request("attic", {{"box", "7"}, {"owner", "ann"}}),
                  golden_account);
}

// Every sign that a key may have, an empty value, and letters beyond ASCII.
GLACIER_GOLDEN_REQUEST(add_tags_to_vault, full)
{
    check_request(vector,
                  add_tags_to_vault_request("attic", {{"a+b=c-d@e", "x_y.z/w"},
                                                      {"empty", ""},
                                                      {"gr\xc3\xb6\xc3\x9f"
                                                       "e",
                                                       "zw\xc3\xb6lf B\xc3\xbc"
                                                       "cher"}}),
                  own_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(add_tags_to_vault, plain)
{
    check_response<add_tags_to_vault_request>(vector, no_result());
}

// Keys to remove are a list.
GLACIER_GOLDEN_REQUEST(remove_tags_from_vault, plain)
{
    check_request(vector, remove_tags_from_vault_request("attic", {"box", "owner"}), golden_account);
}

// One key beyond ASCII.
GLACIER_GOLDEN_REQUEST(remove_tags_from_vault, one_key)
{
    std::vector<tag_key> const keys{"gr\xc3\xb6\xc3\x9f"
                                    "e"};
    check_request(vector, remove_tags_from_vault_request("attic", keys), own_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(remove_tags_from_vault, plain)
{
    check_response<remove_tags_from_vault_request>(vector, no_result());
}

// Tags are asked for by a GET, without a query.
GLACIER_GOLDEN_REQUEST(list_tags_for_vault, plain)
{
    check_request(vector, list_tags_for_vault_request("attic"), golden_account);
}

// All tags come at once.
GLACIER_GOLDEN_RESPONSE(list_tags_for_vault, plain)
{
    check_response<list_tags_for_vault_request>(vector, with({{"box", "7"}, {"owner", "ann"}}));
}

// No tags are an empty object.
GLACIER_GOLDEN_RESPONSE(list_tags_for_vault, empty)
{
    check_response<list_tags_for_vault_request>(vector, with({}));
}

// Keys and values beyond ASCII, as they are and escaped.
GLACIER_GOLDEN_RESPONSE(list_tags_for_vault, unicode)
{
    check_response<list_tags_for_vault_request>(vector, with({{"a+b=c-d@e", "x_y.z/w"},
                                                              {"empty", ""},
                                                              {"gr\xc3\xb6\xc3\x9f"
                                                               "e",
                                                               "zw\xc3\xb6lf B\xc3\xbc"
                                                               "cher \xf0\x9d\x92\x9c"}}));
}

/// What the service makes of a body.
template <class Request>
decoded<Request> accepted(std::string const& body)
{
    http_headers const headers;
    return accept<Request>(routed_request{
        operation_traits<Request>::id, {{"accountId", "-"}, {"vaultName", "attic"}}, {}, headers, body});
}

template <class Request>
void check_refused(std::string const& body, member_error::reason why, std::string const& member)
{
    auto const refused = accepted<Request>(body);
    BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
    BOOST_TEST((refused.error().why == why), body);
    BOOST_TEST(refused.error().member == member, body);
}

// The service demands an object of texts, and keys and values by their rules.
BOOST_AUTO_TEST_CASE(accept_checks_tags)
{
    using reason = member_error::reason;
    for (std::string const body : {"{}", R"({"Tags":null})", R"({"tags":{"a":"b"}})", R"({"a":"b"})"})
        check_refused<add_tags_to_vault_request>(body, reason::missing, "Tags");
    for (std::string const body :
         {R"({"Tags":[]})", R"({"Tags":"a"})", R"({"Tags":{"a":5}})", R"({"Tags":{"a":null}})",
          R"({"Tags":{"":"b"}})", R"({"Tags":{"AWS:a":"b"}})", R"({"Tags":{"a":"<"}})",
          R"({"Tags":{"a\n":"b"}})"})
        check_refused<add_tags_to_vault_request>(body, reason::invalid, "Tags");
    check_refused<add_tags_to_vault_request>("[]", reason::invalid, "body");
    check_refused<add_tags_to_vault_request>("", reason::malformed_json, "body");
    // How many there may be is the operation's rule, not the codec's.
    BOOST_TEST(accepted<add_tags_to_vault_request>(R"({"Tags":{}})")->tags.empty());
}

// The same for keys. Samples of the guide have `TagsKeys`, which is none.
BOOST_AUTO_TEST_CASE(accept_checks_keys)
{
    using reason = member_error::reason;
    for (std::string const body : {"{}", R"({"TagKeys":null})", R"({"TagsKeys":["a"]})"})
        check_refused<remove_tags_from_vault_request>(body, reason::missing, "TagKeys");
    for (std::string const body : {R"({"TagKeys":{}})", R"({"TagKeys":"a"})", R"({"TagKeys":[""]})",
                                   R"({"TagKeys":["a",5]})", R"({"TagKeys":["aws:a"]})"})
        check_refused<remove_tags_from_vault_request>(body, reason::invalid, "TagKeys");
}

// What the service has for tags is not judged by the client: its own may begin with `aws:`.
BOOST_AUTO_TEST_CASE(any_tags_are_read)
{
    http_response response;
    response.status = 200;
    response.body = R"({"Tags":{"aws:owner":"<b>","":"x"}})";
    auto const read = decode<list_tags_for_vault_request>(response);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->tags.at("aws:owner") == "<b>");
    BOOST_TEST(read->tags.at("") == "x");
    response.body = R"({"Tags":null})";
    BOOST_TEST(decode<list_tags_for_vault_request>(response)->tags.empty());
    response.body = R"({"Tags":{"a":5}})";
    BOOST_TEST(decode<list_tags_for_vault_request>(response).error().member == "Tags");
}

// The result becomes the JSON of the service.
BOOST_AUTO_TEST_CASE(result_as_json)
{
    BOOST_TEST(to_json(with({})) == R"({"Tags":{}})");
    BOOST_TEST(to_json(with({{"box", "7"}, {"owner", "ann"}})) == R"({"Tags":{"box":"7","owner":"ann"}})");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
