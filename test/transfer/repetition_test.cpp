#include "transfer/repetition.hpp"

#include "support/client_fixture.hpp"

#include <boost/asio/error.hpp>

#include <stdexcept>

using namespace glacier;
using namespace glacier::test;

namespace {

template <class Code>
std::exception_ptr error_of(Code code)
{
    return std::make_exception_ptr(boost::system::system_error(make_error_code(code)));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(repetition_test, client_fixture)

// Which failures are worth another try.
BOOST_AUTO_TEST_CASE(worth_repeating)
{
    using transfer::is_worth_repeating;
    for (auto const code : {errc::connection_closed, errc::response_timeout, errc::transfer_stalled,
                            errc::tree_hash_mismatch, errc::operation_timeout, errc::connect_timeout})
        BOOST_TEST(is_worth_repeating(error_of(code)), make_error_code(code));
    for (auto const code :
         {service_errc::service_unavailable, service_errc::throttling, service_errc::request_timeout})
        BOOST_TEST(is_worth_repeating(error_of(code)), make_error_code(code));
    for (auto const code : {errc::file_changed, errc::memory_limit_too_low, errc::malformed_response})
        BOOST_TEST(!is_worth_repeating(error_of(code)), make_error_code(code));
    for (auto const code : {service_errc::access_denied, service_errc::resource_not_found,
                            service_errc::limit_exceeded, service_errc::invalid_parameter_value})
        BOOST_TEST(!is_worth_repeating(error_of(code)), make_error_code(code));
    boost::system::system_error const cancelled(asio::error::operation_aborted);
    BOOST_TEST(!is_worth_repeating(std::make_exception_ptr(cancelled)));
    BOOST_TEST(!is_worth_repeating(std::make_exception_ptr(std::runtime_error("any"))));
}

// Of a code that this version does not know the status says it, as for the client's own repetitions.
BOOST_AUTO_TEST_CASE(unknown_code)
{
    auto const error_with = [](int status) {
        error_details details;
        details.service_code = "TeapotException";
        details.http_status = status;
        return std::make_exception_ptr(operation_error(service_errc::unknown, std::move(details)));
    };
    for (int const status : {408, 429, 500, 502, 503, 504})
        BOOST_TEST(transfer::is_worth_repeating(error_with(status)), status);
    for (int const status : {0, 400, 403, 404, 418, 501})
        BOOST_TEST(!transfer::is_worth_repeating(error_with(status)), status);
}

// Whoever wants no repetition gets none.
BOOST_AUTO_TEST_CASE(attempts)
{
    call_settings settings;
    settings.retry = retry_settings::none();
    BOOST_TEST(transfer::attempts_of_part(sut) == 5);
    BOOST_TEST(transfer::attempts_of_part(sut.with(settings)) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
