#include <glacier/client.hpp>

#include "crypto/sha256.hpp"
#include "protocol/sigv4.hpp"
#include "support/client_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <ostream>
#include <thread>

using namespace glacier;
using namespace glacier::test;
using protocol::http_method;
using protocol::operation;

namespace {

constexpr std::uint64_t mib = 1'048'576;

struct client_test_fixture : client_fixture {
    upload_id open_upload(std::uint64_t part_bytes = mib)
    {
        return run(sut.initiate_multipart_upload(
                       initiate_multipart_upload_request(photos, part_size(part_bytes))))
            .upload;
    }

    /// The last request, which must be of this form and signed.
    recorded_request last_request(http_method method, std::string const& target)
    {
        auto const all = service->requests();
        BOOST_TEST_REQUIRE(!all.empty());
        recorded_request const& last = all.back();
        BOOST_TEST((last.message.method == method));
        BOOST_TEST(last.message.target == target);
        BOOST_TEST(protocol::parse_authorization(last.message.headers.get("authorization")).has_value());
        BOOST_TEST(last.message.headers.get("x-amz-date") == "20260203T040506Z");
        BOOST_TEST(last.message.headers.get("x-amz-glacier-version") == "2012-06-01");
        return last;
    }

    /// The code of an error that an operation fails with before anything is sent. Making the awaitable must
    /// not throw.
    template <class T>
    error_code refused(asio::awaitable<T> operation)
    {
        std::size_t const before = service->count();
        error_code const code = code_of(std::move(operation));
        BOOST_TEST(service->count() == before);
        BOOST_TEST((!code || code == condition::invalid_value));
        return code;
    }
};

// What the service in memory says of everything.
timestamp const creation_date{std::chrono::milliseconds(1'770'091'506'789)};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_test, client_test_fixture)

// ---------------------------------------------------------------------------------------------------
// Every operation: what goes out, and what comes back

// CreateVault answers the vault's path.
BOOST_AUTO_TEST_CASE(create_vault)
{
    create_vault_result const result = run(sut.create_vault(create_vault_request("attic")));

    recorded_request const sent = last_request(http_method::put, "/-/vaults/attic");
    BOOST_TEST(sent.message.body.empty());
    BOOST_TEST(result.location == "/210987654321/vaults/attic");
}

// DescribeVault: what an inventory has not counted yet is absent, not zero.
BOOST_AUTO_TEST_CASE(describe_vault)
{
    vault_description const vault = run(sut.describe_vault(describe_vault_request(photos)));

    last_request(http_method::get, "/-/vaults/photos");
    BOOST_TEST(vault.vault_arn == "arn:aws:glacier:eu-west-1:210987654321:vaults/photos");
    BOOST_TEST(vault.vault_name == "photos");
    BOOST_TEST((vault.creation_date == creation_date));
    BOOST_TEST(!vault.last_inventory_date);
    BOOST_TEST(!vault.number_of_archives);
    BOOST_TEST(!vault.size_in_bytes);
}

// DeleteVault succeeds too if there is none.
BOOST_AUTO_TEST_CASE(delete_vault)
{
    run(sut.delete_vault(delete_vault_request(photos)));
    last_request(http_method::delete_, "/-/vaults/photos");
    run(sut.delete_vault(delete_vault_request(photos)));

    BOOST_TEST((code_of(sut.describe_vault(describe_vault_request(photos))) == condition::not_found));
}

// ListVaults gives page after page, as the markers lead.
BOOST_AUTO_TEST_CASE(list_vaults)
{
    service->add_vault("attic");
    service->add_vault("tapes");
    list_vaults_request request;
    request.limit = 2;

    list_vaults_result const first = run(sut.list_vaults(request));
    last_request(http_method::get, "/-/vaults?limit=2");
    request.marker = first.marker;
    list_vaults_result const second = run(sut.list_vaults(request));
    last_request(http_method::get, "/-/vaults?limit=2&marker=photos");

    BOOST_TEST_REQUIRE(first.vaults.size() == 2U);
    BOOST_TEST(first.vaults[0].vault_name == "attic");
    BOOST_TEST(first.marker.value() == "photos");
    BOOST_TEST_REQUIRE(second.vaults.size() == 1U);
    BOOST_TEST(second.vaults[0].vault_name == "tapes");
    BOOST_TEST(!second.marker);
}

// A marker is opaque: what a target cannot hold is encoded.
BOOST_AUTO_TEST_CASE(marker_is_encoded)
{
    list_vaults_request request;
    request.marker = "a b/c?d&e=f\r\n%";

    run(sut.list_vaults(request));

    last_request(http_method::get, "/-/vaults?marker=a%20b%2Fc%3Fd%26e%3Df%0D%0A%25");
}

// UploadArchive sends the bytes with both hashes and the description.
BOOST_AUTO_TEST_CASE(upload_archive)
{
    std::string const bytes = some_bytes(3 * mib + 17);
    upload_archive_request request(photos, body(bytes));
    request.description = "box 7, \"slides\"";

    archive_creation_result const result = run(sut.upload_archive(std::move(request)));

    recorded_request const sent = last_request(http_method::post, "/-/vaults/photos/archives");
    BOOST_TEST((sent.content == bytes));
    BOOST_TEST(sent.message.headers.get("x-amz-archive-description") == "box 7, \"slides\"");
    BOOST_TEST(sent.message.headers.get("x-amz-content-sha256") == crypto::sha256_of(bytes).hex());
    BOOST_TEST(sent.message.headers.get("x-amz-sha256-tree-hash") == reference_tree_hash(bytes).hex());
    BOOST_TEST((service->archive("photos", result.archive) == bytes));
    BOOST_TEST((result.tree_hash.value() == reference_tree_hash(bytes)));
    BOOST_TEST(result.location == "/210987654321/vaults/photos/archives/" + result.archive.str());
}

// DeleteArchive succeeds too if there is none.
BOOST_AUTO_TEST_CASE(delete_archive)
{
    archive_id const archive = service->add_archive("photos", "bytes");

    run(sut.delete_archive(delete_archive_request(photos, archive)));
    last_request(http_method::delete_, "/-/vaults/photos/archives/" + archive.str());
    run(sut.delete_archive(delete_archive_request(photos, archive)));

    BOOST_TEST(service->archives("photos") == 0U);
}

// InitiateMultipartUpload sends the part size and answers the id.
BOOST_AUTO_TEST_CASE(initiate_multipart_upload)
{
    initiate_multipart_upload_request request(photos, part_size(8 * mib));
    request.description = "a description";

    auto const result = run(sut.initiate_multipart_upload(std::move(request)));

    recorded_request const sent = last_request(http_method::post, "/-/vaults/photos/multipart-uploads");
    BOOST_TEST(sent.message.headers.get("x-amz-part-size") == "8388608");
    BOOST_TEST(sent.message.headers.get("x-amz-archive-description") == "a description");
    BOOST_TEST(result.location == "/210987654321/vaults/photos/multipart-uploads/" + result.upload.str());
    BOOST_TEST(service->uploads("photos") == 1U);
}

// UploadMultipartPart says where the part belongs.
BOOST_AUTO_TEST_CASE(upload_multipart_part)
{
    upload_id const upload = open_upload();
    std::string const bytes = some_bytes(mib);
    upload_multipart_part_request request(photos, upload, byte_range(mib, 2 * mib - 1), body(bytes));

    upload_multipart_part_result const result = run(sut.upload_multipart_part(std::move(request)));

    recorded_request const sent =
        last_request(http_method::put, "/-/vaults/photos/multipart-uploads/" + upload.str());
    BOOST_TEST(sent.message.headers.get("content-range") == "bytes 1048576-2097151/*");
    BOOST_TEST(sent.message.headers.get("x-amz-content-sha256") == crypto::sha256_of(bytes).hex());
    BOOST_TEST((sent.content == bytes));
    BOOST_TEST((result.tree_hash.value() == reference_tree_hash(bytes)));
}

// CompleteMultipartUpload makes the archive of the parts, whatever their order was; asked again, it answers the
// same one.
BOOST_AUTO_TEST_CASE(complete_multipart_upload)
{
    upload_id const upload = open_upload();
    std::string const bytes = some_bytes(mib + 5);
    run(sut.upload_multipart_part(
        upload_multipart_part_request(photos, upload, byte_range(mib, mib + 4), body(bytes.substr(mib)))));
    run(sut.upload_multipart_part(
        upload_multipart_part_request(photos, upload, byte_range(0, mib - 1), body(bytes.substr(0, mib)))));
    complete_multipart_upload_request const request(photos, upload, bytes.size(), reference_tree_hash(bytes));

    archive_creation_result const result = run(sut.complete_multipart_upload(request));
    recorded_request const sent =
        last_request(http_method::post, "/-/vaults/photos/multipart-uploads/" + upload.str());
    archive_creation_result const again = run(sut.complete_multipart_upload(request));

    BOOST_TEST(sent.message.headers.get("x-amz-archive-size") == "1048581");
    BOOST_TEST(sent.message.headers.get("x-amz-sha256-tree-hash") == reference_tree_hash(bytes).hex());
    BOOST_TEST((service->archive("photos", result.archive) == bytes));
    BOOST_TEST((result.archive == again.archive));
    BOOST_TEST(!again.tree_hash);
}

// AbortMultipartUpload gives the upload up.
BOOST_AUTO_TEST_CASE(abort_multipart_upload)
{
    upload_id const upload = open_upload();

    run(sut.abort_multipart_upload(abort_multipart_upload_request(photos, upload)));

    last_request(http_method::delete_, "/-/vaults/photos/multipart-uploads/" + upload.str());
    BOOST_TEST(service->uploads("photos") == 0U);
}

// ListParts gives what the service has, page after page.
BOOST_AUTO_TEST_CASE(list_parts)
{
    upload_id const upload = open_upload();
    run(sut.upload_multipart_part(
        upload_multipart_part_request(photos, upload, byte_range(0, 3), body(std::string("part")))));
    run(sut.upload_multipart_part(
        upload_multipart_part_request(photos, upload, byte_range(mib, mib + 3), body(std::string("trap")))));
    list_parts_request request(photos, upload);
    request.limit = 1;

    list_parts_result const first = run(sut.list_parts(request));
    last_request(http_method::get, "/-/vaults/photos/multipart-uploads/" + upload.str() + "?limit=1");
    request.marker = first.marker;
    list_parts_result const second = run(sut.list_parts(request));

    BOOST_TEST(first.upload == upload.str());
    BOOST_TEST(first.part_size_in_bytes == mib);
    BOOST_TEST((first.creation_date == creation_date));
    BOOST_TEST(!first.description);
    BOOST_TEST_REQUIRE(first.parts.size() == 1U);
    BOOST_TEST(first.parts[0].range_in_bytes == "0-3");
    BOOST_TEST((first.parts[0].tree_hash.value() == reference_tree_hash("part")));
    BOOST_TEST(first.marker.has_value());
    BOOST_TEST_REQUIRE(second.parts.size() == 1U);
    BOOST_TEST(second.parts[0].range_in_bytes == "1048576-1048579");
    BOOST_TEST(!second.marker);
}

// ListMultipartUploads gives the open ones, page after page.
BOOST_AUTO_TEST_CASE(list_multipart_uploads)
{
    upload_id const one = open_upload();
    upload_id const other = open_upload(2 * mib);
    list_multipart_uploads_request request(photos);
    request.limit = 1;

    auto const first = run(sut.list_multipart_uploads(request));
    last_request(http_method::get, "/-/vaults/photos/multipart-uploads?limit=1");
    request.marker = first.marker;
    auto const second = run(sut.list_multipart_uploads(request));

    BOOST_TEST_REQUIRE(first.uploads.size() == 1U);
    BOOST_TEST(first.uploads[0].upload == one.str());
    BOOST_TEST(first.uploads[0].part_size_in_bytes == mib);
    BOOST_TEST_REQUIRE(second.uploads.size() == 1U);
    BOOST_TEST(second.uploads[0].upload == other.str());
    BOOST_TEST(!second.marker);
}

// InitiateJob sends only the parameters that are set.
BOOST_AUTO_TEST_CASE(initiate_archive_retrieval)
{
    archive_id const archive = service->add_archive("photos", some_bytes(2 * mib));
    job_parameters parameters = job_parameters::archive_retrieval(archive);
    parameters.description = "for Alice";
    parameters.tier = tier::bulk;
    parameters.range = byte_range(mib, 2 * mib - 1);
    parameters.sns_topic = "arn:aws:sns:eu-west-1:210987654321:topic";

    initiate_job_result const result =
        run(sut.initiate_job(initiate_job_request(photos, std::move(parameters))));

    recorded_request const sent = last_request(http_method::post, "/-/vaults/photos/jobs");
    BOOST_TEST(sent.message.body == R"({"Type":"archive-retrieval","ArchiveId":")" + archive.str() +
                                        R"(","Description":"for Alice",)"
                                        R"("SNSTopic":"arn:aws:sns:eu-west-1:210987654321:topic",)"
                                        R"("Tier":"Bulk","RetrievalByteRange":"1048576-2097151"})");
    BOOST_TEST(result.location == "/210987654321/vaults/photos/jobs/" + result.job.str());
    BOOST_TEST(!result.output_path);
}

