#include "cli/exit_code.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace glacier::cli {

static std::ostream& operator<<(std::ostream& stream, exit_code code)
{
    return stream << static_cast<int>(code);
}

} // namespace glacier::cli

namespace {

using namespace glacier::cli;
using glacier::errc;
using glacier::error_details;
using glacier::operation_error;
using glacier::service_errc;

template <class Error>
failure caught(Error const& error)
{
    return failure_of(std::make_exception_ptr(error));
}

operation_error lost(glacier::error_code code, bool outcome_unknown = false)
{
    error_details details;
    details.operation = "InitiateJob";
    details.resource = "vault photos";
    details.outcome_unknown = outcome_unknown;
    return {code, details};
}

glacier::error_code of_system(int number)
{
    return {number, boost::system::system_category()};
}

bool holds(failure const& error, std::string const& text)
{
    return std::string(error.what()).find(text) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_exit_code)

// The numbers are part of the interface.
BOOST_AUTO_TEST_CASE(numbers)
{
    BOOST_TEST(static_cast<int>(exit_code::success) == 0);
    BOOST_TEST(static_cast<int>(exit_code::internal_error) == 1);
    BOOST_TEST(static_cast<int>(exit_code::usage) == 2);
    BOOST_TEST(static_cast<int>(exit_code::local_file) == 3);
    BOOST_TEST(static_cast<int>(exit_code::configuration) == 4);
    BOOST_TEST(static_cast<int>(exit_code::refused) == 5);
    BOOST_TEST(static_cast<int>(exit_code::not_reached) == 6);
    BOOST_TEST(static_cast<int>(exit_code::not_verified) == 7);
    BOOST_TEST(static_cast<int>(exit_code::outcome_unknown) == 8);
    BOOST_TEST(static_cast<int>(exit_code::interrupted) == 130);
    BOOST_TEST(static_cast<int>(exit_code::terminated) == 143);
}

// Every code of the library has its exit code, and the groups agree with the library's conditions.
BOOST_AUTO_TEST_CASE(codes_of_the_library)
{
    for (int value = static_cast<int>(errc::invalid_account_id); value <= static_cast<int>(errc::upload_gone);
         ++value) {
        glacier::error_code const code(static_cast<errc>(value));
        exit_code const found = exit_code_of(code);
        BOOST_TEST_CONTEXT(code.message())
        {
            BOOST_TEST(found != exit_code::internal_error);
            BOOST_TEST((found == exit_code::usage) == (code == glacier::condition::invalid_value));
            BOOST_TEST((found == exit_code::not_reached) == (code == glacier::condition::transport));
            BOOST_TEST((found == exit_code::not_verified) == (code == glacier::condition::verification));
        }
    }
    BOOST_TEST(exit_code_of(errc::no_region) == exit_code::configuration);
    BOOST_TEST(exit_code_of(errc::no_credentials) == exit_code::configuration);
    BOOST_TEST(exit_code_of(errc::invalid_endpoint) == exit_code::configuration);
    BOOST_TEST(exit_code_of(errc::invalid_profile) == exit_code::configuration);
    BOOST_TEST(exit_code_of(errc::invalid_ca_bundle) == exit_code::configuration);
    BOOST_TEST(exit_code_of(errc::job_failed) == exit_code::refused);
    BOOST_TEST(exit_code_of(errc::malformed_response) == exit_code::refused);
    BOOST_TEST(exit_code_of(errc::file_empty) == exit_code::local_file);
    BOOST_TEST(exit_code_of(errc::file_changed) == exit_code::local_file);
    BOOST_TEST(exit_code_of(errc::archive_too_large) == exit_code::local_file);
    BOOST_TEST(exit_code_of(errc::memory_limit_too_low) == exit_code::configuration);
    BOOST_TEST(exit_code_of(errc::state_file_in_use) == exit_code::local_file);
    BOOST_TEST(exit_code_of(errc::state_file_invalid) == exit_code::local_file);
    BOOST_TEST(exit_code_of(errc::state_file_mismatch) == exit_code::local_file);
    BOOST_TEST(exit_code_of(errc::upload_gone) == exit_code::outcome_unknown);
    BOOST_TEST(exit_code_of(glacier::error_code(9'999, glacier::error_category())) ==
               exit_code::internal_error);
}

// An error answer is a refusal, also one that asks to try again.
BOOST_AUTO_TEST_CASE(codes_of_the_service)
{
    for (int value = static_cast<int>(service_errc::access_denied);
         value <= static_cast<int>(service_errc::unknown); ++value)
        BOOST_TEST(exit_code_of(static_cast<service_errc>(value)) == exit_code::refused);
}

// Without a request, an error of the system is one of a file, unless only sockets have it.
BOOST_AUTO_TEST_CASE(codes_of_the_system)
{
    for (int const number : {ENOENT, EACCES, EPERM, EISDIR, ENOSPC, EFBIG, EIO, EROFS, EMFILE})
        BOOST_TEST(exit_code_of(of_system(number)) == exit_code::local_file);
    for (int const number : {ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT, EPIPE})
        BOOST_TEST(exit_code_of(of_system(number)) == exit_code::not_reached);
    BOOST_TEST(exit_code_of(boost::asio::error::make_error_code(boost::asio::error::host_not_found)) ==
               exit_code::not_reached);
    BOOST_TEST(exit_code_of(boost::asio::error::make_error_code(boost::asio::error::eof)) ==
               exit_code::not_reached);
    BOOST_TEST(exit_code_of(boost::asio::ssl::error::make_error_code(
                   boost::asio::ssl::error::stream_truncated)) == exit_code::not_reached);
    BOOST_TEST(exit_code_of(boost::asio::error::make_error_code(boost::asio::error::operation_aborted)) ==
               exit_code::internal_error);
}

// In a request, what files and sockets share is the socket's; a full disk is no socket's.
BOOST_AUTO_TEST_CASE(codes_of_the_system_in_a_request)
{
    for (int const number : {ECONNREFUSED, EACCES, EPERM, EADDRNOTAVAIL, EMFILE})
        BOOST_TEST(exit_code_of(lost(of_system(number))) == exit_code::not_reached);
    for (int const number : {ENOSPC, ENOENT, EFBIG, EIO})
        BOOST_TEST(exit_code_of(lost(of_system(number))) == exit_code::local_file);
    BOOST_TEST(exit_code_of(lost(of_system(ECANCELED))) == exit_code::internal_error);
}

// Whether it took effect matters more than how the answer was lost.
BOOST_AUTO_TEST_CASE(outcome_unknown)
{
    BOOST_TEST(exit_code_of(lost(errc::connection_closed, true)) == exit_code::outcome_unknown);
    BOOST_TEST(exit_code_of(lost(of_system(ECONNRESET), true)) == exit_code::outcome_unknown);
    BOOST_TEST(exit_code_of(lost(service_errc::service_unavailable, true)) == exit_code::outcome_unknown);
    BOOST_TEST(exit_code_of(lost(errc::connection_closed, false)) == exit_code::not_reached);
}

BOOST_AUTO_TEST_CASE(messages_of_operations)
{
    operation_error const error = lost(service_errc::resource_not_found);
    failure const found = caught(error);
    BOOST_TEST(found.code() == exit_code::refused);
    BOOST_TEST(found.what() == error.what());
}

// Where the user can do something about it, the message says what.
BOOST_AUTO_TEST_CASE(hints)
{
    BOOST_TEST(holds(caught(lost(errc::certificate_untrusted)), "--ca-bundle"));
    BOOST_TEST(holds(caught(lost(errc::certificate_expired)), "clock"));
    BOOST_TEST(holds(caught(lost(errc::no_region)), "--region"));
    BOOST_TEST(holds(caught(lost(errc::no_credentials)), "--profile"));
    BOOST_TEST(holds(caught(lost(service_errc::invalid_signature)), "secret access key"));
    BOOST_TEST(holds(caught(lost(service_errc::insufficient_capacity)), "--tier"));
    BOOST_TEST(holds(caught(lost(errc::memory_limit_too_low)), "--memory"));
}

BOOST_AUTO_TEST_CASE(invalid_values)
{
    glacier::invalid_value const error(errc::invalid_vault_name, "a/b");
    BOOST_TEST(caught(error).code() == exit_code::usage);
    BOOST_TEST(caught(error).what() == error.what());
    BOOST_TEST(caught(glacier::invalid_value(errc::invalid_endpoint, "ftp://x")).code() ==
               exit_code::configuration);
}

// Category, number and place in the source stay out of the message; the path stays in.
BOOST_AUTO_TEST_CASE(system_errors)
{
    boost::system::system_error const plain(of_system(ENOSPC));
    BOOST_TEST(caught(plain).what() == std::string("No space left on device"));
    boost::system::system_error const with_path(of_system(ENOENT), "/data/x");
    BOOST_TEST(caught(with_path).what() == std::string("/data/x: No such file or directory"));
    BOOST_TEST(caught(with_path).code() == exit_code::local_file);
    static constexpr boost::source_location here = BOOST_CURRENT_LOCATION;
    boost::system::system_error const with_place(glacier::error_code(of_system(ENOENT), &here), "/data/x");
    BOOST_TEST(caught(with_place).what() == std::string("/data/x: No such file or directory"));
}

BOOST_AUTO_TEST_CASE(standard_errors)
{
    std::error_code const code(ENOSPC, std::generic_category());
    BOOST_TEST(caught(std::filesystem::filesystem_error("cannot write", "/data/x", code)).what() ==
               std::string("/data/x: No space left on device"));
    BOOST_TEST(caught(std::filesystem::filesystem_error("cannot write", code)).what() ==
               std::string("No space left on device"));
    std::error_code const locked = std::make_error_code(std::errc::resource_unavailable_try_again);
    BOOST_TEST(caught(std::filesystem::filesystem_error("creating", "/data/x.part", locked)).what() ==
               std::string("/data/x.part: another process is writing to it"));
    BOOST_TEST(caught(std::system_error(code, "/data/x")).what() ==
               std::string("/data/x: No space left on device"));
    BOOST_TEST(caught(std::system_error(code, "/data/x")).code() == exit_code::local_file);
}

BOOST_AUTO_TEST_CASE(other_errors)
{
    BOOST_TEST(caught(std::bad_alloc()).what() == std::string("out of memory"));
    BOOST_TEST(caught(std::bad_alloc()).code() == exit_code::internal_error);
    BOOST_TEST(caught(std::logic_error("odd")).what() == std::string("internal error: odd"));
    BOOST_TEST(caught(42).what() == std::string("internal error"));
    BOOST_TEST(caught(failure(exit_code::usage, "as it is")).what() == std::string("as it is"));
    BOOST_TEST(caught(failure(exit_code::usage, "as it is")).code() == exit_code::usage);
}

// A problem with a file names the file once; other problems have nothing to do with it.
BOOST_AUTO_TEST_CASE(file_is_named)
{
    auto const named = [](auto const& error) {
        return failure_of(std::make_exception_ptr(error), "/data/x");
    };
    BOOST_TEST(named(boost::system::system_error(of_system(ENOSPC))).what() ==
               std::string("/data/x: No space left on device"));
    BOOST_TEST(named(boost::system::system_error(of_system(ENOSPC), "/data/x.part")).what() ==
               std::string("/data/x.part: No space left on device"));
    BOOST_TEST(named(lost(service_errc::resource_not_found)).what() ==
               lost(service_errc::resource_not_found).what());
}

BOOST_AUTO_TEST_CASE(codes_of_exceptions)
{
    auto const found = [](auto const& error) { return code_of(std::make_exception_ptr(error)); };
    BOOST_TEST((found(lost(errc::upload_gone)) == errc::upload_gone));
    BOOST_TEST((found(glacier::invalid_value(errc::invalid_option, "x")) == errc::invalid_option));
    BOOST_TEST((found(boost::system::system_error(of_system(ENOSPC))) == of_system(ENOSPC)));
    BOOST_TEST(!found(std::runtime_error("odd")));
    BOOST_TEST(!found(42));
}

BOOST_AUTO_TEST_SUITE_END()
