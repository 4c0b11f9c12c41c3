#include "client/waiter.hpp"

#include "support/client_fixture.hpp"
#include "support/manual_time.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

using namespace glacier;
using namespace glacier::test;
using namespace std::chrono_literals;
using protocol::operation;

namespace {

struct waiter_fixture : client_fixture {
    std::size_t looks() const { return service->count(operation::describe_vault); }

    void pass(std::chrono::milliseconds duration) { time->pass(context, duration); }

    std::shared_ptr<manual_time> time = std::make_shared<manual_time>();
    vault_name const attic = "attic";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiter_test, waiter_fixture)

// A vault that is there costs one look, at once.
BOOST_AUTO_TEST_CASE(exists_already)
{
    vault_description const found = run(wait_until_vault_exists(sut, wait_for_vault_request(photos)));

    BOOST_TEST(found.vault_name == "photos");
    BOOST_TEST(looks() == 1U);
}

// There is a look every three seconds until the vault is there.
BOOST_AUTO_TEST_CASE(comes_to_be)
{
    started_operation<vault_description> wait;
    start(wait_until_vault_exists(sut, wait_for_vault_request(attic), time), wait);
    pass(0ms);
    BOOST_TEST(looks() == 1U);
    pass(2'999ms);
    BOOST_TEST(looks() == 1U);
    pass(1ms);
    BOOST_TEST(looks() == 2U);
    service->add_vault("attic");
    BOOST_TEST(!wait.ended());

    pass(3s);

    BOOST_TEST_REQUIRE(wait.value.has_value());
    BOOST_TEST(wait.value->vault_name == "attic");
    BOOST_TEST(looks() == 3U);
}

// After the 15th look it is enough.
BOOST_AUTO_TEST_CASE(never_comes_to_be)
{
    started_operation<vault_description> wait;
    start(wait_until_vault_exists(sut, wait_for_vault_request(attic), time), wait);
    pass(14 * 3s - 1ms);
    BOOST_TEST(!wait.ended());

    pass(1ms);

    BOOST_TEST((wait.code() == errc::wait_timeout));
    BOOST_TEST((wait.code() == condition::timeout));
    BOOST_TEST(looks() == 15U);
    BOOST_TEST(time->waiting() == 0U);
}

// Interval and number of looks can be set; the error names them.
BOOST_AUTO_TEST_CASE(settings)
{
    wait_for_vault_request request(attic);
    request.interval = 7s;
    request.attempts_max = 2;
    started_operation<vault_description> wait;
    start(wait_until_vault_exists(sut, std::move(request), time), wait);

    pass(7s);

    BOOST_TEST(looks() == 2U);
    BOOST_TEST_REQUIRE(wait.ended());
    BOOST_CHECK_EXCEPTION(std::rethrow_exception(wait.error), operation_error, [](auto const& error) {
        return std::string(error.what()) ==
               "wait until vault exists of vault attic: what was waited for did not "
               "happen in time: 2 looks, one every 7000 ms";
    });
}

// Another error ends the wait at once.
BOOST_AUTO_TEST_CASE(other_error)
{
    service->always(operation::describe_vault, error_answer(service_errc::access_denied));

    BOOST_TEST((failure_of(wait_until_vault_exists(sut, wait_for_vault_request(attic), time)).code() ==
                service_errc::access_denied));
    BOOST_TEST((failure_of(wait_until_vault_not_exists(sut, wait_for_vault_request(photos), time)).code() ==
                service_errc::access_denied));
    BOOST_TEST(looks() == 2U);
}

// A vault that is not there costs one look.
BOOST_AUTO_TEST_CASE(is_not_there)
{
    run(wait_until_vault_not_exists(sut, wait_for_vault_request(attic)));

    BOOST_TEST(looks() == 1U);
}

// One that goes is noticed with the next look.
BOOST_AUTO_TEST_CASE(goes)
{
    started_operation<void> wait;
    start(wait_until_vault_not_exists(sut, wait_for_vault_request(photos), time), wait);
    pass(3s);
    BOOST_TEST(looks() == 2U);
    service->on(operation::describe_vault, 3, error_answer(service_errc::resource_not_found));

    pass(3s);

    BOOST_TEST(wait.ended());
    BOOST_TEST(!wait.error);
}

// One that stays is given up after the last look.
BOOST_AUTO_TEST_CASE(stays)
{
    wait_for_vault_request request(photos);
    request.attempts_max = 3;
    started_operation<void> wait;
    start(wait_until_vault_not_exists(sut, std::move(request), time), wait);

    pass(6s);

    BOOST_TEST((wait.code() == errc::wait_timeout));
    BOOST_TEST(looks() == 3U);
}

// A cancellation between two looks ends the wait at once, without another look.
BOOST_AUTO_TEST_CASE(cancelled)
{
    started_operation<vault_description> wait;
    start(wait_until_vault_exists(sut, wait_for_vault_request(attic), time), wait);
    pass(1s);

    wait.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(wait.completions == 1);
    BOOST_TEST(wait.was_aborted());
    BOOST_TEST(looks() == 1U);
}

// What cannot be is refused before anything is sent.
BOOST_DATA_TEST_CASE(refused, boost::unit_test::data::make({0, -1}))
{
    wait_for_vault_request hasty(photos);
    hasty.interval = std::chrono::milliseconds(sample);
    wait_for_vault_request blind(photos);
    blind.attempts_max = sample;

    BOOST_TEST((code_of(wait_until_vault_exists(sut, std::move(hasty))) == errc::invalid_option));
    BOOST_TEST((code_of(wait_until_vault_not_exists(sut, std::move(blind))) == errc::invalid_option));
    BOOST_TEST(service->count() == 0U);
}

// With the machine's time it works alike.
BOOST_AUTO_TEST_CASE(machine_time)
{
    service->on(operation::describe_vault, 1, error_answer(service_errc::resource_not_found));
    wait_for_vault_request request(photos);
    request.interval = 2ms;

    auto const begin = std::chrono::steady_clock::now();
    run(wait_until_vault_exists(sut, std::move(request)));

    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 2ms));
    BOOST_TEST(looks() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
