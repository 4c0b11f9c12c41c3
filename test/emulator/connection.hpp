#pragma once

#include "protocol/http_message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace glacier::emulation {

/// A plain connection to 127.0.0.1, with a limit of ten seconds on every wait.
class connection {
public:
    explicit connection(std::uint16_t port);
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;
    ~connection();

    /// Sends all, or as much as the other side takes.
    void send(std::string_view text);

    /// Ends the sending side.
    void finish_sending();

    /// The next answer, with its body. Status 0 if the connection ends before.
    protocol::http_response receive();

    /// Whether the other side has closed, or closes within the limit, without sending anything more.
    bool is_closed();

private:
    bool receive_more();

    int socket_;
    std::string received_;
};

} // namespace glacier::emulation
