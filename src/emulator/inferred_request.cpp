#include "emulator/inferred_request.hpp"

#include "base/decimal.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace glacier::emulation {

namespace {

constexpr std::uint64_t limit_max = std::numeric_limits<std::uint32_t>::max();

/// Numbers that do not even fit into 64 bits are huge too.
bool is_huge_limit(std::string_view text) noexcept
{
    bool const is_number =
        !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_number && base::parse_decimal(text).value_or(limit_max + 1) > limit_max;
}

} // namespace

void apply_inferred(service_context& context, protocol::routed_request& request)
{
    inferred_behaviour const& inferred = context.options.inferred;
    request.refuse_unknown_members = !inferred.ignore_unknown_members;
    if (auto const name = request.path.find("vaultName");
        name != request.path.end() && !inferred.case_sensitive_vault_names) {
        auto view = context.data.begin();
        if (auto vault = view.find_vault_in_any_case(name->second))
            name->second = std::move(vault->name);
    }
    if (auto const limit = request.query.find("limit");
        limit != request.query.end() && inferred.clamp_huge_limits && is_huge_limit(limit->second))
        limit->second = std::to_string(limit_max);
}

} // namespace glacier::emulation
