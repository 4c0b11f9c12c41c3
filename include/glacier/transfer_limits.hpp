#pragma once

#include <glacier/hash_path.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace glacier {

/// What all transfers of a client share: client_config::transfers.
struct transfer_settings {
    transfer_settings() = default;

    /**
     * Bytes that the buffers of all transfers together may take, 1 MiB or more. Reserved before anything is read
     * or received; a transfer for which there is no room waits its turn, in the order of asking. One that could
     * never have enough fails with errc::memory_limit_too_low, which says how much it needs.
     *
     * Not part of it: the connections' own buffers of about 170 kB each, see pool_settings::connections_max, and
     * the pages of a mapped file.
     */
    std::size_t memory_max = std::size_t(64) * 1'048'576;
    /// Bytes per second of archive data that are sent, on average, by all operations together. Zero: no limit.
    std::uint64_t upload_rate_max = 0;
    /// Bytes per second of job output that are received, on average, by all operations together. Zero: no limit.
    std::uint64_t download_rate_max = 0;
    /// What hashes are computed with. Nothing: what is quickest here. For measurements and tests. Errors of the
    /// client: errc::invalid_option if this processor cannot.
    std::optional<hash_path> hashing;
};

/**
 * The limits that all transfers of a client share, while it runs: client::limits(). A cheap handle.
 *
 * Thread safety: full.
 */
class transfer_limits {
public:
    class state;

    /// For the library; see src/async/transfer_limits.hpp.
    explicit transfer_limits(std::shared_ptr<state> shared) noexcept;

    /// As transfer_settings::memory_max.
    std::size_t memory_max() const noexcept;
    /// Bytes that transfers have reserved now.
    std::size_t memory_reserved() const noexcept;
    /// The most that were ever reserved at once.
    std::size_t memory_reserved_most() const noexcept;
    /// Reservations that wait for their turn.
    std::size_t memory_waiting() const noexcept;

    /// As transfer_settings::upload_rate_max; what is under way follows at once.
    void set_upload_rate_max(std::uint64_t bytes_per_second);
    /// What it is now.
    std::uint64_t upload_rate_max() const noexcept;
    /// As transfer_settings::download_rate_max; what is under way follows at once.
    void set_download_rate_max(std::uint64_t bytes_per_second);
    /// What it is now.
    std::uint64_t download_rate_max() const noexcept;

    /// For the library.
    std::shared_ptr<state> const& shared() const noexcept { return state_; }

private:
    std::shared_ptr<state> state_;
};

} // namespace glacier
