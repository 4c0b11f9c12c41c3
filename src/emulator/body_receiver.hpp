#pragma once

#include "emulator/service_context.hpp"
#include "protocol/payload_hasher.hpp"

#include <glacier/sha256_digest.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace glacier::emulation {

/// Takes the body of an upload as it arrives: writes it to a file of the store and computes both hashes.
class body_receiver {
public:
    explicit body_receiver(service_context& context);

    void write(std::span<std::byte const> bytes);

    /// The whole body has arrived. Compares its hashes with those that were sent; if they are right, the
    /// bytes are on the disk when this returns.
    service_result<tree_hash> finish(std::optional<sha256_digest> const& sent_sha256,
                                     std::optional<tree_hash> const& sent_tree_hash);

    /// After finish(): the file, for a transaction to take over.
    new_content&& content() noexcept { return std::move(content_); }

private:
    store& data_;
    new_content content_;
    protocol::payload_hasher hasher_;
};

} // namespace glacier::emulation
