#pragma once

#include "cli/file.hpp"

#include <glacier/transfer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace glacier::cli {

namespace asio = boost::asio;

/// A thread for calls that may take a moment, so that the event loop goes on meanwhile.
class io_thread {
public:
    /// Calls the function there and waits for it. One at a time. Cancellation takes effect when it has returned.
    /// Errors: those that the function throws.
    asio::awaitable<std::size_t> call(std::function<std::size_t()> function);

private:
    asio::thread_pool thread_{1};
};

/// The bytes that a descriptor gives, such as standard input.
class descriptor_source final : public stream_source {
public:
    /// As file_reader.
    descriptor_source(std::string name, int descriptor) : reader_(std::move(name), descriptor) {}

    asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer) override;

private:
    file_reader reader_;
    io_thread thread_;
};

/// Writes to a descriptor, such as standard output.
class descriptor_sink final : public stream_sink {
public:
    /// As file_writer.
    descriptor_sink(std::string name, int descriptor) : writer_(std::move(name), descriptor) {}

    asio::awaitable<void> write(std::span<std::byte const> bytes) override;

private:
    file_writer writer_;
    io_thread thread_;
};

} // namespace glacier::cli
