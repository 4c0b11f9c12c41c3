#pragma once

#include "transfer/output_file.hpp"
#include "transfer/range_target.hpp"
#include "transfer/retrieval_state.hpp"

#include <glacier/client.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace glacier::transfer {

/// Puts ranges into a file. Their bytes are written while they come, so what is wrong is overwritten by the repetition.
class file_target final : public range_target {
public:
    /// `kept`: the bytes of the output that the file has; nothing: all. `state`: null if nothing is recorded.
    file_target(client service, archive_output output, std::optional<byte_range> kept,
                std::shared_ptr<output_file> file, std::shared_ptr<retrieval_state> state);

    asio::awaitable<std::shared_ptr<reserved_buffer>> reserve(std::uint64_t piece, byte_range range) override;
    asio::awaitable<std::optional<tree_hash>> recall(std::uint64_t piece, byte_range range,
                                                     std::shared_ptr<reserved_buffer> buffer) override;
    std::shared_ptr<output_file> file() const override { return file_; }
    asio::awaitable<void> accept(std::uint64_t piece, byte_range range, range_hashes hashes,
                                 std::shared_ptr<reserved_buffer> buffer) override;
    void trim() noexcept override { spare_.clear(); }

private:
    void give_back(std::shared_ptr<reserved_buffer> buffer);

    client service_;
    archive_output output_;
    std::optional<byte_range> kept_;
    std::shared_ptr<output_file> file_;
    std::shared_ptr<retrieval_state> state_;
    std::shared_ptr<async::budget> memory_;
    // Fresh memory costs as much as hashing it: the next range takes that of the last one.
    std::vector<std::shared_ptr<reserved_buffer>> spare_;
};

} // namespace glacier::transfer
