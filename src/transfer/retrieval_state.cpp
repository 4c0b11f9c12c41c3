#include "transfer/retrieval_state.hpp"

#include "async/offload.hpp"
#include "base/printable.hpp"

#include <glacier/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>
#include <vector>

namespace glacier::transfer {

namespace {

constexpr std::uint64_t version = 1;

std::string text_of(std::optional<byte_range> const& range)
{
    return range ? range->str() : std::string();
}

journal::record record_of(retrieval_identity const& wanted)
{
    journal::record made("transfer");
    made.set("kind", "retrieval").set("version", version);
    made.set("endpoint", wanted.endpoint).set("account", wanted.account);
    made.set("vault", wanted.vault).set("archive", wanted.archive);
    made.set("file", wanted.file.string());
    made.set("range", text_of(wanted.range)).set("part", text_of(wanted.part));
    return made;
}

journal::record record_of(archive_output const& output)
{
    journal::record made("output");
    made.set("range", output.range.str()).set("archive_bytes", output.archive_bytes);
    made.set("tree_hash", output.tree_hash ? output.tree_hash->hex() : std::string());
    return made;
}

std::uint64_t pieces_of(byte_range const& output, part_size size)
{
    return (output.size() - 1) / size.bytes() + 1;
}

} // namespace

retrieval_identity::retrieval_identity(client const& service, vault_name const& its_vault,
                                       std::string its_archive)
    : endpoint(service.get_endpoint()), account(service.get_account().str()), vault(its_vault.str()),
      archive(std::move(its_archive))
{}

asio::awaitable<std::shared_ptr<retrieval_state>> retrieval_state::open(asio::any_io_executor blocking,
                                                                        std::filesystem::path path)
{
    auto open = [blocking, path = std::move(path)] {
        return std::make_shared<retrieval_state>(blocking, std::make_unique<journal>(path));
    };
    co_return co_await async::offload(blocking, std::move(open));
}

retrieval_state::retrieval_state(asio::any_io_executor blocking, std::unique_ptr<journal> file)
    : blocking_(std::move(blocking)), file_(std::move(file))
{
    for (journal::record const& each : file_->records())
        read(each);
}

retrieval_state::~retrieval_state() = default;

void retrieval_state::refuse(errc reason, std::string message) const
{
    error_details details;
    details.operation = "state file";
    details.resource = file_->path().string();
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

void retrieval_state::read(journal::record const& record)
{
    if (record.type == "transfer" && !identity_) {
        if (record.get("kind") != "retrieval")
            refuse(errc::state_file_mismatch, "it is that of another kind of transfer: '" +
                                                  base::printable(record.get("kind"), 40) +
                                                  "'; name another state file");
        if (record.get("version") != std::to_string(version))
            refuse(errc::state_file_invalid, "version '" + base::printable(record.get("version"), 40) +
                                                 "', this library knows " + std::to_string(version));
        identity_ = record;
    } else if (record.type == "starting_job" && identity_) {
        starting_job_ = true;
        job_.reset();
    } else if (record.type == "job" && identity_) {
        auto const id = job_id::parse(record.get("id"));
        if (!id)
            refuse(errc::state_file_invalid,
                   "'" + base::printable(record.get("id"), 100) + "' is no id of a job");
        job_ = *id;
        starting_job_ = false;
    } else if (record.type == "no_job" && identity_) {
        starting_job_ = false;
        job_.reset();
    } else if (record.type == "output" && identity_ && !output_) {
        read_output(record);
    } else if (record.type == "range" && output_) {
        read_range(record);
    } else {
        refuse(errc::state_file_invalid, "'" + base::printable(record.type, 40) + "' makes no sense there");
    }
}

void retrieval_state::read_output(journal::record const& record)
{
    auto const range = range_in(record, "range");
    if (!range)
        refuse(errc::state_file_invalid, "an output without a range");
    auto const size = part_size::from_bytes(number_in(record, "size_of_range"));
    if (!size)
        refuse(errc::state_file_invalid,
               "ranges of " + base::printable(record.get("size_of_range"), 40) + " bytes");
    output_ = record;
    output_->fields.erase("size_of_range");
    size_of_range_ = *size;
}

void retrieval_state::read_range(journal::record const& record)
{
    std::uint64_t const piece = number_in(record, "number");
    if (piece >= pieces_of(*range_in(*output_, "range"), *size_of_range_))
        refuse(errc::state_file_invalid,
               "range " + std::to_string(piece) + ", which the output does not have");
    range_hashes hashes(hash_in(record, "tree_hash"));
    if (!record.get("kept").empty())
        hashes.kept = hash_in(record, "kept");
    ranges_.insert_or_assign(piece, hashes);
}

std::optional<byte_range> retrieval_state::range_in(journal::record const& record,
                                                    std::string_view name) const
{
    std::string_view const text = record.get(name);
    if (text.empty())
        return std::nullopt;
    auto const range = byte_range::parse(text);
    if (!range)
        refuse(errc::state_file_invalid, "'" + base::printable(text, 100) + "' is no range of bytes");
    return *range;
}

tree_hash retrieval_state::hash_in(journal::record const& record, std::string_view name) const
{
    auto const hash = tree_hash::from_hex(record.get(name));
    if (!hash)
        refuse(errc::state_file_invalid, "'" + base::printable(record.get(name), 100) + "' is no tree hash");
    return *hash;
}

std::uint64_t retrieval_state::number_in(journal::record const& record, std::string_view name) const
{
    auto const number = record.number(name);
    if (!number)
        refuse(errc::state_file_invalid, "'" + base::printable(record.get(name), 100) + "' is no number");
    return *number;
}

void retrieval_state::check_same(journal::record const& wanted, journal::record const& found) const
{
    for (auto const& [name, value] : wanted.fields) {
        std::string_view const before = found.get(name);
        if (before == value)
            continue;
        auto const shown = [](std::string_view text) {
            return text.empty() ? std::string("none") : "'" + base::printable(text, 300) + "'";
        };
        refuse(errc::state_file_mismatch, name + " was " + shown(before) + ", and is " + shown(value) +
                                              " now; finish what was begun, or name another state file");
    }
}

template <class Function>
asio::awaitable<void> retrieval_state::on_thread(Function work)
{
    auto run = [file = file_, work = std::move(work)] { work(*file); };
    co_await async::offload(blocking_, std::move(run));
}

asio::awaitable<void> retrieval_state::append(journal::record record)
{
    auto write = [record = std::move(record)](journal& file) { file.append(record); };
    co_await on_thread(std::move(write));
}

asio::awaitable<void> retrieval_state::begin(retrieval_identity wanted)
{
    journal::record record = record_of(wanted);
    if (identity_) {
        check_same(record, *identity_);
        co_return;
    }
    co_await append(record);
    identity_ = std::move(record);
}

asio::awaitable<void> retrieval_state::on_starting_job()
{
    journal::record record("starting_job");
    co_await append(std::move(record));
    starting_job_ = true;
    job_.reset();
}

asio::awaitable<void> retrieval_state::on_job(job_id job)
{
    if (job_ == job)
        co_return;
    journal::record record("job");
    record.set("id", job.str());
    co_await append(std::move(record));
    starting_job_ = false;
    job_ = std::move(job);
}

asio::awaitable<void> retrieval_state::on_job_gone()
{
    journal::record record("no_job");
    co_await append(std::move(record));
    starting_job_ = false;
    job_.reset();
}

asio::awaitable<part_size> retrieval_state::on_output(archive_output output, part_size size_of_range)
{
    journal::record record = record_of(output);
    if (output_) {
        check_same(record, *output_);
        co_return *size_of_range_;
    }
    // As many ranges as an upload may have parts, so that the file stays small.
    auto const fitting = part_size::for_archive(output.bytes(), size_of_range);
    if (!fitting)
        refuse(errc::archive_too_large, std::to_string(output.bytes()) + " bytes");
    journal::record written = record;
    written.set("size_of_range", fitting->bytes());
    co_await append(std::move(written));
    output_ = std::move(record);
    size_of_range_ = *fitting;
    co_return *fitting;
}

std::optional<archive_output> retrieval_state::recorded_output(vault_name vault) const
{
    if (!output_ || !job_)
        return std::nullopt;
    archive_output recorded(std::move(vault), *job_, *range_in(*output_, "range"));
    recorded.archive_bytes = number_in(*output_, "archive_bytes");
    if (!output_->get("tree_hash").empty())
        recorded.tree_hash = hash_in(*output_, "tree_hash");
    return recorded;
}

range_hashes const* retrieval_state::range(std::uint64_t piece) const noexcept
{
    auto const found = ranges_.find(piece);
    return found == ranges_.end() ? nullptr : &found->second;
}

asio::awaitable<void> retrieval_state::on_range(std::uint64_t piece, range_hashes hashes)
{
    journal::record record("range");
    record.set("number", piece).set("tree_hash", hashes.whole.hex());
    if (hashes.kept)
        record.set("kept", hashes.kept->hex());
    to_write_.push_back(std::move(record));
    ranges_.insert_or_assign(piece, hashes);
    // The one that writes does it for those that come meanwhile.
    if (!writing_)
        co_await flush();
}

asio::awaitable<void> retrieval_state::flush()
{
    bool const throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    writing_ = true;
    std::exception_ptr error;
    while (!error && !to_write_.empty()) {
        auto const records =
            std::make_shared<std::vector<journal::record>>(to_write_.begin(), to_write_.end());
        to_write_.clear();
        auto write = [records](journal& file) {
            for (journal::record const& each : *records)
                file.append(each);
        };
        try {
            co_await on_thread(std::move(write));
        } catch (...) {
            error = std::current_exception();
        }
    }
    writing_ = false;
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (error)
        std::rethrow_exception(error);
}

asio::awaitable<void> retrieval_state::forget_ranges()
{
    to_write_.clear();
    ranges_.clear();
    auto forget = [](journal& file) {
        std::vector<journal::record> kept;
        for (journal::record const& each : file.records())
            if (each.type != "range")
                kept.push_back(each);
        file.replace(std::move(kept));
    };
    co_await on_thread(std::move(forget));
}

asio::awaitable<void> retrieval_state::remove()
{
    auto remove = [](journal& file) { file.remove(); };
    co_await on_thread(std::move(remove));
}

} // namespace glacier::transfer
