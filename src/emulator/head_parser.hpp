#pragma once

#include "protocol/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::emulation {

/// A request without its body.
struct request_head {
    std::string method;
    /// Path and query as they came.
    std::string target;
    protocol::http_headers headers;
    std::optional<std::uint64_t> content_length;
};

/// Why a head is refused.
struct head_error {
    /// HTTP status of the answer.
    int status = 400;
    /// Printable.
    std::string reason;
};

struct head_limits {
    /// Of the request line and all headers, with their line ends.
    std::size_t bytes_max = 16 * 1024;
    std::size_t headers_max = 100;
};

/**
 * Reads the head of a request, and is stricter than HTTP demands: what two programs could understand in two
 * ways is refused, because behind a proxy that is how one request becomes two.
 *
 *     head_parser parser(limits);
 *     while (parser.feed(everything that arrived) == head_parser::progress::incomplete) read more;
 */
class head_parser {
public:
    enum class progress { incomplete, complete, refused };

    explicit head_parser(head_limits limits) noexcept : limits_(limits) {}

    /// `text` begins with the head's first byte, and each time with what was there the last time. A head that
    /// cannot become a good one is refused at once.
    progress feed(std::string_view text);

    /// After progress::refused.
    head_error const& error() const noexcept { return error_; }

    /// As far as they were read. Complete after progress::complete.
    request_head& head() noexcept { return head_; }

    /// Bytes of the head, after progress::complete.
    std::size_t size() const noexcept { return line_begin_; }

    /// Whether the client waits for `100 Continue` before it sends the body.
    bool waits_for_continue() const noexcept { return waits_for_continue_; }

    /// Whether the connection can be used for another request.
    bool keep_alive() const noexcept { return keep_alive_; }

    /// Whether the body comes in chunks, without a length.
    bool has_transfer_encoding() const noexcept { return has_transfer_encoding_; }

private:
    progress refuse(int status, std::string reason);
    bool can_become_request_line(std::string_view beginning) const noexcept;
    /// Lines without their ends. Each returns false after it has refused the head.
    bool read_request_line(std::string_view line);
    bool read_version(std::string_view version);
    bool read_target(std::string_view target);
    bool read_header(std::string_view line);
    bool read_content_length(std::string_view value);
    bool read_expectation(std::string_view value);
    bool read_host(std::string_view value);
    /// What can only be said of all headers together.
    bool check_headers();

    head_limits limits_;
    request_head head_;
    head_error error_;
    // Where the line begins that is not complete yet, and how far it was looked at.
    std::size_t line_begin_ = 0;
    std::size_t seen_ = 0;
    bool skipped_empty_line_ = false;
    bool has_request_line_ = false;
    bool is_version_1_0_ = false;
    bool keep_alive_ = true;
    bool waits_for_continue_ = false;
    bool has_transfer_encoding_ = false;
    std::optional<std::string> host_;
    // Of a target that names a server.
    std::optional<std::string> target_host_;
};

} // namespace glacier::emulation
