#pragma once

#include <glacier/client.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace glacier {

namespace detail {

/// What a listing operation lists.
template <class Request>
struct listing;

template <>
struct listing<list_vaults_request> {
    using item_type = vault_description;
    using page_type = list_vaults_result;
};

template <>
struct listing<list_jobs_request> {
    using item_type = job_description;
    using page_type = list_jobs_result;
};

template <>
struct listing<list_parts_request> {
    using item_type = part_description;
    using page_type = list_parts_result;
};

template <>
struct listing<list_multipart_uploads_request> {
    using item_type = upload_description;
    using page_type = list_multipart_uploads_result;
};

} // namespace detail

/// How many items a pager gives unless it is told otherwise.
inline constexpr std::uint64_t pager_items_max = 10'000'000;

/**
 * Goes through a list of the service, item by item or page by page:
 *
 *     glacier::vault_pager vaults(client, glacier::list_vaults_request());
 *     while (auto vault = co_await vaults.next())
 *         std::cout << vault->vault_name << '\n';
 *
 * A page is asked for when it is needed and not before, so stopping early costs nothing. The list ends where the
 * service gives no marker; a page may be empty and yet not be the last. The service does not promise that a list
 * is the state of one moment.
 *
 * Memory: one page.
 * Lifetime: keeps the client's state alive. The pager must outlive each call of next() and next_page().
 * Thread safety: none; one call at a time.
 * Cancellation: terminal for that call. The pager stays as it was: the next call asks for the same page again.
 * Errors: those of the client's operation; errc::repeated_marker if the service gives a marker that it gave
 *   before, so that the list would not end; errc::too_many_items instead of the page with which there would be
 *   more items than allowed, or after 1,000 empty pages in a row. After an error the next call asks for the same
 *   page again; no item is lost or given twice.
 */
template <class Request>
class pager {
public:
    /// The request of the operation that gives the pages.
    using request_type = Request;
    /// What next() gives.
    using item_type = typename detail::listing<Request>::item_type;
    /// The result of the operation.
    using page_type = typename detail::listing<Request>::page_type;

    /// Begins at the marker of the request, if it has one; its limit is the size of pages.
    pager(client service, Request request, std::uint64_t items_max = pager_items_max);

    /// The next item; nothing after the last one, also when asked again.
    asio::awaitable<std::optional<item_type>> next();

    /// The items of the next page, or those of the present page that next() has not given yet. May be empty.
    /// Nothing after the last page, also when asked again.
    asio::awaitable<std::optional<std::vector<item_type>>> next_page();

protected:
    /// The page that was fetched last, though its items may have been given away.
    page_type const& page() const noexcept { return page_; }
    /// Whether a page was fetched.
    bool has_page() const noexcept { return pages_ > 0; }

private:
    asio::awaitable<void> fetch();
    std::vector<item_type>& items() noexcept;
    void check_marker(std::string const& marker) const;

    client service_;
    // With the marker of the page to fetch next.
    Request request_;
    std::uint64_t items_max_;
    page_type page_;
    std::size_t position_ = 0;
    bool ended_ = false;
    std::uint64_t items_fetched_ = 0;
    std::uint64_t pages_ = 0;
    std::uint64_t empty_pages_ = 0;
    std::optional<std::string> earlier_marker_;
};

extern template class pager<list_vaults_request>;
extern template class pager<list_jobs_request>;
extern template class pager<list_parts_request>;
extern template class pager<list_multipart_uploads_request>;

/// The account's vaults.
using vault_pager = pager<list_vaults_request>;
/// The jobs of a vault: those in progress, and those that ended within the last day.
using job_pager = pager<list_jobs_request>;
/// The multipart uploads of a vault that are neither completed nor aborted.
using upload_pager = pager<list_multipart_uploads_request>;

/// The parts that the service has of a multipart upload, and what the upload itself is.
class part_pager : public pager<list_parts_request> {
public:
    using pager<list_parts_request>::pager;

    /// The upload as the last page shows it; nothing before the first page is there.
    std::optional<upload_description> upload() const;
};

} // namespace glacier
