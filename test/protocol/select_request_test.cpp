#include "protocol/select_request.hpp"

#include <boost/test/unit_test.hpp>

namespace glacier::protocol {

BOOST_AUTO_TEST_SUITE(select_request_suite)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again)
{
    select_request request;
    request.query.expression = "SELECT s._1 FROM archive s WHERE s._2 = '\"'";
    csv_output& output = request.query.output_serialization.emplace().csv.emplace();
    output.quote_fields = quote_fields::as_needed;
    output.record_delimiter = "\n";
    s3_location& location = request.output.s3.emplace();
    location.bucket_name = "results";
    location.prefix = "2026";
    s3_grant& grant = location.access_control_list.emplace().emplace_back();
    grant.grantee.emplace().type = grantee_type::group;
    grant.permission = permission::read_acp;

    std::string const text = write_select_request(request);
    BOOST_TEST(text ==
               R"({"SelectParameters":{"Expression":"SELECT s._1 FROM archive s WHERE s._2 = '\"'",)"
               R"("ExpressionType":"SQL","OutputSerialization":{"csv":{"QuoteFields":"ASNEEDED",)"
               R"("RecordDelimiter":"\n"}}},"OutputLocation":{"S3":{"BucketName":"results","Prefix":"2026",)"
               R"("AccessControlList":[{"Grantee":{"Type":"Group"},"Permission":"READ_ACP"}]}}})");
    auto const read = read_select_request(text);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(write_select_request(*read) == text);
    BOOST_TEST(read->query.expression == request.query.expression);
    BOOST_TEST((read->output.s3->access_control_list->front().permission == permission::read_acp));
}

BOOST_AUTO_TEST_CASE(other_text_is_an_error)
{
    BOOST_TEST(!read_select_request("").has_value());
    BOOST_TEST(!read_select_request("[]").has_value());
    BOOST_TEST(!read_select_request(R"({"SelectParameters":1})").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::protocol
