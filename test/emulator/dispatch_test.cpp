#include "emulator/dispatch.hpp"

#include "fixture.hpp"
#include "protocol/operation.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(dispatch, service_fixture)

// Uploads are those operations whose request carries bytes, and only for them is a body streamed.
BOOST_AUTO_TEST_CASE(each_handler_has_the_form_that_its_operation_needs)
{
    std::size_t count = 0;
    for (auto const& info : protocol::operations) {
        auto const* const handler = find_handler(info.id);
        if (handler == nullptr)
            continue;
        ++count;
        bool const streams = info.request_body == protocol::body_kind::bytes;
        BOOST_TEST((handler->begin != nullptr) == streams, info.name);
        BOOST_TEST((handler->answer != nullptr) != streams, info.name);
    }
    BOOST_TEST(count == 16U);
}

BOOST_AUTO_TEST_CASE(a_vault_that_is_not_there_is_reported_before_wrong_values)
{
    auto services = context();
    protocol::http_headers headers;
    headers.add("x-amz-part-size", "5");
    protocol::routed_request const request{protocol::operation::initiate_multipart_upload,
                                           {{"accountId", "-"}, {"vaultName", "attic"}},
                                           {},
                                           headers,
                                           {}};
    auto const* const handler = find_handler(request.id);
    BOOST_TEST(error_text(handler->answer(services, request)).starts_with("404 Vault not found"));
    make_vault("attic");
    BOOST_TEST(error_text(handler->answer(services, request)).starts_with("400 Invalid part size: 5."));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
