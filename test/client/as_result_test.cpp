#include "support/client_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <glacier/as_result.hpp>
#include <glacier/upload.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

BOOST_FIXTURE_TEST_SUITE(as_result_test, client_fixture)

// The value is given, or the error with everything it knows.
BOOST_AUTO_TEST_CASE(value)
{
    auto const good = run(as_result(sut.describe_vault(describe_vault_request(photos))));
    auto const bad = run(as_result(sut.describe_vault(describe_vault_request("none"))));

    BOOST_TEST_REQUIRE(good.has_value());
    BOOST_TEST(good->vault_name == "photos");
    BOOST_TEST_REQUIRE(!bad.has_value());
    BOOST_TEST((bad.error().code() == condition::not_found));
    BOOST_TEST(bad.error().request_id() == "request-2");
    BOOST_CHECK_THROW(bad.value(), operation_error);
}

// The same for operations without a value.
BOOST_AUTO_TEST_CASE(nothing)
{
    service->on(operation::delete_vault, 2, error_answer(service_errc::invalid_parameter_value));

    BOOST_TEST(run(as_result(sut.delete_vault(delete_vault_request(photos)))).has_value());
    BOOST_TEST(!run(as_result(sut.delete_vault(delete_vault_request(photos)))).has_value());
}

// A local file that cannot be read is a failure too.
BOOST_AUTO_TEST_CASE(local_files)
{
    temporary_directory const directory;
    upload_file_request request(photos, directory.path() / "nothing");

    auto const failed = run(as_result(upload_file(sut, request)));

    BOOST_TEST_REQUIRE(!failed.has_value());
    BOOST_TEST((failed.error().code() == boost::system::errc::no_such_file_or_directory));
    BOOST_TEST(std::string(failed.error().what()).find("nothing") != std::string::npos);
}

// What is no failure of the operation passes through.
BOOST_AUTO_TEST_CASE(others_pass)
{
    list_vaults_request request;
    request.limit = 0;

    BOOST_CHECK_THROW(run(as_result(sut.list_vaults(request))), invalid_value);
}

BOOST_AUTO_TEST_SUITE_END()
