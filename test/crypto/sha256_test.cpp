#include "crypto/sha256.hpp"

#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::crypto {
namespace {

using test::bytes_of;

constexpr std::string_view hash_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view hash_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string hmac(std::string const& key, std::string const& message)
{
    return hmac_sha256(bytes_of(key), message).hex();
}

BOOST_AUTO_TEST_SUITE(sha256_test)

// The examples of FIPS 180-2, and the empty message.
BOOST_AUTO_TEST_CASE(published_examples)
{
    BOOST_TEST(sha256_of("").hex() == hash_of_nothing);
    BOOST_TEST(sha256_of(std::span<std::byte const>()).hex() == hash_of_nothing);
    BOOST_TEST(sha256_of("abc").hex() == hash_of_abc);
    BOOST_TEST(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex() ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    BOOST_TEST(sha256_of(std::string(1'000'000, 'a')).hex() ==
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Pieces of any size give the hash of the whole, empty pieces included.
BOOST_AUTO_TEST_CASE(pieces_give_the_hash_of_the_whole)
{
    std::vector<std::byte> const whole = test::pattern(10'000);
    std::string const expected = sha256_of(std::span<std::byte const>(whole)).hex();
    test::number_source numbers(1);
    for (int round = 0; round < 50; ++round) {
        sha256 hash;
        std::span<std::byte const> rest(whole);
        while (!rest.empty()) {
            auto const size =
                static_cast<std::size_t>(numbers.below(std::min<std::size_t>(rest.size(), 200) + 1));
            hash.update(rest.first(size));
            rest = rest.subspan(size);
        }
        BOOST_TEST(hash.finish().hex() == expected);
    }
}

// After finish() the object begins anew.
BOOST_AUTO_TEST_CASE(begins_anew_after_finish)
{
    sha256 hash;
    BOOST_TEST(hash.finish().hex() == hash_of_nothing);
    hash.update(bytes_of("abc"));
    BOOST_TEST(hash.finish().hex() == hash_of_abc);
    BOOST_TEST(hash.finish().hex() == hash_of_nothing);
    hash.update(bytes_of("ab"));
    hash.update(bytes_of("c"));
    BOOST_TEST(hash.finish().hex() == hash_of_abc);
}

// What was hashed so far goes along when the object is moved.
BOOST_AUTO_TEST_CASE(moving_keeps_the_state)
{
    sha256 first;
    first.update(bytes_of("a"));
    sha256 second(std::move(first));
    second.update(bytes_of("b"));
    sha256 third;
    third = std::move(second);
    third.update(bytes_of("c"));
    BOOST_TEST(third.finish().hex() == hash_of_abc);
}

// HMAC-SHA-256: the seven test cases of RFC 4231. The fifth is cut to 128 bits there.
BOOST_AUTO_TEST_CASE(hmac_rfc_4231)
{
    BOOST_TEST(hmac(std::string(20, '\x0b'), "Hi There") ==
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    BOOST_TEST(hmac("Jefe", "what do ya want for nothing?") ==
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    BOOST_TEST(hmac(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
               "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    std::string counting;
    for (char c = 1; c <= 25; ++c)
        counting += c;
    BOOST_TEST(hmac(counting, std::string(50, '\xcd')) ==
               "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
    BOOST_TEST(hmac(std::string(20, '\x0c'), "Test With Truncation").substr(0, 32) ==
               "a3b6167473100ee06e0c796c2955552b");
    BOOST_TEST(hmac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    BOOST_TEST(
        hmac(std::string(131, '\xaa'),
             "This is a test using a larger than block-size key and a larger than block-size data. The key "
             "needs to be hashed before being used by the HMAC algorithm.") ==
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

// An empty key and an empty message are allowed.
BOOST_AUTO_TEST_CASE(hmac_of_nothing)
{
    BOOST_TEST(hmac_sha256({}, {}).hex() ==
               "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// The comparison of signatures looks at every byte and at the length.
BOOST_AUTO_TEST_CASE(comparison_in_constant_time)
{
    BOOST_TEST(equal_in_constant_time("", ""));
    BOOST_TEST(equal_in_constant_time("abc", "abc"));
    BOOST_TEST(!equal_in_constant_time("abc", "abd"));
    BOOST_TEST(!equal_in_constant_time("abc", "xbc"));
    BOOST_TEST(!equal_in_constant_time("abc", "ab"));
    BOOST_TEST(!equal_in_constant_time("abc", ""));
    BOOST_TEST(!equal_in_constant_time("", "a"));
    BOOST_TEST(!equal_in_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::crypto
