#include "client/check_request.hpp"

#include "base/utf8.hpp"
#include "protocol/data_retrieval_policy_operations.hpp"
#include "protocol/job_operations.hpp"
#include "protocol/vault_notification_operations.hpp"

#include <limits>
#include <set>
#include <string>
#include <vector>

namespace glacier {

namespace {

void require(bool holds, errc rule, std::string const& value)
{
    if (!holds)
        throw invalid_value(rule, value);
}

void check_select(job_parameters const& parameters)
{
    constexpr std::size_t expression_characters_max = 128'000;
    constexpr std::size_t prefix_bytes_max = 512;
    auto const refuse_unless = [](bool holds, char const* what) {
        require(holds, errc::invalid_job_parameters, std::string("select ") + what);
    };
    select_parameters const& query = *parameters.select_query;
    refuse_unless(!query.expression.empty(), "without an expression");
    auto const characters = base::count_utf8_characters(query.expression);
    refuse_unless(characters && *characters <= expression_characters_max,
                  "with an expression that is not at most 128000 characters in UTF-8");
    refuse_unless(query.expression_type == expression_type::sql, "with an expression type other than SQL");
    if (query.input_serialization && query.input_serialization->csv)
        refuse_unless(query.input_serialization->csv->file_header_info != file_header_info::unknown,
                      "with an unknown use of the first line");
    if (query.output_serialization && query.output_serialization->csv)
        refuse_unless(query.output_serialization->csv->quote_fields != quote_fields::unknown,
                      "with an unknown way to quote");
    refuse_unless(parameters.output->s3.has_value(), "without an S3 location");
    s3_location const& place = *parameters.output->s3;
    refuse_unless(!place.bucket_name.empty(), "without a bucket");
    refuse_unless(!place.prefix.empty() && place.prefix.size() <= prefix_bytes_max,
                  "with a prefix that does not have 1 to 512 bytes");
    refuse_unless(place.canned_acl != canned_acl::unknown, "with an unknown canned ACL");
    refuse_unless(place.storage_class != storage_class::unknown, "with an unknown storage class");
    if (place.encryption)
        refuse_unless(place.encryption->encryption_type != encryption_type::unknown,
                      "with an unknown encryption type");
    for (s3_grant const& grant : place.access_control_list.value_or(std::vector<s3_grant>())) {
        refuse_unless(grant.permission != permission::unknown, "with an unknown permission");
        refuse_unless(!grant.grantee || grant.grantee->type != grantee_type::unknown,
                      "with a grantee without a type");
    }
}

void require_tag_count(std::size_t count)
{
    constexpr std::size_t tags_per_request_max = 10;
    require(count >= 1 && count <= tags_per_request_max, errc::invalid_tag_count, std::to_string(count));
}

} // namespace

void check_limit(std::optional<std::uint32_t> const& limit)
{
    if (limit && *limit == 0)
        throw invalid_value(errc::invalid_limit, "0");
}

void check(upload_archive_request const& request)
{
    if (request.content.size() == 0 || request.content.size() > part_size::bytes_max)
        throw invalid_value(errc::invalid_archive_size, std::to_string(request.content.size()) + " bytes");
}

void check(upload_multipart_part_request const& request)
{
    bool const fits = request.range.size() == request.content.size() &&
                      request.range.size() <= part_size::bytes_max &&
                      request.range.first() % part_size::bytes_min == 0;
    if (!fits)
        throw invalid_value(errc::invalid_byte_range, request.range.str() + " for a part of " +
                                                          std::to_string(request.content.size()) + " bytes");
}

void check(complete_multipart_upload_request const& request)
{
    if (request.archive_bytes == 0 || request.archive_bytes > part_size::bytes_max * part_size::parts_max)
        throw invalid_value(errc::invalid_archive_size, std::to_string(request.archive_bytes) + " bytes");
}

void check(initiate_job_request const& request)
{
    job_parameters const& parameters = request.parameters;
    bool const retrieves_archive = parameters.type == job_type::archive_retrieval;
    bool const retrieves_inventory = parameters.type == job_type::inventory_retrieval;
    bool const selects = parameters.type == job_type::select;
    std::string const type = protocol::text_form<job_type>::write(parameters.type);
    auto const refuse_unless = [&type](bool holds, std::string const& what) {
        require(holds, errc::invalid_job_parameters, type + " " + what);
    };
    if (retrieves_inventory)
        refuse_unless(!parameters.archive, "with an archive");
    else
        refuse_unless(parameters.archive.has_value(), "without an archive");
    if (parameters.archive && parameters.archive->str().empty())
        throw invalid_value(errc::invalid_archive_id, {});
    if (parameters.sns_topic && parameters.sns_topic->str().empty())
        throw invalid_value(errc::invalid_sns_topic, {});
    if (parameters.range) {
        refuse_unless(retrieves_archive, "of the range " + parameters.range->str());
        // Where it may end depends on the archive's size, which only the service knows.
        require(parameters.range->first() % tree_hash_leaf_bytes == 0, errc::invalid_byte_range,
                parameters.range->str() + " does not begin on a whole MiB");
    }
    refuse_unless(retrieves_inventory || !(parameters.format || parameters.inventory),
                  "with parameters of an inventory");
    refuse_unless(!(retrieves_inventory && parameters.tier), "with a tier");
    refuse_unless(parameters.tier != tier::unknown, "with an unknown tier");
    refuse_unless(selects == parameters.select_query.has_value() && selects == parameters.output.has_value(),
                  selects ? "without a query and an output location" : "with a query or an output location");
    if (parameters.inventory)
        check_limit(parameters.inventory->limit);
    if (selects)
        check_select(parameters);
}

void check(list_jobs_request const& request)
{
    check_limit(request.limit);
    if (request.status == job_status::unknown)
        throw invalid_value(errc::invalid_option, "status unknown");
}

void check(set_vault_notifications_request const& request)
{
    require(!request.config.topic.str().empty(), errc::invalid_sns_topic, {});
    std::set<notification_event> known;
    for (notification_event const event : request.config.events)
        require(event != notification_event::unknown && known.insert(event).second,
                errc::invalid_notification_events, protocol::text_form<notification_event>::write(event));
    require(!known.empty(), errc::invalid_notification_events, {});
}

void check(set_vault_access_policy_request const& request)
{
    require(!request.policy.str().empty(), errc::invalid_policy_document, {});
}

void check(initiate_vault_lock_request const& request)
{
    require(!request.policy.str().empty(), errc::invalid_policy_document, {});
}

void check(add_tags_to_vault_request const& request)
{
    require_tag_count(request.tags.size());
    for (auto const& tag : request.tags)
        require(!tag.first.str().empty(), errc::invalid_tag_key, {});
}

void check(remove_tags_from_vault_request const& request)
{
    require_tag_count(request.keys.size());
    for (tag_key const& key : request.keys)
        require(!key.str().empty(), errc::invalid_tag_key, {});
}

void check(set_data_retrieval_policy_request const& request)
{
    constexpr std::uint64_t bytes_max = std::numeric_limits<std::int64_t>::max();
    auto const& rules = request.policy.rules;
    require(rules.size() == 1, errc::invalid_retrieval_policy, std::to_string(rules.size()) + " rules");
    data_retrieval_rule const& rule = rules.front();
    std::string const strategy = protocol::text_form<data_retrieval_strategy>::write(rule.strategy);
    require(!strategy.empty(), errc::invalid_retrieval_policy, "unknown strategy");
    bool const needs_bytes = rule.strategy == data_retrieval_strategy::bytes_per_hour;
    require(needs_bytes == rule.bytes_per_hour.has_value(), errc::invalid_retrieval_policy,
            strategy + (needs_bytes ? " without" : " with") + " bytes per hour");
    if (rule.bytes_per_hour)
        require(*rule.bytes_per_hour >= 1 && *rule.bytes_per_hour <= bytes_max,
                errc::invalid_retrieval_policy, std::to_string(*rule.bytes_per_hour) + " bytes per hour");
}

} // namespace glacier
