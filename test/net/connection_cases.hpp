#pragma once

#include "net/net_fixture.hpp"
#include "support/scripted_server.hpp"

#include <optional>
#include <string>
#include <vector>

namespace glacier::test {

/// How a server ends its answer.
enum class ending {
    /// It waits for the client to close.
    keep,
    /// It ends the sending direction, with TLS in due form.
    finish,
    /// It closes at once, with TLS without a close_notify.
    drop,
    /// It makes the system reset the connection.
    reset,
};

/// An answer of a server, and what a client must make of it.
struct answer_case {
    explicit answer_case(std::string its_rule) : rule(std::move(its_rule)) {}

    /// The rule that the case holds.
    std::string rule;
    std::string bytes;
    ending end = ending::keep;

    /// What was read of the body, also before an error.
    std::string body;
    int status = 200;
    error_code error;
    bool reusable = false;
};

/// Answers for which both kinds of connection must do the same.
std::vector<answer_case> answer_cases();

/// How a client sees an answer.
struct seen_answer {
    seen_answer() = default;

    net::response_head head;
    std::string body;
    error_code error;
    bool reusable = false;
};

/// Sends a GET and reads the answer, the body in blocks of `block` bytes. `peer` must outlive it.
asio::awaitable<seen_answer> fetch(net::connection& peer, std::size_t block);

/// Runs all cases against a connection of one kind.
void check_answers(std::optional<server_tls> const& tls);

/// Opens a connection to 127.0.0.1, with TLS or without.
std::unique_ptr<net::connection> open_connection(asio::io_context& context, std::uint16_t port, bool tls);

} // namespace glacier::test
