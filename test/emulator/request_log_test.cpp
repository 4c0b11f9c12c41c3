#include "emulator/request_log.hpp"

#include "fixture.hpp"

#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>
#include <vector>

namespace glacier::emulation {

namespace {

emulator_request example()
{
    emulator_request request;
    request.time = timestamp(1'767'323'045'678ms);
    request.method = "GET";
    request.target = "/-/vaults/photos";
    request.operation = "DescribeVault";
    request.status = 200;
    request.bytes_received = 3;
    request.bytes_sent = 245;
    request.duration = 1'999us;
    request.request_id = "abc_-1";
    return request;
}

constexpr std::string_view example_line =
    "2026-01-02T03:04:05.678Z DescribeVault GET /-/vaults/photos 200 3 245 1ms abc_-1";

std::string content_of(std::filesystem::path const& path)
{
    std::ifstream input(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(request_log_suite, temporary_directory)

BOOST_AUTO_TEST_CASE(a_line_has_nine_fields)
{
    BOOST_TEST(format_request(example()) == example_line);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_a_dash)
{
    emulator_request request;
    request.time = example().time;
    request.status = 400;
    BOOST_TEST(format_request(request) == "2026-01-02T03:04:05.678Z - - - 400 0 0 0ms -");
}

// What went wrong on purpose is told apart from what failed.
BOOST_AUTO_TEST_CASE(a_fault_is_named)
{
    emulator_request request = example();
    request.fault = "reset-after";
    request.failure = "disk full";
    BOOST_TEST(format_request(request) == std::string(example_line) + " fault=reset-after failed: disk full");
}

// Every attempt to deliver a notification has a line, and the last one says so.
BOOST_AUTO_TEST_CASE(a_line_of_a_notification)
{
    emulator_notification notification;
    notification.time = example().time;
    notification.topic = "arn:aws:sns:us-east-1:123456789012:done";
    notification.message_id = "id-1";
    notification.attempt = 1;
    notification.status = 200;
    std::string const begin =
        "2026-01-02T03:04:05.678Z notification arn:aws:sns:us-east-1:123456789012:done id-1 attempt ";
    BOOST_TEST(format_notification(notification) == begin + "1 delivered: status 200");
    notification.attempt = 10;
    notification.status = 0;
    notification.failure = "connection refused";
    notification.given_up = true;
    BOOST_TEST(format_notification(notification) == begin + "10 failed: connection refused, given up");
}

// Connections that fail have a line too, with how many had none.
BOOST_AUTO_TEST_CASE(a_line_of_a_connection)
{
    emulator_connection_error error;
    error.time = example().time;
    error.client = "127.0.0.1:40000";
    error.reason = "TLS handshake: unknown ca";
    BOOST_TEST(format_connection_error(error) ==
               "2026-01-02T03:04:05.678Z connection of 127.0.0.1:40000: TLS handshake: unknown ca");
    error.left_out = 7;
    BOOST_TEST(format_connection_error(error).ends_with(
        ": TLS handshake: unknown ca (and 7 errors before that are not shown)"));
}

BOOST_AUTO_TEST_CASE(a_failure_ends_the_line)
{
    emulator_request request = example();
    request.failure = "disk full";
    BOOST_TEST(format_request(request) == std::string(example_line) + " failed: disk full");
}

BOOST_AUTO_TEST_CASE(what_signs_a_request_in_its_query_is_hidden)
{
    auto const shown = [](std::string target) {
        emulator_request request = example();
        request.target = std::move(target);
        std::string const line = format_request(request);
        std::string const before = "2026-01-02T03:04:05.678Z DescribeVault GET ";
        BOOST_TEST_REQUIRE(line.starts_with(before));
        return line.substr(before.size(), line.find(' ', before.size()) - before.size());
    };
    BOOST_TEST(shown("/-/vaults?limit=3&marker=m") == "/-/vaults?limit=3&marker=m");
    BOOST_TEST(shown("/-/vaults?X-Amz-Signature=0123") == "/-/vaults?X-Amz-Signature=...");
    BOOST_TEST(shown("/?X-Amz-Date=1&X-Amz-Security-Token=s=&X-Amz-Signature=0&a") ==
               "/?X-Amz-Date=1&X-Amz-Security-Token=...&X-Amz-Signature=...&a");
    BOOST_TEST(shown("/X-Amz-Signature=x?&&") == "/X-Amz-Signature=x?&&");
}

BOOST_AUTO_TEST_CASE(lines_are_appended_to_a_file)
{
    std::string const target = (path() / "log").string();
    request_log(target).write(example());
    request_log(target).write(example());
    std::string const line = std::string(example_line) + "\n";
    BOOST_TEST(content_of(target) == line + line);
}

BOOST_AUTO_TEST_CASE(lines_of_several_threads_do_not_mix)
{
    constexpr int threads_count = 4;
    constexpr int lines_count = 50;
    std::string const target = (path() / "log").string();
    request_log const log(target);
    std::vector<std::thread> threads;
    for (int each = 0; each != threads_count; ++each) {
        threads.emplace_back([&log] {
            for (int line = 0; line != lines_count; ++line)
                log.write(example());
        });
    }
    for (std::thread& each : threads)
        each.join();
    std::string expected;
    for (int line = 0; line != threads_count * lines_count; ++line)
        expected.append(example_line).append("\n");
    BOOST_TEST((content_of(target) == expected));
}

BOOST_AUTO_TEST_CASE(none_is_no_file)
{
    std::filesystem::path const before = std::filesystem::current_path();
    std::filesystem::current_path(path());
    request_log("none").write(example());
    std::filesystem::current_path(before);
    BOOST_TEST(std::filesystem::is_empty(path()));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_is_named)
{
    std::string const target = (path() / "absent" / "log").string();
    BOOST_CHECK_EXCEPTION(request_log log(target), std::system_error, [&](std::system_error const& error) {
        return std::string(error.what()) == "cannot open the log " + target + ": No such file or directory";
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
