#include "protocol/vault_operations.hpp"

#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

vault_description attic()
{
    vault_description vault;
    vault.vault_arn = attic_arn;
    vault.vault_name = "attic";
    vault.creation_date = time_of("2026-01-31T18:20:05.042Z");
    vault.last_inventory_date = time_of("2026-02-03T04:05:06.789Z");
    vault.number_of_archives = 3;
    vault.size_in_bytes = 8'486'950;
    return vault;
}

/// Too young for an inventory.
vault_description cellar()
{
    vault_description vault;
    vault.vault_arn = "arn:aws:glacier:eu-west-1:210987654321:vaults/cellar";
    vault.vault_name = "cellar";
    vault.creation_date = time_of("2026-02-03T10:00:00.000Z");
    return vault;
}

vault_description shed()
{
    vault_description vault;
    vault.vault_arn = "arn:aws:glacier:eu-west-1:210987654321:vaults/shed";
    vault.vault_name = "shed";
    vault.creation_date = time_of("2025-12-01T00:00:00.001Z");
    vault.last_inventory_date = time_of("2025-12-24T23:59:59.999Z");
    vault.number_of_archives = 0;
    vault.size_in_bytes = 0;
    return vault;
}

create_vault_result at(std::string location)
{
    create_vault_result result;
    result.location = std::move(location);
    return result;
}

BOOST_AUTO_TEST_SUITE(vault_operations_test)

// A vault is created by a PUT without a body and without a content type.
GLACIER_GOLDEN_REQUEST(create_vault, plain)
{
    check_request(vector, create_vault_request("attic"), golden_account);
}

// The account of the credentials is `-`; every class of character of a name goes as it is.
GLACIER_GOLDEN_REQUEST(create_vault, own_account)
{
    check_request(vector, create_vault_request("Attic_2.b-c"), own_account);
}

// The answer says where the vault is, in a header.
GLACIER_GOLDEN_RESPONSE(create_vault, plain)
{
    check_response<create_vault_request>(vector, at("/210987654321/vaults/attic"));
}

// The answer shows the number of the account also where `-` was asked for.
GLACIER_GOLDEN_RESPONSE(create_vault, own_account)
{
    check_response<create_vault_request>(vector, at("/210987654321/vaults/Attic_2.b-c"));
}

// A vault is looked up by a GET.
GLACIER_GOLDEN_REQUEST(describe_vault, plain)
{
    check_request(vector, describe_vault_request("attic"), golden_account);
}

// The same for the account of the credentials.
GLACIER_GOLDEN_REQUEST(describe_vault, null_inventory_date)
{
    check_request(vector, describe_vault_request("cellar"), own_account);
}

// All members of a vault with an inventory.
GLACIER_GOLDEN_RESPONSE(describe_vault, plain)
{
    check_response<describe_vault_request>(vector, attic());
}

// A fresh vault may have no inventory date and yet numbers.
GLACIER_GOLDEN_RESPONSE(describe_vault, null_inventory_date)
{
    vault_description vault = cellar();
    vault.number_of_archives = 0;
    vault.size_in_bytes = 0;
    check_response<describe_vault_request>(vector, vault);
}

// Null is no value, not zero.
GLACIER_GOLDEN_RESPONSE(describe_vault, null_members)
{
    check_response<describe_vault_request>(vector, cellar());
}

// A member that is left out is the same as null; the service itself writes them all.
GLACIER_GOLDEN_RESPONSE(describe_vault, absent_members)
{
    check_decoded<describe_vault_request>(vector, cellar());
}

// Numbers are exact up to 2^63-1.
GLACIER_GOLDEN_RESPONSE(describe_vault, largest_numbers)
{
    vault_description vault = attic();
    vault.number_of_archives = 9'223'372'036'854'775'807;
    vault.size_in_bytes = 9'223'372'036'854'775'807;
    check_response<describe_vault_request>(vector, vault);
}

// Dates may have no fraction, nine digits of one, and `+00:00`; the service itself writes milliseconds.
GLACIER_GOLDEN_RESPONSE(describe_vault, other_partition)
{
    vault_description vault = attic();
    vault.vault_arn = "arn:aws-cn:glacier:cn-north-1:210987654321:vaults/attic";
    vault.creation_date = time_of("2026-01-31T18:20:05Z");
    vault.last_inventory_date = time_of("2026-02-03T04:05:06.123Z");
    check_decoded<describe_vault_request>(vector, vault);
}

// A vault is deleted by a DELETE.
GLACIER_GOLDEN_REQUEST(delete_vault, plain)
{
    check_request(vector, delete_vault_request("attic"), golden_account);
}

