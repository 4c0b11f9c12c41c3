#pragma once

#include <glacier/error.hpp>
#include <glacier/job_output.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace glacier {

namespace asio = boost::asio;

/**
 * The output of a job while it arrives: the result of client::get_job_output().
 *
 * It occupies a connection until the last byte is read or it is destroyed, which closes the connection.
 *
 * Thread safety: none; one read at a time.
 */
class job_output_stream {
public:
    class source;

    /// No output: read_some() gives 0.
    job_output_stream();

    /// For tests with a source of their own; see src/net/exchange.hpp. `about`: what errors of reading say of
    /// the operation.
    job_output_stream(job_output_head head, std::unique_ptr<source> body,
                      error_details about = error_details());
    /// Takes the output over, with its connection.
    job_output_stream(job_output_stream&&) noexcept;
    /// Closes the connection that it has, and takes over the output and the connection of the other one.
    job_output_stream& operator=(job_output_stream&&) noexcept;
    /// Closes the connection unless the output was read to its end.
    ~job_output_stream();

    /// What the service said before the bytes. Valid as long as this object.
    job_output_head const& head() const noexcept { return head_; }

    /**
     * Reads at least one byte into `buffer`, which must stay valid; 0 means that the output is complete.
     *
     * Cancellation: terminal; the connection is closed, and the stream can only be destroyed.
     *
     * Errors: operation_error with errc::connection_closed if the output ends before its length,
     *   errc::transfer_stalled, errc::throughput_too_low, or another of condition::transport. The bytes read so
     *   far stay valid, and get_job_output() with a range gets the rest. Further reads fail in the same way.
     */
    asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer);

    /// Reads until `buffer` is full or the output is complete, and gives how many bytes it read; otherwise as
    /// read_some(), but in fewer turns of the loop.
    asio::awaitable<std::size_t> read(std::span<std::byte> buffer);

    /// Reads to the end, into memory. Errors: operation_error with errc::response_too_large above `bytes_max`;
    /// those of read_some().
    asio::awaitable<std::string> read_all(std::size_t bytes_max);

private:
    asio::awaitable<std::size_t> explain(asio::awaitable<std::size_t> reading) const;

    /// The error of a read, as one of the operation.
    operation_error failure(error_code code, std::string message) const;

    job_output_head head_;
    std::unique_ptr<source> body_;
    error_details about_;
};

} // namespace glacier
