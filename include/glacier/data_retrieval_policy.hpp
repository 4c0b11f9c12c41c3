#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace glacier {

/// How an account's retrievals are limited.
enum class data_retrieval_strategy {
    /// A name that this version does not know. Refused in requests.
    unknown,
    /// `BytesPerHour`: up to so many bytes per hour.
    bytes_per_hour,
    /// `FreeTier`: only what costs nothing.
    free_tier,
    /// `None`: no limit.
    none,
};

/// One rule of a data retrieval policy.
struct data_retrieval_rule {
    data_retrieval_rule() = default;
    /// A rule of this strategy.
    explicit data_retrieval_rule(data_retrieval_strategy its_strategy) : strategy(its_strategy) {}

    /// How retrievals are limited.
    data_retrieval_strategy strategy = data_retrieval_strategy::unknown;
    /// 1 to 2^63 - 1 bytes, for the strategy of that name, and required there. Not allowed for the others.
    std::optional<std::uint64_t> bytes_per_hour;
};

/**
 * Limits the Standard retrievals of an account in a region. A retrieval above it is refused with
 * service_errc::policy_enforced when its job is initiated.
 */
struct data_retrieval_policy {
    data_retrieval_policy() = default;

    /// Up to `bytes` per hour: 1 to 2^63 - 1.
    static data_retrieval_policy bytes_per_hour(std::uint64_t bytes)
    {
        data_retrieval_policy policy = of(data_retrieval_strategy::bytes_per_hour);
        policy.rules.front().bytes_per_hour = bytes;
        return policy;
    }

    /// Only what costs nothing.
    static data_retrieval_policy free_tier() { return of(data_retrieval_strategy::free_tier); }
    /// No limit: what an account has that never set a policy.
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

/// What GetDataRetrievalPolicy answers.
struct get_data_retrieval_policy_result {
    /// The account's policy in the client's region.
    data_retrieval_policy policy;
};

/// For client::set_data_retrieval_policy().
struct set_data_retrieval_policy_request {
    /// The new policy.
    explicit set_data_retrieval_policy_request(data_retrieval_policy its_policy)
        : policy(std::move(its_policy))
    {}

    /// Replaces the account's policy in the client's region. Errors: errc::invalid_retrieval_policy unless it
    /// has exactly one rule, with bytes per hour if and only if the strategy is of that name.
    data_retrieval_policy policy;
};

} // namespace glacier
