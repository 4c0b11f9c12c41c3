#include <glacier/credentials_provider.hpp>

#include "credentials/credentials_fixture.hpp"
#include "protocol/sigv4.hpp"

namespace glacier {

BOOST_AUTO_TEST_SUITE(anonymous_test)

// A request of nobody is not signed, and loses what an earlier signature left.
BOOST_AUTO_TEST_CASE(unsigned_request)
{
    credentials const nobody = test::credentials_of(anonymous_credentials());
    BOOST_TEST(nobody.anonymous);
    BOOST_TEST(nobody.source == "anonymous");
    protocol::http_request request;
    request.headers.set("host", "h");
    request.headers.set("authorization", "old");
    request.headers.set("x-amz-security-token", "old");
    protocol::signer(protocol::signing_scope{"us-east-1", "glacier"}).sign(request, nobody, timestamp());
    BOOST_TEST(request.headers.size() == 1U);
    BOOST_TEST(request.headers.get("host") == "h");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier
