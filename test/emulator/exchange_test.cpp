#include "emulator/exchange.hpp"

#include "fixture.hpp"
#include "signed_request.hpp"

#include <algorithm>

namespace glacier::emulation {

namespace {

using protocol::http_method;

struct exchange_fixture : service_fixture {
    exchange_fixture() { options.job_delay = 0ms; }

    /// The answer to a signed request, and its error as `400 Code: message`.
    reply carry_out(protocol::http_request const& unsigned_request)
    {
        return carry_out_as_is(sign(unsigned_request, clock.now()));
    }

    reply carry_out_as_is(protocol::http_request const& request)
    {
        request_head head;
        head.method = protocol::to_string(request.method);
        head.target = request.target;
        head.headers = request.headers;
        head.content_length = request.body.size();
        exchange current(app, std::move(head));
        refused_early = current.refused();
        if (!refused_early)
            current.on_body(bytes_of(request.body));
        return current.finish();
    }

    std::string error_of_request(protocol::http_request const& request)
    {
        auto const error = protocol::parse_service_error(carry_out(request).response);
        return std::to_string(error.status) + " " + error.code_text + ": " + error.message;
    }

    virtual_clock time{clock, 1, *data};
    application app{service_context{*data, time, random, options}, time, clock,
                    verifier(example_identity(), protocol::signing_scope{"us-east-1", "glacier"})};
    bool refused_early = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(exchange_suite, exchange_fixture)

BOOST_AUTO_TEST_CASE(an_archive_goes_in_and_comes_out)
{
    auto const created = carry_out(make_request(http_method::put, "/-/vaults/attic"));
    BOOST_TEST(created.response.status == 201);
    BOOST_TEST(created.response.headers.get("location") == "/123456789012/vaults/attic");
    BOOST_TEST(created.response.headers.get("x-amzn-requestid").size() == 47U);
    BOOST_TEST(created.response.body.empty());

    auto const uploaded =
        carry_out(make_upload(http_method::post, "/123456789012/vaults/attic/archives", "content"));
    BOOST_TEST(uploaded.response.status == 201);
    std::string const archive(uploaded.response.headers.get("x-amz-archive-id"));

    auto initiate = make_request(http_method::post, "/-/vaults/attic/jobs");
    initiate.body = R"({"Type":"archive-retrieval","ArchiveId":")" + archive + R"(","Tier":null})";
    auto const started = carry_out(initiate);
    BOOST_TEST(started.response.status == 202);
    std::string const job(started.response.headers.get("x-amz-job-id"));

    auto fetch = make_request(http_method::get, "/-/vaults/attic/jobs/" + job + "/output");
    auto const whole = carry_out(fetch);
    BOOST_TEST(whole.response.status == 200);
    BOOST_TEST(whole.bytes->size() == 7U);
    BOOST_TEST(whole.response.headers.get("content-type") == "application/octet-stream");
    fetch.headers.add("range", "bytes=2-");
    auto const part = carry_out(fetch);
    BOOST_TEST(part.response.status == 206);
    BOOST_TEST(part.response.headers.get("content-range") == "bytes 2-6/7");
    BOOST_TEST(part.response.headers.find("x-amz-sha256-tree-hash") == nullptr);

    for (std::string const range : {"bytes=5-4", "bytes=-5", "bytes=0-1,3-4", "items=0-1", "0-1"}) {
        fetch.headers.remove("range");
        fetch.headers.add("range", range);
        BOOST_TEST(error_of_request(fetch) == "400 InvalidParameterValueException: Invalid Range: " + range);
    }
}

BOOST_AUTO_TEST_CASE(every_key_of_a_description_is_there)
{
    carry_out(make_request(http_method::put, "/-/vaults/attic"));
    auto const described = carry_out(make_request(http_method::get, "/-/vaults/attic"));
    BOOST_TEST(described.response.headers.get("content-type") == "application/json");
    for (std::string_view const key : {R"("LastInventoryDate":null)", R"("NumberOfArchives":null)",
                                       R"("SizeInBytes":null)", R"("VaultName":"attic")"})
        BOOST_TEST(described.response.body.find(key) != std::string::npos, key);
}

BOOST_AUTO_TEST_CASE(errors_in_the_order_of_the_service)
{
    // Routing comes first, then the signature.
    protocol::http_request request;
    request.target = "/-/nothing";
    BOOST_TEST(error_of_request(request) ==
               "404 UnknownOperationException: There is no operation GET /-/nothing");
    request = make_request(http_method::get, "/-/vaults");
    auto const unsigned_answer = protocol::parse_service_error(carry_out_as_is(request).response);
    BOOST_TEST(unsigned_answer.code_text == "MissingAuthenticationTokenException");

    request.headers.remove("x-amz-glacier-version");
    BOOST_TEST(error_of_request(request) ==
               "400 MissingParameterValueException: Required parameter missing: API version");
    BOOST_TEST(error_of_request(make_request(http_method::get, "/210987654321/vaults")) ==
               "403 AccessDeniedException: Access denied for account ID: 210987654321");
    request = make_request(http_method::post, "/-/vaults/attic/jobs");
    request.body = "{";
    BOOST_TEST(error_of_request(request).starts_with("400 SerializationException: "));
}

BOOST_AUTO_TEST_CASE(a_body_other_than_the_signed_one_is_refused)
{
    carry_out(make_request(http_method::put, "/-/vaults/attic"));
    auto request = make_request(http_method::post, "/-/vaults/attic/jobs");
    request.body = R"({"Type":"inventory-retrieval"})";
    request.headers.add("x-amz-content-sha256", crypto::sha256_of(std::string_view("other")).hex());
    BOOST_TEST(
        error_of_request(request).starts_with("403 InvalidSignatureException: The value passed in as"));
    // Without that header the hash of the body is a part of the signature.
    request.headers.remove("x-amz-content-sha256");
    auto changed = sign(request, clock.now());
    changed.body += " ";
    BOOST_TEST(carry_out_as_is(changed).response.status == 403);
}

BOOST_AUTO_TEST_CASE(an_upload_is_refused_before_its_body_arrives)
{
    auto const request = make_upload(http_method::post, "/-/vaults/attic/archives", "content");
    BOOST_TEST(error_of_request(request).starts_with("404 ResourceNotFoundException: Vault not found"));
    BOOST_TEST(refused_early);
    carry_out_as_is(request);
    BOOST_TEST(refused_early);

    carry_out(make_request(http_method::put, "/-/vaults/attic"));
    auto without_hash = request;
    without_hash.headers.remove("x-amz-sha256-tree-hash");
    BOOST_TEST(error_of_request(without_hash) ==
               "400 MissingParameterValueException: Required parameter missing: x-amz-sha256-tree-hash");
    without_hash.headers.remove("x-amz-content-sha256");
    BOOST_TEST(error_of_request(without_hash) ==
               "400 MissingParameterValueException: Required parameter missing: x-amz-content-sha256");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_upload_has_a_limit)
{
    request_head head;
    head.method = "POST";
    head.target = "/-/vaults/attic/jobs";
    head.content_length = app.body_bytes_max + 1;
    exchange current(app, std::move(head));
    BOOST_TEST(current.refused());
    BOOST_TEST(current.finish().response.status == 400);
}

// Signed as other services take it, so the refusal must be another one than that of a wrong signature.
BOOST_AUTO_TEST_CASE(a_payload_that_is_not_hashed_is_refused)
{
    carry_out(make_request(http_method::put, "/-/vaults/attic"));
    for (std::string const value : {"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"})
        for (std::string const target : {"/-/vaults/attic/archives", "/-/vaults/attic/jobs"}) {
            auto request = make_upload(http_method::post, target, "content");
            request.headers.set("x-amz-content-sha256", value);
            BOOST_TEST(error_of_request(request).starts_with(
                "400 InvalidParameterValueException: Invalid x-amz-content-sha256: " + value +
                ". It must be"));
        }
    // The hash may be in capitals; what is signed is its text.
    auto request = make_request(http_method::get, "/-/vaults");
    std::string hash(protocol::empty_payload_sha256);
    std::transform(hash.begin(), hash.end(), hash.begin(),
                   [](char c) { return static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c); });
    request.headers.add("x-amz-content-sha256", hash);
    BOOST_TEST(carry_out(request).response.status == 200);
}

BOOST_AUTO_TEST_CASE(without_authentication_only_the_signature_does_not_matter)
{
    app.signatures = verifier({example_identity()}, protocol::signing_scope{"us-east-1", "glacier"}, false);
    auto const text_of = [this](protocol::http_request const& request) {
        auto const answer = carry_out_as_is(request).response;
        return answer.status < 300
                   ? std::to_string(answer.status)
                   : std::to_string(answer.status) + " " + protocol::parse_service_error(answer).message;
    };
    BOOST_TEST(text_of(make_request(http_method::put, "/-/vaults/attic")) == "201");
    auto upload = make_upload(http_method::post, "/-/vaults/attic/archives", "content");
    BOOST_TEST(text_of(upload) == "201");
    upload.headers.add("authorization", "AWS4-HMAC-SHA256 nonsense");
    BOOST_TEST(text_of(upload) == "201");
    auto changed = upload;
    changed.body = "CONTENT";
    BOOST_TEST(
        text_of(changed).starts_with("403 The value passed in as x-amz-content-sha256 does not match"));
    changed = upload;
    changed.headers.set("x-amz-sha256-tree-hash", std::string(64, '0'));
    BOOST_TEST(text_of(changed).starts_with("400 Checksum mismatch: "));
    changed = upload;
    changed.headers.remove("authorization");
    changed.headers.remove("x-amz-content-sha256");
    BOOST_TEST(text_of(changed) == "400 Required parameter missing: x-amz-content-sha256");
    auto job = make_request(http_method::post, "/-/vaults/attic/jobs");
    job.body = R"({"Type":"inventory-retrieval"})";
    job.headers.add("x-amz-content-sha256", std::string(protocol::empty_payload_sha256));
    BOOST_TEST(text_of(job).starts_with("403 The value passed in as x-amz-content-sha256"));
}

// A full disk, for instance: the client hears of an internal failure, the log of the reason.
BOOST_AUTO_TEST_CASE(a_failure_inside_is_a_service_error_with_its_reason_for_the_log)
{
    carry_out(make_request(http_method::put, "/-/vaults/attic"));
    std::filesystem::remove_all(directory.path() / "incoming");
    auto const request = sign(make_upload(http_method::post, "/-/vaults/attic/archives", "x"), clock.now());
    request_head head;
    head.method = "POST";
    head.target = request.target;
    head.headers = request.headers;
    head.content_length = 1;
    exchange current(app, std::move(head));
    auto const error = protocol::parse_service_error(current.finish().response);
    BOOST_TEST(error.code_text == "ServiceUnavailableException");
    BOOST_TEST(error.status == 500);
    BOOST_TEST(error.message.find("incoming") == std::string::npos);
    BOOST_TEST(current.failure().find("incoming") != std::string::npos);
    BOOST_TEST(current.operation_name() == "UploadArchive");
}

BOOST_AUTO_TEST_CASE(the_status_of_a_wrong_signature_can_be_chosen)
{
    auto const request = sign(make_request(http_method::get, "/-/vaults"), clock.now() - 1h);
    BOOST_TEST(carry_out_as_is(request).response.status == 403);
    options.inferred.invalid_signature_status = 400;
    auto const error = protocol::parse_service_error(carry_out_as_is(request).response);
    BOOST_TEST(error.status == 400);
    BOOST_TEST(error.code_text == "InvalidSignatureException");
}

BOOST_AUTO_TEST_CASE(a_wrong_signature_can_come_before_an_unknown_operation)
{
    auto const request = make_request(http_method::get, "/-/nothing");
    auto const code_of = [](reply const& answer) {
        return protocol::parse_service_error(answer.response).code_text;
    };
    BOOST_TEST(code_of(carry_out_as_is(request)) == "UnknownOperationException");
    options.inferred.routing_before_signature = false;
    BOOST_TEST(code_of(carry_out_as_is(request)) == "MissingAuthenticationTokenException");
    BOOST_TEST(code_of(carry_out(request)) == "UnknownOperationException");
    // The body of what is no operation has its limit too.
    request_head head;
    head.method = "PATCH";
    head.target = "/-/vaults";
    head.content_length = app.body_bytes_max + 1;
    exchange current(app, std::move(head));
    BOOST_TEST(current.refused());
    BOOST_TEST(code_of(current.finish()) == "UnknownOperationException");
}

BOOST_AUTO_TEST_CASE(a_missing_version_can_come_before_a_wrong_signature)
{
    auto request = make_request(http_method::get, "/-/vaults");
    request.headers.remove("x-amz-glacier-version");
    auto const code_of = [this](protocol::http_request const& sent) {
        return protocol::parse_service_error(carry_out_as_is(sent).response).code_text;
    };
    BOOST_TEST(code_of(request) == "MissingAuthenticationTokenException");
    options.inferred.version_before_signature = true;
    BOOST_TEST(code_of(request) == "MissingParameterValueException");
    auto upload = make_upload(http_method::post, "/-/vaults/attic/archives", "content");
    upload.headers.set("x-amz-glacier-version", "2011-01-01");
    BOOST_TEST(code_of(upload) == "InvalidParameterValueException");
    request.headers.add("x-amz-glacier-version", "2012-06-01");
    BOOST_TEST(code_of(request) == "MissingAuthenticationTokenException");
    BOOST_TEST(carry_out(request).response.status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
