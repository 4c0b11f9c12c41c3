#include <glacier/credentials_provider.hpp>

#include "credentials/credentials_fixture.hpp"

namespace glacier {

namespace {

asio::awaitable<credentials> count_up(std::shared_ptr<int> count)
{
    credentials made("KEY" + std::to_string(++*count), secret_string("secret"));
    co_return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(custom_test)

// The function is called for every request; its errors are those of the provider.
BOOST_AUTO_TEST_CASE(calls)
{
    auto const count = std::make_shared<int>(0);
    auto const provider = custom_credentials([count] { return count_up(count); });
    BOOST_TEST(test::credentials_of(provider).access_key_id == "KEY1");
    BOOST_TEST(test::credentials_of(provider).access_key_id == "KEY2");
    auto const failing = custom_credentials([]() -> asio::awaitable<credentials> {
        throw std::runtime_error("no");
        co_return credentials("", secret_string());
    });
    BOOST_CHECK_THROW(test::credentials_of(failing), std::runtime_error);
}

// The provider may go while its function is under way.
BOOST_AUTO_TEST_CASE(lifetime)
{
    auto const count = std::make_shared<int>(0);
    asio::io_context loop;
    auto outcome = asio::co_spawn(
        loop, test::get_from(custom_credentials([count] { return count_up(count); })), asio::use_future);
    loop.run();
    BOOST_TEST(outcome.get()->access_key_id == "KEY1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier
