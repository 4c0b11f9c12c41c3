#include "support/client_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <thread>
#include <vector>

namespace glacier::test {

asio::awaitable<credentials> counting_credentials::get()
{
    int const nth = ++calls;
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (held_by)
        co_await held_by->pass();
    if (error)
        std::rethrow_exception(error);
    credentials made("KEY" + std::to_string(nth), secret_string("secret"));
    made.session_token = secret_string("token" + std::to_string(nth));
    co_return made;
}

void counting_credentials::expire(credentials const& refused)
{
    expired.push_back(refused.access_key_id);
}

error_code started_operation_base::code() const
{
    if (!error)
        return {};
    try {
        std::rethrow_exception(error);
    } catch (boost::system::system_error const& caught) {
        return caught.code();
    }
}

bool started_operation_base::was_aborted() const
{
    return code() == asio::error::operation_aborted;
}

client_fixture::client_fixture(client_config config)
    : service(std::make_shared<fake_service>()), clock(std::make_shared<fixed_clock>()),
      identity(std::make_shared<counting_credentials>()), sut(make_client(std::move(config)))
{
    service->add_vault("photos");
}

client_fixture::~client_fixture() = default;

client_config client_fixture::default_config()
{
    client_config config;
    config.region = "eu-west-1";
    config.retry.delay_base = std::chrono::milliseconds(1);
    config.retry.delay_base_of_throttling = std::chrono::milliseconds(1);
    config.retry.delay_max = std::chrono::milliseconds(2);
    return config;
}

client client_fixture::make_client(client_config config)
{
    if (!config.credentials)
        config.credentials = identity;
    client_environment environment;
    environment.exchanger = service;
    environment.clock = clock;
    environment.random = std::make_shared<fixed_random>();
    environment.time = time;
    return client(
        std::make_shared<client_core>(context.get_executor(), std::move(config), std::move(environment)));
}

void client_fixture::spawn(asio::awaitable<void> operation, started_operation_base& to)
{
    auto on_end = [&to](std::exception_ptr error) {
        ++to.completions;
        to.error = std::move(error);
    };
    asio::co_spawn(context, std::move(operation),
                   asio::bind_cancellation_slot(to.cancel.slot(), std::move(on_end)));
}

void client_fixture::run_until(std::function<bool()> const& done)
{
    auto const end = std::chrono::steady_clock::now() + limit;
    context.restart();
    while (!done()) {
        BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < end));
        if (context.run_one_for(std::chrono::milliseconds(100)) == 0)
            context.restart();
    }
}

void client_fixture::run_to_end()
{
    auto const end = std::chrono::steady_clock::now() + limit;
    context.restart();
    context.run_until(end);
    BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < end));
}

void client_fixture::run_on_threads(int threads)
{
    auto const end = std::chrono::steady_clock::now() + limit;
    context.restart();
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([this, end] { context.run_until(end); });
    for (std::thread& each : running)
        each.join();
    BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < end));
}

} // namespace glacier::test
