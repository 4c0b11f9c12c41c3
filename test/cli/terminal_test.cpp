#include "cli/terminal.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace {

struct descriptor {
    explicit descriptor(int opened) : number(opened) {}
    descriptor(descriptor const&) = delete;
    descriptor& operator=(descriptor const&) = delete;
    ~descriptor() { ::close(number); }

    int number;
};

} // namespace

BOOST_AUTO_TEST_SUITE(cli_terminal)

using glacier::cli::terminal_columns;

BOOST_AUTO_TEST_CASE(no_terminal)
{
    descriptor const null(::open("/dev/null", O_WRONLY));
    BOOST_TEST(!terminal_columns(null.number).has_value());
    BOOST_TEST(!terminal_columns(-1).has_value());
}

// The width is that of the moment: a window may change.
BOOST_AUTO_TEST_CASE(width_of_a_terminal)
{
    descriptor const control(::posix_openpt(O_RDWR | O_NOCTTY));
    BOOST_TEST_REQUIRE(control.number >= 0);
    BOOST_TEST_REQUIRE(::grantpt(control.number) == 0);
    BOOST_TEST_REQUIRE(::unlockpt(control.number) == 0);
    descriptor const terminal(::open(::ptsname(control.number), O_RDWR | O_NOCTTY));
    BOOST_TEST_REQUIRE(terminal.number >= 0);

    winsize size{};
    size.ws_col = 132;
    BOOST_TEST_REQUIRE(::ioctl(terminal.number, TIOCSWINSZ, &size) == 0);
    BOOST_TEST((terminal_columns(terminal.number) == std::size_t(132)));
    size.ws_col = 0;
    BOOST_TEST_REQUIRE(::ioctl(terminal.number, TIOCSWINSZ, &size) == 0);
    BOOST_TEST((terminal_columns(terminal.number) == std::size_t(80)));
}

BOOST_AUTO_TEST_SUITE_END()
