#include "credentials/failure.hpp"

#include "credentials/credentials_fixture.hpp"

namespace glacier::credentials_sources {

BOOST_AUTO_TEST_SUITE(failure_test)

BOOST_AUTO_TEST_CASE(errors)
{
    operation_error error = test::error_of([] { fail(errc::no_credentials, "words"); });
    BOOST_TEST(error.code() == errc::no_credentials);
    BOOST_TEST(error.details().message == "words");
    error = test::error_of([] { fail_source("container", "words"); });
    BOOST_TEST(error.code() == errc::credentials_failed);
    BOOST_TEST(error.details().message == "container: words");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
