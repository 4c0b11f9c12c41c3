#include "credentials/check_credentials.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier::credentials_sources {

namespace {

std::string fault(std::string id, std::string_view secret, std::string_view token = {})
{
    credentials value(std::move(id), secret_string(secret));
    value.session_token = secret_string(token);
    return fault_of(value).value_or("");
}

} // namespace

BOOST_AUTO_TEST_SUITE(check_credentials_test)

BOOST_AUTO_TEST_CASE(usable)
{
    BOOST_TEST(fault("AKIDEXAMPLE", "a/+=").empty());
    BOOST_TEST(fault(std::string(128, 'A'), std::string(1'024, 's'), std::string(65'536, 't')).empty());
}

// What cannot be a key, or would break out of the header that it goes into.
BOOST_AUTO_TEST_CASE(unusable)
{
    for (std::string const& id : {std::string(), std::string(129, 'A'), std::string("A B"),
                                  std::string("A\r\nX: 1"), std::string("A/B"), std::string("A,B"),
                                  std::string("A=B"), std::string("\xc3\xa4"), std::string("A\0", 2)})
        BOOST_TEST(fault(id, "s").find("access key id") != std::string::npos);
    for (std::string const& secret :
         {std::string(), std::string(1'025, 's'), std::string("s\n"), std::string("s s")})
        BOOST_TEST(fault("A", secret).find("secret access key") != std::string::npos);
    for (std::string const& token : {std::string(65'537, 't'), std::string("t\r\nX: 1"), std::string("t t")})
        BOOST_TEST(fault("A", "s", token).find("session token") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
