#include "emulator/dispatch.hpp"

#include "emulator/vault_lock_service.hpp"
#include "fixture.hpp"
#include "protocol/operation.hpp"

namespace glacier::emulation {

namespace {

struct dispatch_fixture : service_fixture {
    /// Carries out an operation that takes a body of JSON, with 'attic' and ids that nothing has.
    service_result<reply> carry_out(protocol::operation id, std::string_view content = {})
    {
        auto services = context();
        protocol::routed_request const request{id,
                                               {{"accountId", "-"},
                                                {"vaultName", "attic"},
                                                {"archiveId", archive_in_path},
                                                {"jobId", "j"},
                                                {"uploadId", "u"},
                                                {"lockId", "l"}},
                                               query_parameters,
                                               headers,
                                               content};
        operation_handler const& handler = handler_of(id);
        if (handler.answer != nullptr)
            return handler.answer(services, request);
        auto upload = handler.begin(services, request, 1);
        if (!upload)
            return upload.error();
        return (*upload)->finish();
    }

    /// Locks 'attic' with a policy that denies everything under the condition.
    void lock(std::string const& condition)
    {
        auto services = context();
        initiate_vault_lock_request const request(
            "attic",
            R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"glacier:*","Resource":"*","Condition":)" +
                condition + "}}");
        BOOST_TEST_REQUIRE(initiate_vault_lock(services, request).has_value());
    }

    /// The headers that operations need, beside `all_members`.
    void add_members()
    {
        std::string const hash(64, 'a');
        headers.add("x-amz-sha256-tree-hash", hash);
        headers.add("x-amz-content-sha256", hash);
        headers.add("x-amz-part-size", "1048576");
        headers.add("x-amz-archive-size", "1");
        headers.add("Content-Range", "bytes 0-0/*");
    }

    protocol::parameters query_parameters;
    protocol::http_headers headers;
    std::string archive_in_path = "a";
    std::string_view const all_members = R"({
        "SNSTopic":"arn:aws:sns:us-east-1:123456789012:jobs","Events":["ArchiveRetrievalCompleted"],
        "Tags":{"key":"value"},"TagKeys":["key"],"Type":"inventory-retrieval",
        "Policy":"{\"Statement\":[]}"})";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(dispatch, dispatch_fixture)

// Uploads are those operations whose request carries bytes, and only for them is a body streamed.
BOOST_AUTO_TEST_CASE(each_operation_has_a_handler_of_the_form_that_it_needs)
{
    for (auto const& info : protocol::operations) {
        operation_handler const& handler = handler_of(info.id);
        bool const streams = info.request_body == protocol::body_kind::bytes;
        BOOST_TEST((handler.begin != nullptr) == streams, info.name);
        BOOST_TEST((handler.answer != nullptr) != streams, info.name);
    }
}

// Of the operations on something in a vault, all need the vault but the two that are about it as a whole.
BOOST_AUTO_TEST_CASE(each_handler_is_that_of_its_operation)
{
    add_members();
    std::string_view const retrieval_policy = R"({"Policy":{"Rules":[{"Strategy":"FreeTier"}]}})";
    for (auto const& info : protocol::operations) {
        bool const of_account = info.uri.find("{vaultName}") == std::string_view::npos;
        bool const of_vault =
            info.id == protocol::operation::create_vault || info.id == protocol::operation::delete_vault;
        auto const answer =
            carry_out(info.id, info.id == protocol::operation::set_data_retrieval_policy ? retrieval_policy
                                                                                         : all_members);
        if (of_account || of_vault) {
            BOOST_TEST_REQUIRE(answer.has_value(), info.name);
            BOOST_TEST(answer->response.status == info.success_status, info.name);
            BOOST_TEST(answer->response.body.empty() == (info.response_body == protocol::body_kind::none),
                       info.name);
            auto services = context();
            delete_vault(services, delete_vault_request("attic"));
        } else {
            BOOST_TEST(error_text(answer).starts_with("404 Vault not found for ARN: "), info.name);
        }
    }
}

