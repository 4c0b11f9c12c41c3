#include "protocol/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <string_view>

namespace glacier::protocol {
namespace {

BOOST_AUTO_TEST_SUITE(operation_test)

// Each operation finds its own row.
BOOST_AUTO_TEST_CASE(each_operation_has_its_row)
{
    BOOST_TEST(operations.size() == 33U);
    for (operation_info const& info : operations)
        BOOST_TEST(&info_of(info.id) == &info);
}

// What costs money or cannot be undone is not repeated when nobody knows what became of it; the rest may be.
BOOST_AUTO_TEST_CASE(what_may_be_repeated)
{
    std::set<std::string_view> const unrepeatable{"UploadArchive", "InitiateJob",
                                                  "PurchaseProvisionedCapacity", "InitiateVaultLock"};
    for (operation_info const& info : operations)
        BOOST_TEST((info.repeat == repeatable::no) == (unrepeatable.count(info.name) == 1), info.name);
}

// Every path begins with the account, and no two rows have the same method and URI.
BOOST_AUTO_TEST_CASE(rows_are_different)
{
    std::set<std::string> seen;
    for (operation_info const& info : operations) {
        BOOST_TEST(info.uri.starts_with("/{accountId}/"));
        BOOST_TEST(seen.insert(std::string(to_string(info.method)) + " " + std::string(info.uri)).second,
                   info.name);
    }
}

// A GET or a DELETE has no body, an answer of 204 has none, and every GET is answered with one.
BOOST_AUTO_TEST_CASE(bodies_fit_methods_and_statuses)
{
    for (operation_info const& info : operations) {
        if (info.method == http_method::get || info.method == http_method::delete_)
            BOOST_TEST((info.request_body == body_kind::none), info.name);
        if (info.success_status == 204)
            BOOST_TEST((info.response_body == body_kind::none), info.name);
        if (info.method == http_method::get)
            BOOST_TEST((info.response_body != body_kind::none), info.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
