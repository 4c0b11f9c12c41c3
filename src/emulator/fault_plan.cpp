#include "emulator/fault_plan.hpp"

#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "protocol/operation.hpp"

#include <glacier/identifiers.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds time_max = 10min;
constexpr std::chrono::milliseconds retry_after_max = 1h;
constexpr std::size_t code_length_max = 100;
constexpr std::size_t message_bytes_max = 1'000;

/// An effect and the members that go with it.
struct effect_row {
    std::string_view name;
    bool has_time;
    bool has_bytes;
};

// In the order of the enumeration.
constexpr std::array effects{
    effect_row{"status", false, false},
    effect_row{"delay", true, false},
    effect_row{"stall-request", true, true},
    effect_row{"stall-answer", true, true},
    effect_row{"reset-before", false, false},
    effect_row{"reset-after", false, false},
    effect_row{"duplicate-answer", false, false},
    effect_row{"cut-body", false, true},
    effect_row{"flip-byte", false, true},
    effect_row{"wrong-tree-hash", false, false},
    effect_row{"wrong-content-range", false, false},
    effect_row{"truncated-json", false, false},
    effect_row{"garbage", false, false},
};

static_assert(effects.size() == static_cast<std::size_t>(emulator_fault_effect::garbage) + 1);

effect_row const& row_of(emulator_fault_effect effect) noexcept
{
    return effects[static_cast<std::size_t>(effect)];
}

bool is_operation(std::string_view name) noexcept
{
    return std::any_of(protocol::operations.begin(), protocol::operations.end(),
                       [name](protocol::operation_info const& known) { return known.name == name; });
}

bool is_code(std::string_view text) noexcept
{
    return text.size() <= code_length_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

fault_error not_allowed(std::string member, std::string_view value, std::string_view rule)
{
    std::string message = member + ": " + base::printable(value, 100) + " is not allowed; ";
    message += rule;
    return {std::move(member), std::move(message)};
}

fault_error not_allowed(std::string member, std::int64_t value, std::string_view rule)
{
    return not_allowed(std::move(member), std::to_string(value), rule);
}

fault_error superfluous(std::string member, emulator_fault const& fault)
{
    std::string message = member + ": does not go with the effect ";
    message += to_string(fault.effect);
    return {std::move(member), std::move(message)};
}

std::optional<fault_error> find_error_in_scope(emulator_fault const& fault)
{
    if (!fault.operation.empty() && !is_operation(fault.operation))
        return not_allowed("operation", fault.operation,
                           "it is the name of an operation, such as UploadMultipartPart");
    if (!fault.vault.empty() && !vault_name_rule::allows(fault.vault))
        return not_allowed("vault", fault.vault, "it is the name of a vault");
    if (fault.first == 0)
        return not_allowed("first", "0", "requests are counted from 1");
    if (fault.last < fault.first)
        return not_allowed("last", std::to_string(fault.last), "it is not less than first");
    // Written so that it holds for what is no number, too.
    if (!(fault.probability > 0 && fault.probability <= 1))
        return not_allowed("probability", std::to_string(fault.probability), "it is above 0 and up to 1");
    return std::nullopt;
}

std::optional<fault_error> find_error_in_status(emulator_fault const& fault)
{
    if (fault.effect != emulator_fault_effect::status) {
        if (fault.status != 0)
            return superfluous("status", fault);
        if (!fault.code.empty())
            return superfluous("code", fault);
        if (!fault.message.empty())
            return superfluous("message", fault);
        if (fault.retry_after)
            return superfluous("retry_after", fault);
        return std::nullopt;
    }
    if (fault.status != 0 && (fault.status < 400 || fault.status > 599))
        return not_allowed("status", fault.status, "it is 400 to 599");
    if (!is_code(fault.code))
        return not_allowed("code", fault.code, "it has up to 100 printable characters without blanks");
    if (fault.message.size() > message_bytes_max || !base::count_utf8_characters(fault.message))
        return not_allowed("message", fault.message, "it has up to 1,000 bytes of UTF-8");
    if (fault.retry_after && (*fault.retry_after < 0ms || *fault.retry_after > retry_after_max))
        return not_allowed("retry_after", fault.retry_after->count(), "it is 0ms to 1h");
    return std::nullopt;
}

/// A number in [0, 1) that looks random. The mixing is that of SplitMix64.
double fraction_of(std::uint64_t seed, std::uint64_t place, std::uint64_t number) noexcept
{
    auto const mix = [](std::uint64_t value) {
        value += 0x9e3779b97f4a7c15U;
        value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
        value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
        return value ^ (value >> 31U);
    };
    std::uint64_t const mixed = mix(mix(mix(seed) ^ place) ^ number);
    return std::ldexp(static_cast<double>(mixed >> 11U), -53);
}

} // namespace

std::optional<fault_error> find_error(emulator_fault const& fault)
{
    if (auto error = find_error_in_scope(fault))
        return error;
    if (auto error = find_error_in_status(fault))
        return error;
    effect_row const& row = row_of(fault.effect);
    if (!row.has_time && fault.time != 0ms)
        return superfluous("time", fault);
    if (row.has_time && (fault.time <= 0ms || fault.time > time_max))
        return not_allowed("time", std::to_string(fault.time.count()) + "ms",
                           "the effect " + std::string(row.name) + " needs 1ms to 10min");
    if (!row.has_bytes && fault.bytes != 0)
        return superfluous("bytes", fault);
    return std::nullopt;
}

std::string_view to_string(emulator_fault_effect effect) noexcept
{
    return row_of(effect).name;
}

void fault_plan::set(std::vector<emulator_fault> faults)
{
    std::vector<emulator_fault_count> counted;
    counted.reserve(faults.size());
    for (emulator_fault& fault : faults)
        counted.push_back({std::move(fault), 0, 0});
    std::lock_guard const lock(mutex_);
    faults_ = std::move(counted);
}

bool fault_plan::add(emulator_fault fault)
{
    std::lock_guard const lock(mutex_);
    if (faults_.size() >= faults_max)
        return false;
    faults_.push_back({std::move(fault), 0, 0});
    return true;
}

std::vector<emulator_fault_count> fault_plan::counts() const
{
    std::lock_guard const lock(mutex_);
    return faults_;
}

std::optional<emulator_fault> fault_plan::decide(std::string_view operation, std::string_view vault)
{
    std::lock_guard const lock(mutex_);
    emulator_fault const* striking = nullptr;
    for (std::size_t place = 0; place < faults_.size(); ++place) {
        auto& [fault, matched, struck] = faults_[place];
        if ((!fault.operation.empty() && fault.operation != operation) ||
            (!fault.vault.empty() && fault.vault != vault))
            continue;
        ++matched;
        bool const strikes = matched >= fault.first && matched <= fault.last &&
                             fraction_of(seed_, place, matched) < fault.probability;
        if (strikes && striking == nullptr) {
            ++struck;
            striking = &fault;
        }
    }
    if (striking == nullptr)
        return std::nullopt;
    return *striking;
}

} // namespace glacier::emulation
