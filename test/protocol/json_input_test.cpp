#include <glacier/json_input.hpp>

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

namespace {

using glacier::json_input_error;
using glacier::parse_data_retrieval_policy;
using glacier::parse_job_parameters;
using glacier::parse_vault_notification_config;
using reason = json_input_error::reason;

void check_error(json_input_error const& error, reason why, std::string const& member)
{
    BOOST_TEST((error.why == why), error.message());
    BOOST_TEST(error.member == member);
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_input)

BOOST_AUTO_TEST_CASE(job)
{
    auto const retrieval = parse_job_parameters(
        R"({"Type":"archive-retrieval","ArchiveId":"-a_b","Description":"two words",)"
        R"("SNSTopic":"arn:aws:sns:us-east-1:123456789012:t","Tier":"Bulk","RetrievalByteRange":"0-1048575"})");
    BOOST_TEST_REQUIRE(retrieval.has_value());
    BOOST_TEST((retrieval->type == glacier::job_type::archive_retrieval));
    BOOST_TEST(retrieval->archive->str() == "-a_b");
    BOOST_TEST(retrieval->description->str() == "two words");
    BOOST_TEST(retrieval->sns_topic->str() == "arn:aws:sns:us-east-1:123456789012:t");
    BOOST_TEST((*retrieval->tier == glacier::tier::bulk));
    BOOST_TEST(retrieval->range->str() == "0-1048575");

    auto const inventory =
        parse_job_parameters(R"({"Type":"inventory-retrieval","Format":"CSV","InventoryRetrievalParameters":)"
                             R"({"StartDate":"2024-01-01T00:00:00Z","Limit":"7","Marker":"m"},"Tier":null})");
    BOOST_TEST_REQUIRE(inventory.has_value());
    BOOST_TEST((*inventory->format == glacier::inventory_format::csv));
    BOOST_TEST(*inventory->inventory->limit == 7U);
    BOOST_TEST(*inventory->inventory->marker == "m");
    BOOST_TEST((*inventory->inventory->start_date ==
                glacier::timestamp(std::chrono::milliseconds(1'704'067'200'000))));
    BOOST_TEST(!inventory->tier);
}

BOOST_AUTO_TEST_CASE(select_job)
{
    auto const select = parse_job_parameters(
        R"({"Type":"select","ArchiveId":"a","SelectParameters":{"Expression":"select * from archive",)"
        R"("ExpressionType":"SQL","InputSerialization":{"csv":{"FileHeaderInfo":"USE"}}},)"
        R"("OutputLocation":{"S3":{"BucketName":"b","Prefix":"p","Tagging":{"any":"key"},)"
        R"("AccessControlList":[{"Grantee":{"Type":"Group"},"Permission":"READ"}]}}})");
    BOOST_TEST_REQUIRE(select.has_value());
    BOOST_TEST(select->select_query->expression == "select * from archive");
    BOOST_TEST(select->output->s3->tagging->at("any") == "key");

    auto const wrong =
        parse_job_parameters(R"({"Type":"select","OutputLocation":{"S3":{"BucketName":"b","Prefix":"p",)"
                             R"("AccessControlList":[{},{"Permission":"ALL"}]}}})");
    BOOST_TEST_REQUIRE(wrong.has_error());
    check_error(wrong.error(), reason::invalid, "OutputLocation.S3.AccessControlList[1].Permission");
    BOOST_TEST(wrong.error().allowed == "FULL_CONTROL, WRITE, WRITE_ACP, READ or READ_ACP");
}

BOOST_AUTO_TEST_CASE(notifications)
{
    auto const config = parse_vault_notification_config(
        R"({"SNSTopic":"arn:aws:sns:us-east-1:123456789012:t","Events":["InventoryRetrievalCompleted"]})");
    BOOST_TEST_REQUIRE(config.has_value());
    BOOST_TEST(config->topic.str() == "arn:aws:sns:us-east-1:123456789012:t");
    BOOST_TEST_REQUIRE(config->events.size() == 1U);
    BOOST_TEST((config->events.front() == glacier::notification_event::inventory_retrieval_completed));

    check_error(parse_vault_notification_config(R"({"Events":[]})").error(), reason::missing, "SNSTopic");
    check_error(
        parse_vault_notification_config(R"({"SNSTopic":"arn:aws:sns:x:1:t","Events":["Done"]})").error(),
        reason::invalid, "Events[0]");
    check_error(parse_vault_notification_config(R"({"SNSTopic":"topic","Events":[]})").error(),
                reason::invalid, "SNSTopic");
}

BOOST_AUTO_TEST_CASE(retrieval_policy)
{
    auto const policy =
        parse_data_retrieval_policy(R"({"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":10737418240}]})");
    BOOST_TEST_REQUIRE(policy.has_value());
    BOOST_TEST_REQUIRE(policy->rules.size() == 1U);
    BOOST_TEST((policy->rules[0].strategy == glacier::data_retrieval_strategy::bytes_per_hour));
    BOOST_TEST(*policy->rules[0].bytes_per_hour == 10'737'418'240U);

    check_error(parse_data_retrieval_policy(R"({"Rules":[{"Strategy":"Free"}]})").error(), reason::invalid,
                "Rules[0].Strategy");
    check_error(parse_data_retrieval_policy(R"({"Rules":[{"Strategy":"None","BytesPerHour":-1}]})").error(),
                reason::invalid, "Rules[0].BytesPerHour");
    check_error(parse_data_retrieval_policy(R"({"Rules":7})").error(), reason::invalid, "Rules");
    check_error(parse_data_retrieval_policy(R"({"Rules":[7]})").error(), reason::invalid, "Rules[0]");
}

// A misspelt member is no wish that may be ignored, and case counts.
BOOST_AUTO_TEST_CASE(unknown_members)
{
    auto const top = parse_job_parameters(R"({"Type":"inventory-retrieval","format":"CSV"})");
    BOOST_TEST_REQUIRE(top.has_error());
    check_error(top.error(), reason::unknown, "format");
    BOOST_TEST(
        top.error().message() ==
        "there is no member format; there may be Type, ArchiveId, Description, SNSTopic, Tier, "
        "RetrievalByteRange, Format, InventoryRetrievalParameters, SelectParameters or OutputLocation");
    check_error(parse_job_parameters(
                    R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"From":"2024"}})")
                    .error(),
                reason::unknown, "InventoryRetrievalParameters.From");
    check_error(parse_data_retrieval_policy(R"({"Rules":[{"Strategy":"None","Bytes":1}]})").error(),
                reason::unknown, "Rules[0].Bytes");
}

