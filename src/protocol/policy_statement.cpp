#include "protocol/policy_statement.hpp"

#include "protocol/json_form.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace glacier::protocol {

namespace {

using texts = std::vector<std::string>;

constexpr std::array<std::string_view, 3> policy_members{"Version", "Id", "Statement"};
constexpr std::array<std::string_view, 9> statement_members{"Sid",          "Effect",      "Principal",
                                                            "NotPrincipal", "Action",      "NotAction",
                                                            "Resource",     "NotResource", "Condition"};
constexpr std::array<std::string_view, 2> versions{"2012-10-17", "2008-10-17"};
constexpr std::array<std::string_view, 4> principal_kinds{"AWS", "Service", "Federated", "CanonicalUser"};

bool is_among(std::string_view text, std::span<std::string_view const> names) noexcept
{
    return std::find(names.begin(), names.end(), text) != names.end();
}

bool has_only(boost::json::object const& object, std::span<std::string_view const> names)
{
    return std::all_of(object.begin(), object.end(), [names](auto const& member) {
        return is_among(detail::view_of(member.key()), names);
    });
}

/// A text, or a list of texts with one at least. `scalars`: numbers and booleans count as texts.
std::optional<texts> read_texts(boost::json::value const& value, bool scalars = false)
{
    texts read;
    auto const add = [&read, scalars](boost::json::value const& element) {
        if (element.is_string())
            read.emplace_back(detail::view_of(element.get_string()));
        else if (scalars && (element.is_number() || element.is_bool()))
            read.push_back(boost::json::serialize(element));
        else
            return false;
        return true;
    };
    if (!value.is_array())
        return add(value) ? std::optional(std::move(read)) : std::nullopt;
    boost::json::array const& elements = value.get_array();
    if (elements.empty() || !std::all_of(elements.begin(), elements.end(), add))
        return std::nullopt;
    return read;
}

/// Exactly one of the two members must be there, such as `Action` and `NotAction`.
template <class Read>
std::optional<policy_patterns> read_either(boost::json::object const& statement, std::string_view name,
                                           std::string_view negated_name, Read read)
{
    auto const* const plain = statement.if_contains(name);
    auto const* const negated = statement.if_contains(negated_name);
    if ((plain == nullptr) == (negated == nullptr))
        return std::nullopt;
    auto patterns = read(negated != nullptr ? *negated : *plain);
    if (!patterns)
        return std::nullopt;
    return policy_patterns{negated != nullptr, std::move(*patterns)};
}

/// `"*"` or `{"AWS": ...}`.
std::optional<texts> read_principals(boost::json::value const& value)
{
    if (value.is_string())
        return value.get_string() == "*" ? std::optional(texts{"*"}) : std::nullopt;
    if (!value.is_object() || value.get_object().empty() || !has_only(value.get_object(), principal_kinds))
        return std::nullopt;
    texts accounts;
    for (auto const& [kind, members] : value.get_object()) {
        auto read = read_texts(members);
        if (!read)
            return std::nullopt;
        if (kind == "AWS")
            accounts = std::move(*read);
    }
    return accounts;
}

std::optional<std::vector<policy_condition>> read_conditions(boost::json::value const& value)
{
    if (!value.is_object())
        return std::nullopt;
    std::vector<policy_condition> conditions;
    for (auto const& [test, keys] : value.get_object()) {
        if (!keys.is_object())
            return std::nullopt;
        for (auto const& [key, expected] : keys.get_object()) {
            auto values = read_texts(expected, true);
            if (!values)
                return std::nullopt;
            conditions.push_back(
                {std::string(detail::view_of(test)), std::string(detail::view_of(key)), std::move(*values)});
        }
    }
    return conditions;
}

bool is_text_if_there(boost::json::object const& object, std::string_view name)
{
    auto const* const value = object.if_contains(name);
    return value == nullptr || value->is_string();
}

std::optional<policy_statement> read_statement(boost::json::value const& value)
{
    if (!value.is_object() || !has_only(value.get_object(), statement_members))
        return std::nullopt;
    boost::json::object const& object = value.get_object();
    auto const* const effect = object.if_contains("Effect");
    bool const has_effect = effect != nullptr && (*effect == "Allow" || *effect == "Deny");
    if (!has_effect || !is_text_if_there(object, "Sid"))
        return std::nullopt;
    auto const read_list = [](boost::json::value const& list) { return read_texts(list); };
    auto principals = read_either(object, "Principal", "NotPrincipal", read_principals);
    auto actions = read_either(object, "Action", "NotAction", read_list);
    auto resources = read_either(object, "Resource", "NotResource", read_list);
    if (!principals || !actions || !resources)
        return std::nullopt;
    policy_statement statement;
    if (auto const* const condition = object.if_contains("Condition")) {
        auto conditions = read_conditions(*condition);
        if (!conditions)
            return std::nullopt;
        statement.conditions = std::move(*conditions);
    }
    statement.denies = *effect == "Deny";
    statement.principals = std::move(*principals);
    statement.actions = std::move(*actions);
    statement.resources = std::move(*resources);
    return statement;
}

bool is_version(boost::json::value const& value)
{
    return value.is_string() && is_among(detail::view_of(value.get_string()), versions);
}

} // namespace

std::optional<std::vector<policy_statement>> read_policy(std::string_view text)
{
    auto const document = parse_json_document(text);
    if (!document || !document->is_object() || !has_only(document->get_object(), policy_members))
        return std::nullopt;
    boost::json::object const& object = document->get_object();
    auto const* const version = object.if_contains("Version");
    auto const* const statement = object.if_contains("Statement");
    if ((version != nullptr && !is_version(*version)) || !is_text_if_there(object, "Id") ||
        statement == nullptr)
        return std::nullopt;

    boost::json::array const single{*statement};
    std::vector<policy_statement> statements;
    for (boost::json::value const& element : statement->is_array() ? statement->get_array() : single) {
        auto read = read_statement(element);
        if (!read)
            return std::nullopt;
        statements.push_back(std::move(*read));
    }
    return statements;
}

} // namespace glacier::protocol
