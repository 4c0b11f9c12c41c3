#include "cli/treehash_command.hpp"

#include "fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <future>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr std::size_t mib = 1'048'576;

struct treehash_fixture : cli_test::command {
    cli_test::scratch_directory place;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_treehash_command, treehash_fixture)

// The published values; neither region nor credentials are needed.
BOOST_AUTO_TEST_CASE(published_values)
{
    std::string const one = place.make_file("one", std::string(1, '\0'));
    std::string const more = place.make_file("more", std::string(mib + 1, '\0'));
    BOOST_TEST(run({"treehash", one, more}) == 0);
    BOOST_TEST(out == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d  " + one + "\n" +
                          "28638dab8d5e1754a4ecb38b0ebe6df66c844f94aed142d4d0283d208bb786cd  " + more + "\n");
    BOOST_TEST(err.empty());
}

BOOST_AUTO_TEST_CASE(json)
{
    std::string const one = place.make_file("one", std::string(1, '\0'));
    BOOST_TEST(run({"--output", "json", "treehash", one}) == 0);
    BOOST_TEST(out == "{\"Path\":\"" + one +
                          "\",\"SizeInBytes\":1,\"SHA256TreeHash\":"
                          "\"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d\"}\n");
}

// Names that are no UTF-8 do not make a document that is none.
BOOST_AUTO_TEST_CASE(json_of_an_odd_name)
{
    std::string const odd = place.make_file("odd\xff", std::string(1, '\0'));
    BOOST_TEST(run({"treehash", "--output=json", odd}) == 0);
    BOOST_TEST(out.find("odd\xef\xbf\xbd\",") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_that_look_like_something_else)
{
    auto const before = std::filesystem::current_path();
    std::filesystem::current_path(place.file(""));
    place.make_file("-v", std::string(1, '\0'));
    place.make_file("[a,b]", std::string(1, '\0'));
    BOOST_TEST(run({"treehash", "[a,b]", "--", "-v"}) == 0);
    std::filesystem::current_path(before);
    BOOST_TEST(out.find("  [a,b]\n") != std::string::npos);
    BOOST_TEST(out.find("  -v\n") != std::string::npos);
}

// The first file that cannot be read ends the command, with what is known so far.
BOOST_AUTO_TEST_CASE(missing_file)
{
    std::string const one = place.make_file("one", std::string(1, '\0'));
    std::string const missing = place.file("missing");
    BOOST_TEST(run({"treehash", one, missing, one}) == 3);
    BOOST_TEST(cli_test::message_of(err) == missing + ": No such file or directory");
    BOOST_TEST(out.size() == 64 + 2 + one.size() + 1);
}

// A file without an end does not keep a signal from ending the command.
BOOST_AUTO_TEST_CASE(signal_while_a_pipe_is_read)
{
    std::string const pipe = place.file("pipe");
    BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    std::promise<void> ended;
    std::thread writer([&pipe, &ended] {
        sigset_t interrupt;
        sigemptyset(&interrupt);
        sigaddset(&interrupt, SIGINT);
        // The signal is for the thread of the command.
        ::pthread_sigmask(SIG_BLOCK, &interrupt, nullptr);
        // Opening waits for the reader, who is then prepared for signals.
        int const descriptor = ::open(pipe.c_str(), O_WRONLY);
        ::kill(::getpid(), SIGINT);
        ended.get_future().wait();
        ::close(descriptor);
    });
    int const code = run({"treehash", pipe});
    ended.set_value();
    writer.join();
    BOOST_TEST(code == 130);
    BOOST_TEST(cli_test::message_of(err) == "interrupted");
    BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_SUITE_END()
