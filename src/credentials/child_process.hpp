#pragma once

#include "async/timer.hpp"

#include <glacier/secret_string.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace glacier::credentials_sources {

namespace asio = boost::asio;

/// How a program ended.
struct process_result {
    process_result() = default;

    enum class ending {
        /// With `exit_status`.
        exited,
        /// By signal `exit_status`.
        signalled,
        /// It was killed after its time.
        too_slow,
        /// It was killed because of its output.
        too_much,
    };

    ending how = ending::exited;
    int exit_status = 0;
    secret_string output;
    /// The beginning of its standard error, not printable as it is.
    std::string error_output;
};

/**
 * Runs a program, found by PATH, with no input and in a process group of its own, and waits until it has ended. Of the
 * caller's open files it gets none. What is left of its group then is killed.
 *
 * Cancellation: terminal; the group is killed.
 * Errors: system_error with the reason why it cannot be started.
 */
asio::awaitable<process_result> run_process(std::vector<std::string> words, std::chrono::milliseconds limit,
                                            std::size_t output_bytes_max,
                                            std::shared_ptr<async::time_source> time);

} // namespace glacier::credentials_sources
