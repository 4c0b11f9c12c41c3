#pragma once

#include "async/transfer_limits.hpp"
#include "transfer/transfer_report.hpp"

#include <glacier/client.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace glacier::transfer {

/// What sending a body takes.
struct sending_room {
    sending_room() = default;

    /// Nothing for a body in memory, which is sent in place.
    async::budget::reservation memory;
    async::budget::reservation connection;
};

/// Waits for it. The memory comes first: whoever has a connection does not wait for others.
asio::awaitable<sending_room> reserve_for_sending(client service, body content);

/// Sends parts of a multipart upload, and tells the pace of the client's transfers how that went.
class part_sender {
public:
    /// `concurrency`: parts at once that are wanted. `events` outlives this.
    part_sender(client service, vault_name vault, std::size_t concurrency, transfer_report& events);

    void set_upload(upload_id upload) { upload_ = std::move(upload); }
    upload_id const& upload() const { return *upload_; }

    /// Of parts that may be on their way now.
    std::size_t in_flight_max() const noexcept;

    /// Sends a part, when there is memory for it. `again`: it was sent before, in vain. This object outlives it.
    asio::awaitable<void> send(body part, byte_range range, body_hashes hashes, bool again);

private:
    void on_failed_attempt(error_code code, std::uint64_t generation);

    client service_;
    vault_name vault_;
    std::size_t concurrency_;
    transfer_report& events_;
    std::shared_ptr<transfer_limits::state> limits_;
    std::optional<upload_id> upload_;
};

} // namespace glacier::transfer
