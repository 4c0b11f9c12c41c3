#include "protocol/multipart_operations.hpp"

#include "crypto/sha256.hpp"
#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

constexpr char const* plain_upload =
    "ob4DQY1XaefPA0p81n4yWCYcZEO3jj-erFRzi1iM99eNVFSfj8mrQeZNVPP-n1azXtGW-XqOULadAbvfPHO-UQDAKVq0";
constexpr char const* hyphen_upload =
    "-6Mfamm6WWTi8JogM-BASs51TB_qE3jr1ZlZRoYbheTRnSWmEvqulRJXQIvrvwU0DqZlRQL7V-d6PIwcCuCyD4PcOsat";
constexpr char const* pattern_upload =
    "KZMpfVDZuNuBLAiPwNXFZXN2Z_mLZINNVoF92YnJjtb79qB26shQq47xy2OuMOXZT2t8mDpuaTjmmHJ1uiMxkjZKClr7";
constexpr char const* paged_upload =
    "l0ZbmwfDr4lxjw89n2y5Pt3whqKJrsriwXlcY8WiL7ijYWjJapGwCLKtVwMqjwZDmE6iAeEu3yQDabEZT-e8juEmGpYB";

initiate_multipart_upload_result initiated(char const* id)
{
    initiate_multipart_upload_result result(id);
    result.location = "/210987654321/vaults/attic/multipart-uploads/" + std::string(id);
    return result;
}

/// The upload of a golden body, whose linear and tree hash are the same.
upload_multipart_part_request part_of(std::string const& content, char const* upload, byte_range range)
{
    BOOST_TEST(crypto::sha256_of(content).hex() == hashes::body, "the vector's hash is not that of its body");
    upload_multipart_part_request request("attic", upload, range, body(content));
    request.content_sha256 = sha256_digest::from_hex(hashes::body).value();
    request.tree_hash = hash_of(hashes::body);
    return request;
}

part_description part(std::string range, char const* hash)
{
    part_description made;
    made.range_in_bytes = std::move(range);
    made.tree_hash = hash_of(hash);
    return made;
}

list_parts_result parts_of(char const* upload, std::uint64_t part_size)
{
    list_parts_result result;
    result.vault_arn = attic_arn;
    result.upload = upload;
    result.part_size_in_bytes = part_size;
    result.creation_date = time_of("2026-02-01T10:20:30.123Z");
    return result;
}

/// The parts of the upload of 1,048,595 bytes.
list_parts_result plain_parts()
{
    list_parts_result result = parts_of(plain_upload, 1'048'576);
    result.description = "box 7, \"slides\"";
    result.parts = {part("0-1048575", hashes::one_mebibyte), part("1048576-1048594", hashes::body)};
    return result;
}

upload_description upload(char const* id, std::uint64_t part_size, char const* created)
{
    upload_description made;
    made.upload = id;
    made.vault_arn = attic_arn;
    made.part_size_in_bytes = part_size;
    made.creation_date = time_of(created);
    return made;
}

