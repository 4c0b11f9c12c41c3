#include "transfer/range_fetch.hpp"

#include "async/offload.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace glacier::transfer {

namespace {

/// What is received before it is handed to a thread.
constexpr std::uint64_t block_bytes_max = std::uint64_t(4) * 1'048'576;

/// A range while it comes. Shared with the threads that hash and write, since those end later than a coroutine that is
/// dropped.
class incoming_range {
public:
    explicit incoming_range(range_fetch wanted)
        : wanted_(std::move(wanted)), hasher_(wanted_.range, wanted_.kept, wanted_.path)
    {}

    range_fetch const& wanted() const noexcept { return wanted_; }
    std::uint64_t received() const noexcept { return received_; }
    std::uint64_t missing() const noexcept { return wanted_.range.size() - received_; }

    /// Where the next bytes go; empty if there are none.
    std::span<std::byte> next_block() const noexcept
    {
        std::span<std::byte> const memory = wanted_.buffer->bytes();
        bool const has_room_for_all = memory.size() >= wanted_.range.size();
        std::span<std::byte> const free =
            has_room_for_all ? memory.subspan(static_cast<std::size_t>(received_)) : memory;
        return free.first(
            static_cast<std::size_t>(std::min<std::uint64_t>({free.size(), missing(), block_bytes_max})));
    }

    /// Takes the next bytes, so many that a thread is not held for long.
    void take(std::span<std::byte const> bytes)
    {
        hasher_.update(bytes);
        byte_range const block(wanted_.range.first() + received_,
                               wanted_.range.first() + received_ + bytes.size() - 1);
        auto const both = common_bytes(block, wanted_.kept);
        if (wanted_.file && both) {
            std::uint64_t const begin = wanted_.kept ? wanted_.kept->first() : 0;
            wanted_.file->write(both->first() - begin,
                                bytes.subspan(static_cast<std::size_t>(both->first() - block.first()),
                                              static_cast<std::size_t>(both->size())));
        }
        received_ += bytes.size();
    }

    range_hashes finish() { return hasher_.finish(); }

private:
    range_fetch wanted_;
    range_hasher hasher_;
    std::uint64_t received_ = 0;
};

operation_error refusal(range_fetch const& wanted, errc reason, std::string const& message)
{
    return download_error(wanted.output.vault, wanted.output.job, reason,
                          "bytes " + wanted.range.str() + ": " + message);
}

asio::awaitable<void> take_block(asio::any_io_executor blocking, std::shared_ptr<incoming_range> incoming,
                                 std::span<std::byte const> block)
{
    std::size_t const step = range_hasher::step_bytes(incoming->wanted().path);
    while (!block.empty()) {
        std::span<std::byte const> const bytes = block.first(std::min(block.size(), step));
        auto take = [incoming, bytes] { incoming->take(bytes); };
        co_await async::offload(blocking, std::move(take));
        block = block.subspan(bytes.size());
    }
}

} // namespace

asio::awaitable<range_hashes> fetch_range(client service, range_fetch wanted)
{
    auto const incoming = std::make_shared<incoming_range>(std::move(wanted));
    range_fetch const& asked = incoming->wanted();
    get_job_output_request request(asked.output.vault, asked.output.job);
    request.range = asked.range;
    job_output_stream output = co_await service.get_job_output(std::move(request));

    while (incoming->missing() > 0) {
        std::span<std::byte> const block = incoming->next_block();
        std::size_t const filled = co_await output.read(block);
        co_await take_block(service.get_blocking_executor(), incoming, block.first(filled));
        if (filled < block.size())
            throw refusal(asked, errc::length_mismatch,
                          "only " + std::to_string(incoming->received()) + " bytes");
    }
    // The connection is of use again only if the end was read.
    std::array<std::byte, 1> surplus{};
    std::size_t const more = co_await output.read_some(surplus);
    if (more != 0)
        throw refusal(asked, errc::length_mismatch, "more bytes than asked for");

    range_hashes hashes = incoming->finish();
    if (output.head().tree_hash && *output.head().tree_hash != hashes.whole)
        throw refusal(asked, errc::tree_hash_mismatch,
                      "the service says " + output.head().tree_hash->hex() + ", received " +
                          hashes.whole.hex());
    hashes.verified = output.head().tree_hash.has_value();
    co_return hashes;
}

asio::awaitable<std::optional<tree_hash>> read_back(asio::any_io_executor blocking, range_fetch wanted)
{
    auto const both = common_bytes(wanted.range, wanted.kept);
    if (!both)
        co_return std::nullopt;
    std::uint64_t const begin = wanted.kept ? wanted.kept->first() : 0;
    std::size_t const step = std::min(range_hasher::step_bytes(wanted.path), wanted.buffer->bytes().size());
    auto const hasher = std::make_shared<range_hasher>(*both, std::nullopt, wanted.path);
    for (std::uint64_t done = 0; done < both->size();) {
        auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(step, both->size() - done));
        auto read = [hasher, file = wanted.file, buffer = wanted.buffer, count,
                     offset = both->first() - begin + done] {
            std::span<std::byte> const bytes = buffer->bytes().first(count);
            bool const complete = file->read(offset, bytes);
            if (complete)
                hasher->update(bytes);
            return complete;
        };
        bool const complete = co_await async::offload(blocking, std::move(read));
        if (!complete)
            co_return std::nullopt;
        done += count;
    }
    co_return hasher->finish().whole;
}

} // namespace glacier::transfer