// The body of an upload is not even read.
BOOST_AUTO_TEST_CASE(a_policy_can_deny_each_operation_on_a_vault)
{
    make_vault("attic");
    lock("{}");
    add_members();
    for (auto const& info : protocol::operations) {
        bool const of_account = info.uri.find("{vaultName}") == std::string_view::npos;
        if (of_account)
            continue;
        auto const answer = carry_out(info.id, all_members);
        BOOST_TEST(error_text(answer) ==
                   "403 User: arn:aws:iam::123456789012:root is not authorized to perform: glacier:" +
                       std::string(info.name) +
                       " on resource: arn:aws:glacier:us-east-1:123456789012:vaults/attic with an explicit "
                       "deny in the vault lock policy");
    }
    BOOST_TEST(carry_out(protocol::operation::list_vaults).has_value());
}

BOOST_AUTO_TEST_CASE(the_archive_of_a_request_has_an_age_for_the_policy)
{
    using enum protocol::operation;
    make_vault("attic");
    archive_in_path = upload("attic", "content");
    lock(R"({"NumericLessThan":{"glacier:ArchiveAgeInDays":"1"}})");
    std::string const job = R"({"Type":"archive-retrieval","ArchiveId":")" + archive_in_path + "\"}";
    BOOST_TEST(error_text(carry_out(initiate_job, job)).starts_with("403 "));
    BOOST_TEST(error_text(carry_out(delete_archive)).starts_with("403 "));
    BOOST_TEST(carry_out(list_jobs).has_value());
    clock.advance(24h - 1ms);
    BOOST_TEST(error_text(carry_out(delete_archive)).starts_with("403 "));
    clock.advance(1ms);
    BOOST_TEST(carry_out(initiate_job, job).has_value());
    BOOST_TEST(carry_out(delete_archive).has_value());
}

BOOST_AUTO_TEST_CASE(a_vault_that_is_not_there_is_reported_before_wrong_values)
{
    headers.add("x-amz-part-size", "5");
    auto const id = protocol::operation::initiate_multipart_upload;
    BOOST_TEST(error_text(carry_out(id)).starts_with("404 Vault not found"));
    make_vault("attic");
    BOOST_TEST(error_text(carry_out(id)).starts_with("400 Invalid part size: 5."));
}

BOOST_AUTO_TEST_CASE(limits_that_are_not_allowed_are_wrong_values)
{
    using enum protocol::operation;
    for (auto const id : {list_jobs, list_multipart_uploads}) {
        for (std::string const limit : {"0", "-1", "ten", "", "1.5"}) {
            query_parameters.insert_or_assign("limit", limit);
            options.inferred.vault_before_values = false;
            BOOST_TEST(error_text(carry_out(id)) == "400 Invalid limit: " + limit);
            options.inferred.vault_before_values = true;
            BOOST_TEST(error_text(carry_out(id)).starts_with("404 Vault not found"));
        }
    }
    query_parameters.insert_or_assign("limit", "1000");
    BOOST_TEST(carry_out(list_vaults).has_value());
}

BOOST_AUTO_TEST_CASE(wrong_values_can_come_first_instead)
{
    options.inferred.vault_before_values = false;
    headers.add("x-amz-part-size", "5");
    BOOST_TEST(error_text(carry_out(protocol::operation::initiate_multipart_upload))
                   .starts_with("400 Invalid part size: 5."));
}

BOOST_AUTO_TEST_CASE(a_vault_that_is_not_there_can_come_before_what_is_missing)
{
    auto const id = protocol::operation::initiate_multipart_upload;
    BOOST_TEST(error_text(carry_out(id)) == "400 Required parameter missing: x-amz-part-size");
    options.inferred.missing_before_vault = false;
    BOOST_TEST(error_text(carry_out(id)).starts_with("404 Vault not found"));
    BOOST_TEST(error_text(carry_out(protocol::operation::add_tags_to_vault, "{}"))
                   .starts_with("404 Vault not found"));
    make_vault("attic");
    BOOST_TEST(error_text(carry_out(id)) == "400 Required parameter missing: x-amz-part-size");
}

