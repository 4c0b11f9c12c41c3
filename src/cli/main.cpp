#include "cli/application.hpp"
#include "cli/exit_code.hpp"
#include "cli/terminal.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

int main(int argc, char** argv)
{
    namespace cli = glacier::cli;

    // A reader of the output that went away is an error like any other, which gets its message.
    std::signal(SIGPIPE, SIG_IGN);

    boost::asio::io_context context(1);
    auto const columns = [] { return cli::terminal_columns(STDERR_FILENO); };
    cli::surroundings const world{
        .context = context, .out = std::cout, .err = std::cerr, .err_columns = columns};
    int const code = cli::run_application({argv + (argc > 0 ? 1 : 0), argv + argc}, world);

    // An interrupted command must not wait for a name look-up or a disk that does not answer, as the end of the
    // context would. What was to be put in order is; the output is flushed with every line.
    if (code == static_cast<int>(cli::exit_code::interrupted) ||
        code == static_cast<int>(cli::exit_code::terminated))
        std::_Exit(code);
    return code;
}
