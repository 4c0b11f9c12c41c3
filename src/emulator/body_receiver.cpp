#include "emulator/body_receiver.hpp"

#include "emulator/ids.hpp"

namespace glacier::emulation {

body_receiver::body_receiver(service_context& context)
    : data_(context.data), content_(context.data.create(new_file_name(context.random)))
{}

void body_receiver::write(std::span<std::byte const> bytes)
{
    hasher_.update(bytes);
    content_.write(bytes);
}

service_result<tree_hash> body_receiver::finish(std::optional<sha256_digest> const& sent_sha256,
                                                std::optional<tree_hash> const& sent_tree_hash)
{
    protocol::payload_hashes const own = hasher_.finish();
    if (sent_sha256 && *sent_sha256 != own.content_sha256)
        return payload_mismatch(own.content_sha256, sent_sha256->hex());
    if (sent_tree_hash && *sent_tree_hash != own.tree)
        return error_of(service_errc::invalid_parameter_value, "Checksum mismatch: expected " +
                                                                   sent_tree_hash->hex() + ", computed " +
                                                                   own.tree.hex());
    content_.leaves = hasher_.leaves();
    data_.seal(content_);
    return own.tree;
}

} // namespace glacier::emulation
