#pragma once

#include <cstddef>
#include <optional>

namespace glacier::cli {

/// The width of the terminal that the descriptor is, 80 if it does not say; nothing if it is no terminal.
std::optional<std::size_t> terminal_columns(int descriptor) noexcept;

} // namespace glacier::cli
