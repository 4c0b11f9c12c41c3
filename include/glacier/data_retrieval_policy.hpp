#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace glacier {

/// How an account's retrievals are limited. `unknown`: a name that this version does not know.
enum class data_retrieval_strategy {
    unknown,
    /// Up to so many bytes per hour.
    bytes_per_hour,
    /// Only what costs nothing.
    free_tier,
    /// No limit.
    none,
};

struct data_retrieval_rule {
    data_retrieval_rule() = default;
    explicit data_retrieval_rule(data_retrieval_strategy its_strategy) : strategy(its_strategy) {}

    data_retrieval_strategy strategy = data_retrieval_strategy::unknown;
    /// For the strategy of that name, and required there: 1 to 2^63 - 1 bytes.
    std::optional<std::uint64_t> bytes_per_hour;
};

/**
 * Limits the Standard retrievals of an account in a region. A retrieval above it is refused with
 * service_errc::policy_enforced when its job is initiated.
 */
struct data_retrieval_policy {
    data_retrieval_policy() = default;

    /// `bytes`: 1 to 2^63 - 1.
    static data_retrieval_policy bytes_per_hour(std::uint64_t bytes)
    {
        data_retrieval_policy policy = of(data_retrieval_strategy::bytes_per_hour);
        policy.rules.front().bytes_per_hour = bytes;
        return policy;
    }

    static data_retrieval_policy free_tier() { return of(data_retrieval_strategy::free_tier); }
    static data_retrieval_policy none() { return of(data_retrieval_strategy::none); }

    /// Exactly one: the service's rule.
    std::vector<data_retrieval_rule> rules;

private:
    static data_retrieval_policy of(data_retrieval_strategy strategy)
    {
        data_retrieval_policy policy;
        policy.rules.emplace_back(strategy);
        return policy;
    }
};

/// For client::get_data_retrieval_policy().
struct get_data_retrieval_policy_request {
    get_data_retrieval_policy_request() = default;
};

struct get_data_retrieval_policy_result {
    data_retrieval_policy policy;
};

/// For client::set_data_retrieval_policy().
struct set_data_retrieval_policy_request {
    explicit set_data_retrieval_policy_request(data_retrieval_policy its_policy)
        : policy(std::move(its_policy))
    {}

    data_retrieval_policy policy;
};

} // namespace glacier
