#pragma once

#include <glacier/inventory.hpp>
#include <glacier/job_output_stream.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace glacier {

namespace asio = boost::asio;

/**
 * Reads the archives of an inventory one by one while it arrives:
 *
 *     glacier::inventory_reader reader(co_await client.get_job_output(std::move(request)));
 *     while (auto archive = co_await reader.next())
 *         use(*archive);
 *
 * Memory: a buffer of 64 KiB and the longest entry, whatever the length of the inventory.
 *
 * A stream that ends before its length (Content-Length, or the total of Content-Range) makes the inventory
 * incomplete in both formats; so does a range of the output that is not all of it.
 *
 * Thread safety: none; one next() at a time.
 */
class inventory_reader {
public:
    /// Reads `output` from where it stands, its beginning. What `options` leaves open follows from its head.
    explicit inventory_reader(job_output_stream output, inventory_options options = inventory_options());

    /**
     * The next archive, or nothing once the inventory is complete.
     *
     * Lifetime: the reader must outlive the operation.
     *
     * Cancellation: terminal; the connection is closed, and the reader can only be destroyed.
     *
     * Errors: inventory_error (errc::incomplete_inventory, errc::malformed_inventory), which every later call
     *   throws again; errc::transfer_stalled, or another system_error of the stream.
     */
    asio::awaitable<std::optional<inventory_archive>> next();

    /// What has been read so far: the number of archives, the vault, the date.
    inventory_parser const& parser() const noexcept { return parser_; }

private:
    asio::awaitable<void> read_more();

    job_output_stream output_;
    inventory_parser parser_;
    std::vector<std::byte> buffer_;
    bool ended_ = false;
    std::optional<inventory_error> error_;
};

} // namespace glacier