// An inventory job takes filters, to the second.
BOOST_AUTO_TEST_CASE(initiate_inventory_retrieval)
{
    job_parameters parameters = job_parameters::inventory_retrieval();
    parameters.format = inventory_format::csv;
    parameters.inventory.emplace();
    parameters.inventory->start_date = creation_date;
    parameters.inventory->limit = 10;

    run(sut.initiate_job(initiate_job_request(photos, std::move(parameters))));

    BOOST_TEST(last_request(http_method::post, "/-/vaults/photos/jobs").message.body ==
               R"({"Type":"inventory-retrieval","Format":"CSV","InventoryRetrievalParameters":)"
               R"({"StartDate":"2026-02-03T04:05:06Z","Limit":"10"}})");
}

// DescribeJob tells how far the job is.
BOOST_AUTO_TEST_CASE(describe_job)
{
    std::string const bytes = some_bytes(2 * mib);
    archive_id const archive = service->add_archive("photos", bytes);
    job_id const job = service->add_job("photos", archive, byte_range(0, mib - 1));

    job_description const result = run(sut.describe_job(describe_job_request(photos, job)));

    last_request(http_method::get, "/-/vaults/photos/jobs/" + job.str());
    BOOST_TEST(result.job == job.str());
    BOOST_TEST((result.action == job_action::archive_retrieval));
    BOOST_TEST((result.status == job_status::succeeded));
    BOOST_TEST(result.completed);
    BOOST_TEST(result.archive.value() == archive.str());
    BOOST_TEST(result.archive_size_in_bytes.value() == bytes.size());
    BOOST_TEST((result.archive_tree_hash.value() == reference_tree_hash(bytes)));
    BOOST_TEST((result.tree_hash.value() == reference_tree_hash(std::string_view(bytes).substr(0, mib))));
    BOOST_TEST((result.retrieval_byte_range.value() == byte_range(0, mib - 1)));
    BOOST_TEST((result.tier.value() == tier::standard));
}

// ListJobs filters, and gives page after page.
BOOST_AUTO_TEST_CASE(list_jobs)
{
    job_id const done = service->add_inventory_job("photos");
    service->add_inventory_job("photos");
    list_jobs_request request(photos);
    request.completed = true;
    request.status = job_status::succeeded;
    request.limit = 1;

    list_jobs_result const first = run(sut.list_jobs(request));
    last_request(http_method::get, "/-/vaults/photos/jobs?completed=true&limit=1&statuscode=Succeeded");
    request.marker = first.marker;
    list_jobs_result const second = run(sut.list_jobs(request));

    BOOST_TEST_REQUIRE(first.jobs.size() == 1U);
    BOOST_TEST(first.jobs[0].job == done.str());
    BOOST_TEST(first.jobs[0].inventory_size_in_bytes.has_value());
    BOOST_TEST(second.jobs.size() == 1U);
    BOOST_TEST(!second.marker);
}

// GetJobOutput gives the whole, or the range that was asked for.
BOOST_AUTO_TEST_CASE(get_job_output)
{
    std::string const bytes = some_bytes(2 * mib);
    job_id const job = service->add_job("photos", service->add_archive("photos", bytes));
    get_job_output_request request(photos, job);

    job_output_stream whole = run(sut.get_job_output(request));
    recorded_request const sent =
        last_request(http_method::get, "/-/vaults/photos/jobs/" + job.str() + "/output");
    BOOST_TEST(sent.message.headers.find("range") == nullptr);
    BOOST_TEST((run(whole.read_all(bytes.size())) == bytes));

    request.range = byte_range(mib, 2 * mib - 1);
    job_output_stream part = run(sut.get_job_output(request));
    BOOST_TEST(last_request(http_method::get, sent.message.target).message.headers.get("range") ==
               "bytes=1048576-2097151");
    BOOST_TEST(part.head().status == 206);
    BOOST_TEST(part.head().content_range.value() == "bytes 1048576-2097151/2097152");
    BOOST_TEST(part.head().content_length.value() == mib);
    BOOST_TEST((run(part.read_all(mib)) == bytes.substr(mib)));
}

// ---------------------------------------------------------------------------------------------------
// Answers that cannot be used

// JSON that is none is an error with everything known about the answer.
BOOST_AUTO_TEST_CASE(garbage_json)
{
    service->on(operation::describe_vault, 1, error_answer(service_errc::throttling));
    service->always(operation::describe_vault, with_body("<html>hello</html>"));

    operation_error const error = failure_of(sut.describe_vault(describe_vault_request(photos)));

    BOOST_TEST((error.code() == errc::malformed_response));
    BOOST_TEST(error.operation() == "DescribeVault");
    BOOST_TEST(error.details().resource == "vault photos");
    BOOST_TEST(error.details().message == "not JSON: hello");
    BOOST_TEST(error.http_status() == 200);
    BOOST_TEST(error.request_id() == "request-2");
    BOOST_TEST(error.attempts() == 2);
    BOOST_TEST(!error.outcome_unknown());

    service->always(operation::describe_vault, with_body(""));
    BOOST_TEST(failure_of(sut.describe_vault(describe_vault_request(photos))).details().message ==
               "the body is empty");
}

// So is JSON of another form, whatever it is.
BOOST_DATA_TEST_CASE(json_of_another_form,
                     boost::unit_test::data::make({"", "[]", "null", "7", "\"text\"", "{",
                                                   "{\"CreationDate\":7}", "{\"CreationDate\":\"yesterday\"}",
                                                   "{\"SizeInBytes\":-1}", "{\"VaultName\":[]}"}))
{
    service->always(operation::describe_vault, with_body(sample));

    BOOST_TEST((code_of(sut.describe_vault(describe_vault_request(photos))) == errc::malformed_response));
}

// Members that this version does not know do not matter.
BOOST_AUTO_TEST_CASE(unknown_members)
{
    service->always(operation::describe_vault, with_body(R"({"VaultName":"photos","New":{"a":[1]}})"));

    BOOST_TEST(run(sut.describe_vault(describe_vault_request(photos))).vault_name == "photos");
}

// An upload's answer without the archive's id cannot be used, and nobody may simply send it again.
BOOST_AUTO_TEST_CASE(missing_archive_id)
{
    service->always(operation::upload_archive, without_header("x-amz-archive-id"));

    operation_error const error =
        failure_of(sut.upload_archive(upload_archive_request(photos, body(std::string("b")))));

    BOOST_TEST((error.code() == errc::malformed_response));
    BOOST_TEST(error.details().message == "x-amz-archive-id is missing");
    BOOST_TEST(error.http_status() == 201);
    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST(service->count() == 1U);
}

