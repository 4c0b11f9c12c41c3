#include <glacier/job_output_stream.hpp>

#include "net/connection.hpp"
#include "net/exchange.hpp"

#include <glacier/error.hpp>

#include <boost/asio/error.hpp>

#include <string>
#include <utility>
#include <vector>

namespace glacier {

job_output_stream::job_output_stream(job_output_head head, std::unique_ptr<source> body, error_details about)
    : head_(std::move(head)), body_(std::move(body)), about_(std::move(about))
{}

job_output_stream::job_output_stream() = default;
job_output_stream::job_output_stream(job_output_stream&&) noexcept = default;
job_output_stream& job_output_stream::operator=(job_output_stream&&) noexcept = default;
job_output_stream::~job_output_stream() = default;

operation_error job_output_stream::failure(error_code code, std::string message) const
{
    error_details details = about_;
    details.message = std::move(message);
    return operation_error(code, std::move(details));
}

asio::awaitable<std::size_t> job_output_stream::source::read(std::span<std::byte> buffer)
{
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        std::size_t const count = co_await read_some(buffer.subspan(filled));
        if (count == 0)
            break;
        filled += count;
    }
    co_return filled;
}

asio::awaitable<std::size_t> job_output_stream::read_some(std::span<std::byte> buffer)
{
    if (!body_)
        co_return 0;
    co_return co_await explain(body_->read_some(buffer));
}

asio::awaitable<std::size_t> job_output_stream::read(std::span<std::byte> buffer)
{
    if (!body_)
        co_return 0;
    co_return co_await explain(body_->read(buffer));
}

asio::awaitable<std::size_t> job_output_stream::explain(asio::awaitable<std::size_t> reading) const
{
    try {
        co_return co_await std::move(reading);
    } catch (operation_error const&) {
        throw;
    } catch (boost::system::system_error const& error) {
        if (error.code() == asio::error::operation_aborted)
            throw;
        auto const* const of_connection = dynamic_cast<net::connection_error const*>(&error);
        throw failure(error.code(), of_connection != nullptr ? of_connection->detail() : std::string());
    }
}

asio::awaitable<std::string> job_output_stream::read_all(std::size_t bytes_max)
{
    std::string all;
    std::vector<std::byte> buffer(std::size_t(64) * 1'024);
    while (true) {
        std::size_t const count = co_await read_some(buffer);
        if (count == 0)
            co_return all;
        if (all.size() + count > bytes_max)
            throw failure(errc::response_too_large, "more than " + std::to_string(bytes_max) + " bytes");
        all.append(reinterpret_cast<char const*>(buffer.data()), count);
    }
}

} // namespace glacier
