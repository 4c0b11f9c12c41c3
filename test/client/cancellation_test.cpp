// Every operation, cancelled wherever it can wait, and every way to be told of its end.

#include "support/all_calls.hpp"
#include "support/client_fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <set>
#include <string>
#include <thread>
#include <tuple>

namespace glacier::test {

namespace {

using protocol::operation;

error_code code_of_exception(std::exception_ptr const& error)
{
    started_operation_base held;
    held.error = error;
    return held.code();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cancellation_of_all, client_fixture)

BOOST_AUTO_TEST_CASE(the_calls_are_those_of_the_table)
{
    BOOST_TEST_REQUIRE(all_calls().size() == protocol::operations.size());
    for (std::size_t i = 0; i < all_calls().size(); ++i)
        BOOST_TEST((all_calls()[i].id == protocol::operations[i].id), protocol::operations[i].name);
}

// The first request is answered with a 503, so that the wait before the second one is among the places, and the
// second one with a 404. Credentials and service come through the executor, as they do in earnest.
BOOST_AUTO_TEST_CASE(each_operation_at_each_step)
{
    for (call const& each : all_calls()) {
        std::string const name(protocol::info_of(each.id).name);
        bool ended_by_itself = false;
        int steps = 0;
        for (; !ended_by_itself && steps < 200; ++steps) {
            client_fixture fresh;
            fresh.service->on(each.id, 1, error_answer(service_errc::service_unavailable));
            fresh.service->on(each.id, 2, error_answer(service_errc::resource_not_found));
            started_operation<void> running;
            fresh.start(each.start(fresh.sut), running);
            for (int i = 0; i < steps && !running.ended(); ++i)
                fresh.context.run_one_for(limit);
            running.cancel.emit(asio::cancellation_type::terminal);
            fresh.run_to_end();

            BOOST_TEST(running.completions == 1, name << " after " << steps << " steps");
            BOOST_TEST(fresh.service->in_flight() == 0U, name << " after " << steps << " steps");
            ended_by_itself = running.code() != asio::error::operation_aborted;
            if (ended_by_itself)
                BOOST_TEST(running.code().category().name() != nullptr);
        }
        BOOST_TEST(ended_by_itself, name << " has no end");
        BOOST_TEST(steps > 3, name << " has no place to be cancelled at");
    }
}

BOOST_AUTO_TEST_SUITE_END()

// ---------------------------------------------------------------------------------------------------
// Completion tokens

BOOST_FIXTURE_TEST_SUITE(completion_tokens, client_fixture)

BOOST_AUTO_TEST_CASE(callback)
{
    int calls = 0;
    std::string name;
    asio::co_spawn(context, sut.describe_vault(describe_vault_request(photos)),
                   [&](std::exception_ptr error, vault_description found) {
                       ++calls;
                       BOOST_TEST(!error);
                       name = found.vault_name;
                   });
    error_code failed;
    asio::co_spawn(context, sut.describe_vault(describe_vault_request("none")),
                   [&](std::exception_ptr error, vault_description /*none*/) {
                       ++calls;
                       failed = code_of_exception(error);
                   });
    BOOST_TEST(calls == 0);
    run_to_end();
    BOOST_TEST(calls == 2);
    BOOST_TEST(name == "photos");
    BOOST_TEST((failed == service_errc::resource_not_found));
}

BOOST_AUTO_TEST_CASE(future_on_another_thread)
{
    auto work = asio::make_work_guard(context);
    std::thread loop([this] { context.run(); });
    auto good = asio::co_spawn(context, sut.describe_vault(describe_vault_request(photos)), asio::use_future);
    auto bad = asio::co_spawn(context, sut.delete_archive(delete_archive_request("none", "archive")),
                              asio::use_future);
    BOOST_TEST(good.get().vault_name == "photos");
    BOOST_CHECK_THROW(bad.get(), operation_error);
    work.reset();
    loop.join();
}

// Nothing happens before the operation is launched, and it can be launched with any other token.
BOOST_AUTO_TEST_CASE(deferred)
{
    auto operation =
        asio::co_spawn(context, sut.describe_vault(describe_vault_request(photos)), asio::deferred);
    run_to_end();
    BOOST_TEST(service->count() == 0U);
    auto launched = std::move(operation)(asio::use_future);
    run_to_end();
    BOOST_TEST(launched.get().vault_name == "photos");
}

asio::awaitable<std::string> describe_as_tuple(client sut, vault_name name)
{
    auto const executor = co_await asio::this_coro::executor;
    describe_vault_request request(std::move(name));
    auto outcome = co_await asio::co_spawn(executor, sut.describe_vault(std::move(request)),
                                           asio::as_tuple(asio::use_awaitable));
    if (std::get<0>(outcome))
        co_return code_of_exception(std::get<0>(outcome)).message();
    co_return std::get<1>(outcome).vault_name;
}

BOOST_AUTO_TEST_CASE(as_tuple)
{
    BOOST_TEST(run(describe_as_tuple(sut, photos)) == "photos");
    BOOST_TEST(run(describe_as_tuple(sut, "none")) ==
               make_error_code(service_errc::resource_not_found).message());
    std::string name;
    auto keep = [&name](std::tuple<std::exception_ptr, vault_description> outcome) {
        BOOST_TEST(!std::get<0>(outcome));
        name = std::get<1>(outcome).vault_name;
    };
    asio::co_spawn(context, sut.describe_vault(describe_vault_request(photos)), asio::as_tuple(keep));
    run_to_end();
    BOOST_TEST(name == "photos");
}

// Errors of a detached operation end with it.
BOOST_AUTO_TEST_CASE(detached)
{
    asio::co_spawn(context, sut.create_vault(create_vault_request("cellar")), asio::detached);
    asio::co_spawn(context, sut.describe_vault(describe_vault_request("none")), asio::detached);
    run_to_end();
    BOOST_TEST(service->count(operation::create_vault) == 1U);
    BOOST_TEST(service->count(operation::describe_vault) == 1U);
}

asio::awaitable<std::string> describe_by_spawning(client sut)
{
    auto const executor = co_await asio::this_coro::executor;
    describe_vault_request request(photos);
    vault_description const found =
        co_await asio::co_spawn(executor, sut.describe_vault(std::move(request)), asio::use_awaitable);
    co_return found.vault_name;
}

BOOST_AUTO_TEST_CASE(awaitable)
{
    BOOST_TEST(run(describe_by_spawning(sut)) == "photos");
}

// The completion runs on the executor that is bound to it, whatever the operation runs on.
BOOST_AUTO_TEST_CASE(bound_executor)
{
    asio::io_context other;
    auto const strand = asio::make_strand(other);
    bool on_strand = false;
    int calls = 0;
    asio::co_spawn(context, sut.describe_vault(describe_vault_request(photos)),
                   asio::bind_executor(strand, [&](std::exception_ptr error, vault_description /*found*/) {
                       BOOST_TEST(!error);
                       on_strand = strand.running_in_this_thread();
                       ++calls;
                   }));
    run_to_end();
    BOOST_TEST(calls == 0);
    other.run();
    BOOST_TEST(calls == 1);
    BOOST_TEST(on_strand);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::test
