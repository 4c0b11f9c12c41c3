#pragma once

#include <span>
#include <string_view>

namespace glacier::emulation {

/// SQL that brings the index from each version to the next. An index that there is no version of yet gets all.
std::span<std::string_view const> index_schemas() noexcept;

} // namespace glacier::emulation
