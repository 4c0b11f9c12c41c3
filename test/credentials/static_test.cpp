#include <glacier/credentials_provider.hpp>

#include "credentials/credentials_fixture.hpp"

namespace glacier {

BOOST_AUTO_TEST_SUITE(static_test)

// Every request gets the same credentials, whole.
BOOST_AUTO_TEST_CASE(always_the_same)
{
    credentials value("AKIDEXAMPLE", secret_string("secret"));
    value.session_token = secret_string("token");
    value.source = "test";
    auto const provider = static_credentials(value);
    for (int i = 0; i < 2; ++i) {
        credentials const got = test::credentials_of(provider);
        BOOST_TEST(got.access_key_id == "AKIDEXAMPLE");
        BOOST_TEST(got.secret_access_key.reveal() == "secret");
        BOOST_TEST(got.session_token.reveal() == "token");
        BOOST_TEST(got.source == "test");
        BOOST_TEST(!got.expiration.has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier
