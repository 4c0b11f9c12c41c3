#pragma once

#include "async/task_group.hpp"
#include "async/timer.hpp"
#include "async/transfer_limits.hpp"
#include "plan/download_plan.hpp"
#include "transfer/archive_output.hpp"
#include "transfer/range_target.hpp"
#include "transfer/range_tree.hpp"
#include "transfer/transfer_report.hpp"

#include <glacier/client.hpp>
#include <glacier/download.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>

namespace glacier::transfer {

/// A download of ranges under way: concurrent, each repeated alone. Everything runs on one strand.
class range_download {
public:
    struct settings {
        settings(download_settings const& asked, part_size its_size_of_range)
            : common(asked), size_of_range(its_size_of_range)
        {}

        download_settings common;
        part_size size_of_range;
        /// Of ranges that an earlier run has recorded.
        std::uint64_t bytes_recorded = 0;
        /// As plan::download_plan::limits. Set if the target takes ranges in order: then the first failure ends those
        /// on their way.
        std::optional<std::uint64_t> look_ahead_max;
    };

    range_download(client service, archive_output output, settings const& asked,
                   std::shared_ptr<range_target> target, asio::any_io_executor strand);

    /// Fetches all ranges. When it ends, nothing is on its way any more.
    /// Errors: operation_error with errc::tree_hash_mismatch if the ranges are right but the whole is not.
    asio::awaitable<download_result> run();

    /// Tells how the whole download ended, with what comes after run().
    void tell_ended(std::exception_ptr const& error) { events_.on_ended(error); }

private:
    asio::awaitable<void> fetch_ranges();
    asio::awaitable<void> fetch(std::uint64_t piece, int nth);
    asio::awaitable<range_hashes> fetch_once(std::uint64_t piece, std::shared_ptr<reserved_buffer> buffer,
                                             int nth);
    void on_ended(async::task_group::completion const& ended);
    void on_failed(std::uint64_t piece, std::exception_ptr const& error);
    void on_failed_attempt(std::uint64_t generation, error_code error) const;
    void set_alarm(async::timer::time_point moment);
    asio::awaitable<void> sound_alarm();
    std::size_t in_flight_max() const;
    void report() const;

    client service_;
    archive_output output_;
    settings settings_;
    std::shared_ptr<range_target> target_;
    std::shared_ptr<transfer_limits::state> limits_;
    plan::download_plan plan_;
    async::task_group tasks_;
    range_tree tree_;
    transfer_report events_;
    // The first one that was final.
    std::exception_ptr error_;
    // Ranges whose bytes are right: what fails afterwards is not mended by fetching them again.
    std::set<std::uint64_t> received_;
    std::set<std::uint64_t> recalled_;
    // Each range was compared with a hash that the service said of it, in this run.
    bool ranges_verified_ = true;
    // Set while somebody waits for it.
    std::unique_ptr<async::timer> timer_;
    std::optional<async::timer::time_point> alarm_;
};

} // namespace glacier::transfer
