#include "transfer/file_target.hpp"

#include "async/transfer_limits.hpp"
#include "transfer/range_fetch.hpp"

#include <algorithm>
#include <utility>

namespace glacier::transfer {

namespace {

constexpr std::size_t buffer_bytes_max = std::size_t(4) * 1'048'576;
constexpr std::size_t buffer_bytes_min = std::size_t(64) * 1'024;

/// What a range is received with: some whole leaves, so that they are hashed side by side, but no more than a quarter of
/// what all transfers have.
std::size_t buffer_bytes_of(byte_range const& range, std::size_t memory_max)
{
    std::size_t const share = std::clamp(memory_max / 4, buffer_bytes_min, buffer_bytes_max);
    std::size_t const unit = share >= tree_hash_leaf_bytes ? tree_hash_leaf_bytes : buffer_bytes_min;
    return static_cast<std::size_t>(std::min<std::uint64_t>(share / unit * unit, range.size()));
}

} // namespace

file_target::file_target(client service, archive_output output, std::optional<byte_range> kept,
                         std::shared_ptr<output_file> file, std::shared_ptr<retrieval_state> state)
    : service_(std::move(service)), output_(std::move(output)), kept_(kept), file_(std::move(file)),
      state_(std::move(state)), memory_(service_.limits().shared()->memory)
{}

asio::awaitable<std::shared_ptr<reserved_buffer>> file_target::reserve(std::uint64_t /*piece*/,
                                                                       byte_range range)
{
    std::size_t const wanted = buffer_bytes_of(range, memory_->amount_max());
    while (!spare_.empty()) {
        std::shared_ptr<reserved_buffer> const taken = std::move(spare_.back());
        spare_.pop_back();
        if (taken->bytes().size() >= wanted)
            co_return taken;
    }
    co_return co_await reserve_buffer(memory_, wanted);
}

asio::awaitable<std::optional<tree_hash>> file_target::recall(std::uint64_t piece, byte_range range,
                                                              std::shared_ptr<reserved_buffer> buffer)
{
    range_hashes const* const found = state_ ? state_->range(piece) : nullptr;
    if (found == nullptr)
        co_return std::nullopt;
    range_hashes const recorded = *found;
    if (common_bytes(range, kept_)) {
        range_fetch left(output_, range, buffer);
        left.file = file_;
        left.kept = kept_;
        left.path = service_.limits().shared()->hashing;
        auto const computed = co_await read_back(service_.get_blocking_executor(), std::move(left));
        if (computed != recorded.kept.value_or(recorded.whole))
            co_return std::nullopt;
    }
    give_back(std::move(buffer));
    co_return recorded.whole;
}

asio::awaitable<void> file_target::accept(std::uint64_t piece, byte_range /*range*/, range_hashes hashes,
                                          std::shared_ptr<reserved_buffer> buffer)
{
    give_back(std::move(buffer));
    if (state_)
        co_await state_->on_range(piece, hashes);
}

void file_target::give_back(std::shared_ptr<reserved_buffer> buffer)
{
    if (memory_->waiting() == 0)
        spare_.push_back(std::move(buffer));
    else
        spare_.clear();
}

} // namespace glacier::transfer
