#include "protocol/provisioned_capacity_operations.hpp"

#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

provisioned_capacity_description unit(char const* id, char const* start, char const* end)
{
    provisioned_capacity_description description;
    description.capacity = id;
    description.start_date = time_of(start);
    description.expiration_date = time_of(end);
    return description;
}

list_provisioned_capacity_result two_units()
{
    list_provisioned_capacity_result result;
    result.capacities = {
        unit("qVXk0DaTi8TtN4z0uuNvrY1q", "2026-01-15T20:11:51.095Z", "2026-02-15T20:11:51.000Z"),
        unit("-sapzYwyEW2IyuDnzkbt6MmV", "2026-01-31T08:15:30.250Z", "2026-02-28T08:15:30.000Z")};
    return result;
}

BOOST_AUTO_TEST_SUITE(provisioned_capacity_operations_test)

// Units belong to the account: the path has no vault.
GLACIER_GOLDEN_REQUEST(list_provisioned_capacity, plain)
{
    check_request(vector, list_provisioned_capacity_request(), golden_account);
}

// The same for the account of the credentials.
GLACIER_GOLDEN_REQUEST(list_provisioned_capacity, empty)
{
    check_request(vector, list_provisioned_capacity_request(), own_account);
}

// Each unit has an id, which may begin with a hyphen, and a month.
GLACIER_GOLDEN_RESPONSE(list_provisioned_capacity, plain)
{
    check_response<list_provisioned_capacity_request>(vector, two_units());
}

// No units are an empty list.
GLACIER_GOLDEN_RESPONSE(list_provisioned_capacity, empty)
{
    check_response<list_provisioned_capacity_request>(vector, list_provisioned_capacity_result());
}

// A unit is bought by a POST without a body.
GLACIER_GOLDEN_REQUEST(purchase_provisioned_capacity, plain)
{
    check_request(vector, purchase_provisioned_capacity_request(), golden_account);
}

// The answer has the unit's id, in a header.
GLACIER_GOLDEN_RESPONSE(purchase_provisioned_capacity, plain)
{
    check_response<purchase_provisioned_capacity_request>(
        vector, purchase_provisioned_capacity_result("qVXk0DaTi8TtN4z0uuNvrY1q"));
}

// What was paid for must have an id.
BOOST_AUTO_TEST_CASE(answer_must_have_the_id)
{
    http_response response;
    response.status = 201;
    auto const decoded = decode<purchase_provisioned_capacity_request>(response);
    BOOST_TEST_REQUIRE(decoded.has_error());
    BOOST_TEST((decoded.error().why == member_error::reason::missing));
    BOOST_TEST(decoded.error().member == "x-amz-capacity-id");
}

// A date that is none is an error that names the member.
BOOST_AUTO_TEST_CASE(malformed_answers_are_refused)
{
    http_response response;
    response.status = 200;
    response.body = R"({"ProvisionedCapacityList":[{"CapacityId":"a","StartDate":"soon"}]})";
    BOOST_TEST(decode<list_provisioned_capacity_request>(response).error().member == "StartDate");
    response.body = R"({"ProvisionedCapacityList":{}})";
    BOOST_TEST(decode<list_provisioned_capacity_request>(response).error().member ==
               "ProvisionedCapacityList");
}

// The result becomes the JSON of the service.
BOOST_AUTO_TEST_CASE(result_as_json)
{
    BOOST_TEST((parse_json(to_json(two_units())) ==
                parse_json(read_golden("list_provisioned_capacity.plain.response.http").body)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
