#include "emulator/request_log.hpp"

#include "base/iso8601.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace glacier::emulation {

namespace {

constexpr int nowhere = -1;

bool is_hidden(std::string_view name)
{
    constexpr std::array<std::string_view, 2> hidden{"X-Amz-Signature", "X-Amz-Security-Token"};
    for (std::string_view const each : hidden) {
        if (name == each)
            return true;
    }
    return false;
}

/// Whoever reads the log must not be able to repeat a request whose signature is in its query.
std::string without_signature(std::string_view target)
{
    std::size_t const query = target.find('?');
    if (query == std::string_view::npos)
        return std::string(target);
    std::string result(target.substr(0, query));
    std::string_view rest = target.substr(query);
    while (!rest.empty()) {
        // A separator, and what follows it up to the next one.
        std::size_t const end = rest.find('&', 1);
        std::string_view const parameter = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
        std::size_t const equals = parameter.find('=');
        if (equals != std::string_view::npos && is_hidden(parameter.substr(1, equals - 1)))
            result.append(parameter.substr(0, equals + 1)).append("...");
        else
            result.append(parameter);
    }
    return result;
}

std::string or_dash(std::string text)
{
    return text.empty() ? "-" : text;
}

int open_log(std::string const& target)
{
    if (target == "none")
        return nowhere;
    if (target == "-")
        return STDERR_FILENO;
    constexpr unsigned permissions = 0640;
    int const descriptor = ::open(target.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, permissions);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "cannot open the log " + target);
    return descriptor;
}

} // namespace

std::string format_request(emulator_request const& request)
{
    std::string line = base::to_iso8601(request.time) + ' ' + or_dash(request.operation) + ' ' +
                       or_dash(request.method) + ' ' + or_dash(without_signature(request.target)) + ' ' +
                       std::to_string(request.status) + ' ' + std::to_string(request.bytes_received) + ' ' +
                       std::to_string(request.bytes_sent) + ' ' +
                       std::to_string(request.duration.count() / 1'000) + "ms " + or_dash(request.request_id);
    if (!request.fault.empty())
        line += " fault=" + request.fault;
    if (!request.failure.empty())
        line += " failed: " + request.failure;
    return line;
}

std::string format_connection_error(emulator_connection_error const& error)
{
    std::string line = base::to_iso8601(error.time) + " connection of " + error.client + ": " + error.reason;
    if (error.left_out > 0)
        line += " (and " + std::to_string(error.left_out) + " errors before that are not shown)";
    return line;
}

std::string format_notification(emulator_notification const& notification)
{
    bool const delivered = notification.status >= 200 && notification.status <= 299;
    std::string line = base::to_iso8601(notification.time) + " notification";
    if (!notification.topic.empty())
        line += " " + notification.topic + " " + notification.message_id + " attempt " +
                std::to_string(notification.attempt);
    line += delivered ? " delivered" : " failed";
    if (!notification.failure.empty())
        line += ": " + notification.failure;
    else
        line += ": status " + std::to_string(notification.status);
    if (notification.given_up)
        line += ", given up";
    return line;
}

request_log::request_log(std::string const& target)
    : descriptor_(open_log(target)), owns_descriptor_(descriptor_ != nowhere && descriptor_ != STDERR_FILENO)
{}

request_log::~request_log()
{
    if (owns_descriptor_)
        ::close(descriptor_);
}

void request_log::write(emulator_request const& request) const
{
    write_line(format_request(request));
}

void request_log::write(emulator_connection_error const& error) const
{
    write_line(format_connection_error(error));
}

void request_log::write(emulator_notification const& notification) const
{
    write_line(format_notification(notification));
}

void request_log::write_line(std::string line) const
{
    if (descriptor_ == nowhere)
        return;
    line += '\n';
    // One write for each line, so that those of several threads do not mix.
    [[maybe_unused]] ::ssize_t const written = ::write(descriptor_, line.data(), line.size());
}

} // namespace glacier::emulation
