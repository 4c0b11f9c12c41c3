#include "protocol/archive_operations.hpp"

#include "crypto/sha256.hpp"
#include "protocol/golden.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

/// The upload of a golden body, whose linear and tree hash are the same.
upload_archive_request upload_of(std::string const& content, char const* hash)
{
    BOOST_TEST(crypto::sha256_of(content).hex() == hash, "the vector's hash is not that of its body");
    upload_archive_request request("attic", body(content));
    request.content_sha256 = sha256_digest::from_hex(hash).value();
    request.tree_hash = hash_of(hash);
    return request;
}

archive_creation_result created(char const* id, char const* hash)
{
    archive_creation_result result(id);
    result.tree_hash = hash_of(hash);
    result.location = "/210987654321/vaults/attic/archives/" + std::string(id);
    return result;
}

BOOST_AUTO_TEST_SUITE(archive_operations_test)

// An upload carries both hashes and the description in headers.
GLACIER_GOLDEN_REQUEST(upload_archive, plain)
{
    upload_archive_request request = upload_of(vector.body, hashes::body);
    request.description = "box 7, \"slides\"";
    check_request(vector, request, golden_account);
}

// Without a description there is no header for it.
GLACIER_GOLDEN_REQUEST(upload_archive, minimal)
{
    check_request(vector, upload_of(vector.body, hashes::body), own_account);
}

// The smallest archive is one byte.
GLACIER_GOLDEN_REQUEST(upload_archive, one_byte)
{
    check_request(vector, upload_of(vector.body, hashes::zero_byte), golden_account);
}

// The body may hold every byte; runs of blanks stay in the description on the wire.
GLACIER_GOLDEN_REQUEST(upload_archive, binary)
{
    upload_archive_request request = upload_of(vector.body, hashes::binary);
    request.description = "two  blanks   three";
    check_request(vector, request, golden_account);
}

// The answer has the archive's id, hash and place in headers.
GLACIER_GOLDEN_RESPONSE(upload_archive, plain)
{
    check_response<upload_archive_request>(vector, created(ids::slides_archive, hashes::body));
}

// An id may begin with a hyphen.
GLACIER_GOLDEN_RESPONSE(upload_archive, minimal)
{
    check_response<upload_archive_request>(vector, created(ids::hyphen_archive, hashes::body));
}

// An id may begin with an underscore.
GLACIER_GOLDEN_RESPONSE(upload_archive, one_byte)
{
    check_response<upload_archive_request>(vector, created(ids::underscore_archive, hashes::zero_byte));
}

// An archive is deleted by its id.
GLACIER_GOLDEN_REQUEST(delete_archive, plain)
{
    check_request(vector, delete_archive_request("attic", ids::slides_archive), golden_account);
}

// An id that begins with a hyphen is an id like any other.
GLACIER_GOLDEN_REQUEST(delete_archive, leading_hyphen)
{
    check_request(vector, delete_archive_request("attic", ids::hyphen_archive), own_account);
}

// The answer is its status and nothing else.
GLACIER_GOLDEN_RESPONSE(delete_archive, plain)
{
    check_response<delete_archive_request>(vector, no_result());
}

// The service's hash may be missing; the archive's id may not.
BOOST_AUTO_TEST_CASE(answer_must_have_the_id)
{
    http_response response;
    response.status = 201;
    response.headers.add("x-amz-archive-id", "abc");
    auto const decoded = decode<upload_archive_request>(response);
    BOOST_TEST_REQUIRE(decoded.has_value());
    BOOST_TEST(decoded->archive.str() == "abc");
    BOOST_TEST(!decoded->tree_hash.has_value());
    BOOST_TEST(decoded->location.empty());

    response.headers.remove("x-amz-archive-id");
    auto const without_id = decode<upload_archive_request>(response);
    BOOST_TEST_REQUIRE(without_id.has_error());
    BOOST_TEST((without_id.error().why == member_error::reason::missing));
    BOOST_TEST(without_id.error().member == "x-amz-archive-id");

    response.headers.add("X-Amz-Archive-Id", "a/b");
    auto const with_bad_id = decode<upload_archive_request>(response);
    BOOST_TEST_REQUIRE(with_bad_id.has_error());
    BOOST_TEST((with_bad_id.error().why == member_error::reason::invalid));
    BOOST_TEST(with_bad_id.error().text == "a/b");
}

/// What the service makes of an upload with these headers.
decoded<upload_archive_request> accepted(http_headers const& headers)
{
    return accept<upload_archive_request>(routed_request{
        operation::upload_archive, {{"accountId", "-"}, {"vaultName", "attic"}}, {}, headers, {}});
}

// The service demands both hashes, and names the header that is missing or wrong.
BOOST_AUTO_TEST_CASE(accept_demands_both_hashes)
{
    http_headers headers;
    BOOST_TEST(accepted(headers).error().member == "x-amz-content-sha256");
    headers.add("X-Amz-Content-Sha256", hashes::body);
    BOOST_TEST(accepted(headers).error().member == "x-amz-sha256-tree-hash");
    BOOST_TEST((accepted(headers).error().why == member_error::reason::missing));
    headers.add("X-Amz-Sha256-Tree-Hash", "abc");
    BOOST_TEST(accepted(headers).error().member == "x-amz-sha256-tree-hash");
    BOOST_TEST((accepted(headers).error().why == member_error::reason::invalid));
    BOOST_TEST(accepted(headers).error().text == "abc");
    headers.set("X-Amz-Sha256-Tree-Hash", hashes::body);
    BOOST_TEST(accepted(headers).has_value());
    headers.add("x-amz-archive-description", std::string(1'025, 'x'));
    BOOST_TEST(accepted(headers).error().member == "x-amz-archive-description");
}

// Without an archive id the path would be that of all archives: such a request is not made.
BOOST_AUTO_TEST_CASE(missing_id_is_refused)
{
    BOOST_TEST((encode(delete_archive_request("attic", archive_id()), golden_account).error() ==
                errc::invalid_archive_id));
    BOOST_TEST((encode(delete_archive_request(vault_name(), "abc"), golden_account).error() ==
                errc::invalid_vault_name));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
