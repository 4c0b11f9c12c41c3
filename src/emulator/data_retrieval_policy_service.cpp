#include "emulator/data_retrieval_policy_service.hpp"

#include <limits>
#include <string>

namespace glacier::emulation {

namespace {

constexpr auto bytes_per_hour_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

using strategy_form = protocol::text_form<data_retrieval_strategy>;

std::optional<protocol::service_error> check_rule(data_retrieval_rule const& rule)
{
    if (rule.strategy == data_retrieval_strategy::unknown)
        return parameter_missing("Strategy");
    if (rule.strategy == data_retrieval_strategy::bytes_per_hour) {
        if (!rule.bytes_per_hour)
            return parameter_missing("BytesPerHour");
        if (*rule.bytes_per_hour == 0 || *rule.bytes_per_hour > bytes_per_hour_max)
            return error_of(service_errc::invalid_parameter_value,
                            "Invalid BytesPerHour: " + std::to_string(*rule.bytes_per_hour) +
                                ". It must be between 1 and " + std::to_string(bytes_per_hour_max) + ".");
    } else if (rule.bytes_per_hour) {
        return error_of(service_errc::invalid_parameter_value,
                        "Invalid BytesPerHour: " + std::to_string(*rule.bytes_per_hour) +
                            ". It must not be there with the strategy " +
                            strategy_form::write(rule.strategy) + ".");
    }
    return std::nullopt;
}

} // namespace

service_result<get_data_retrieval_policy_result> get_data_retrieval_policy(
    service_context& context, get_data_retrieval_policy_request const& /*request*/)
{
    auto view = context.data.begin();
    auto const stored = view.retrieval_rule();
    get_data_retrieval_policy_result result;
    data_retrieval_rule& rule = result.policy.rules.emplace_back(data_retrieval_strategy::none);
    if (stored) {
        rule.strategy = strategy_form::read(stored->strategy).value_or(data_retrieval_strategy::unknown);
        rule.bytes_per_hour = stored->bytes_per_hour;
    }
    return result;
}

service_result<protocol::no_result> set_data_retrieval_policy(
    service_context& context, set_data_retrieval_policy_request const& request)
{
    auto const& rules = request.policy.rules;
    if (rules.size() != 1)
        return error_of(service_errc::invalid_parameter_value,
                        "Invalid Rules: a policy has exactly one rule, and this one has " +
                            std::to_string(rules.size()));
    if (auto const wrong = check_rule(rules.front()))
        return *wrong;
    auto change = context.data.begin();
    retrieval_rule_record stored;
    stored.strategy = strategy_form::write(rules.front().strategy);
    stored.bytes_per_hour = rules.front().bytes_per_hour;
    change.set_retrieval_rule(stored);
    change.commit();
    return protocol::no_result();
}

} // namespace glacier::emulation
