#include "transfer/upload_engine.hpp"

#include "async/offload.hpp"
#include "base/printable.hpp"
#include "transfer/page_in.hpp"
#include "transfer/part_hasher.hpp"
#include "transfer/repeat.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace glacier::transfer {

namespace {

// Children that are no parts.
constexpr std::uint64_t hashing_child = ~std::uint64_t(0);
constexpr std::uint64_t reading_child = hashing_child - 1;
constexpr std::uint64_t timer_child = hashing_child - 2;

constexpr std::size_t parts_combined_at_once = 64;

plan::upload_plan_settings plan_settings_of(client const& service, upload_task const& task)
{
    plan::upload_plan_settings settings(task.size.bytes());
    // Others need memory too.
    std::size_t const affordable =
        service.limits().shared()->memory->amount_max() / 4 / part_hasher::block_bytes;
    settings.group_max = std::clamp<std::size_t>(affordable, 1, part_hasher::parts_max);
    settings.attempts_max = attempts_of_part(service);
    settings.held_max = task.settings.concurrency + 1;
    return settings;
}

bool is_cancelled(asio::cancellation_state const& state) noexcept
{
    return state.cancelled() != asio::cancellation_type::none;
}

/// Whether the service may have refused the bytes because they are no longer those that were hashed.
bool may_be_a_change(std::exception_ptr const& error) noexcept
{
    try {
        std::rethrow_exception(error);
    } catch (boost::system::system_error const& caught) {
        error_code const code = caught.code();
        return code == service_errc::invalid_signature || code == service_errc::invalid_parameter_value ||
               code == condition::verification;
    } catch (...) {
        return false;
    }
}

/// The account's number in `/123456789012/vaults/...`; empty if there is none.
std::string account_number_in(std::string const& location)
{
    auto const end = location.find('/', 1);
    if (!location.starts_with('/') || end == std::string::npos)
        return {};
    return location.substr(1, end - 1);
}

/// Whether a completion that failed so, after so many rounds, may have made the archive nevertheless.
bool may_have_completed(operation_error const& error, int rounds) noexcept
{
    // Of several requests the answer to an earlier one may have been lost.
    if (rounds > 1 || error.attempts() > 1)
        return true;
    if (error.attempts() == 0)
        return false;
    // What the service itself refuses, it has not done; but of an error that is unknown nobody can say what it means.
    bool const refused =
        !error.service_code().empty() && (error.code() != service_errc::unknown || error.http_status() < 500);
    return !refused;
}

operation_error with_unknown_outcome(operation_error const& error)
{
    error_details details = error.details();
    details.outcome_unknown = true;
    return operation_error(error.code(), std::move(details));
}

} // namespace

upload_engine::upload_engine(client service, upload_task task, asio::any_io_executor strand)
    : service_(std::move(service)), task_(std::move(task)), limits_(service_.limits().shared()),
      plan_(task_.bytes, plan_settings_of(service_, task_)), children_(strand),
      events_(service_.get_observer(), transfer_direction::upload, task_.bytes.value_or(0)),
      sender_(service_, task_.vault, task_.settings.concurrency, events_), hashes_(plan_.parts()),
      timer_(limits_->time->make_timer(strand))
{
    events_.set_resource(task_.vault.str());
    use_what_is_known();
    if (!task_.bytes)
        take_read();
}

void upload_engine::use_what_is_known()
{
    for (auto const& [number, hash] : task_.done) {
        hashes_[number].tree_hash = hash;
        plan_.set_done(number);
    }
    auto const& known = task_.settings.known_hashes;
    for (std::uint64_t number = 0; number < std::min<std::uint64_t>(known.size(), hashes_.size()); ++number) {
        if (task_.done.contains(number))
            continue;
        hashes_[number] = known[number];
        if (is_there(number))
            plan_.set_done(number);
        else
            plan_.set_hashed(number);
    }
    parts_resumed_ = plan_.parts_done();
    bytes_resumed_ = plan_.bytes_done();
}

bool upload_engine::is_there(std::uint64_t number) const
{
    auto const found = task_.to_compare.find(number);
    return found != task_.to_compare.end() && found->second == hashes_[number].tree_hash;
}

