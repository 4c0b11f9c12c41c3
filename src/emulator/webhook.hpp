#pragma once

#include "protocol/endpoint.hpp"
#include "protocol/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace glacier::emulation {

/// A POST to a webhook.
struct webhook_request {
    explicit webhook_request(protocol::endpoint its_endpoint) : endpoint(std::move(its_endpoint)) {}

    /// Without TLS; its path prefix is the target.
    protocol::endpoint endpoint;
    protocol::http_headers headers;
    std::string body;
};

/// What came of it.
struct webhook_answer {
    /// Of the answer; 0 if there was none.
    int status = 0;
    /// Why there was none.
    std::string failure;
};

/// Sends the request and reads the head of the answer, on a connection of its own. The body of the answer is
/// not read. It ends within `limit`, but for the time that the system takes to resolve a host name.
boost::asio::awaitable<webhook_answer> post_to_webhook(webhook_request request,
                                                       std::chrono::milliseconds limit);

} // namespace glacier::emulation
