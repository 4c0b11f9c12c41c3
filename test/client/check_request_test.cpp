// Values that the service would not accept: each is refused before anything is sent, with a message of its own.

#include "client/check_request.hpp"

#include "support/client_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace glacier;
using namespace glacier::test;

namespace {

constexpr std::uint64_t mib = 1'048'576;
constexpr std::uint64_t gib = 1'024 * mib;

/// One value, what is done with it, and how it must be refused.
struct refused_value {
    std::string name;
    std::function<void()> use;
    errc rule;
    /// What the message shows of the value.
    std::string shown;
};

struct check_request_fixture : client_fixture {
    /// Does as a user does: makes the request and awaits the operation.
    void check(std::vector<refused_value> const& table)
    {
        for (refused_value const& row : table) {
            try {
                row.use();
                BOOST_ERROR(row.name + " was accepted");
            } catch (invalid_value const& error) {
                std::string const what = error.what();
                BOOST_TEST((error.code() == row.rule), row.name << ": " << what);
                BOOST_TEST(what.starts_with("\"" + row.shown), row.name << ": " << what);
                std::string const rule = what.substr(what.rfind("\": ") + 3);
                BOOST_TEST(rule == error_code(row.rule).message(), row.name << ": " << rule);
                rules_[rule].insert(row.rule);
            }
        }
        BOOST_TEST(service->count() == 0U);
        for (auto const& [text, rules] : rules_)
            BOOST_TEST(rules.size() == 1U, text << " is the message of several rules");
    }

    void vault(std::string const& name) { run(sut.describe_vault(describe_vault_request(name))); }

    void describe_archive(std::string const& text)
    {
        upload_archive_request request(photos, body(std::string("bytes")));
        request.description = text;
        run(sut.upload_archive(std::move(request)));
    }

    void part_size_of(std::uint64_t bytes)
    {
        run(sut.initiate_multipart_upload(initiate_multipart_upload_request(photos, part_size(bytes))));
    }

    void job(job_parameters parameters)
    {
        run(sut.initiate_job(initiate_job_request(photos, std::move(parameters))));
    }

    void tag(std::string const& key, std::string const& value)
    {
        std::map<tag_key, tag_value> tags;
        tags.emplace(key, value);
        run(sut.add_tags_to_vault(add_tags_to_vault_request(photos, std::move(tags))));
    }

    void access_policy(std::string const& text)
    {
        run(sut.set_vault_access_policy(set_vault_access_policy_request(photos, text)));
    }

    void lock_policy(std::string const& text)
    {
        run(sut.initiate_vault_lock(initiate_vault_lock_request(photos, text)));
    }

    void notify(std::string const& its_topic, std::vector<notification_event> events)
    {
        vault_notification_config config(its_topic, std::move(events));
        run(sut.set_vault_notifications(set_vault_notifications_request(photos, std::move(config))));
    }

    void retrieval_policy(data_retrieval_policy policy)
    {
        run(sut.set_data_retrieval_policy(set_data_retrieval_policy_request(std::move(policy))));
    }

    static std::map<tag_key, tag_value> numbered_tags(int count)
    {
        std::map<tag_key, tag_value> tags;
        for (int i = 0; i < count; ++i)
            tags.emplace("key" + std::to_string(i), "value");
        return tags;
    }

    static std::vector<tag_key> numbered_keys(int count)
    {
        std::vector<tag_key> keys;
        for (int i = 0; i < count; ++i)
            keys.emplace_back("key" + std::to_string(i));
        return keys;
    }

    static job_parameters select_job()
    {
        select_parameters query;
        query.expression = "SELECT * FROM archive";
        output_location output;
        output.s3.emplace();
        output.s3->bucket_name = "results";
        output.s3->prefix = "2026";
        return job_parameters::select("some-archive", std::move(query), std::move(output));
    }

