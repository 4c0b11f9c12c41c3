#include "transfer/range_download.hpp"

#include "transfer/range_fetch.hpp"
#include "transfer/repetition.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace glacier::transfer {

namespace {

/// Stands for the alarm among the ranges.
constexpr std::uint64_t alarm_id = std::numeric_limits<std::uint64_t>::max();

plan::download_plan::limits limits_of(client const& service, std::optional<std::uint64_t> look_ahead_max)
{
    plan::download_plan::limits allowed;
    allowed.attempts_max = attempts_of_part(service);
    allowed.look_ahead_max = look_ahead_max;
    return allowed;
}

} // namespace

range_download::range_download(client service, archive_output output, settings const& asked,
                               std::shared_ptr<range_target> target, asio::any_io_executor strand)
    : service_(std::move(service)), output_(std::move(output)), settings_(asked), target_(std::move(target)),
      limits_(service_.limits().shared()),
      plan_(output_.bytes(), settings_.size_of_range.bytes(), limits_of(service_, settings_.look_ahead_max)),
      tasks_(strand), events_(service_.get_observer(), transfer_direction::download, output_.bytes()),
      timer_(limits_->time->make_timer(std::move(strand)))
{
    events_.set_resource(output_.vault.str(), "job", output_.job.str());
}

asio::awaitable<download_result> range_download::run()
{
    events_.on_started(settings_.size_of_range.bytes(), settings_.bytes_recorded);
    co_await tasks_.run(fetch_ranges());
    download_result result;
    result.bytes = settings_.common.part_of_output ? settings_.common.part_of_output->size() : plan_.bytes();
    result.tree_hash = tree_.finish();
    result.ranges = plan_.pieces();
    result.ranges_resumed = plan_.pieces_resumed();
    result.repetitions = plan_.repetitions();
    result.verified = output_.tree_hash.has_value() || ranges_verified_;
    if (output_.tree_hash && result.tree_hash != *output_.tree_hash)
        throw download_error(output_.vault, output_.job, errc::tree_hash_mismatch,
                             "the service says " + output_.tree_hash->hex() + ", received " +
                                 result.tree_hash.hex());
    co_return result;
}

asio::awaitable<void> range_download::fetch_ranges()
{
    using step = plan::download_plan::step;
    while (true) {
        plan::download_plan::decision const decided = plan_.next(limits_->time->now(), in_flight_max());
        if (decided.what == step::complete)
            co_return;
        if (decided.what == step::fail)
            std::rethrow_exception(error_);
        if (decided.what == step::start) {
            tasks_.start(decided.piece, fetch(decided.piece, decided.attempt));
            continue;
        }
        if (decided.until)
            set_alarm(*decided.until);
        target_->trim();
        auto const ended = co_await tasks_.next();
        if (!ended)
            throw boost::system::system_error(asio::error::operation_aborted);
        if (ended->id == alarm_id)
            alarm_.reset();
        else
            on_ended(*ended);
    }
}

void range_download::on_ended(async::task_group::completion const& ended)
{
    bool const recalled = recalled_.erase(ended.id) != 0;
    if (ended.error) {
        on_failed(ended.id, ended.error);
        return;
    }
    received_.erase(ended.id);
    plan_.on_done(ended.id, recalled);
    if (!recalled)
        events_.on_piece_ended(ended.id, nullptr);
    report();
}

void range_download::on_failed(std::uint64_t piece, std::exception_ptr const& error)
{
    // What was received is right, so it is the other side that cannot go on.
    if (received_.erase(piece) != 0)
        std::rethrow_exception(error);
    int const nth = plan_.attempts_of(piece);
    if (plan_.on_failed(piece, is_worth_repeating(error), limits_->time->now())) {
        events_.on_piece_repeated(piece, nth, error);
        return;
    }
    if (!error_)
        error_ = error;
    events_.on_piece_ended(piece, error);
    // Where ranges wait for those before them, they would wait for ever.
    if (settings_.look_ahead_max)
        std::rethrow_exception(error);
}

asio::awaitable<void> range_download::fetch(std::uint64_t piece, int nth)
{
    byte_range const range = plan_.range_of(piece);
    std::shared_ptr<reserved_buffer> const buffer = co_await target_->reserve(piece, range);
    if (nth == 1) {
        auto const recalled = co_await target_->recall(piece, range, buffer);
        if (recalled) {
            tree_.add(piece, *recalled);
            recalled_.insert(piece);
            ranges_verified_ = false;
            co_return;
        }
    }
    range_hashes const hashes = co_await fetch_once(piece, buffer, nth);
    received_.insert(piece);
    ranges_verified_ = ranges_verified_ && hashes.verified;
    co_await target_->accept(piece, range, hashes, buffer);
    tree_.add(piece, hashes.whole);
}

asio::awaitable<range_hashes> range_download::fetch_once(std::uint64_t piece,
                                                         std::shared_ptr<reserved_buffer> buffer, int nth)
{
    range_fetch wanted(output_, plan_.range_of(piece), std::move(buffer));
    wanted.file = target_->file();
    wanted.kept = settings_.common.part_of_output;
    wanted.path = limits_->hashing;
    async::budget::reservation const connection = co_await limits_->connections->reserve(1);
    events_.on_piece_started(piece, wanted.range);

    std::uint64_t const generation = limits_->pace.generation();
    bool is_clean = nth == 1;
    call_settings watched;
    watched.on_failed_attempt = [this, generation, &is_clean](error_code error) {
        is_clean = false;
        on_failed_attempt(generation, error);
    };
    client const service = service_.with(std::move(watched));
    try {
        range_hashes const hashes = co_await fetch_range(service, std::move(wanted));
        if (is_clean && limits_->pace.on_clean_part())
            events_.on_pace_changed(in_flight_max(), error_code());
        co_return hashes;
    } catch (boost::system::system_error const& caught) {
        on_failed_attempt(generation, caught.code());
        throw;
    }
}

/// Perhaps on another strand than everything else: an operation with a deadline has one of its own.
void range_download::on_failed_attempt(std::uint64_t generation, error_code error) const
{
    if (plan::asks_for_less(error) && limits_->pace.on_trouble(generation))
        events_.on_pace_changed(in_flight_max(), error);
}

void range_download::set_alarm(async::timer::time_point moment)
{
    bool const runs = alarm_.has_value();
    if (runs && *alarm_ <= moment)
        return;
    alarm_ = moment;
    // Whoever waits for a later moment begins anew.
    if (runs)
        timer_->wake();
    else
        tasks_.start(alarm_id, sound_alarm());
}

asio::awaitable<void> range_download::sound_alarm()
{
    co_await timer_->wait_until(*alarm_);
}

std::size_t range_download::in_flight_max() const
{
    return limits_->pace.in_flight_max(settings_.common.concurrency);
}

void range_download::report() const
{
    if (!settings_.common.on_progress)
        return;
    transfer_progress progress;
    progress.bytes_total = plan_.bytes();
    progress.bytes_done = plan_.bytes_done();
    progress.bytes_resumed = plan_.bytes_resumed();
    progress.parts_total = plan_.pieces();
    progress.parts_done = plan_.pieces_done();
    progress.parts_resumed = plan_.pieces_resumed();
    progress.repetitions = plan_.repetitions();
    settings_.common.on_progress(progress);
}

} // namespace glacier::transfer
