#pragma once

#include "protocol/codec.hpp"

#include <glacier/inventory.hpp>

#include <string>
#include <tuple>

namespace glacier::protocol {

template <>
struct json_fields<inventory_archive> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("ArchiveId", &inventory_archive::archive),
        field("ArchiveDescription", &inventory_archive::description),
        field("CreationDate", &inventory_archive::creation_date),
        field("Size", &inventory_archive::size_in_bytes),
        field("SHA256TreeHash", &inventory_archive::tree_hash),
    };
};

/// Writes an inventory in pieces, so that one of a million archives takes no more memory than one of ten:
/// begin(), then entry() for each archive, then end().
class inventory_writer {
public:
    inventory_writer(inventory_format format, std::string vault_arn, timestamp date);

    std::string begin() const;
    std::string entry(inventory_archive const& archive);
    std::string end() const;

private:
    inventory_format format_;
    std::string vault_arn_;
    timestamp date_;
    bool first_ = true;
};

} // namespace glacier::protocol