// The same for a job's id.
BOOST_AUTO_TEST_CASE(missing_job_id)
{
    service->always(operation::initiate_job, without_header("x-amz-job-id"));

    operation_error const error =
        failure_of(sut.initiate_job(initiate_job_request(photos, job_parameters::inventory_retrieval())));

    BOOST_TEST((error.code() == errc::malformed_response));
    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST(service->jobs("photos") == 1U);
}

// Without the upload's id nothing can go on, but it may be started again.
BOOST_AUTO_TEST_CASE(missing_upload_id)
{
    service->always(operation::initiate_multipart_upload, without_header("x-amz-multipart-upload-id"));

    operation_error const error =
        failure_of(sut.initiate_multipart_upload(initiate_multipart_upload_request(photos, part_size(mib))));

    BOOST_TEST((error.code() == errc::malformed_response));
    BOOST_TEST(!error.outcome_unknown());
}

// An id that could not be sent back is as bad as none.
BOOST_AUTO_TEST_CASE(id_of_another_form)
{
    fault odd;
    odd.change = [](protocol::http_response& answer) { answer.headers.set("x-amz-archive-id", "a/b"); };
    service->always(operation::upload_archive, std::move(odd));

    BOOST_TEST((code_of(sut.upload_archive(upload_archive_request(photos, body(std::string("b"))))) ==
                errc::malformed_response));
}

// The service has something else than was sent: the error says both hashes, and what leads to the archive that there is
// nevertheless.
BOOST_AUTO_TEST_CASE(tree_hash_mismatch_of_an_archive)
{
    service->always(operation::upload_archive, wrong_tree_hash());

    operation_error const error =
        failure_of(sut.upload_archive(upload_archive_request(photos, body(std::string("bytes")))));

    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    BOOST_TEST((error.code() == condition::verification));
    std::string const start = "sent " + reference_tree_hash("bytes").hex() + ", the service has " +
                              reference_tree_hash("something else").hex() +
                              "; the archive is stored nevertheless: ";
    BOOST_TEST_REQUIRE(error.details().message.starts_with(start));
    archive_id const archive = error.details().message.substr(start.size());
    BOOST_TEST(service->archive("photos", archive) == "bytes");
    BOOST_TEST(std::string(error.what()).find(archive.str()) != std::string::npos, error.what());
    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST(error.request_id() == "request-1");
    BOOST_TEST(error.attempts() == 1);
    BOOST_TEST(service->count() == 1U);
}

// The same for an archive of parts; to ask again makes no second one.
BOOST_AUTO_TEST_CASE(tree_hash_mismatch_of_a_completion)
{
    upload_id const upload = open_upload();
    run(sut.upload_multipart_part(
        upload_multipart_part_request(photos, upload, byte_range(0, 4), body(std::string("bytes")))));
    service->always(operation::complete_multipart_upload, wrong_tree_hash());
    complete_multipart_upload_request const request(photos, upload, 5, reference_tree_hash("bytes"));

    operation_error const error = failure_of(sut.complete_multipart_upload(request));

    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    auto const found = error.details().message.rfind(' ');
    archive_id const archive = error.details().message.substr(found + 1);
    BOOST_TEST(service->archive("photos", archive) == "bytes");
    BOOST_TEST(!error.outcome_unknown());
}

// The same for a part.
BOOST_AUTO_TEST_CASE(tree_hash_mismatch_of_a_part)
{
    upload_id const upload = open_upload();
    service->always(operation::upload_multipart_part, wrong_tree_hash());
    upload_multipart_part_request request(photos, upload, byte_range(0, 3), body(std::string("part")));

    operation_error const error = failure_of(sut.upload_multipart_part(std::move(request)));

    BOOST_TEST((error.code() == errc::tree_hash_mismatch));
    BOOST_TEST(error.details().resource == "vault photos, upload " + upload.str() + ", part 0-3");
}

// A service that sends no hash has not said that anything is wrong.
BOOST_AUTO_TEST_CASE(answer_without_a_tree_hash)
{
    service->always(operation::upload_archive, without_header("x-amz-sha256-tree-hash"));

    BOOST_TEST(
        !run(sut.upload_archive(upload_archive_request(photos, body(std::string("bytes"))))).tree_hash);
}

// Another range than was asked for would be written to the wrong place.
BOOST_AUTO_TEST_CASE(another_range)
{
    job_id const job = service->add_job("photos", service->add_archive("photos", some_bytes(2 * mib)));
    get_job_output_request request(photos, job);
    request.range = byte_range(0, mib - 1);
    for (char const* const range :
         {"bytes 0-1048576/2097152", "bytes 1048576-2097151/2097152", "0-1048575", ""}) {
        fault odd;
        odd.change = [range](protocol::http_response& answer) { answer.headers.set("Content-Range", range); };
        service->always(operation::get_job_output, std::move(odd));

        operation_error const error = failure_of(sut.get_job_output(request));

        BOOST_TEST((error.code() == errc::unexpected_status), range);
        BOOST_TEST(error.http_status() == 206);
        BOOST_TEST(error.attempts() == 1);
    }
}

// A range without an end is everything from some byte on, and nothing less.
BOOST_AUTO_TEST_CASE(range_without_end)
{
    std::string const bytes = some_bytes(2 * mib);
    job_id const job = service->add_job("photos", service->add_archive("photos", bytes));
    get_job_output_request request(photos, job);
    request.range = output_range::from(mib);

    job_output_stream stream = run(sut.get_job_output(request));
    BOOST_TEST((run(stream.read_all(mib)) == bytes.substr(mib)));
    BOOST_TEST(service->requests().back().message.headers.get("range") == "bytes=1048576-");

    for (char const* const range : {"bytes 1048576-2097150/2097152", "bytes 1048575-2097151/2097152",
                                    "bytes 1048576-2097151/*", "bytes 1048576-2097151", "bytes 1048576-/0"}) {
        fault odd;
        odd.change = [range](protocol::http_response& answer) { answer.headers.set("Content-Range", range); };
        service->always(operation::get_job_output, std::move(odd));
        BOOST_TEST((code_of(sut.get_job_output(request)) == errc::unexpected_status), range);
    }
}

