#pragma once

#include "async/timer.hpp"
#include "net/connection.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace glacier::net {

/// How a race ended.
class race_result {
public:
    race_result(std::optional<asio::ip::tcp::socket> its_socket, std::size_t its_winner,
                std::vector<std::size_t> its_failed, error_code its_error)
        : socket(std::move(its_socket)), winner(its_winner), failed(std::move(its_failed)), error(its_error)
    {}

    /// Connected, if one could be.
    std::optional<asio::ip::tcp::socket> socket;
    /// Which of the addresses it is connected to.
    std::size_t winner;
    /// Those that were tried and failed, or had not answered when the time was over.
    std::vector<std::size_t> failed;
    /// If none could be connected: errc::connect_timeout, or the system's error.
    error_code error;
};

/**
 * Connects to the address that answers first: the order and the delays are those of RFC 8305. Must be awaited on
 * `strand`. `limit`: for all together; zero: none.
 *
 * Cancellation: terminal, with system_error. Errors: in the result.
 */
asio::awaitable<race_result> race_connect(asio::any_io_executor strand,
                                          std::vector<asio::ip::tcp::endpoint> addresses,
                                          std::chrono::milliseconds limit,
                                          std::shared_ptr<async::time_source> time);

} // namespace glacier::net
