#include <glacier/pager.hpp>

#include "protocol/operation.hpp"

#include <bit>
#include <iterator>
#include <utility>

namespace glacier {

namespace {

constexpr std::uint64_t empty_pages_max = 1'000;

// What the four listings call the same things.

asio::awaitable<list_vaults_result> fetch_page(client service, list_vaults_request request)
{
    return service.list_vaults(std::move(request));
}

asio::awaitable<list_jobs_result> fetch_page(client service, list_jobs_request request)
{
    return service.list_jobs(std::move(request));
}

asio::awaitable<list_parts_result> fetch_page(client service, list_parts_request request)
{
    return service.list_parts(std::move(request));
}

asio::awaitable<list_multipart_uploads_result> fetch_page(client service,
                                                          list_multipart_uploads_request request)
{
    return service.list_multipart_uploads(std::move(request));
}

auto& items_of(list_vaults_result& page) noexcept
{
    return page.vaults;
}

auto& items_of(list_jobs_result& page) noexcept
{
    return page.jobs;
}

auto& items_of(list_parts_result& page) noexcept
{
    return page.parts;
}

auto& items_of(list_multipart_uploads_result& page) noexcept
{
    return page.uploads;
}

error_details about(list_vaults_request const& /*request*/)
{
    error_details details;
    details.operation = protocol::info_of(protocol::operation::list_vaults).name;
    return details;
}

error_details about(list_jobs_request const& request)
{
    error_details details;
    details.operation = protocol::info_of(protocol::operation::list_jobs).name;
    details.resource = "vault " + request.vault.str();
    return details;
}

error_details about(list_parts_request const& request)
{
    error_details details;
    details.operation = protocol::info_of(protocol::operation::list_parts).name;
    details.resource = "vault " + request.vault.str() + ", upload " + request.upload.str();
    return details;
}

error_details about(list_multipart_uploads_request const& request)
{
    error_details details;
    details.operation = protocol::info_of(protocol::operation::list_multipart_uploads).name;
    details.resource = "vault " + request.vault.str();
    return details;
}

template <class Request>
[[noreturn]] void fail(Request const& request, errc reason, std::string message)
{
    error_details details = about(request);
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

/// The official examples show the end of a list as the string "null".
bool is_end(std::optional<std::string> const& marker)
{
    return !marker || marker->empty() || *marker == "null";
}

} // namespace

template <class Request>
pager<Request>::pager(client service, Request request, std::uint64_t items_max)
    : service_(std::move(service)), request_(std::move(request)), items_max_(items_max)
{
    if (is_end(request_.marker))
        request_.marker.reset();
}

template <class Request>
std::vector<typename pager<Request>::item_type>& pager<Request>::items() noexcept
{
    return items_of(page_);
}

template <class Request>
void pager<Request>::check_marker(std::string const& marker) const
{
    // A cycle of several markers comes back to the remembered one sooner or later (see fetch()).
    if (marker == request_.marker || marker == earlier_marker_)
        fail(request_, errc::repeated_marker, "marker " + marker);
}

template <class Request>
asio::awaitable<void> pager<Request>::fetch()
{
    page_type fetched = co_await fetch_page(service_, request_);

    // Nothing changes before all is known to be well, so that a failed call can be made again.
    std::uint64_t const count = items_of(fetched).size();
    if (count > items_max_ - items_fetched_)
        fail(request_, errc::too_many_items, "more than " + std::to_string(items_max_) + " items");
    std::uint64_t const empty_pages = count == 0 ? empty_pages_ + 1 : 0;
    if (empty_pages > empty_pages_max)
        fail(request_, errc::too_many_items, std::to_string(empty_pages_max) + " empty pages in a row");
    bool const ended = is_end(fetched.marker);
    if (!ended)
        check_marker(*fetched.marker);

    ended_ = ended;
    ++pages_;
    items_fetched_ += count;
    empty_pages_ = empty_pages;
    position_ = 0;
    request_.marker = ended ? std::nullopt : fetched.marker;
    // Remembered ever less often, so that the stretch in between gets longer than any cycle.
    if (std::has_single_bit(pages_))
        earlier_marker_ = request_.marker;
    page_ = std::move(fetched);
}

template <class Request>
asio::awaitable<std::optional<typename pager<Request>::item_type>> pager<Request>::next()
{
    while (position_ == items().size()) {
        if (ended_)
            co_return std::nullopt;
        co_await fetch();
    }
    co_return std::move(items()[position_++]);
}

template <class Request>
asio::awaitable<std::optional<std::vector<typename pager<Request>::item_type>>> pager<Request>::next_page()
{
    if (position_ == items().size()) {
        if (ended_)
            co_return std::nullopt;
        co_await fetch();
    }
    auto const rest = items().begin() + static_cast<std::ptrdiff_t>(position_);
    std::vector<item_type> taken(std::make_move_iterator(rest), std::make_move_iterator(items().end()));
    position_ = items().size();
    co_return taken;
}

template class pager<list_vaults_request>;
template class pager<list_jobs_request>;
template class pager<list_parts_request>;
template class pager<list_multipart_uploads_request>;

std::optional<upload_description> part_pager::upload() const
{
    if (!has_page())
        return std::nullopt;
    upload_description described;
    described.upload = page().upload;
    described.vault_arn = page().vault_arn;
    described.description = page().description;
    described.part_size_in_bytes = page().part_size_in_bytes;
    described.creation_date = page().creation_date;
    return described;
}

} // namespace glacier