// Where a wrong or missing value stands is told with its path.
BOOST_AUTO_TEST_CASE(paths)
{
    check_error(
        parse_job_parameters(R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":-7}})")
            .error(),
        reason::invalid, "InventoryRetrievalParameters.Limit");
    check_error(parse_job_parameters(
                    R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"EndDate":"tomorrow"}})")
                    .error(),
                reason::invalid, "InventoryRetrievalParameters.EndDate");
    check_error(parse_job_parameters(R"({"Type":"select","OutputLocation":{"S3":{"Prefix":"p"}}})").error(),
                reason::missing, "OutputLocation.S3.BucketName");
    check_error(
        parse_job_parameters(
            R"({"Type":"select","OutputLocation":{"S3":{"BucketName":"b","Prefix":"p","Tagging":[]}}})")
            .error(),
        reason::invalid, "OutputLocation.S3.Tagging");
}

BOOST_AUTO_TEST_CASE(messages)
{
    BOOST_TEST(parse_job_parameters("{}").error().message() == "the member Type is missing");
    BOOST_TEST(
        parse_job_parameters(R"({"Type":"archive"})").error().message() ==
        "Type: \"archive\" is not allowed; there may be archive-retrieval, inventory-retrieval or select");
    BOOST_TEST(parse_job_parameters(R"({"Type":"select","ArchiveId":"a b"})").error().message() ==
               "ArchiveId: \"a b\" is not allowed");
    BOOST_TEST(parse_job_parameters("[]").error().message() == "[] is not allowed; there may be an object");
    BOOST_TEST(parse_job_parameters(R"({"Type":"select","\u001b":1})").error().message().find('\x1b') ==
               std::string::npos);
}

// What comes from a file is bounded in size and depth.
BOOST_AUTO_TEST_CASE(hostile_texts)
{
    check_error(parse_job_parameters("").error(), reason::malformed, "");
    check_error(parse_job_parameters("{\"Type\":").error(), reason::malformed, "");
    check_error(parse_job_parameters(std::string(100'000, '[')).error(), reason::malformed, "");
    check_error(parse_job_parameters(std::string(1'048'577, ' ')).error(), reason::too_long, "");
    check_error(parse_job_parameters("{\"Type\":\"\xff\"}").error(), reason::malformed, "");
}

BOOST_AUTO_TEST_CASE(exception)
{
    BOOST_CHECK_EXCEPTION(parse_job_parameters("{}").value(), boost::system::system_error,
                          [](boost::system::system_error const& error) {
                              return std::string(error.what()).starts_with("the member Type is missing");
                          });
}

BOOST_AUTO_TEST_SUITE_END()
