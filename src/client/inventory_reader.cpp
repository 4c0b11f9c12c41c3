#include <glacier/inventory_reader.hpp>

#include "base/decimal.hpp"

#include <string_view>
#include <utility>

namespace glacier {

namespace {

constexpr std::size_t buffer_bytes = 65'536;

/// The size of the whole output, of which the stream may be a range.
std::optional<std::uint64_t> size_of_output(job_output_head const& head)
{
    if (!head.content_range)
        return head.content_length;
    std::string_view const range = *head.content_range;
    std::size_t const slash = range.rfind('/');
    return slash == std::string_view::npos ? std::nullopt : base::parse_decimal(range.substr(slash + 1));
}

std::optional<inventory_format> format_of(job_output_head const& head)
{
    std::string_view const type = head.content_type ? *head.content_type : std::string_view();
    if (type.starts_with("application/json"))
        return inventory_format::json;
    if (type.starts_with("text/csv"))
        return inventory_format::csv;
    return std::nullopt;
}

inventory_options complete(inventory_options options, job_output_head const& head)
{
    if (!options.format)
        options.format = format_of(head);
    if (!options.size_in_bytes)
        options.size_in_bytes = size_of_output(head);
    return options;
}

} // namespace

inventory_reader::inventory_reader(job_output_stream output, inventory_options options)
    : output_(std::move(output)), parser_(complete(options, output_.head())), buffer_(buffer_bytes)
{}

asio::awaitable<std::optional<inventory_archive>> inventory_reader::next()
{
    while (true) {
        auto archive = parser_.next().value();
        if (archive || ended_)
            co_return archive;
        co_await read_more();
    }
}

asio::awaitable<void> inventory_reader::read_more()
{
    if (error_)
        throw inventory_error(*error_);
    std::size_t count = 0;
    try {
        count = co_await output_.read_some(buffer_);
    } catch (boost::system::system_error const& error) {
        if (error.code() != errc::connection_closed)
            throw;
        error_.emplace(errc::incomplete_inventory, 0,
                       "the connection was closed after " + std::to_string(parser_.bytes()) + " bytes");
        throw inventory_error(*error_);
    }
    ended_ = count == 0;
    if (ended_)
        parser_.finish();
    else
        parser_.feed(std::span<std::byte const>(buffer_).first(count));
}

} // namespace glacier
