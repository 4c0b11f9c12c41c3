#pragma once

#include "emulator/exchange.hpp"
#include "emulator/request_history.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace glacier::emulation {

/// The longest body of a command.
inline constexpr std::size_t command_bytes_max = 1'048'576;

/// The answer to a command: JSON.
struct control_answer {
    int status = 200;
    std::string body;
    /// The methods that the path has; only with status 405.
    std::string allow;
};

/// The answer that says what is wrong, `{"error":"..."}`.
control_answer control_failure(int status, std::string_view message);

/**
 * The commands of the control endpoint, such as `POST /clock` with `{"step":"4h"}`. Knows no socket.
 *
 * Thread safety: safe.
 */
class control_commands {
public:
    /// Both must outlive it.
    control_commands(application& app, request_history const& history) : app_(app), history_(history) {}

    /// Carries out a command. Whatever comes from outside, the answer says what is wrong with it.
    control_answer carry_out(std::string_view method, std::string_view target, std::string_view body);

private:
    application& app_;
    request_history const& history_;
};

} // namespace glacier::emulation
