#pragma once

#include <glacier/emulator.hpp>

#include <string>

namespace glacier::emulation {

/**
 * One line for a request, without its end:
 *
 *     2026-01-02T03:04:05.678Z DescribeVault GET /-/vaults/photos 200 0 245 1ms REQUEST-ID
 *
 * Time, operation, method, target, status, bytes received and sent, duration, request id, each separated by one
 * space, then ` fault=` with what went wrong on purpose, and ` failed: ` with a sentence if the emulator itself failed. `-` stands for what is not known. What
 * signs a request in its query is hidden.
 */
std::string format_request(emulator_request const& request);

/**
 * One line for a connection that failed, without its end:
 *
 *     2026-01-02T03:04:05.678Z connection of 127.0.0.1:40000: REASON
 *
 * with the number of errors that were not told one by one.
 */
std::string format_connection_error(emulator_connection_error const& error);

/**
 * One line for an attempt to deliver a notification, without its end:
 *
 *     2026-01-02T03:04:05.678Z notification TOPIC-ARN MESSAGE-ID attempt 1 delivered: status 200
 *
 * or `failed` with the reason, and `, given up` after the last one.
 */
std::string format_notification(emulator_notification const& notification);

/// Where the lines go. Thread safety: write() is safe.
class request_log {
public:
    /// `-`: standard error; `none`: nowhere; anything else names a file, which is made if it does not exist and
    /// appended to. Throws a std::system_error that names the file.
    explicit request_log(std::string const& target);
    request_log(request_log const&) = delete;
    request_log& operator=(request_log const&) = delete;
    ~request_log();

    /// Writes a line at once. One that cannot be written is lost: requests matter more than their log.
    void write(emulator_request const& request) const;
    void write(emulator_connection_error const& error) const;
    void write(emulator_notification const& notification) const;

private:
    void write_line(std::string line) const;

    int descriptor_;
    bool owns_descriptor_;
};

} // namespace glacier::emulation
