#pragma once

#include "protocol/policy_statement.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::emulation {

/// What a policy judges a request by.
struct policy_request {
    /// Name of the operation, such as `DeleteArchive`.
    std::string_view action;
    std::string_view account;
    std::string_view vault_arn;
    /// Only of a request about an archive that exists.
    std::optional<std::int64_t> archive_age_days;
    /// Those of the vault.
    std::map<std::string, std::string> tags;
};

/**
 * A policy of a vault in the language of IAM, of which only the denials matter here: the account that sends all
 * requests owns the vault and may do everything else.
 *
 * A statement is understood if all of its conditions are: their operators are the numeric, the string and the
 * `Bool` ones and `Null`, also with `IfExists`, their keys `glacier:ArchiveAgeInDays` (for numbers and `Null`
 * only) and `glacier:ResourceTag/KEY`, their values fit the operator, and nothing has a policy variable, `${...}`.
 * A statement that is not understood matches nothing.
 */
class policy {
public:
    /// Nothing if the text does not have the form of a policy.
    static std::optional<policy> parse(std::string_view text);

    /// Whether the vault can be locked with it: all statements are understood, their resources are the vault,
    /// and their actions operations of the service. So nothing that a lock says is passed over in silence.
    bool can_lock(std::string_view vault_arn) const;

    /// Whether a statement forbids it explicitly.
    bool denies(policy_request const& request) const;

private:
    enum class relation {
        equal_numbers,
        less,
        less_or_equal,
        greater,
        greater_or_equal,
        equal_texts,
        equal_texts_in_any_case,
        like,
        equal_booleans,
        absent,
    };

    struct test {
        std::string_view name;
        relation compare;
        bool negated;
    };

    struct condition {
        relation compare = relation::equal_texts;
        bool negated = false;
        /// A key that the request does not have fulfils it.
        bool if_exists = false;
        /// Nothing: the age of the archive.
        std::optional<std::string> tag;
        std::vector<std::string> values;
    };

    struct statement {
        protocol::policy_statement text;
        /// Nothing if the statement is not understood.
        std::optional<std::vector<condition>> conditions;
    };

    static std::optional<test> find_test(std::string_view name) noexcept;
    static bool is_of_numbers(relation compare) noexcept;
    static bool fits(relation compare, std::string_view value);
    static bool holds(relation compare, std::string_view actual, std::string_view expected);
    static bool holds(relation compare, double actual, double expected) noexcept;
    static bool holds(condition const& tested, policy_request const& request);
    static std::optional<condition> understand(protocol::policy_condition const& written);
    static std::optional<std::vector<condition>> understand(protocol::policy_statement const& written);
    static bool matches(statement const& judge, policy_request const& request);

    std::vector<statement> statements_;
};

} // namespace glacier::emulation
