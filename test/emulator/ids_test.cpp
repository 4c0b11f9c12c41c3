#include "emulator/ids.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

BOOST_AUTO_TEST_SUITE(ids)

BOOST_AUTO_TEST_CASE(ids_are_of_base64url_and_differ)
{
    base::system_random random;
    std::string const first = new_id(random, archive_id_length);
    BOOST_TEST(first.size() == 138U);
    BOOST_TEST(archive_id_rule::allows(first));
    BOOST_TEST(first != new_id(random, archive_id_length));
}

BOOST_AUTO_TEST_CASE(file_names_are_hexadecimal)
{
    base::system_random random;
    std::string const name = new_file_name(random);
    BOOST_TEST(name.size() == 32U);
    BOOST_TEST(name.find_first_not_of("0123456789abcdef") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
