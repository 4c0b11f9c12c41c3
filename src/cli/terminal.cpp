#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace glacier::cli {

std::optional<std::size_t> terminal_columns(int descriptor) noexcept
{
    constexpr std::size_t usual_columns = 80;
    if (::isatty(descriptor) == 0)
        return std::nullopt;
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return usual_columns;
    return size.ws_col;
}

} // namespace glacier::cli
