#include "credentials/child_process.hpp"

#include "support/run.hpp"
#include "support/started.hpp"
#include "support/temporary_directory.hpp"

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace glacier::credentials_sources {

namespace {

using ending = process_result::ending;
using namespace std::chrono_literals;

asio::awaitable<process_result> shell(std::string script, std::chrono::milliseconds limit = 20s,
                                      std::size_t bytes_max = 1'000)
{
    std::vector<std::string> words{"sh", "-c", std::move(script)};
    return run_process(std::move(words), limit, bytes_max, async::system_time());
}

process_result run_shell(std::string script, std::chrono::milliseconds limit = 20s,
                         std::size_t bytes_max = 1'000)
{
    return test::run(shell(std::move(script), limit, bytes_max));
}

/// Whether this process has a child that runs or waits to be reaped.
bool has_children()
{
    siginfo_t about{};
    return ::waitid(P_ALL, 0, &about, WEXITED | WNOHANG | WNOWAIT) == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(child_process_test)

// Output, error output and exit status, and no zombie.
BOOST_AUTO_TEST_CASE(ends)
{
    process_result const result = run_shell("printf out; printf err >&2; exit 3");
    BOOST_TEST((result.how == ending::exited));
    BOOST_TEST(result.exit_status == 3);
    BOOST_TEST(result.output.reveal() == "out");
    BOOST_TEST(result.error_output == "err");
    BOOST_TEST(!has_children());
}

// Arguments arrive as they are; no shell looks at them.
BOOST_AUTO_TEST_CASE(no_shell)
{
    std::vector<std::string> words{"printf", "%s", "$HOME;`x` 'a'"};
    process_result const result = test::run(run_process(std::move(words), 20s, 100, async::system_time()));
    BOOST_TEST(result.output.reveal() == "$HOME;`x` 'a'");
}

BOOST_AUTO_TEST_CASE(signalled)
{
    process_result const result = run_shell("kill -TERM $$");
    BOOST_TEST((result.how == ending::signalled));
    BOOST_TEST(result.exit_status == SIGTERM);
}

// The program has no input, and none of our files.
BOOST_AUTO_TEST_CASE(files)
{
    BOOST_TEST(run_shell("cat; echo end").output.reveal() == "end\n");
    int const open = ::open("/dev/null", O_RDONLY);
    BOOST_TEST_REQUIRE(open > 2);
    process_result const result = run_shell("if [ -e /proc/self/fd/" + std::to_string(open) +
                                            " ]; then echo open; else echo closed; fi");
    ::close(open);
    BOOST_TEST(result.output.reveal() == "closed\n");
}

// Whoever hangs is killed, with all that it started, also if it ignores what can be ignored.
BOOST_AUTO_TEST_CASE(hangs)
{
    process_result const result =
        run_shell("trap '' TERM INT; echo started >&2; cat /dev/zero >/dev/null & wait", 300ms);
    BOOST_TEST((result.how == ending::too_slow));
    BOOST_TEST(!has_children());
}

// A flood ends at the limit, and does not fill the memory.
BOOST_AUTO_TEST_CASE(flood)
{
    process_result const result = run_shell("cat /dev/zero", 20s, 100'000);
    BOOST_TEST((result.how == ending::too_much));
    BOOST_TEST(result.output.reveal().size() <= 100'000U);
    BOOST_TEST(!has_children());

    BOOST_TEST((run_shell("printf 12345", 20s, 5).how == ending::exited));
    BOOST_TEST((run_shell("printf 123456", 20s, 5).how == ending::too_much));
}

// A flood of errors does not block the program; the beginning is kept.
BOOST_AUTO_TEST_CASE(flood_of_errors)
{
    process_result const result = run_shell("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo done");
    BOOST_TEST((result.how == ending::exited));
    BOOST_TEST(result.error_output == std::string(4'096, 'x'));
    BOOST_TEST(result.output.reveal() == "done\n");
}

// Whoever stays behind with the pipes in its hands is not waited for, and killed.
BOOST_AUTO_TEST_CASE(background)
{
    test::temporary_directory const place;
    std::string const pipe = (place / "pipe").string();
    process_result const result = run_shell("mkfifo " + pipe + "; cat " + pipe + " & echo out");
    BOOST_TEST((result.how == ending::exited));
    BOOST_TEST(result.output.reveal() == "out\n");
    // Nobody reads the pipe any more: as soon as the reader is gone, it cannot be opened.
    int writer = -1;
    for (int i = 0; i < 1'000'000; ++i) {
        writer = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK);
        if (writer < 0 && errno == ENXIO)
            break;
        ::close(writer);
    }
    BOOST_TEST(writer < 0);
}

// A cancellation kills the program at once.
BOOST_AUTO_TEST_CASE(cancelled)
{
    asio::io_context loop;
    test::temporary_directory const place;
    std::string const mark = (place / "mark").string();
    test::started<process_result> running(loop.get_executor(),
                                          shell("touch " + mark + "; cat /dev/zero >/dev/null"));
    while (!std::filesystem::exists(mark))
        loop.run_one();
    running.cancel();
    test::run_to_end(loop);
    BOOST_CHECK_THROW(running.get(), boost::system::system_error);
    BOOST_TEST(!has_children());
}

// So does the end of the context.
BOOST_AUTO_TEST_CASE(context_destroyed)
{
    auto loop = std::make_unique<asio::io_context>();
    test::temporary_directory const place;
    std::string const mark = (place / "mark").string();
    test::started<process_result> running(loop->get_executor(),
                                          shell("touch " + mark + "; cat /dev/zero >/dev/null"));
    while (!std::filesystem::exists(mark))
        loop->run_one();
    loop.reset();
    BOOST_TEST(!has_children());
}

// A program that is not there is an error of the system.
BOOST_AUTO_TEST_CASE(missing)
{
    std::vector<std::string> words{"/no/such/program"};
    try {
        test::run(run_process(std::move(words), 1s, 10, async::system_time()));
        BOOST_FAIL("it was started");
    } catch (boost::system::system_error const& error) {
        BOOST_TEST(error.code().value() == ENOENT);
    }
    BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