// A service that ignores the range and sends everything is refused too.
BOOST_AUTO_TEST_CASE(range_ignored)
{
    job_id const job = service->add_job("photos", service->add_archive("photos", some_bytes(2 * mib)));
    service->always(operation::get_job_output, without_header("Content-Range"));
    get_job_output_request request(photos, job);
    request.range = byte_range(0, mib - 1);

    operation_error const error = failure_of(sut.get_job_output(std::move(request)));

    BOOST_TEST((error.code() == errc::unexpected_status));
    BOOST_TEST(error.http_status() == 200);
}

// A part where the whole was asked for must not pass for the whole.
BOOST_AUTO_TEST_CASE(range_unasked)
{
    job_id const job = service->add_job("photos", service->add_archive("photos", some_bytes(2 * mib)));
    fault odd;
    odd.change = [](protocol::http_response& answer) {
        answer.headers.set("Content-Range", "bytes 0-9/2097152");
    };
    service->always(operation::get_job_output, std::move(odd));

    BOOST_TEST((code_of(sut.get_job_output(get_job_output_request(photos, job))) == errc::unexpected_status));
}

// An error answer to a request for output is read as such, and repeated where that helps.
BOOST_AUTO_TEST_CASE(error_instead_of_output)
{
    job_id const job = service->add_job("photos", service->add_archive("photos", "bytes"));
    service->on(operation::get_job_output, 1, error_answer(service_errc::service_unavailable));
    service->on(operation::get_job_output, 3, error_answer(service_errc::resource_not_found));

    job_output_stream stream = run(sut.get_job_output(get_job_output_request(photos, job)));
    BOOST_TEST(run(stream.read_all(100)) == "bytes");
    BOOST_TEST((code_of(sut.get_job_output(get_job_output_request(photos, job))) == condition::not_found));
}

// ---------------------------------------------------------------------------------------------------
// Values that are refused before anything is sent

