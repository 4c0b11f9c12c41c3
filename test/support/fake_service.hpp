#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "net/exchange.hpp"
#include "protocol/operation.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/job.hpp>
#include <glacier/tree_hash.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::test {

/// Holds coroutines of a loop that runs on one thread up until it is opened.
class gate {
public:
    /// Fails with operation_aborted when the coroutine is cancelled.
    asio::awaitable<void> pass();

    void open();

    /// Coroutines that wait now.
    std::size_t waiting() const;

private:
    class waiter;

    bool is_open() const;

    mutable std::mutex mutex_;
    bool open_ = false;
    std::vector<waiter*> waiters_;
};

/// What goes wrong with a request.
struct fault {
    fault() = default;

    /// Sent instead of the proper answer; the request has no effect.
    std::optional<protocol::http_response> answer;
    /// The exchange fails so.
    error_code error;
    bool sent = false;
    bool reused_connection = false;
    /// Only a part of the request was sent, if any: it cannot take effect.
    bool cuts_request = false;
    /// The request takes effect although its answer is lost.
    bool takes_effect = false;
    /// The request waits here before it takes effect.
    std::shared_ptr<gate> held_by;
    /// The request waits here before any of it is sent.
    std::shared_ptr<gate> unsent_held_by;
    /// Changes the answer.
    std::function<void(protocol::http_response&)> change;
    /// The byte of a streamed answer that comes inverted.
    std::optional<std::uint64_t> damage_at;
    /// A streamed answer breaks off with `error` after so many bytes.
    std::optional<std::uint64_t> cut_at;
    /// A streamed answer has so many bytes too many.
    std::uint64_t surplus = 0;
    /// A streamed answer lacks so many bytes at its end, and its Content-Length says so.
    std::uint64_t shorten_by = 0;
    /// A streamed answer waits here before its first byte.
    std::shared_ptr<gate> output_held_by;
};

/// An error answer of the service.
fault error_answer(service_errc code, std::string message = "no");
/// An error answer that only a gateway writes: no code.
fault gateway_answer(int status);
/// An answer of another status.
fault other_status(int status);
/// The request was carried out, the answer is lost.
fault lost_answer(error_code error = make_error_code(errc::connection_closed));
/// The connection could not be had: nothing was sent.
fault not_connected(error_code error = make_error_code(errc::connect_timeout));
/// The connection breaks while the request is being sent.
fault broken_while_sending();
/// A connection that served other requests turns out to be closed when it is used again.
fault stale_connection();
/// The answer's tree hash is that of something else.
fault wrong_tree_hash();
/// The answer lacks a header.
fault without_header(std::string name);
/// The body of the answer.
fault with_body(std::string body);
/// The request is held up.
fault held(std::shared_ptr<gate> by);
/// The request is held up before it is sent, as by a pool without a free connection.
fault held_unsent(std::shared_ptr<gate> by);
fault output_held(std::shared_ptr<gate> by);
fault damaged_output(std::uint64_t at);
fault cut_output(std::uint64_t at);
fault surplus_output(std::uint64_t bytes);

/// A request as it reached the service.
struct recorded_request {
    protocol::operation id;
    protocol::http_request message;
    std::string content;
};

/**
 * The service in memory: understands the operations on vaults, archives, uploads and jobs by the codec's other
 * side. It checks the hashes of uploads by an implementation of its own, and goes wrong on request.
 *
 * Every answer comes through the executor of the caller, never at once. Safe to use from several threads.
 */
class fake_service final : public net::exchanger {
public:
    fake_service();
    ~fake_service() override;

    asio::awaitable<net::exchange_result> exchange(net::exchange_request request) override;

    /// What happens to the n-th request of an operation, counted from 1 and with the faulty ones.
    void on(protocol::operation id, int nth, fault its_fault);
    /// What happens to each request of an operation that on() does not name.
    void always(protocol::operation id, fault its_fault);
    /// What happens to each request for which `applies` is true, before the other rules.
    void when(std::function<bool(recorded_request const&)> applies, fault its_fault);
    /// All rules go.
    void heal();

    void add_vault(std::string const& name);
    archive_id add_archive(std::string const& vault, std::string bytes);
    /// A finished retrieval of an archive, or of a range of it.
    job_id add_job(std::string const& vault, archive_id const& archive,
                   std::optional<byte_range> const& range = std::nullopt);
    job_id add_inventory_job(std::string const& vault);
    /// The job vanishes, as jobs do a day after they have ended.
    void remove_job(std::string const& vault, job_id const& job);
    /// Jobs end at the n-th look. 1 at first.
    void set_looks_until_done(int looks);
    /// Jobs fail from now on, with this message.
    void set_jobs_fail(std::string message);
    /// Jobs that are started from now on succeed again.
    void set_jobs_succeed();
    /// Changes what DescribeJob and ListJobs say.
    void set_job_change(std::function<void(job_description&)> change);

    std::vector<recorded_request> requests() const;
    /// Requests of an operation, the faulty ones included.
    std::vector<recorded_request> requests(protocol::operation id) const;
    std::size_t count() const;
    std::size_t count(protocol::operation id) const;
    /// The only request that there was.
    recorded_request only_request() const;

    /// Requests that are being answered now, and the most there ever were, of an operation.
    std::size_t in_flight() const;
    std::size_t in_flight_max(protocol::operation id) const;

    /// Bytes of an archive.
    std::string archive(std::string const& vault, archive_id const& archive) const;
    std::size_t archives(std::string const& vault) const;
    std::size_t uploads(std::string const& vault) const;
    std::size_t jobs(std::string const& vault) const;

    /// First bytes of the output ranges that were asked for, in order.
    std::vector<std::uint64_t> output_ranges() const;

private:
    struct state;
    class flight;

    std::optional<fault> fault_for(recorded_request const& request);

    mutable std::mutex mutex_;
    std::unique_ptr<state> state_;
};

/// A clock that stands still until it is set.
class fixed_clock final : public base::clock {
public:
    timestamp now() const override { return timestamp(std::chrono::milliseconds(milliseconds_.load())); }
    void set(timestamp time) { milliseconds_ = time.time_since_epoch().count(); }

private:
    // 2026-02-03T04:05:06Z
    std::atomic<std::int64_t> milliseconds_{1'770'091'506'000};
};

/// Bytes that are all the same: no delay is random.
class fixed_random final : public base::random_source {
public:
    void fill(std::span<std::byte> bytes) override
    {
        for (std::byte& each : bytes)
            each = std::byte(0x80);
    }
};

/// The tree hash by the definition's recursion, which shares no code with the library.
tree_hash reference_tree_hash(std::string_view bytes);

/// Bytes that differ everywhere, so that a swapped or shifted part is noticed.
std::string some_bytes(std::uint64_t count, std::uint32_t seed = 1);

std::span<std::byte const> as_bytes(std::string_view text) noexcept;

} // namespace glacier::test