    std::string const topic = "arn:aws:sns:eu-west-1:210987654321:done";

private:
    std::map<std::string, std::set<errc>> rules_;
};

/// A policy of so many bytes.
std::string policy_of(std::size_t bytes)
{
    std::string const frame = R"({"Id":""})";
    return R"({"Id":")" + std::string(bytes - frame.size(), 'x') + R"("})";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(check_request_test, check_request_fixture)

// Names and ids: what they may consist of, and that they are there.
BOOST_AUTO_TEST_CASE(names_and_ids)
{
    using std::string_literals::operator""s;
    std::vector<refused_value> table;
    for (auto const& [text, shown] : std::map<std::string, std::string>{
             {""s, ""},
             {"."s, "."},
             {".."s, ".."},
             {"a b"s, "a b"},
             {"a/b"s, "a/b"},
             {"a\rb"s, "a\\x0db"},
             {"a\nb"s, "a\\x0ab"},
             {"a\0b"s, "a\\x00b"},
             {"caf\xc3\xa9"s, "caf\\xc3\\xa9"},
             {std::string(256, 'v'), std::string(100, 'v')},
         })
        table.push_back(
            {"vault name " + shown, [this, name = text] { vault(name); }, errc::invalid_vault_name, shown});
    for (std::string const text : {"", "a.b", "a b", "a\r\nb", "a/b"}) {
        std::string const shown = text.substr(0, 1);
        table.push_back({"archive id " + shown,
                         [this, text] { run(sut.delete_archive(delete_archive_request(photos, text))); },
                         errc::invalid_archive_id, shown});
        table.push_back({"job id " + shown,
                         [this, text] { run(sut.describe_job(describe_job_request(photos, text))); },
                         errc::invalid_job_id, shown});
        table.push_back({"upload id " + shown,
                         [this, text] { run(sut.list_parts(list_parts_request(photos, text))); },
                         errc::invalid_upload_id, shown});
        table.push_back(
            {"lock id " + shown,
             [this, text] { run(sut.complete_vault_lock(complete_vault_lock_request(photos, text))); },
             errc::invalid_lock_id, shown});
    }
    check(table);
}

// Names and ids that were never set have no text, and are refused too; the error says for which operation.
BOOST_AUTO_TEST_CASE(names_and_ids_never_set)
{
    auto const refused = [this](auto operation, errc rule) {
        operation_error const error = failure_of(std::move(operation));
        BOOST_TEST((error.code() == rule), error.what());
        BOOST_TEST(error.is(condition::invalid_value));
    };
    refused(sut.describe_vault(describe_vault_request(vault_name())), errc::invalid_vault_name);
    refused(sut.delete_archive(delete_archive_request(photos, archive_id())), errc::invalid_archive_id);
    refused(sut.describe_job(describe_job_request(photos, job_id())), errc::invalid_job_id);
    refused(sut.list_parts(list_parts_request(photos, upload_id())), errc::invalid_upload_id);
    refused(sut.complete_vault_lock(complete_vault_lock_request(photos, lock_id())), errc::invalid_lock_id);
    BOOST_TEST(service->count() == 0U);
}

// Descriptions of archives and jobs: printable ASCII, at most 1,024 characters.
BOOST_AUTO_TEST_CASE(descriptions)
{
    using std::string_literals::operator""s;
    std::vector<refused_value> table;
    for (auto const& [text, shown] : std::map<std::string, std::string>{
             {"a\rb"s, "a\\x0db"},
             {"a\nb"s, "a\\x0ab"},
             {"a\r\nx-amz-part-size: 1"s, "a\\x0d\\x0ax-amz-part-size: 1"},
             {"a\0b"s, "a\\x00b"},
             {"a\x7f"s, "a\\x7f"},
             {"\t"s, "\\x09"},
             {"caf\xc3\xa9"s, "caf\\xc3\\xa9"},
             {std::string(1'025, 'd'), std::string(100, 'd')},
         }) {
        table.push_back({"archive description " + shown, [this, words = text] { describe_archive(words); },
                         errc::invalid_description, shown});
        table.push_back({"job description " + shown,
                         [this, words = text] {
                             job_parameters parameters = job_parameters::inventory_retrieval();
                             parameters.description = words;
                             job(std::move(parameters));
                         },
                         errc::invalid_description, shown});
    }
    check(table);
}

// Sizes, ranges and hashes.
BOOST_AUTO_TEST_CASE(numbers)
{
    temporary_directory const directory;
    auto const huge = directory.write_sparse("huge", 4 * gib + 1);
    body const four(std::string("four"));
    auto const part = [&](byte_range range, body content) {
        run(sut.upload_multipart_part(
            upload_multipart_part_request(photos, "some-upload", range, std::move(content))));
    };
    auto const complete = [&](std::uint64_t bytes) {
        run(sut.complete_multipart_upload(
            complete_multipart_upload_request(photos, "some-upload", bytes, reference_tree_hash("x"))));
    };

    std::vector<refused_value> table;
    for (std::uint64_t const bytes :
         {std::uint64_t(0), std::uint64_t(1), 3 * mib, 8 * gib, mib - 1, 4 * gib + 1})
        table.push_back({"part size " + std::to_string(bytes), [this, bytes] { part_size_of(bytes); },
                         errc::invalid_part_size, std::to_string(bytes)});
    table.push_back({"empty archive",
                     [this] { run(sut.upload_archive(upload_archive_request(photos, body()))); },
                     errc::invalid_archive_size, "0 bytes"});
    table.push_back({"archive above 4 GiB",
                     [&] { run(sut.upload_archive(upload_archive_request(photos, body::file(huge)))); },
                     errc::invalid_archive_size, "4294967297 bytes"});
    table.push_back({"complete of nothing", [&] { complete(0); }, errc::invalid_archive_size, "0 bytes"});
    table.push_back({"complete above 40,000 GiB", [&] { complete(40'000 * gib + 1); },
                     errc::invalid_archive_size, "42949672960001 bytes"});
    table.push_back(
        {"range reversed", [&] { part(byte_range(5, 4), four); }, errc::invalid_byte_range, "5-4"});
    table.push_back({"range of another length", [&] { part(byte_range(0, 4), four); },
                     errc::invalid_byte_range, "0-4 for a part of 4 bytes"});
    table.push_back(
        {"range not on a whole MiB", [&] { part(byte_range(1, 4), four); }, errc::invalid_byte_range, "1-4"});
    table.push_back({"part above 4 GiB", [&] { part(byte_range(0, 4 * gib), body::file(huge)); },
                     errc::invalid_byte_range, "0-4294967296"});
    check(table);
    BOOST_TEST((tree_hash::from_hex("abc").error() == errc::invalid_hash));
}

// Every list has pages of at least one entry.
BOOST_AUTO_TEST_CASE(limits)
{
    auto const with_limit_zero = [](auto request) {
        request.limit = 0;
        return request;
    };
    job_parameters inventory = job_parameters::inventory_retrieval();
    inventory.inventory.emplace();
    inventory.inventory->limit = 0;
    check({
        {"vaults", [&] { run(sut.list_vaults(with_limit_zero(list_vaults_request()))); }, errc::invalid_limit,
         "0"},
        {"jobs", [&] { run(sut.list_jobs(with_limit_zero(list_jobs_request(photos)))); }, errc::invalid_limit,
         "0"},
        {"uploads",
         [&] { run(sut.list_multipart_uploads(with_limit_zero(list_multipart_uploads_request(photos)))); },
         errc::invalid_limit, "0"},
        {"parts", [&] { run(sut.list_parts(with_limit_zero(list_parts_request(photos, "some-upload")))); },
         errc::invalid_limit, "0"},
        {"inventory", [&] { job(inventory); }, errc::invalid_limit, "0"},
    });
}

// Parameters of a job that do not fit its type.
BOOST_AUTO_TEST_CASE(job_parameter_combinations)
{
    using change = std::function<void(job_parameters&)>;
    std::vector<refused_value> table;
    auto const row = [&](std::string const& name, job_parameters parameters, change const& spoil, errc rule,
                         std::string const& shown) {
        spoil(parameters);
        table.push_back({name, [this, parameters] { job(parameters); }, rule, shown});
    };
    job_parameters const archive = job_parameters::archive_retrieval("some-archive");
    job_parameters const inventory = job_parameters::inventory_retrieval();
    job_parameters const select = select_job();
    errc const unfit = errc::invalid_job_parameters;

    row(
        "archive without archive", archive, [](auto& p) { p.archive.reset(); }, unfit,
        "archive-retrieval without");
    row(
        "archive with empty id", archive, [](auto& p) { p.archive.emplace(); }, errc::invalid_archive_id, "");
    row(
        "archive with format", archive, [](auto& p) { p.format = inventory_format::csv; }, unfit,
        "archive-retrieval with parameters of an inventory");
    row(
        "archive with filter", archive, [](auto& p) { p.inventory.emplace(); }, unfit,
        "archive-retrieval with parameters of an inventory");
    row(
        "archive with query", archive, [&](auto& p) { p.select_query = select.select_query; }, unfit,
        "archive-retrieval with a query");
    row(
        "archive with output", archive, [&](auto& p) { p.output = select.output; }, unfit,
        "archive-retrieval with a query or an output location");
    row(
        "archive with unknown tier", archive, [](auto& p) { p.tier = tier::unknown; }, unfit,
        "archive-retrieval with an unknown tier");
    row(
        "archive with unaligned range", archive, [](auto& p) { p.range = byte_range(1, mib - 1); },
        errc::invalid_byte_range, "1-1048575 does not begin on a whole MiB");
    row(
        "archive with topic", archive, [](auto& p) { p.sns_topic.emplace(); }, errc::invalid_sns_topic, "");
    row(
        "inventory with archive", inventory, [](auto& p) { p.archive = "some-archive"; }, unfit,
        "inventory-retrieval with an archive");
    row(
        "inventory with range", inventory, [](auto& p) { p.range = byte_range(0, mib - 1); }, unfit,
        "inventory-retrieval of the range 0-1048575");
    row(
        "inventory with tier", inventory, [](auto& p) { p.tier = tier::bulk; }, unfit,
        "inventory-retrieval with a tier");
    row(
        "select without archive", select, [](auto& p) { p.archive.reset(); }, unfit,
        "select without an archive");
    row(
        "select without query", select, [](auto& p) { p.select_query.reset(); }, unfit,
        "select without a query and an output location");
    row(
        "select without output", select, [](auto& p) { p.output.reset(); }, unfit,
        "select without a query and an output location");
    row(
        "select with range", select, [](auto& p) { p.range = byte_range(0, mib - 1); }, unfit,
        "select of the range");
    row(
        "select without expression", select, [](auto& p) { p.select_query->expression.clear(); }, unfit,
        "select without an expression");
    row(
        "select with a long expression", select,
        [](auto& p) { p.select_query->expression = std::string(128'001, 'x'); }, unfit,
        "select with an expression that is not at most 128000 characters");
    row(
        "select of unknown type", select,
        [](auto& p) { p.select_query->expression_type = expression_type::unknown; }, unfit,
        "select with an expression type other than SQL");
    row(
        "select with invalid UTF-8", select, [](auto& p) { p.select_query->expression = "\xff"; }, unfit,
        "select with an expression that is not at most 128000 characters");
    row(
        "select with unknown first line", select,
        [](auto& p) {
            auto& csv = p.select_query->input_serialization.emplace().csv.emplace();
            csv.file_header_info = file_header_info::unknown;
        },
        unfit, "select with an unknown use of the first line");
    row(
        "select with unknown quotes", select,
        [](auto& p) {
            auto& csv = p.select_query->output_serialization.emplace().csv.emplace();
            csv.quote_fields = quote_fields::unknown;
        },
        unfit, "select with an unknown way to quote");
    row(
        "select without S3", select, [](auto& p) { p.output->s3.reset(); }, unfit,
        "select without an S3 location");
    row(
        "select without bucket", select, [](auto& p) { p.output->s3->bucket_name.clear(); }, unfit,
        "select without a bucket");
    row(
        "select without prefix", select, [](auto& p) { p.output->s3->prefix.clear(); }, unfit,
        "select with a prefix");
    row(
        "select with a long prefix", select, [](auto& p) { p.output->s3->prefix = std::string(513, 'p'); },
        unfit, "select with a prefix that does not have 1 to 512 bytes");
    row(
        "select with unknown ACL", select, [](auto& p) { p.output->s3->canned_acl = canned_acl::unknown; },
        unfit, "select with an unknown canned ACL");
    row(
        "select with unknown storage class", select,
        [](auto& p) { p.output->s3->storage_class = storage_class::unknown; }, unfit,
        "select with an unknown storage class");
    row(
        "select with unknown encryption", select,
        [](auto& p) { p.output->s3->encryption.emplace().encryption_type = encryption_type::unknown; }, unfit,
        "select with an unknown encryption type");
    row(
        "select with unknown permission", select,
        [](auto& p) { p.output->s3->access_control_list.emplace(1)[0].permission = permission::unknown; },
        unfit, "select with an unknown permission");
    row(
        "select with a grantee without type", select,
        [](auto& p) { p.output->s3->access_control_list.emplace(1)[0].grantee.emplace(); }, unfit,
        "select with a grantee without a type");
    check(table);
}

// Topics and events of notifications.
BOOST_AUTO_TEST_CASE(notifications)
{
    auto const archive = notification_event::archive_retrieval_completed;
    check({
        {"no topic", [&] { notify("", {archive}); }, errc::invalid_sns_topic, ""},
        {"no ARN", [&] { notify("done", {archive}); }, errc::invalid_sns_topic, "done"},
        {"ARN of a queue", [&] { notify("arn:aws:sqs:eu-west-1:210987654321:q", {archive}); },
         errc::invalid_sns_topic, "arn:aws:sqs"},
        {"line break", [&] { notify(topic + "\n", {archive}); }, errc::invalid_sns_topic, topic + "\\x0a"},
        {"topic never set",
         [&] {
             vault_notification_config config(sns_topic(), {archive});
             run(sut.set_vault_notifications(set_vault_notifications_request(photos, std::move(config))));
         },
         errc::invalid_sns_topic, ""},
        {"no event", [&] { notify(topic, {}); }, errc::invalid_notification_events, ""},
        {"event twice",
         [&] {
             notify(topic, {archive, archive});
         },
         errc::invalid_notification_events, "ArchiveRetrievalCompleted"},
        {"unknown event", [&] { notify(topic, {notification_event::unknown}); },
         errc::invalid_notification_events, ""},
    });
}

// Policies: a JSON object, at most 20 KB. One of exactly 20 KB is sent.
BOOST_AUTO_TEST_CASE(policies)
{
    std::vector<refused_value> table;
    for (auto const& [text, shown] : std::map<std::string, std::string>{
             {"", ""},
             {"deny everything", "deny everything"},
             {"[]", "[]"},
             {"{\"Version\":", "{\"Version\":"},
             {"{\"Id\":\"\xff\"}", "{\"Id\":\"\\xff\"}"},
             {policy_of(20'481), "{\"Id\":\"xxx"},
         }) {
        table.push_back({"access policy " + shown, [this, policy = text] { access_policy(policy); },
                         errc::invalid_policy_document, shown});
        table.push_back({"lock policy " + shown, [this, policy = text] { lock_policy(policy); },
                         errc::invalid_policy_document, shown});
    }
    table.push_back(
        {"access policy never set",
         [this] {
             run(sut.set_vault_access_policy(set_vault_access_policy_request(photos, policy_document())));
         },
         errc::invalid_policy_document, ""});
    table.push_back(
        {"lock policy never set",
         [this] { run(sut.initiate_vault_lock(initiate_vault_lock_request(photos, policy_document()))); },
         errc::invalid_policy_document, ""});
    check(table);

    service->always(protocol::operation::set_vault_access_policy, other_status(204));
    access_policy(policy_of(20'480));
    BOOST_TEST(service->count() == 1U);
}

// Tags: characters, lengths, and how many in one request.
BOOST_AUTO_TEST_CASE(tag_rules)
{
    std::vector<refused_value> table;
    for (auto const& [text, shown] : std::map<std::string, std::string>{
             {"", ""},
             {"aws:owner", "aws:owner"},
             {"AWS:owner", "AWS:owner"},
             {"a\nb", "a\\x0ab"},
             {"a;b", "a;b"},
             {"\xff", "\\xff"},
             {std::string(129, 'k'), std::string(100, 'k')},
         })
        table.push_back(
            {"key " + shown, [this, key = text] { tag(key, "value"); }, errc::invalid_tag_key, shown});
    for (auto const& [text, shown] : std::map<std::string, std::string>{
             {"a\rb", "a\\x0db"},
             {"<a>", "<a>"},
             {"\xc3", "\\xc3"},
             {std::string(256, 'v'), std::string(100, 'v')},
         })
        table.push_back(
            {"value " + shown, [this, value = text] { tag("key", value); }, errc::invalid_tag_value, shown});
    for (int const count : {0, 11}) {
        table.push_back(
            {std::to_string(count) + " tags",
             [this, count] {
                 run(sut.add_tags_to_vault(add_tags_to_vault_request(photos, numbered_tags(count))));
             },
             errc::invalid_tag_count, std::to_string(count)});
        table.push_back({std::to_string(count) + " keys",
                         [this, count] {
                             run(sut.remove_tags_from_vault(
                                 remove_tags_from_vault_request(photos, numbered_keys(count))));
                         },
                         errc::invalid_tag_count, std::to_string(count)});
    }
    table.push_back({"key never set",
                     [this] {
                         std::map<tag_key, tag_value> tags;
                         tags[tag_key()] = "value";
                         run(sut.add_tags_to_vault(add_tags_to_vault_request(photos, std::move(tags))));
                     },
                     errc::invalid_tag_key, ""});
    table.push_back(
        {"key to remove never set",
         [this] {
             std::vector<tag_key> keys(1);
             run(sut.remove_tags_from_vault(remove_tags_from_vault_request(photos, std::move(keys))));
         },
         errc::invalid_tag_key, ""});
    check(table);
}

// A data retrieval policy has one rule, with a number exactly where the strategy needs one.
BOOST_AUTO_TEST_CASE(retrieval_policies)
{
    auto two = data_retrieval_policy::none();
    two.rules.push_back(two.rules.front());
    auto without_bytes = data_retrieval_policy::bytes_per_hour(1);
    without_bytes.rules.front().bytes_per_hour.reset();
    auto with_bytes = data_retrieval_policy::free_tier();
    with_bytes.rules.front().bytes_per_hour = 1;
    data_retrieval_policy unknown;
    unknown.rules.emplace_back();
    errc const rule = errc::invalid_retrieval_policy;
    check({
        {"no rule", [&] { retrieval_policy(data_retrieval_policy()); }, rule, "0 rules"},
        {"two rules", [&] { retrieval_policy(two); }, rule, "2 rules"},
        {"unknown strategy", [&] { retrieval_policy(unknown); }, rule, "unknown strategy"},
        {"no bytes", [&] { retrieval_policy(without_bytes); }, rule, "BytesPerHour without bytes per hour"},
        {"bytes", [&] { retrieval_policy(with_bytes); }, rule, "FreeTier with bytes per hour"},
        {"zero", [&] { retrieval_policy(data_retrieval_policy::bytes_per_hour(0)); }, rule,
         "0 bytes per hour"},
        {"2^63", [&] { retrieval_policy(data_retrieval_policy::bytes_per_hour(std::uint64_t(1) << 63U)); },
         rule, "9223372036854775808 bytes per hour"},
    });
}

// What is at the edge of each rule is sent.
BOOST_AUTO_TEST_CASE(edges_are_sent)
{
    service->always(protocol::operation::add_tags_to_vault, other_status(204));
    service->always(protocol::operation::remove_tags_from_vault, other_status(204));
    service->always(protocol::operation::set_data_retrieval_policy, other_status(204));

    tag(std::string(128, 'k'), std::string(255, 'v'));
    // 128 characters of two bytes each.
    std::string umlauts;
    for (int i = 0; i < 128; ++i)
        umlauts += "\xc3\xbc";
    tag(umlauts, "");
    run(sut.add_tags_to_vault(add_tags_to_vault_request(photos, numbered_tags(10))));
    run(sut.remove_tags_from_vault(remove_tags_from_vault_request(photos, numbered_keys(10))));
    retrieval_policy(data_retrieval_policy::bytes_per_hour((std::uint64_t(1) << 63U) - 1));
    retrieval_policy(data_retrieval_policy::none());
    BOOST_TEST(service->count() == 6U);
}

BOOST_AUTO_TEST_SUITE_END()
