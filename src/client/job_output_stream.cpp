#include <glacier/job_output_stream.hpp>

#include "net/exchange.hpp"

#include <glacier/error.hpp>

#include <algorithm>
#include <vector>

namespace glacier {

job_output_stream::job_output_stream(job_output_head head, std::unique_ptr<source> body)
    : head_(std::move(head)), body_(std::move(body))
{}

job_output_stream::job_output_stream() = default;
job_output_stream::job_output_stream(job_output_stream&&) noexcept = default;
job_output_stream& job_output_stream::operator=(job_output_stream&&) noexcept = default;
job_output_stream::~job_output_stream() = default;

asio::awaitable<std::size_t> job_output_stream::read_some(std::span<std::byte> buffer)
{
    if (!body_)
        co_return 0;
    co_return co_await body_->read_some(buffer);
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
            throw boost::system::system_error(make_error_code(errc::response_too_large));
        all.append(reinterpret_cast<char const*>(buffer.data()), count);
    }
}

} // namespace glacier
