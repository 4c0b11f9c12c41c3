#include "support/printing.hpp"
#include "transfer/resume_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

BOOST_FIXTURE_TEST_SUITE(discard_upload_test, resume_fixture)

// The upload is aborted, and the file goes.
BOOST_AUTO_TEST_CASE(discarded)
{
    fail_at_third();
    BOOST_TEST(run(discard_upload(sut, state)));
    BOOST_TEST(service->uploads("photos") == 0U);
    BOOST_TEST(!std::filesystem::exists(state));
    BOOST_TEST(!run(discard_upload(sut, state)));
}

// One that has expired is as good as aborted.
BOOST_AUTO_TEST_CASE(discarded_after_expiry)
{
    fail_at_third();
    service->always(operation::abort_multipart_upload, error_answer(service_errc::resource_not_found));
    BOOST_TEST(run(discard_upload(sut, state)));
    BOOST_TEST(!std::filesystem::exists(state));
}

// If it cannot be aborted the file stays.
BOOST_AUTO_TEST_CASE(discard_fails)
{
    fail_at_third();
    service->always(operation::abort_multipart_upload, error_answer(service_errc::access_denied));
    BOOST_TEST((failure_of(discard_upload(sut, state)).code() == service_errc::access_denied));
    BOOST_TEST(std::filesystem::exists(state));
    service->heal();
    finish();
}

// A gateway that finds nothing has not looked.
BOOST_AUTO_TEST_CASE(nothing_found_by_a_gateway)
{
    fail_at_third();
    service->always(operation::abort_multipart_upload, gateway_answer(404));
    BOOST_TEST((failure_of(discard_upload(sut, state)).code() == condition::not_found));
    service->heal();
    finish();
}

// One that may be complete is not given up in silence, whichever way the service says that it is no upload any more.
BOOST_AUTO_TEST_CASE(discard_of_a_completion)
{
    service->always(operation::complete_multipart_upload, lost_answer());
    failure_of(upload_file(sut, request()));
    service->heal();
    for (service_errc const code :
         {service_errc::resource_not_found, service_errc::invalid_parameter_value}) {
        service->always(operation::abort_multipart_upload, error_answer(code));
        BOOST_TEST((failure_of(discard_upload(sut, state)).code() == errc::upload_gone));
        BOOST_TEST(std::filesystem::exists(state));
    }
}

BOOST_AUTO_TEST_SUITE_END()
