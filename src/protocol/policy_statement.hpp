#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::protocol {

/// Patterns of a statement: it is about what matches one of them or, in the `Not...` form, about all else.
struct policy_patterns {
    bool negated = false;
    std::vector<std::string> patterns;
};

/// One line of a `Condition`: `"NumericLessThan": {"glacier:ArchiveAgeInDays": "365"}`.
struct policy_condition {
    std::string test;
    std::string key;
    /// Numbers and booleans as they would be written in text.
    std::vector<std::string> values;
};

/// A statement of a policy in the language of IAM, as it is written.
struct policy_statement {
    bool denies = false;
    /// `*`, or what stands for `AWS`. Principals of other kinds, such as services, are left out.
    policy_patterns principals;
    policy_patterns actions;
    policy_patterns resources;
    std::vector<policy_condition> conditions;
};

/// The statements of the policy of a resource. Nothing if the text does not have the form of one: a member that
/// is unknown, missing or of another type, an effect other than `Allow` and `Deny`, a version that there is not.
std::optional<std::vector<policy_statement>> read_policy(std::string_view text);

} // namespace glacier::protocol
