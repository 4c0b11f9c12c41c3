#include "emulator/body_receiver.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(body_receiver_suite, service_fixture)

BOOST_AUTO_TEST_CASE(a_body_in_pieces_has_the_hash_of_the_whole)
{
    auto services = context();
    std::string const content = pattern(2 * MiB + 17);
    body_receiver receiver(services);
    for (std::size_t offset = 0; offset < content.size(); offset += 100'000)
        receiver.write(bytes_of(std::string_view(content).substr(offset, 100'000)));
    auto const hash = receiver.finish(crypto::sha256_of(std::string_view(content)), std::nullopt);
    BOOST_TEST_REQUIRE(hash.has_value());
    BOOST_TEST(hash->hex() == tree_hash_of(bytes_of(content)).hex());
    BOOST_TEST(receiver.content().bytes() == content.size());
    BOOST_TEST(receiver.content().leaves.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_the_signed_one_is_refused)
{
    auto services = context();
    body_receiver receiver(services);
    receiver.write(bytes_of("content"));
    auto const sent = crypto::sha256_of(std::string_view("other"));
    BOOST_TEST(error_text(receiver.finish(sent, std::nullopt)) ==
               "403 The value passed in as x-amz-content-sha256 does not match the computed payload hash. "
               "Computed digest: " +
                   crypto::sha256_of(std::string_view("content")).hex() + " expected hash: " + sent.hex());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