BOOST_AUTO_TEST_CASE(the_answers_of_the_new_groups_have_their_members)
{
    using enum protocol::operation;
    make_vault("attic");
    BOOST_TEST(carry_out(list_tags_for_vault)->response.body == R"({"Tags":{}})");
    BOOST_TEST(carry_out(add_tags_to_vault, R"({"Tags":{"owner":"ann"}})")->response.status == 204);
    BOOST_TEST(carry_out(list_tags_for_vault)->response.body == R"({"Tags":{"owner":"ann"}})");

    BOOST_TEST(carry_out(set_vault_notifications, R"({"SNSTopic":"arn:aws:sns:x:1:t","Events":)"
                                                  R"(["InventoryRetrievalCompleted"]})")
                   ->response.status == 204);
    BOOST_TEST(carry_out(get_vault_notifications)->response.body ==
               R"({"SNSTopic":"arn:aws:sns:x:1:t","Events":["InventoryRetrievalCompleted"]})");

    BOOST_TEST(carry_out(set_vault_access_policy, R"({"Policy":"{ \"a\":1}"})")->response.status == 204);
    BOOST_TEST(carry_out(get_vault_access_policy)->response.body == R"({"Policy":"{ \"a\":1}"})");

    auto const initiated = carry_out(initiate_vault_lock, R"({"Policy":"{\"Statement\":[]}"})");
    BOOST_TEST(initiated->response.status == 201);
    std::string const lock(initiated->response.headers.get("x-amz-lock-id"));
    BOOST_TEST(lock.size() == 24U);
    std::string const shown = carry_out(get_vault_lock)->response.body;
    BOOST_TEST(
        shown.starts_with(R"({"Policy":"{\"Statement\":[]}","State":"InProgress","ExpirationDate":"2026-)"));
    BOOST_TEST(shown.find(lock) == std::string::npos);

    BOOST_TEST(carry_out(get_data_retrieval_policy)->response.body ==
               R"({"Policy":{"Rules":[{"Strategy":"None","BytesPerHour":null}]}})");
    BOOST_TEST(carry_out(list_provisioned_capacity)->response.body == R"({"ProvisionedCapacityList":[]})");
    auto const bought = carry_out(purchase_provisioned_capacity);
    BOOST_TEST(bought->response.status == 201);
    BOOST_TEST(bought->response.headers.get("x-amz-capacity-id").size() == 24U);
}

BOOST_AUTO_TEST_CASE(wrong_values_of_the_new_groups_are_refused)
{
    using enum protocol::operation;
    make_vault("attic");
    auto const refused = [this](protocol::operation id, std::string_view body) {
        return error_text(carry_out(id, body));
    };
    std::string const bad_lock = "400 The specified vault lock policy is invalid. Provide a valid policy.";
    BOOST_TEST(refused(initiate_vault_lock, R"({"Policy":"no JSON"})") == bad_lock);
    BOOST_TEST(refused(initiate_vault_lock, R"({"Policy":"[]"})") == bad_lock);
    BOOST_TEST(refused(initiate_vault_lock, R"({"Policy":""})") == bad_lock);
    BOOST_TEST(refused(initiate_vault_lock, R"({"Policy":{"Statement":[]}})") == bad_lock);
    std::string const long_policy = "{\\\"a\\\":\\\"" + std::string(20'480, 'x') + "\\\"}";
    BOOST_TEST(refused(initiate_vault_lock, R"({"Policy":")" + long_policy + R"("})") == bad_lock);
    BOOST_TEST(refused(initiate_vault_lock, "{}") == "400 Required parameter missing: Policy");
    std::string const bad_access =
        "400 The specified vault access policy is invalid. Provide a JSON object of at most 20480 bytes as a "
        "string.";
    BOOST_TEST(refused(set_vault_access_policy, R"({"Policy":"1"})") == bad_access);
    BOOST_TEST(refused(set_vault_access_policy, R"({"Policy":{}})") == bad_access);
    BOOST_TEST(refused(set_vault_access_policy, R"({"Policy":")" + long_policy + R"("})") == bad_access);

    BOOST_TEST(refused(set_vault_notifications, R"({"Events":["ArchiveRetrievalCompleted"]})") ==
               "400 Required parameter missing: SNSTopic");
    BOOST_TEST(refused(set_vault_notifications, R"({"SNSTopic":"t","Events":["ArchiveRetrievalCompleted"]})")
                   .starts_with("400 Invalid SNS topic: t."));
    BOOST_TEST(refused(set_vault_notifications, R"({"SNSTopic":"arn:aws:sns:x:1:t","Events":["Upload"]})")
                   .starts_with("400 Invalid notification event: Upload."));

    BOOST_TEST(
        refused(add_tags_to_vault, R"({"Tags":{"aws:x":"y"}})").starts_with("400 Invalid tag: aws:x."));
    BOOST_TEST(refused(add_tags_to_vault, R"({"Tags":{"x":"a;b"}})").starts_with("400 Invalid tag: a;b."));
    BOOST_TEST(refused(add_tags_to_vault, R"({"Tags":{"":"y"}})").starts_with("400 Invalid tag: . "));
    BOOST_TEST(refused(add_tags_to_vault, "{}") == "400 Required parameter missing: Tags");
    BOOST_TEST(
        refused(remove_tags_from_vault, R"({"TagKeys":["a;b"]})").starts_with("400 Invalid tag key: a;b."));

    BOOST_TEST(refused(set_data_retrieval_policy, R"({"Policy":{"Rules":[{"Strategy":"All"}]}})") ==
               "400 Invalid strategy: All. The strategies are BytesPerHour, FreeTier and None.");
    BOOST_TEST(refused(set_data_retrieval_policy,
                       R"({"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":-1}]}})") ==
               "400 Invalid BytesPerHour: -1. It must be between 1 and 9223372036854775807.");
    BOOST_TEST(refused(set_data_retrieval_policy, "{}") == "400 Required parameter missing: Policy");
    BOOST_TEST(refused(complete_vault_lock, "").starts_with("404 No vault lock policy is set for: attic"));
}

BOOST_AUTO_TEST_CASE(select_jobs_need_what_cannot_be_left_out)
{
    make_vault("attic");
    std::string const archive = upload("attic", "a,b\n");
    auto const answer_to = [&](std::string const& query, std::string const& location) {
        return carry_out(protocol::operation::initiate_job, R"({"Type":"select","ArchiveId":")" + archive +
                                                                R"(","SelectParameters":)" + query +
                                                                R"(,"OutputLocation":)" + location + "}");
    };
    std::string const query = R"({"Expression":"SELECT * FROM archive","ExpressionType":"SQL"})";
    std::string const location = R"({"S3":{"BucketName":"results","Prefix":"2026"}})";
    auto const missing = [&](std::string const& its_query, std::string const& its_location) {
        std::string const text = error_text(answer_to(its_query, its_location));
        std::string const expected = "400 Required parameter missing: ";
        BOOST_TEST(text.starts_with(expected), text);
        return text.substr(expected.size());
    };
    BOOST_TEST(missing("null", location) == "SelectParameters");
    BOOST_TEST(missing(R"({"ExpressionType":"SQL"})", location) == "Expression");
    BOOST_TEST(missing(R"({"Expression":"SELECT 1"})", location) == "ExpressionType");
    BOOST_TEST(missing(query, "null") == "OutputLocation");
    BOOST_TEST(missing(query, "{}") == "S3");
    BOOST_TEST(missing(query, R"({"S3":{"Prefix":"2026"}})") == "BucketName");
    BOOST_TEST(missing(query, R"({"S3":{"BucketName":"results"}})") == "Prefix");
    BOOST_TEST(error_text(answer_to(R"({"Expression":"x","ExpressionType":"XPath"})", location)) ==
               "400 Invalid ExpressionType: XPath");
    BOOST_TEST(
        error_text(answer_to(query, R"({"S3":{"BucketName":"b","Prefix":"p","StorageClass":"GLACIER"}})")) ==
        "400 Invalid StorageClass: GLACIER");
    auto const accepted = answer_to(query, location);
    BOOST_TEST_REQUIRE(accepted.has_value());
    BOOST_TEST(accepted->response.status == 202);
    BOOST_TEST(accepted->response.headers.get("x-amz-job-output-path") ==
               "2026/" + std::string(accepted->response.headers.get("x-amz-job-id")) + "/");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
