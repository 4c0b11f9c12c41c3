#pragma once

#include <glacier/emulator_fault.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::emulation {

/// What is wrong with a fault, and with which of its members.
struct fault_error {
    /// Such as `probability`.
    std::string member;
    /// Such as `probability: 2 is not allowed; it is above 0 and up to 1`.
    std::string message;
};

/// The first of the rules of emulator_fault that does not hold.
std::optional<fault_error> find_error(emulator_fault const& fault);

/// The name of the effect, such as `reset-after`.
std::string_view to_string(emulator_fault_effect effect) noexcept;

/**
 * Decides which requests go wrong. Draws no random numbers: the decision on the n-th request of a fault follows
 * from the seed, the fault's place in the list and n, so it is the same in every run, whatever other requests
 * there are.
 *
 * Thread safety: safe.
 */
class fault_plan {
public:
    static constexpr std::size_t faults_max = 1'000;

    explicit fault_plan(std::uint64_t seed = 0) noexcept : seed_(seed) {}

    std::uint64_t seed() const noexcept { return seed_; }

    /// Replaces all; the new ones count from the beginning. The faults have no error, and are not too many.
    void set(std::vector<emulator_fault> faults);

    /// Appends one. Whether there was room for it.
    bool add(emulator_fault fault);

    std::vector<emulator_fault_count> counts() const;

    /// Counts a request, and tells what strikes it. `vault` is empty for requests that are about none.
    std::optional<emulator_fault> decide(std::string_view operation, std::string_view vault);

private:
    std::uint64_t const seed_;
    mutable std::mutex mutex_;
    std::vector<emulator_fault_count> faults_;
};

} // namespace glacier::emulation
