#pragma once

#include <glacier/error.hpp>

#include <exception>
#include <stdexcept>
#include <string>

namespace glacier::cli {

/// How the command ends. Scripts rely on the numbers, so none ever changes its meaning.
enum class exit_code {
    success = 0,
    internal_error = 1,
    /// Wrong usage or an invalid value; nothing was sent.
    usage = 2,
    /// A local file is missing, empty, not readable or writable, or the disk is full; a state file is in use or is not
    /// that of this transfer.
    local_file = 3,
    /// No region or credentials, or configuration that cannot be used, such as a limit that is too low.
    configuration = 4,
    /// The service answered with an error, or the job failed.
    refused = 5,
    /// Name, connection, TLS, certificate, time-out.
    not_reached = 6,
    /// Bytes or hashes differ from what they must be.
    not_verified = 7,
    outcome_unknown = 8,
    interrupted = 130,
    terminated = 143,
};

/// Why a command did not succeed: its exit code, and the line for the user as what().
class failure : public std::runtime_error {
public:
    failure(exit_code code, std::string const& message) : std::runtime_error(message), code_(code) {}

    exit_code code() const noexcept { return code_; }

private:
    exit_code code_;
};

/// For an error without details, as files, sockets and the values of requests report it.
exit_code exit_code_of(error_code const& code) noexcept;

exit_code exit_code_of(operation_error const& error) noexcept;

/// The code of an exception that has one; else none.
error_code code_of(std::exception_ptr const& error) noexcept;

/// What an exception means for the user.
failure failure_of(std::exception_ptr const& error);

/// The same; a problem with a local file is always said to be one of `file`.
failure failure_of(std::exception_ptr const& error, std::string const& file);

} // namespace glacier::cli
