#include "cli/event_output.hpp"

#include "cli/exit_code.hpp"
#include "cli/fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>

using namespace cli_test;

namespace {

struct event_output_fixture {
    std::ostringstream err;
    cli::console tell{err, [] { return std::nullopt; }};
    scratch_directory place;
    std::string log = place.file("log");
};

/// The lines of a text that begin so.
int lines_with(std::string const& text, std::string const& beginning)
{
    int count = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        count += line.starts_with(beginning) ? 1 : 0;
    return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_event_output)

// Nothing is observed unless somebody asks.
BOOST_FIXTURE_TEST_CASE(nothing, event_output_fixture)
{
    BOOST_TEST(cli::event_output(tell, false, std::nullopt).get_observer() == nullptr);
}

// Lines go to stderr as long as the command runs; what comes later is dropped.
BOOST_FIXTURE_TEST_CASE(lines_on_stderr, event_output_fixture)
{
    std::shared_ptr<glacier::observer> kept;
    {
        cli::event_output const sut(tell, true, std::nullopt);
        kept = sut.get_observer();
        kept->on_connection_closed({});
    }
    kept->on_connection_closed({});
    BOOST_TEST(err.str() == "trace connection_closed reason=not_reusable\n");
}

// The file gets a JSON object for each event, after what is there, to the very end.
BOOST_FIXTURE_TEST_CASE(json_lines_in_a_file, event_output_fixture)
{
    place.make_file("log", std::string("{}\n"));
    std::shared_ptr<glacier::observer> kept;
    {
        cli::event_output const sut(tell, false, log);
        kept = sut.get_observer();
        kept->on_connection_closed({});
    }
    kept->on_connection_closed({});
    std::istringstream lines(content_of(log));
    std::string line;
    BOOST_TEST_REQUIRE(bool(std::getline(lines, line)));
    BOOST_TEST(line == "{}");
    int count = 0;
    for (; std::getline(lines, line); ++count)
        BOOST_TEST((boost::json::parse(line).at("event") == "connection_closed"), line);
    BOOST_TEST(count == 2);
    BOOST_TEST(err.str().empty());
}

// A file that cannot be opened is said so before anything is sent.
BOOST_FIXTURE_TEST_CASE(file_that_cannot_be_opened, event_output_fixture)
{
    std::string const file = place.file("no/such/directory");
    BOOST_CHECK_EXCEPTION(cli::event_output(tell, false, file), cli::failure, [&](cli::failure const& error) {
        return error.code() == cli::exit_code::local_file &&
               error.what() == file + ": No such file or directory";
    });
}

// A disk that is full is said once, and the command goes on.
BOOST_FIXTURE_TEST_CASE(full_disk, event_output_fixture)
{
    cli::event_output const sut(tell, false, "/dev/full");
    sut.get_observer()->on_connection_closed({});
    sut.get_observer()->on_connection_closed({});
    BOOST_TEST(err.str() == "/dev/full: events can no longer be written\n");
}

// Both options reach the client of a command, and the message of a failure stays the last line.
BOOST_FIXTURE_TEST_CASE(options, service_fixture)
{
    std::string const log = place.file("log");
    std::string const file = place.make_file("file", 2'000'000);
    BOOST_TEST(run({"vault", "create", "photos"}) == 0);
    BOOST_TEST(err.empty());
    BOOST_TEST(run({"upload", file, "--vault", "photos", "--part-size", "1MiB", "--trace", "--log", log}) ==
               0);
    BOOST_TEST(
        lines_with(err, "trace transfer_part_ended direction=upload resource=\"vault photos, upload ") == 2);
    BOOST_TEST(lines_with(err, "info transfer_ended direction=upload ") == 1);
    BOOST_TEST(lines_with(err, "info operation_ended operation=CompleteMultipartUpload ") == 1);
    BOOST_TEST(content_of(log).find("\"event\":\"transfer_ended\"") != std::string::npos);

    BOOST_TEST(run({"upload", file, "--vault", "no-such-vault", "--trace"}) == 5);
    BOOST_TEST(lines_with(err, "warning transfer_ended direction=upload resource=\"vault no-such-vault\" ") ==
               1);
    BOOST_TEST(err.rfind("glacier: ") == err.rfind('\n', err.size() - 2) + 1);
    BOOST_TEST(run({"vault", "list", "--log", place.file("no/log")}) == 3);
}

BOOST_AUTO_TEST_SUITE_END()