asio::awaitable<upload_result> upload_engine::run()
{
    try {
        upload_result result = co_await send_all();
        events_.on_ended(nullptr);
        co_return result;
    } catch (...) {
        events_.on_ended(std::current_exception());
        throw;
    }
}

asio::awaitable<upload_result> upload_engine::send_all()
{
    bool const is_new = !task_.upload;
    co_await begin();
    std::exception_ptr error;
    try {
        if (is_new && task_.settings.on_started)
            task_.settings.on_started(*task_.upload);
        if (parts_resumed_ > 0)
            report();
        co_await children_.run(send_parts());
        co_await finish_parts();
    } catch (...) {
        error = std::current_exception();
    }
    if (!error)
        co_return co_await complete();
    // A cancelled operation ends at once; its owner knows the id and decides.
    if (!is_cancelled(co_await asio::this_coro::cancellation_state)) {
        if (may_be_a_change(error))
            error = co_await cause_of(std::move(error));
        // What has a journal is taken up later.
        if (!task_.journal)
            co_await abort();
    }
    std::rethrow_exception(error);
}

asio::awaitable<std::exception_ptr> upload_engine::cause_of(std::exception_ptr error)
{
    try {
        co_await task_.source->check();
    } catch (operation_error const&) {
        error = std::current_exception();
    }
    co_return error;
}

asio::awaitable<void> upload_engine::begin()
{
    if (!task_.upload)
        co_await initiate();
    sender_.set_upload(*task_.upload);
    events_.set_resource(task_.vault.str(), "upload", task_.upload->str());
    events_.on_started(task_.size.bytes(), plan_.bytes_done());
}

