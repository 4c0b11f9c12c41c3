// Credentials that are refreshed under the requests of a client.

#include "credentials/sources.hpp"
#include "support/client_fixture.hpp"
#include "support/manual_time.hpp"
#include "support/printing.hpp"

#include <glacier/credentials_sources.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <map>
#include <set>

namespace glacier {

namespace {

using namespace std::chrono_literals;

/// Credentials for an hour, which take some turns of the loop to come.
class hourly_source final : public credentials_provider {
public:
    explicit hourly_source(std::shared_ptr<test::manual_time> time) : time_(std::move(time)) {}

    asio::awaitable<credentials> get() override { return fetch(this); }

    /// When each key ends.
    std::map<std::string, timestamp> ends;

private:
    static asio::awaitable<credentials> fetch(hourly_source* self)
    {
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        for (int i = 0; i < 10; ++i)
            co_await asio::post(executor, asio::use_awaitable);
        std::string const key = "KEY" + std::to_string(self->ends.size() + 1);
        credentials made(key, secret_string("secret"));
        made.session_token = secret_string("token");
        made.expiration = self->time_->today() + 1h;
        self->ends[key] = *made.expiration;
        co_return made;
    }

    std::shared_ptr<test::manual_time> time_;
};

struct refresh_fixture {
    refresh_fixture()
    {
        credentials_sources::source_context world;
        world.options = std::make_shared<credentials_options const>();
        world.time = time;
        world.random = std::make_shared<test::fixed_random>();
        client_config config = test::client_fixture::default_config();
        config.credentials = credentials_sources::make_cached_provider(world, source);
        fixture.emplace(config);
    }

    static std::string key_of(test::recorded_request const& request)
    {
        std::string const header(request.message.headers.get("authorization"));
        std::size_t const begin = header.find("Credential=") + 11;
        return header.substr(begin, header.find('/') - begin);
    }

    std::shared_ptr<test::manual_time> time = std::make_shared<test::manual_time>();
    std::shared_ptr<hourly_source> source = std::make_shared<hourly_source>(time);
    std::optional<test::client_fixture> fixture;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(refresh_test, refresh_fixture)

// A hundred requests at a time for three hours: none fails, and none is signed by a key that has ended.
BOOST_AUTO_TEST_CASE(many_requests)
{
    std::size_t seen = 0;
    std::set<std::string> keys;
    for (int minute = 0; minute < 180; ++minute) {
        std::deque<test::started_operation<vault_description>> running(100);
        for (auto& each : running)
            fixture->start(fixture->sut.describe_vault(describe_vault_request(test::photos)), each);
        fixture->run_to_end();
        for (auto const& each : running)
            BOOST_TEST((each.ended() && !each.error));
        auto const requests = fixture->service->requests();
        for (; seen < requests.size(); ++seen) {
            std::string const key = key_of(requests[seen]);
            keys.insert(key);
            BOOST_TEST((source->ends.at(key) > time->today()));
        }
        time->pass(fixture->context, 1min);
    }
    BOOST_TEST(seen == 18'000U);
    // Each key served 45 to 46 minutes.
    BOOST_TEST(keys.size() == 4U);
    BOOST_TEST(source->ends.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier
