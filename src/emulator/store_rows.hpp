#pragma once

#include "emulator/sqlite.hpp"

#include <optional>
#include <vector>

namespace glacier::emulation {

/// All rows, each read by `read`.
template <class Read>
auto read_all(query& rows, Read read)
{
    std::vector<decltype(read(rows))> records;
    while (rows.next())
        records.push_back(read(rows));
    return records;
}

/// The first row; nothing if there is none.
template <class Read>
auto read_one(query& rows, Read read)
{
    std::optional<decltype(read(rows))> record;
    if (rows.next())
        record = read(rows);
    return record;
}

} // namespace glacier::emulation
