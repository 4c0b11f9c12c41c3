#include "emulator/policy.hpp"

#include "protocol/operation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace glacier::emulation {

namespace {

char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string to_lower(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        c = to_lower(c);
    return lower;
}

bool equal_in_any_case(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// Whether the text is what the pattern says: `*` is any characters, also none, and `?` is one.
bool is_like(std::string_view text, std::string_view pattern)
{
    std::size_t at = 0;
    std::size_t in_pattern = 0;
    // Where to go on if what followed the last star does not fit: the star then takes one character more.
    std::size_t after_star = std::string_view::npos;
    std::size_t taken = 0;
    while (at < text.size()) {
        if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
            after_star = ++in_pattern;
            taken = at;
        } else if (in_pattern < pattern.size() &&
                   (pattern[in_pattern] == '?' || pattern[in_pattern] == text[at])) {
            ++at;
            ++in_pattern;
        } else if (after_star != std::string_view::npos) {
            in_pattern = after_star;
            at = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

std::optional<double> number_in(std::string_view text)
{
    double number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

bool is_action(std::string_view operation, std::string_view pattern)
{
    return is_like(to_lower("glacier:" + std::string(operation)), to_lower(pattern));
}

/// Whether the principal is the account, whose owner sends all requests.
bool is_principal(std::string_view account, std::string_view principal)
{
    constexpr std::string_view prefix = "arn:";
    if (principal == "*" || principal == account)
        return true;
    // arn:aws:iam::123456789012:root, with the partition of any region.
    auto const partition_end = principal.find(':', prefix.size());
    return principal.starts_with(prefix) && partition_end != std::string_view::npos &&
           principal.substr(partition_end) == ":iam::" + std::string(account) + ":root";
}

template <class Matches>
bool any_matches(protocol::policy_patterns const& patterns, Matches matches)
{
    bool const found = std::any_of(patterns.patterns.begin(), patterns.patterns.end(), matches);
    return found != patterns.negated;
}

bool has_variable(std::string_view text) noexcept
{
    return text.find("${") != std::string_view::npos;
}

} // namespace

std::optional<policy::test> policy::find_test(std::string_view name) noexcept
{
    static constexpr std::array tests{
        test{"NumericEquals", relation::equal_numbers, false},
        test{"NumericNotEquals", relation::equal_numbers, true},
        test{"NumericLessThan", relation::less, false},
        test{"NumericLessThanEquals", relation::less_or_equal, false},
        test{"NumericGreaterThan", relation::greater, false},
        test{"NumericGreaterThanEquals", relation::greater_or_equal, false},
        test{"StringEquals", relation::equal_texts, false},
        test{"StringNotEquals", relation::equal_texts, true},
        test{"StringEqualsIgnoreCase", relation::equal_texts_in_any_case, false},
        test{"StringNotEqualsIgnoreCase", relation::equal_texts_in_any_case, true},
        test{"StringLike", relation::like, false},
        test{"StringNotLike", relation::like, true},
        test{"Bool", relation::equal_booleans, false},
        test{"Null", relation::absent, false},
    };
    auto const* const found = std::find_if(tests.begin(), tests.end(),
                                           [name](test const& candidate) { return candidate.name == name; });
    return found != tests.end() ? std::optional(*found) : std::nullopt;
}

bool policy::is_of_numbers(relation compare) noexcept
{
    switch (compare) {
    case relation::equal_numbers:
    case relation::less:
    case relation::less_or_equal:
    case relation::greater:
    case relation::greater_or_equal:
        return true;
    default:
        return false;
    }
}

/// Whether the value can be compared in this way.
bool policy::fits(relation compare, std::string_view value)
{
    if (has_variable(value))
        return false;
    if (is_of_numbers(compare))
        return number_in(value).has_value();
    if (compare == relation::equal_booleans || compare == relation::absent)
        return equal_in_any_case(value, "true") || equal_in_any_case(value, "false");
    return true;
}

std::optional<policy::condition> policy::understand(protocol::policy_condition const& written)
{
    constexpr std::string_view if_exists = "IfExists";
    constexpr std::string_view tag_prefix = "glacier:ResourceTag/";

    std::string_view name = written.test;
    condition understood;
    understood.if_exists = name.ends_with(if_exists);
    if (understood.if_exists)
        name.remove_suffix(if_exists.size());
    auto const found = find_test(name);
    if (!found || (understood.if_exists && found->compare == relation::absent))
        return std::nullopt;
    understood.compare = found->compare;
    understood.negated = found->negated;

    std::string_view const key = written.key;
    if (key.size() > tag_prefix.size() && equal_in_any_case(key.substr(0, tag_prefix.size()), tag_prefix))
        understood.tag = key.substr(tag_prefix.size());
    else if (!equal_in_any_case(key, "glacier:ArchiveAgeInDays"))
        return std::nullopt;
    bool const takes_an_age = is_of_numbers(understood.compare) || understood.compare == relation::absent;
    if (!understood.tag && !takes_an_age)
        return std::nullopt;

    for (std::string const& value : written.values)
        if (!fits(understood.compare, value))
            return std::nullopt;
    understood.values = written.values;
    return understood;
}

std::optional<std::vector<policy::condition>> policy::understand(protocol::policy_statement const& written)
{
    auto const& resources = written.resources.patterns;
    if (std::any_of(resources.begin(), resources.end(), has_variable))
        return std::nullopt;
    std::vector<condition> conditions;
    for (protocol::policy_condition const& each : written.conditions) {
        auto understood = understand(each);
        if (!understood)
            return std::nullopt;
        conditions.push_back(std::move(*understood));
    }
    return conditions;
}

std::optional<policy> policy::parse(std::string_view text)
{
    auto statements = protocol::read_policy(text);
    if (!statements)
        return std::nullopt;
    policy parsed;
    for (protocol::policy_statement& written : *statements) {
        auto conditions = understand(written);
        parsed.statements_.push_back({std::move(written), std::move(conditions)});
    }
    return parsed;
}

bool policy::can_lock(std::string_view vault_arn) const
{
    auto const is_operation = [](std::string const& pattern) {
        return std::any_of(
            protocol::operations.begin(), protocol::operations.end(),
            [&pattern](protocol::operation_info const& info) { return is_action(info.name, pattern); });
    };
    auto const is_vault = [vault_arn](std::string const& pattern) { return is_like(vault_arn, pattern); };
    return std::all_of(statements_.begin(), statements_.end(), [&](statement const& each) {
        auto const& actions = each.text.actions.patterns;
        auto const& resources = each.text.resources.patterns;
        return each.conditions && std::all_of(actions.begin(), actions.end(), is_operation) &&
               std::all_of(resources.begin(), resources.end(), is_vault);
    });
}

/// Whether the value of a key is in this relation to one of a condition.
bool policy::holds(relation compare, std::string_view actual, std::string_view expected)
{
    if (is_of_numbers(compare)) {
        auto const left = number_in(actual);
        auto const right = number_in(expected);
        // A tag may have a value that is no number.
        return left && right && holds(compare, *left, *right);
    }
    switch (compare) {
    case relation::like:
        return is_like(actual, expected);
    case relation::equal_texts_in_any_case:
    case relation::equal_booleans:
        return equal_in_any_case(actual, expected);
    case relation::absent:
        // The key is there.
        return equal_in_any_case(expected, "false");
    default:
        return actual == expected;
    }
}

bool policy::holds(relation compare, double actual, double expected) noexcept
{
    switch (compare) {
    case relation::less:
        return actual < expected;
    case relation::less_or_equal:
        return actual <= expected;
    case relation::greater:
        return actual > expected;
    case relation::greater_or_equal:
        return actual >= expected;
    default:
        return actual >= expected && actual <= expected;
    }
}

bool policy::holds(condition const& tested, policy_request const& request)
{
    std::optional<std::string> actual;
    if (!tested.tag) {
        if (request.archive_age_days)
            actual = std::to_string(*request.archive_age_days);
    } else if (auto const found = request.tags.find(*tested.tag); found != request.tags.end()) {
        actual = found->second;
    }
    if (!actual && tested.compare == relation::absent)
        return std::any_of(tested.values.begin(), tested.values.end(),
                           [](std::string const& value) { return equal_in_any_case(value, "true"); });
    // What a request does not have is not equal to anything.
    if (!actual)
        return tested.negated || tested.if_exists;
    bool const found =
        std::any_of(tested.values.begin(), tested.values.end(),
                    [&](std::string const& expected) { return holds(tested.compare, *actual, expected); });
    return found != tested.negated;
}

bool policy::matches(statement const& judge, policy_request const& request)
{
    if (!judge.conditions)
        return false;
    auto const is_mine = [&](std::string const& principal) {
        return is_principal(request.account, principal);
    };
    auto const is_asked_for = [&](std::string const& pattern) { return is_action(request.action, pattern); };
    auto const is_vault = [&](std::string const& pattern) { return is_like(request.vault_arn, pattern); };
    return any_matches(judge.text.principals, is_mine) && any_matches(judge.text.actions, is_asked_for) &&
           any_matches(judge.text.resources, is_vault) &&
           std::all_of(judge.conditions->begin(), judge.conditions->end(),
                       [&](condition const& each) { return holds(each, request); });
}

bool policy::denies(policy_request const& request) const
{
    return std::any_of(statements_.begin(), statements_.end(), [&request](statement const& each) {
        return each.text.denies && matches(each, request);
    });
}

} // namespace glacier::emulation