asio::awaitable<void> upload_engine::initiate()
{
    initiate_multipart_upload_request request(task_.vault, task_.size);
    request.description = task_.settings.description;
    auto ask = [this, &request] { return service_.initiate_multipart_upload(request); };
    initiate_multipart_upload_result const initiated = co_await repeat(service_, std::move(ask));
    task_.upload = initiated.upload;
    if (!task_.journal)
        co_return;
    // The id must not be lost to a cancellation that comes with it.
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    std::exception_ptr error;
    try {
        co_await record_upload(account_number_in(initiated.location));
    } catch (...) {
        error = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (!error)
        co_return;
    // Nobody would know of it.
    if (!is_cancelled(co_await asio::this_coro::cancellation_state))
        co_await abort();
    std::rethrow_exception(error);
}

asio::awaitable<void> upload_engine::record_upload(std::string account_number)
{
    auto const& before = task_.journal->recorded();
    // The credentials of another account do not see the upload: that it is unknown to them says nothing about it.
    if (before && before->upload && !before->account_number.empty() && !account_number.empty() &&
        before->account_number != account_number)
        refuse(task_, errc::state_file_mismatch,
               "the state file " + task_.journal->path().string() + " tells of the upload " +
                   before->upload->str() + " of account " + base::printable(before->account_number, 20) +
                   ", but the credentials are those of account " + base::printable(account_number, 20) +
                   "; use the credentials of that account, or another state file");
    co_await task_.journal->begin(task_.identity, task_.size, *task_.upload, std::move(account_number));
}

asio::awaitable<void> upload_engine::send_parts()
{
    using step = plan::upload_plan::step;
    while (true) {
        plan::upload_plan::decision const decided = plan_.next(limits_->time->now(), sender_.in_flight_max());
        if (decided.what == step::complete)
            co_return;
        if (decided.what == step::fail)
            std::rethrow_exception(first_error_);
        if (start(decided))
            continue;
        auto const ended = co_await children_.next();
        if (!ended)
            throw boost::system::system_error(asio::error::operation_aborted);
        take(*ended);
    }
}

bool upload_engine::start(plan::upload_plan::decision const& decided)
{
    using step = plan::upload_plan::step;
    switch (decided.what) {
    case step::hash:
        group_ = decided.group;
        children_.start(hashing_child, hash_group());
        return true;
    case step::send:
        events_.on_piece_started(decided.part, plan_.range_of(decided.part));
        children_.start(decided.part, send_part(decided.part));
        return true;
    case step::read:
        children_.start(reading_child, read_part());
        return true;
    default:
        if (decided.until)
            start_timer(*decided.until);
        return false;
    }
}

void upload_engine::start_timer(plan::upload_plan::time_point due)
{
    if (!timer_due_) {
        timer_due_ = due;
        children_.start(timer_child, wait_until(due));
    } else if (due < *timer_due_) {
        // Its end is the occasion to start it anew.
        timer_->wake();
    }
}

void upload_engine::take(async::task_group::completion const& ended)
{
    if (ended.id == timer_child) {
        timer_due_.reset();
        return;
    }
    if (ended.id != hashing_child && ended.id != reading_child) {
        take_part(ended.id, ended.error);
        return;
    }
    if (ended.error) {
        first_error_ = first_error_ ? first_error_ : ended.error;
        plan_.on_fatal();
    } else if (ended.id == reading_child) {
        take_read();
    } else {
        take_hashes();
    }
}

void upload_engine::take_hashes()
{
    std::uint64_t const before = plan_.parts_done();
    std::uint64_t const bytes_before = plan_.bytes_done();
    for (std::uint64_t const number : std::exchange(group_, {}))
        plan_.on_hashed(number, is_there(number));
    if (plan_.parts_done() == before)
        return;
    parts_resumed_ += plan_.parts_done() - before;
    bytes_resumed_ += plan_.bytes_done() - bytes_before;
    report();
}

void upload_engine::take_part(std::uint64_t number, std::exception_ptr const& error)
{
    if (!error) {
        plan_.on_sent(number);
        events_.on_piece_ended(number, nullptr);
        report();
        return;
    }
    if (plan_.on_failed(number, is_worth_repeating(error), limits_->time->now())) {
        events_.on_piece_repeated(number, plan_.attempts(number), error);
        return;
    }
    events_.on_piece_ended(number, error);
    if (!first_error_)
        first_error_ = error;
}

void upload_engine::take_read()
{
    if (task_.bytes_read > 0) {
        plan_.on_read(task_.bytes_read);
        hashes_.emplace_back();
        auto const& known = task_.settings.known_hashes;
        if (std::uint64_t const number = plan_.parts() - 1; number < known.size()) {
            hashes_[number] = known[number];
            plan_.set_hashed(number);
        }
    }
    if (task_.source->has_ended())
        plan_.on_end();
}

asio::awaitable<void> upload_engine::hash_group()
{
    std::vector<body> parts;
    for (std::uint64_t const number : group_)
        parts.push_back(task_.source->part(number, plan_.range_of(number)));
    std::vector<body_hashes> const hashes = co_await hash_parts(service_, std::move(parts));
    for (std::size_t i = 0; i < hashes.size(); ++i)
        hashes_[group_[i]] = hashes[i];
    if (!task_.journal)
        co_return;
    for (std::uint64_t const number : group_)
        if (is_there(number))
            co_await task_.journal->on_part(number, hashes_[number].tree_hash);
}

asio::awaitable<void> upload_engine::send_part(std::uint64_t number)
{
    byte_range const range = plan_.range_of(number);
    bool const again = plan_.attempts(number) > 1;
    body part = task_.source->part(number, range);
    // What was hashed just now is in memory.
    if (again || number < task_.settings.known_hashes.size())
        co_await page_in(service_, part);
    co_await sender_.send(std::move(part), range, hashes_[number], again);
    if (task_.journal)
        co_await task_.journal->on_part(number, hashes_[number].tree_hash);
    co_await task_.source->let_go(number, range);
}

asio::awaitable<void> upload_engine::read_part()
{
    task_.bytes_read = co_await task_.source->read();
}

asio::awaitable<void> upload_engine::wait_until(plan::upload_plan::time_point due)
{
    co_await timer_->wait_until(due);
}

asio::awaitable<void> upload_engine::finish_parts()
{
    events_.set_size(plan_.bytes());
    co_await task_.source->check();
    co_await combine_hashes();
    check_tree_hash(task_, *whole_);
    auto const& known = task_.settings.known_hashes;
    if (!known.empty() && known.size() != hashes_.size())
        refuse(task_, errc::invalid_option,
               std::to_string(known.size()) + " known hashes for " + std::to_string(hashes_.size()) +
                   " parts");
}

asio::awaitable<void> upload_engine::combine_hashes()
{
    std::vector<tree_hash> parts;
    parts.reserve(hashes_.size());
    for (body_hashes const& each : hashes_)
        parts.push_back(each.tree_hash);
    // Of a few parts it is a matter of microseconds, of 10,000 one of milliseconds.
    if (parts.size() <= parts_combined_at_once) {
        whole_ = combine_tree_hashes(parts);
        co_return;
    }
    auto combine = [parts = std::move(parts)] { return combine_tree_hashes(parts); };
    whole_ = co_await async::offload(service_.get_blocking_executor(), std::move(combine));
}

asio::awaitable<upload_result> upload_engine::complete()
{
    // From here on a crash must not begin another upload.
    if (task_.journal)
        co_await task_.journal->on_completing(*whole_);
    archive_creation_result const created = co_await make_archive();
    // The id must not be lost to a cancellation that comes with it.
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await record_archive(task_, created, *whole_);
    co_await asio::this_coro::throw_if_cancelled(throws);
    upload_result result(created.archive);
    result.tree_hash = *whole_;
    result.bytes = plan_.bytes();
    result.size_of_part = task_.size.bytes();
    result.parts = plan_.parts();
    result.parts_resumed = parts_resumed_;
    result.repetitions = plan_.repetitions();
    result.location = created.location;
    co_return result;
}

asio::awaitable<archive_creation_result> upload_engine::make_archive()
{
    complete_multipart_upload_request const request(task_.vault, *task_.upload, plan_.bytes(), *whole_);
    int rounds = 0;
    auto ask = [this, &request, &rounds] {
        ++rounds;
        return service_.complete_multipart_upload(request);
    };
    std::optional<operation_error> error;
    try {
        co_return co_await repeat(service_, std::move(ask));
    } catch (operation_error const& caught) {
        error = caught;
    }
    // With a journal it is asked for again.
    if (!task_.journal) {
        if (may_have_completed(*error, rounds))
            throw with_unknown_outcome(*error);
        if (!is_cancelled(co_await asio::this_coro::cancellation_state))
            co_await abort();
    }
    throw operation_error(*error);
}

asio::awaitable<void> upload_engine::abort()
{
    abort_multipart_upload_request request(task_.vault, *task_.upload);
    try {
        co_await service_.abort_multipart_upload(std::move(request));
    } catch (operation_error const&) {
        // The first error is the one that matters; what is left expires at the service.
    }
}

void upload_engine::report() const
{
    if (!task_.settings.on_progress)
        return;
    transfer_progress progress;
    progress.bytes_total = plan_.bytes();
    progress.bytes_done = plan_.bytes_done();
    progress.bytes_resumed = bytes_resumed_;
    progress.parts_total = plan_.parts();
    progress.parts_done = plan_.parts_done();
    progress.parts_resumed = parts_resumed_;
    progress.repetitions = plan_.repetitions();
    task_.settings.on_progress(progress);
}

asio::awaitable<upload_result> run_upload(client service, upload_task task, asio::any_io_executor strand)
{
    auto const engine =
        std::make_shared<upload_engine>(std::move(service), std::move(task), std::move(strand));
    co_return co_await engine->run();
}

asio::awaitable<void> try_to_write(asio::awaitable<void> writing)
{
    try {
        co_await std::move(writing);
    } catch (std::filesystem::filesystem_error const&) {
        // What stands in the journal can be asked for again.
    } catch (operation_error const&) {
        // Also if the journal is full.
    }
}

asio::awaitable<void> record_archive(upload_task const& task, archive_creation_result created,
                                     tree_hash whole)
{
    if (!task.journal)
        co_return;
    co_await try_to_write(task.journal->on_archive(std::move(created), whole));
    if (!task.keep_journal)
        co_await try_to_write(task.journal->remove());
}

void check_tree_hash(upload_task const& task, tree_hash const& whole)
{
    auto const& expected = task.settings.expected_tree_hash;
    if (expected && *expected != whole)
        refuse(task, errc::tree_hash_mismatch,
               "expected " + expected->hex() + ", the content has " + whole.hex());
}

void refuse(upload_task const& task, errc reason, std::string message)
{
    error_details details;
    details.operation = "upload";
    details.resource = task.resource;
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

} // namespace glacier::transfer