/// The first two uploads of the vault.
list_multipart_uploads_result two_uploads()
{
    list_multipart_uploads_result result;
    result.uploads = {upload(plain_upload, 1'048'576, "2026-02-01T10:20:30.123Z"),
                      upload(hyphen_upload, 4'294'967'296, "2026-02-01T11:00:00.000Z")};
    result.uploads[0].description = "box 7, \"slides\"";
    return result;
}

BOOST_AUTO_TEST_SUITE(multipart_operations_test)

// An upload begins with a POST without a body; the part size goes as a header.
GLACIER_GOLDEN_REQUEST(initiate_multipart_upload, plain)
{
    initiate_multipart_upload_request request("attic", part_size(1'048'576));
    request.description = "box 7, \"slides\"";
    check_request(vector, request, golden_account);
}

// The largest part size needs more than 32 bits.
GLACIER_GOLDEN_REQUEST(initiate_multipart_upload, minimal)
{
    check_request(vector, initiate_multipart_upload_request("attic", part_size(4'294'967'296)), own_account);
}

// Every printable ASCII character may stand in a description, and goes as it is.
GLACIER_GOLDEN_REQUEST(initiate_multipart_upload, ascii_description)
{
    initiate_multipart_upload_request request("attic", part_size(4'194'304));
    request.description =
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNO PQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    check_request(vector, request, golden_account);
}

// The answer has the upload's id and place in headers.
GLACIER_GOLDEN_RESPONSE(initiate_multipart_upload, plain)
{
    check_response<initiate_multipart_upload_request>(vector, initiated(plain_upload));
}

// An upload id may begin with a hyphen.
GLACIER_GOLDEN_RESPONSE(initiate_multipart_upload, minimal)
{
    check_response<initiate_multipart_upload_request>(vector, initiated(hyphen_upload));
}

// A part says where it lies, with `*` for the unknown length of the whole.
GLACIER_GOLDEN_REQUEST(upload_multipart_part, plain)
{
    check_request(vector, part_of(vector.body, plain_upload, byte_range(1'048'576, 1'048'594)),
                  golden_account);
}

// The only part of an upload may be short.
GLACIER_GOLDEN_REQUEST(upload_multipart_part, single)
{
    check_request(vector, part_of(vector.body, hyphen_upload, byte_range(0, 18)), own_account);
}

// The answer has the service's own hash of the part.
GLACIER_GOLDEN_RESPONSE(upload_multipart_part, plain)
{
    upload_multipart_part_result result;
    result.tree_hash = hash_of(hashes::body);
    check_response<upload_multipart_part_request>(vector, result);
}

// An upload is completed with the size and the hash of the whole.
GLACIER_GOLDEN_REQUEST(complete_multipart_upload, plain)
{
    check_request(
        vector,
        complete_multipart_upload_request("attic", plain_upload, 1'048'595, hash_of(hashes::multipart)),
        golden_account);
}

// The same with one part.
GLACIER_GOLDEN_REQUEST(complete_multipart_upload, single)
{
    check_request(vector,
                  complete_multipart_upload_request("attic", hyphen_upload, 19, hash_of(hashes::body)),
                  own_account);
}

// The answer is that of a whole upload.
GLACIER_GOLDEN_RESPONSE(complete_multipart_upload, plain)
{
    archive_creation_result result(ids::multipart_archive);
    result.tree_hash = hash_of(hashes::multipart);
    result.location = "/210987654321/vaults/attic/archives/" + std::string(ids::multipart_archive);
    check_response<complete_multipart_upload_request>(vector, result);
}

// The answer need not have a hash.
GLACIER_GOLDEN_RESPONSE(complete_multipart_upload, single)
{
    archive_creation_result result(ids::single_archive);
    result.location = "/210987654321/vaults/attic/archives/" + std::string(ids::single_archive);
    check_response<complete_multipart_upload_request>(vector, result);
}

// An upload is given up by a DELETE.
GLACIER_GOLDEN_REQUEST(abort_multipart_upload, plain)
{
    check_request(vector, abort_multipart_upload_request("attic", plain_upload), golden_account);
}

// An id that begins with a hyphen is an id like any other.
GLACIER_GOLDEN_REQUEST(abort_multipart_upload, leading_hyphen)
{
    check_request(vector, abort_multipart_upload_request("attic", hyphen_upload), own_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(abort_multipart_upload, plain)
{
    check_response<abort_multipart_upload_request>(vector, no_result());
}

// Without parameters the target has no query.
GLACIER_GOLDEN_REQUEST(list_parts, plain)
{
    check_request(vector, list_parts_request("attic", plain_upload), golden_account);
}

// Both query keys, sorted.
GLACIER_GOLDEN_REQUEST(list_parts, paged)
{
    list_parts_request request("attic", paged_upload);
    request.marker = "1048576-2097151";
    request.limit = 2;
    check_request(vector, request, own_account);
}

// The last page: all members, and no marker.
GLACIER_GOLDEN_RESPONSE(list_parts, plain)
{
    check_response<list_parts_request>(vector, plain_parts());
}

// Another page follows where there is a marker.
GLACIER_GOLDEN_RESPONSE(list_parts, paged)
{
    list_parts_result result = parts_of(paged_upload, 1'048'576);
    result.description = "pattern of 7 MiB";
    result.marker = "3145728-4194303";
    result.parts = {
        part("2097152-3145727", "818137be84408e9a797d6ddbcca1066365fa2fa1ac8948b9ea05d7c4bcacb274"),
        part("3145728-4194303", "54a9943bb18d89c3bef95a2ac2824466056a8f13e622b3228cd9a8265eb91f20")};
    check_response<list_parts_request>(vector, result);
}

// An upload without a description; the last part is short.
GLACIER_GOLDEN_RESPONSE(list_parts, null_members)
{
    list_parts_result result = parts_of(pattern_upload, 4'194'304);
    result.parts = {part("0-4194303", hashes::pattern_start), part("4194304-7340031", hashes::pattern_end)};
    check_response<list_parts_request>(vector, result);
}

// No part yet; the part size needs more than 32 bits.
GLACIER_GOLDEN_RESPONSE(list_parts, empty)
{
    check_response<list_parts_request>(vector, parts_of(hyphen_upload, 4'294'967'296));
}

// A published sample has the text `null` for a marker: it is a marker like any other.
GLACIER_GOLDEN_RESPONSE(list_parts, string_null_marker)
{
    list_parts_result result = plain_parts();
    result.marker = "null";
    check_response<list_parts_request>(vector, result);
}

// The service has been seen to give a range that is one byte too long: it is kept as it is.
GLACIER_GOLDEN_RESPONSE(list_parts, long_range)
{
    list_parts_result result = plain_parts();
    result.description.reset();
    result.parts[0].range_in_bytes = "0-1048576";
    check_response<list_parts_request>(vector, result);
}

// Without parameters the target has no query.
GLACIER_GOLDEN_REQUEST(list_multipart_uploads, plain)
{
    check_request(vector, list_multipart_uploads_request("attic"), golden_account);
}

// Both query keys, sorted.
GLACIER_GOLDEN_REQUEST(list_multipart_uploads, paged)
{
    list_multipart_uploads_request request("attic");
    request.marker = pattern_upload;
    request.limit = 2;
    check_request(vector, request, own_account);
}

// The last page: all members of each upload, and no marker.
GLACIER_GOLDEN_RESPONSE(list_multipart_uploads, plain)
{
    list_multipart_uploads_result result = two_uploads();
    result.uploads.push_back(upload(pattern_upload, 4'194'304, "2026-01-20T07:08:09.010Z"));
    result.uploads[2].description = "pattern of 7 MiB";
    check_response<list_multipart_uploads_request>(vector, result);
}

// Another page follows where there is a marker.
GLACIER_GOLDEN_RESPONSE(list_multipart_uploads, paged)
{
    list_multipart_uploads_result result = two_uploads();
    result.marker = hyphen_upload;
    check_response<list_multipart_uploads_request>(vector, result);
}

// No uploads are an empty list.
GLACIER_GOLDEN_RESPONSE(list_multipart_uploads, empty)
{
    check_response<list_multipart_uploads_request>(vector, list_multipart_uploads_result());
}

template <class Request>
decoded<Request> accepted(http_headers const& headers)
{
    parameters const path{{"accountId", "-"}, {"vaultName", "attic"}, {"uploadId", "abc"}};
    return accept<Request>(routed_request{operation_traits<Request>::id, path, {}, headers, {}});
}

// The service demands the part size, and one that its rules allow.
BOOST_AUTO_TEST_CASE(accept_checks_the_part_size)
{
    http_headers headers;
    auto const missing = accepted<initiate_multipart_upload_request>(headers);
    BOOST_TEST_REQUIRE(missing.has_error());
    BOOST_TEST((missing.error().why == member_error::reason::missing));
    BOOST_TEST(missing.error().member == "x-amz-part-size");
    for (std::string const size :
         {"", "0", "1000000", "1048577", "8589934592", "1 048 576", "-1048576", "1048576.0"}) {
        headers.set("x-amz-part-size", size);
        auto const invalid = accepted<initiate_multipart_upload_request>(headers);
        BOOST_TEST_REQUIRE(invalid.has_error());
        BOOST_TEST((invalid.error().why == member_error::reason::invalid));
        BOOST_TEST(invalid.error().text == size);
    }
}

// The service demands the range of a part, in its own form, and both hashes.
BOOST_AUTO_TEST_CASE(accept_checks_a_part)
{
    http_headers headers;
    BOOST_TEST(accepted<upload_multipart_part_request>(headers).error().member == "Content-Range");
    headers.add("content-range", "bytes 18-0/*");
    BOOST_TEST(accepted<upload_multipart_part_request>(headers).error().text == "bytes 18-0/*");
    headers.set("content-range", "bytes 0-18/*");
    BOOST_TEST(accepted<upload_multipart_part_request>(headers).error().member == "x-amz-content-sha256");
    headers.add("x-amz-content-sha256", hashes::body);
    BOOST_TEST(accepted<upload_multipart_part_request>(headers).error().member == "x-amz-sha256-tree-hash");
    headers.add("x-amz-sha256-tree-hash", hashes::body);
    auto const part = accepted<upload_multipart_part_request>(headers);
    BOOST_TEST_REQUIRE(part.has_value());
    BOOST_TEST(part->range.str() == "0-18");
}

// The service demands the size and the hash of the whole.
BOOST_AUTO_TEST_CASE(accept_checks_a_completion)
{
    http_headers headers;
    BOOST_TEST(accepted<complete_multipart_upload_request>(headers).error().member == "x-amz-archive-size");
    headers.add("x-amz-archive-size", "19 bytes");
    BOOST_TEST(
        (accepted<complete_multipart_upload_request>(headers).error().why == member_error::reason::invalid));
    headers.set("x-amz-archive-size", "42949672960000");
    BOOST_TEST(accepted<complete_multipart_upload_request>(headers).error().member ==
               "x-amz-sha256-tree-hash");
    headers.add("x-amz-sha256-tree-hash", hashes::body);
    auto const completion = accepted<complete_multipart_upload_request>(headers);
    BOOST_TEST_REQUIRE(completion.has_value());
    BOOST_TEST(completion->archive_bytes == 42'949'672'960'000U);
}

// Without an upload id a DELETE or a GET would be about something else: such a request is not made.
BOOST_AUTO_TEST_CASE(missing_id_is_refused)
{
    BOOST_TEST((encode(abort_multipart_upload_request("attic", upload_id()), golden_account).error() ==
                errc::invalid_upload_id));
    BOOST_TEST((encode(list_parts_request("attic", upload_id()), golden_account).error() ==
                errc::invalid_upload_id));
}

// The answer to an initiation must have the upload's id.
BOOST_AUTO_TEST_CASE(answer_must_have_the_id)
{
    http_response response;
    response.status = 201;
    auto const decoded = decode<initiate_multipart_upload_request>(response);
    BOOST_TEST_REQUIRE(decoded.has_error());
    BOOST_TEST((decoded.error().why == member_error::reason::missing));
    BOOST_TEST(decoded.error().member == "x-amz-multipart-upload-id");
}

// Results become the JSON of the service.
BOOST_AUTO_TEST_CASE(results_as_json)
{
    BOOST_TEST((parse_json(to_json(plain_parts())) ==
                parse_json(read_golden("list_parts.plain.response.http").body)));
    list_multipart_uploads_result uploads = two_uploads();
    uploads.marker = hyphen_upload;
    BOOST_TEST((parse_json(to_json(uploads)) ==
                parse_json(read_golden("list_multipart_uploads.paged.response.http").body)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
