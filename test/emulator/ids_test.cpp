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

BOOST_AUTO_TEST_CASE(uuids_are_random_ones)
{
    base::system_random random;
    std::string const id = new_uuid(random);
    std::string form = id;
    for (char& c : form)
        c = std::string_view("0123456789abcdef").find(c) != std::string_view::npos ? 'x' : c;
    BOOST_TEST(form == "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
    BOOST_TEST(id[14] == '4');
    BOOST_TEST(std::string_view("89ab").find(id[19]) != std::string_view::npos);
    BOOST_TEST(id != new_uuid(random));
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
