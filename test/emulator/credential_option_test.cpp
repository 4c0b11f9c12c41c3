#include "emulator/credential_option.hpp"

#include "base/iso8601.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace glacier::emulation {

BOOST_AUTO_TEST_SUITE(credential_option_suite)

BOOST_AUTO_TEST_CASE(keys_of_a_user_and_temporary_ones)
{
    auto const user = parse_credential("AKID:se/cr+et=");
    BOOST_TEST(user.access_key_id == "AKID");
    BOOST_TEST(user.secret_access_key.reveal() == "se/cr+et=");
    BOOST_TEST(user.session_token.empty());
    BOOST_TEST(!user.expiration.has_value());

    auto const temporary = parse_credential("ASIA:secret:to/k+en==");
    BOOST_TEST(temporary.session_token.reveal() == "to/k+en==");
    BOOST_TEST(!temporary.expiration.has_value());

    for (std::string const expiry : {"2026-11-26T13:00:05Z", "20261126T130005Z"}) {
        auto const ending = parse_credential("ASIA:secret:token:" + expiry);
        BOOST_TEST(ending.session_token.reveal() == "token");
        BOOST_TEST(base::to_iso8601(ending.expiration.value()) == "2026-11-26T13:00:05.000Z");
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_refused_without_showing_a_secret)
{
    for (std::string const text : {"", "AKID", ":hidden", "AKID:", "AKID::hidden", "AKID:hidden:hidden:never",
                                   "AKID:hidden:hidden:hidden:20261126T130005Z"})
        try {
            parse_credential(text);
            BOOST_ERROR("accepted: " << text);
        } catch (std::invalid_argument const& error) {
            BOOST_TEST(std::string(error.what()).find("hidden") == std::string::npos, error.what());
        }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