// A description is checked when it is made: printable ASCII, at most 1,024 bytes.
BOOST_DATA_TEST_CASE(descriptions_refused,
                     boost::unit_test::data::make({std::string("a\rb"), std::string("a\nb"),
                                                   std::string("a\0b", 3), std::string("a\x7f"),
                                                   std::string("caf\xc3\xa9"), std::string("\t"),
                                                   std::string(1'025, 'd')}))
{
    BOOST_CHECK_EXCEPTION(description{sample}, invalid_value,
                          [](auto const& error) { return error.code() == errc::invalid_description; });
}

// The longest description, and one with every character that is allowed, arrive as they are.
BOOST_AUTO_TEST_CASE(descriptions_sent)
{
    std::string every;
    for (char c = 0x20; c < 0x7f; ++c)
        every += c;
    for (std::string const& text : {std::string(1'024, 'd'), every, std::string()}) {
        upload_archive_request request(photos, body(std::string("bytes")));
        request.description = text;
        run(sut.upload_archive(std::move(request)));
        BOOST_TEST(service->requests().back().message.headers.get("x-amz-archive-description") == text);
    }
}

// An archive has 1 byte to 4 GiB in one request.
BOOST_AUTO_TEST_CASE(archive_sizes)
{
    temporary_directory const directory;
    auto const huge = directory.write_sparse("huge", part_size::bytes_max + 1);

    BOOST_TEST(
        (refused(sut.upload_archive(upload_archive_request(photos, body()))) == errc::invalid_archive_size));
    BOOST_TEST((refused(sut.upload_archive(upload_archive_request(photos, body(std::string())))) ==
                errc::invalid_archive_size));
    BOOST_TEST((refused(sut.upload_archive(upload_archive_request(photos, body::file(huge)))) ==
                errc::invalid_archive_size));
}

// A part's range is as long as its content, begins on a whole MiB, and is at most 4 GiB.
BOOST_AUTO_TEST_CASE(part_ranges)
{
    upload_id const upload = "some-upload";
    body const four(std::string("four"));
    auto const code = [&](byte_range range, body content) {
        return refused(sut.upload_multipart_part(
            upload_multipart_part_request(photos, upload, range, std::move(content))));
    };
    temporary_directory const directory;
    body const huge = body::file(directory.write_sparse("huge", part_size::bytes_max + 1));

    BOOST_TEST((code(byte_range(0, 2), four) == errc::invalid_byte_range));
    BOOST_TEST((code(byte_range(0, 4), four) == errc::invalid_byte_range));
    BOOST_TEST((code(byte_range(1, 4), four) == errc::invalid_byte_range));
    BOOST_TEST((code(byte_range(mib - 1, mib + 2), four) == errc::invalid_byte_range));
    BOOST_TEST((code(byte_range(0, 0), body()) == errc::invalid_byte_range));
    BOOST_TEST((code(byte_range(0, part_size::bytes_max), huge) == errc::invalid_byte_range));
}

// A complete archive has 1 byte to 10,000 x 4 GiB.
BOOST_AUTO_TEST_CASE(complete_sizes)
{
    auto const code = [&](std::uint64_t bytes) {
        return refused(sut.complete_multipart_upload(
            complete_multipart_upload_request(photos, "some-upload", bytes, reference_tree_hash("x"))));
    };

    BOOST_TEST((code(0) == errc::invalid_archive_size));
    BOOST_TEST((code(part_size::bytes_max * part_size::parts_max + 1) == errc::invalid_archive_size));
}

// A page has at least one entry.
BOOST_AUTO_TEST_CASE(limit_zero)
{
    list_vaults_request vaults;
    vaults.limit = 0;
    list_parts_request parts(photos, "some-upload");
    parts.limit = 0;
    list_multipart_uploads_request uploads(photos);
    uploads.limit = 0;
    list_jobs_request jobs(photos);
    jobs.limit = 0;
    job_parameters inventory = job_parameters::inventory_retrieval();
    inventory.inventory.emplace();
    inventory.inventory->limit = 0;

    BOOST_TEST((refused(sut.list_vaults(vaults)) == errc::invalid_limit));
    BOOST_TEST((refused(sut.list_parts(parts)) == errc::invalid_limit));
    BOOST_TEST((refused(sut.list_multipart_uploads(uploads)) == errc::invalid_limit));
    BOOST_TEST((refused(sut.list_jobs(jobs)) == errc::invalid_limit));
    BOOST_TEST((refused(sut.initiate_job(initiate_job_request(photos, inventory))) == errc::invalid_limit));
}

// What is meant for the other type of job is refused, and so is what cannot be written.
BOOST_AUTO_TEST_CASE(job_parameter_combinations)
{
    auto const code = [&](job_parameters parameters) {
        return refused(sut.initiate_job(initiate_job_request(photos, std::move(parameters))));
    };
    job_parameters const archive = job_parameters::archive_retrieval("some-archive");
    job_parameters const inventory = job_parameters::inventory_retrieval();

    BOOST_TEST((code(job_parameters(job_type::archive_retrieval)) == errc::invalid_job_parameters));

    job_parameters with_archive = inventory;
    with_archive.archive = "some-archive";
    BOOST_TEST((code(with_archive) == errc::invalid_job_parameters));

    job_parameters with_unknown_tier = archive;
    with_unknown_tier.tier = tier::unknown;
    BOOST_TEST((code(with_unknown_tier) == errc::invalid_job_parameters));

    job_parameters with_range = inventory;
    with_range.range = byte_range(0, mib - 1);
    BOOST_TEST((code(with_range) == errc::invalid_job_parameters));

    job_parameters with_format = archive;
    with_format.format = inventory_format::csv;
    BOOST_TEST((code(with_format) == errc::invalid_job_parameters));

    job_parameters with_filter = archive;
    with_filter.inventory.emplace();
    BOOST_TEST((code(with_filter) == errc::invalid_job_parameters));

    job_parameters with_unaligned_range = archive;
    with_unaligned_range.range = byte_range(1, mib - 1);
    BOOST_TEST((code(with_unaligned_range) == errc::invalid_byte_range));
}

// Jobs cannot be asked for by a status that has no name.
BOOST_AUTO_TEST_CASE(unknown_status)
{
    list_jobs_request request(photos);
    request.status = job_status::unknown;

    BOOST_TEST((refused(sut.list_jobs(request)) == errc::invalid_option));
}

// A refusal comes through the awaitable, like every other error, and names value and rule.
BOOST_AUTO_TEST_CASE(refusal_is_not_synchronous)
{
    list_jobs_request request(photos);
    request.limit = 0;
    std::optional<asio::awaitable<list_jobs_result>> operation;

    BOOST_CHECK_NO_THROW(operation.emplace(sut.list_jobs(request)));

    BOOST_CHECK_EXCEPTION(run(std::move(*operation)), invalid_value, [](invalid_value const& error) {
        return std::string(error.what()) == "\"0\": invalid limit: at least 1";
    });
}

// An operation that nobody awaits is never started.
BOOST_AUTO_TEST_CASE(nothing_happens_unawaited)
{
    {
        auto const unused = sut.describe_vault(describe_vault_request(photos));
    }
    run_to_end();

    BOOST_TEST(service->count() == 0U);
}

// ---------------------------------------------------------------------------------------------------
// Bodies and hashes

/// A source that counts how often it is read, and fails on request.
class counting_source final : public body_source {
public:
    explicit counting_source(std::string bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes_.size(); }

    void read(std::uint64_t offset, std::span<std::byte> to) const override
    {
        if (fails)
            throw std::runtime_error("the source's own");
        if (std::this_thread::get_id() == loop)
            ++reads_on_the_loop;
        bytes_read += to.size();
        std::span<std::byte const> const part = as_bytes(bytes_).subspan(offset, to.size());
        std::copy(part.begin(), part.end(), to.begin());
    }

    bool fails = false;
    std::thread::id const loop = std::this_thread::get_id();
    mutable std::atomic<std::uint64_t> bytes_read = 0;
    mutable std::atomic<int> reads_on_the_loop = 0;

private:
    std::string bytes_;
};

// Every kind of body sends the same bytes with the same hashes.
BOOST_AUTO_TEST_CASE(kinds_of_bodies)
{
    std::string const bytes = some_bytes(2 * mib + 100'000);
    auto const span = as_bytes(bytes);
    temporary_directory const directory;
    auto const path = directory.write("file", bytes);
    auto const longer = directory.write("longer", "before" + bytes + "after");

    std::vector<body> const bodies{body(bytes),
                                   body(std::vector<std::byte>(span.begin(), span.end())),
                                   body::view(span),
                                   body::file(path),
                                   body::file(longer, 6, bytes.size()),
                                   body::file(longer).slice(6, bytes.size()),
                                   body("before" + bytes).slice(6, bytes.size()),
                                   body(std::make_shared<counting_source>(bytes))};
    for (body const& each : bodies) {
        archive_creation_result const result = run(sut.upload_archive(upload_archive_request(photos, each)));
        BOOST_TEST((service->archive("photos", result.archive) == bytes));
        BOOST_TEST((result.tree_hash.value() == reference_tree_hash(bytes)));
    }
}

// hash_body() computes both hashes, at the borders of leaves and blocks too.
BOOST_DATA_TEST_CASE(hash_body,
                     boost::unit_test::data::make({std::uint64_t(1), 262'144 + std::uint64_t(1), mib - 1, mib,
                                                   mib + 1, 2 * mib, 3 * mib, 8 * mib, 8 * mib + 1, 9 * mib}))
{
    std::string const bytes = some_bytes(sample);
    temporary_directory const directory;
    body const in_file = body::file(directory.write("file", bytes));

    for (body const& each : {body::view(as_bytes(bytes)), in_file}) {
        body_hashes const hashes = run(sut.hash_body(each));
        BOOST_TEST(hashes.content_sha256.hex() == crypto::sha256_of(bytes).hex());
        BOOST_TEST(hashes.tree_hash.hex() == reference_tree_hash(bytes).hex());
    }
}

// The hashes of nothing are those of no bytes.
BOOST_AUTO_TEST_CASE(hash_of_nothing)
{
    body_hashes const hashes = run(sut.hash_body(body()));

    BOOST_TEST(hashes.content_sha256.hex() == std::string(protocol::empty_payload_sha256));
    BOOST_TEST(hashes.tree_hash.hex() == std::string(protocol::empty_payload_sha256));
}

// Hashes that the caller knows are sent as they are: the content is read once, for sending.
BOOST_AUTO_TEST_CASE(known_hashes)
{
    auto const source = std::make_shared<counting_source>(some_bytes(mib));
    upload_archive_request request(photos, body(source));
    request.content_sha256 = crypto::sha256_of(some_bytes(mib));
    request.tree_hash = reference_tree_hash(some_bytes(mib));

    run(sut.upload_archive(std::move(request)));

    BOOST_TEST(source->bytes_read == mib);
}

// One of two is computed, the other one is kept.
BOOST_AUTO_TEST_CASE(one_known_hash)
{
    upload_archive_request request(photos, body(std::string("bytes")));
    request.content_sha256 = crypto::sha256_of("other bytes");

    BOOST_TEST((code_of(sut.upload_archive(request)) == service_errc::invalid_parameter_value));

    recorded_request const sent = service->only_request();
    BOOST_TEST(sent.message.headers.get("x-amz-content-sha256") == crypto::sha256_of("other bytes").hex());
    BOOST_TEST(sent.message.headers.get("x-amz-sha256-tree-hash") == reference_tree_hash("bytes").hex());
}

// A source may wait for a disk, so it is hashed off the loop.
BOOST_AUTO_TEST_CASE(source_is_hashed_off_the_loop)
{
    auto const source = std::make_shared<counting_source>(some_bytes(3 * mib));

    run(sut.hash_body(body(source)));

    BOOST_TEST(source->bytes_read == 3 * mib);
    BOOST_TEST(source->reads_on_the_loop == 0);
}

// A repetition sends the same bytes again, without hashing them again.
BOOST_AUTO_TEST_CASE(body_is_sent_again)
{
    auto const source = std::make_shared<counting_source>(some_bytes(mib));
    upload_id const upload = open_upload();
    service->on(operation::upload_multipart_part, 1, error_answer(service_errc::request_timeout));

    run(sut.upload_multipart_part(
        upload_multipart_part_request(photos, upload, byte_range(0, mib - 1), body(source))));

    BOOST_TEST(source->bytes_read == 3 * mib);
    auto const sent = service->requests(operation::upload_multipart_part);
    BOOST_TEST_REQUIRE(sent.size() == 2U);
    BOOST_TEST((sent[0].content == sent[1].content));
}

// What a source throws reaches the caller as it is, and nothing is sent.
BOOST_AUTO_TEST_CASE(source_fails)
{
    auto const source = std::make_shared<counting_source>("bytes");
    source->fails = true;

    BOOST_CHECK_EXCEPTION(run(sut.upload_archive(upload_archive_request(photos, body(source)))),
                          std::runtime_error,
                          [](auto const& error) { return std::string(error.what()) == "the source's own"; });
    BOOST_TEST(service->count() == 0U);
}

// A file that is truncated before it is hashed is an error that names it; nothing is sent.
BOOST_AUTO_TEST_CASE(file_truncated_before_hashing)
{
    temporary_directory const directory;
    auto const path = directory.write("file", some_bytes(mib));
    body const content = body::file(path);
    std::filesystem::resize_file(path, 1'000);

    operation_error const error = failure_of(sut.upload_archive(upload_archive_request(photos, content)));

    BOOST_TEST((error.code() == errc::file_changed));
    BOOST_TEST(std::string(error.what()).find(path.string()) != std::string::npos);
    BOOST_TEST(service->count() == 0U);
}

// A file that is truncated between hashing and sending is an error too, and not repeated.
BOOST_AUTO_TEST_CASE(file_truncated_before_sending)
{
    temporary_directory const directory;
    auto const path = directory.write("file", some_bytes(mib));
    upload_archive_request request(photos, body::file(path));
    body_hashes const hashes = run(sut.hash_body(request.content));
    request.content_sha256 = hashes.content_sha256;
    request.tree_hash = hashes.tree_hash;
    std::filesystem::resize_file(path, 1'000);

    operation_error const error = failure_of(sut.upload_archive(std::move(request)));

    BOOST_TEST((error.code() == errc::file_changed));
    BOOST_TEST(error.operation() == "UploadArchive");
    BOOST_TEST(error.attempts() == 1);
    BOOST_TEST(service->archives("photos") == 0U);
}

// ---------------------------------------------------------------------------------------------------
// Completion tokens

// A callback gets the error and the value.
BOOST_AUTO_TEST_CASE(callback)
{
    std::string name;
    std::exception_ptr error;
    asio::co_spawn(context, sut.describe_vault(describe_vault_request(photos)),
                   [&](std::exception_ptr its_error, vault_description vault) {
                       error = std::move(its_error);
                       name = vault.vault_name;
                   });
    run_to_end();

    BOOST_TEST(!error);
    BOOST_TEST(name == "photos");
}

// A future rethrows the error of the operation.
BOOST_AUTO_TEST_CASE(future)
{
    auto good = asio::co_spawn(context, sut.describe_vault(describe_vault_request(photos)), asio::use_future);
    auto bad = asio::co_spawn(context, sut.describe_vault(describe_vault_request("none")), asio::use_future);
    run_to_end();

    BOOST_TEST(good.get().vault_name == "photos");
    BOOST_CHECK_EXCEPTION(bad.get(), operation_error,
                          [](auto const& error) { return error.code() == condition::not_found; });
}

// A deferred operation starts when it is called, not before.
BOOST_AUTO_TEST_CASE(deferred)
{
    auto operation = asio::co_spawn(context, sut.delete_vault(delete_vault_request(photos)), asio::deferred);
    run_to_end();
    BOOST_TEST(service->count() == 0U);

    int completions = 0;
    std::move(operation)([&](std::exception_ptr error) { completions += error ? 100 : 1; });
    run_to_end();

    BOOST_TEST(completions == 1);
    BOOST_TEST(service->count() == 1U);
}

asio::awaitable<std::string> name_by_tuple(client service)
{
    auto const executor = co_await asio::this_coro::executor;
    auto outcome = co_await asio::co_spawn(executor, service.describe_vault(describe_vault_request(photos)),
                                           asio::as_tuple(asio::use_awaitable));
    auto& [error, vault] = outcome;
    co_return error ? std::string() : vault.vault_name;
}

// as_tuple gives the error as a value.
BOOST_AUTO_TEST_CASE(tuple)
{
    BOOST_TEST(run(name_by_tuple(sut)) == "photos");
}

// An operation resumes on the executor of the coroutine that awaits it.
BOOST_AUTO_TEST_CASE(resumes_on_its_own_executor)
{
    asio::io_context other;
    std::thread::id resumed;
    asio::co_spawn(other, sut.describe_vault(describe_vault_request(photos)),
                   [&](std::exception_ptr, vault_description) { resumed = std::this_thread::get_id(); });
    std::thread runner([&] { other.run(); });
    std::thread::id const expected = runner.get_id();
    runner.join();

    BOOST_TEST((resumed == expected));
}

// ---------------------------------------------------------------------------------------------------
// Lifetime and threads

// The client object may go while its operations run.
BOOST_AUTO_TEST_CASE(client_goes_first)
{
    auto const held_by = std::make_shared<gate>();
    service->on(operation::describe_vault, 1, held(held_by));
    started_operation<vault_description> describe;
    started_operation<archive_creation_result> upload;
    {
        std::optional<client> temporary = make_client(default_config());
        start(temporary->describe_vault(describe_vault_request(photos)), describe);
        start(temporary->upload_archive(upload_archive_request(photos, body(some_bytes(mib)))), upload);
        temporary.reset();
    }
    run_until([&] { return held_by->waiting() == 1 && upload.ended(); });
    held_by->open();
    run_until([&] { return describe.ended(); });

    BOOST_TEST(!describe.error);
    BOOST_TEST(!upload.error);
    BOOST_TEST(describe.value->vault_name == "photos");
}

// A context may be destroyed with operations under way: they are dropped, and nothing is left.
BOOST_AUTO_TEST_CASE(context_goes_first)
{
    auto const held_by = std::make_shared<gate>();
    auto const fake = std::make_shared<fake_service>();
    fake->add_vault("photos");
    fake->always(operation::describe_vault, held(held_by));
    int completions = 0;
    {
        asio::io_context loop;
        client_config config = default_config();
        config.credentials = identity;
        client_environment environment;
        environment.exchanger = fake;
        environment.clock = clock;
        environment.random = std::make_shared<fixed_random>();
        client const temporary(std::make_shared<client_core>(loop.get_executor(), config, environment));
        asio::co_spawn(loop, temporary.describe_vault(describe_vault_request(photos)),
                       [&](std::exception_ptr, vault_description) { ++completions; });
        asio::co_spawn(loop, temporary.hash_body(body(some_bytes(20 * mib))),
                       [&](std::exception_ptr, body_hashes) { ++completions; });
        while (held_by->waiting() == 0)
            loop.run_one();
        completions = 0;
    }

    BOOST_TEST(completions == 0);
    BOOST_TEST(fake->in_flight() == 0U);
}

// One client serves operations of several threads at once.
BOOST_AUTO_TEST_CASE(four_threads)
{
    constexpr int operations_per_thread = 25;
    service->on(operation::describe_vault, 7, error_answer(service_errc::service_unavailable));
    service->on(operation::describe_vault, 20, stale_connection());
    std::atomic<int> good = 0;
    std::atomic<int> bad = 0;
    auto const count = [&good, &bad](std::exception_ptr const& error) { ++(error ? bad : good); };
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            for (int i = 0; i < operations_per_thread; ++i) {
                asio::co_spawn(asio::make_strand(context), sut.describe_vault(describe_vault_request(photos)),
                               [&](std::exception_ptr error, vault_description) { count(error); });
                asio::co_spawn(asio::make_strand(context), sut.hash_body(body(some_bytes(10'000))),
                               [&](std::exception_ptr error, body_hashes) { count(error); });
            }
            context.run();
        });
    for (std::thread& each : threads)
        each.join();

    BOOST_TEST(good == 4 * operations_per_thread * 2);
    BOOST_TEST(bad == 0);
}

// ---------------------------------------------------------------------------------------------------
// Cancellation

/// Where an upload waits.
enum class wait_point { credentials, exchange, retry, unstarted };

std::ostream& operator<<(std::ostream& stream, wait_point point)
{
    return stream << static_cast<int>(point);
}

// Wherever an operation waits, a cancellation ends it at once, and once, with operation_aborted.
BOOST_DATA_TEST_CASE(cancellation,
                     boost::unit_test::data::make({wait_point::credentials, wait_point::exchange,
                                                   wait_point::retry, wait_point::unstarted}))
{
    client_config config = default_config();
    config.retry.delay_base = std::chrono::hours(1);
    config.retry.delay_max = std::chrono::hours(1);
    client const patient = make_client(std::move(config));
    auto const held_by = std::make_shared<gate>();
    if (sample == wait_point::credentials)
        identity->held_by = held_by;
    if (sample == wait_point::exchange)
        service->always(operation::upload_archive, held(held_by));
    if (sample == wait_point::retry)
        service->always(operation::upload_archive, error_answer(service_errc::service_unavailable));
    started_operation<archive_creation_result> upload;
    start(patient.upload_archive(upload_archive_request(photos, body(std::string("bytes")))), upload);
    if (sample == wait_point::retry)
        run_until([&] { return service->count() == 1 && service->in_flight() == 0; });
    else if (sample != wait_point::unstarted)
        run_until([&] { return held_by->waiting() == 1; });

    auto const begin = std::chrono::steady_clock::now();
    upload.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(upload.completions == 1);
    BOOST_TEST(upload.was_aborted());
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(15)));
    BOOST_TEST(service->in_flight() == 0U);
    BOOST_TEST(service->archives("photos") == 0U);
}

// After any number of steps of the loop, a cancelled operation completes once: with operation_aborted, or with
// its result if that was already there.
BOOST_AUTO_TEST_CASE(cancellation_after_every_step)
{
    bool succeeded = false;
    for (int steps = 0; !succeeded && steps < 200; ++steps) {
        client_fixture fresh;
        fresh.service->on(operation::upload_archive, 1, error_answer(service_errc::service_unavailable));
        started_operation<archive_creation_result> upload;
        fresh.start(fresh.sut.upload_archive(upload_archive_request(photos, body(std::string("bytes")))),
                    upload);
        for (int i = 0; i < steps && !upload.ended(); ++i)
            fresh.context.run_one_for(std::chrono::seconds(5));
        upload.cancel.emit(asio::cancellation_type::terminal);
        fresh.run_to_end();

        BOOST_TEST(upload.completions == 1);
        BOOST_TEST((!upload.error || upload.was_aborted()));
        BOOST_TEST(fresh.service->in_flight() == 0U);
        succeeded = !upload.error;
    }
    BOOST_TEST(succeeded);
}

// Hashing a big body stops between two blocks.
BOOST_AUTO_TEST_CASE(cancellation_of_hashing)
{
    auto const source = std::make_shared<counting_source>(some_bytes(64 * mib));
    started_operation<body_hashes> hash;
    start(sut.hash_body(body(source)), hash);
    run_until([&] { return source->bytes_read > 0; });

    hash.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(hash.completions == 1);
    BOOST_TEST(hash.was_aborted());
    BOOST_TEST(source->bytes_read < 64 * mib);
}

// A cancelled operation says nothing about its neighbours.
BOOST_AUTO_TEST_CASE(cancellation_is_the_operations_own)
{
    auto const held_by = std::make_shared<gate>();
    service->always(operation::describe_vault, held(held_by));
    started_operation<vault_description> first;
    started_operation<vault_description> second;
    start(sut.describe_vault(describe_vault_request(photos)), first);
    start(sut.describe_vault(describe_vault_request(photos)), second);
    run_until([&] { return held_by->waiting() == 2; });

    first.cancel.emit(asio::cancellation_type::terminal);
    run_until([&] { return first.ended(); });
    held_by->open();
    run_until([&] { return second.ended(); });

    BOOST_TEST(first.was_aborted());
    BOOST_TEST(!second.error);
}

BOOST_AUTO_TEST_SUITE_END()