// The same for the account of the credentials.
GLACIER_GOLDEN_REQUEST(delete_vault, own_account)
{
    check_request(vector, delete_vault_request("attic"), own_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(delete_vault, plain)
{
    check_response<delete_vault_request>(vector, no_result());
}

// Without parameters the target has no query.
GLACIER_GOLDEN_REQUEST(list_vaults, plain)
{
    check_request(vector, list_vaults_request(), golden_account);
}

// The marker is a vault's ARN, whose colons and slashes are encoded.
GLACIER_GOLDEN_REQUEST(list_vaults, paged)
{
    list_vaults_request request;
    request.marker = attic_arn;
    request.limit = 2;
    check_request(vector, request, own_account);
}

// The limit may stand alone.
GLACIER_GOLDEN_REQUEST(list_vaults, limit)
{
    list_vaults_request request;
    request.limit = 10;
    check_request(vector, request, golden_account);
}

// The last page has no marker.
GLACIER_GOLDEN_RESPONSE(list_vaults, plain)
{
    list_vaults_result page;
    page.vaults = {attic(), cellar(), shed()};
    check_response<list_vaults_request>(vector, page);
}

// Another page follows where there is a marker.
GLACIER_GOLDEN_RESPONSE(list_vaults, paged)
{
    list_vaults_result page;
    page.vaults = {cellar(), shed()};
    page.marker = "arn:aws:glacier:eu-west-1:210987654321:vaults/shed";
    check_response<list_vaults_request>(vector, page);
}

// A page of one.
GLACIER_GOLDEN_RESPONSE(list_vaults, limit)
{
    list_vaults_result page;
    page.vaults = {attic()};
    page.marker = attic_arn;
    check_response<list_vaults_request>(vector, page);
}

// No vaults are an empty list.
GLACIER_GOLDEN_RESPONSE(list_vaults, empty)
{
    check_response<list_vaults_request>(vector, list_vaults_result());
}

// The marker of the last page may be left out.
GLACIER_GOLDEN_RESPONSE(list_vaults, absent_marker)
{
    list_vaults_result page;
    page.vaults = {attic()};
    check_decoded<list_vaults_request>(vector, page);
}

// A request with no vault name would be one about all vaults: it is not made.
BOOST_AUTO_TEST_CASE(missing_name_is_refused)
{
    auto const encoded = encode(delete_vault_request(vault_name()), golden_account);
    BOOST_TEST_REQUIRE(encoded.has_error());
    BOOST_TEST((encoded.error() == errc::invalid_vault_name));
}

// The service takes no name that its rules do not allow, though the path could carry it.
BOOST_AUTO_TEST_CASE(accept_checks_the_name)
{
    http_headers const headers;
    for (std::string const name : {"", ".", "..", "a/b", "a b", "\xc3\xa9"}) {
        routed_request request{
            operation::describe_vault, {{"accountId", "-"}, {"vaultName", name}}, {}, headers, {}};
        auto const accepted = accept<describe_vault_request>(request);
        BOOST_TEST_REQUIRE(accepted.has_error());
        BOOST_TEST((accepted.error().why == member_error::reason::invalid));
        BOOST_TEST(accepted.error().member == "vaultName");
        BOOST_TEST(accepted.error().text == name);
    }
}

// A limit must be a number of 32 bits.
BOOST_AUTO_TEST_CASE(accept_checks_the_limit)
{
    http_headers const headers;
    for (std::string const limit : {"", "x", "-1", "1.5", "4294967296", " 1"}) {
        routed_request const request{
            operation::list_vaults, {{"accountId", "-"}}, {{"limit", limit}}, headers, {}};
        auto const accepted = accept<list_vaults_request>(request);
        BOOST_TEST_REQUIRE(accepted.has_error());
        BOOST_TEST((accepted.error().why == member_error::reason::invalid));
        BOOST_TEST(accepted.error().member == "limit");
    }
}

// An answer that is no JSON, or has a member of another type, is an error that names the member.
BOOST_AUTO_TEST_CASE(malformed_answers_are_refused)
{
    http_response response;
    response.status = 200;
    for (std::string const body : {"", "{", "<html>", "{\"VaultName\":\"a\"} x"}) {
        response.body = body;
        auto const decoded = decode<describe_vault_request>(response);
        BOOST_TEST_REQUIRE(decoded.has_error());
        BOOST_TEST((decoded.error().why == member_error::reason::malformed_json));
    }
    for (auto const& [body, member] :
         {std::pair{"[]", "body"}, std::pair{"null", "body"}, std::pair{R"({"VaultName":5})", "VaultName"},
          std::pair{R"({"NumberOfArchives":"3"})", "NumberOfArchives"},
          std::pair{R"({"SizeInBytes":-1})", "SizeInBytes"},
          std::pair{R"({"CreationDate":"yesterday"})", "CreationDate"}}) {
        response.body = body;
        auto const decoded = decode<describe_vault_request>(response);
        BOOST_TEST_REQUIRE(decoded.has_error());
        BOOST_TEST((decoded.error().why == member_error::reason::invalid));
        BOOST_TEST(decoded.error().member == member);
    }
    response.body = R"({"VaultList":[{"VaultName":"a"},{"VaultName":{}}]})";
    auto const decoded = decode<list_vaults_request>(response);
    BOOST_TEST_REQUIRE(decoded.has_error());
    BOOST_TEST(decoded.error().member == "VaultName");
    BOOST_TEST(decoded.error().text == "{}");
}

// Results become the JSON of the service, with null for what has no value.
BOOST_AUTO_TEST_CASE(results_as_json)
{
    BOOST_TEST((parse_json(to_json(cellar())) ==
                parse_json(read_golden("describe_vault.null_members.response.http").body)));
    list_vaults_result page;
    page.vaults = {attic(), cellar(), shed()};
    BOOST_TEST(
        (parse_json(to_json(page)) == parse_json(read_golden("list_vaults.plain.response.http").body)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
