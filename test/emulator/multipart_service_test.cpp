#include "emulator/multipart_service.hpp"

#include "fixture.hpp"

#include <vector>

namespace glacier::emulation {

namespace {

struct multipart_fixture : service_fixture {
    multipart_fixture() { make_vault("attic"); }

    std::string begin(std::uint64_t part_bytes = MiB)
    {
        auto services = context();
        initiate_multipart_upload_request request("attic", part_size(part_bytes));
        request.description = description("in parts");
        auto const begun = initiate_multipart_upload(services, request);
        BOOST_TEST_REQUIRE(begun.has_value());
        BOOST_TEST(begun->location == "/123456789012/vaults/attic/multipart-uploads/" + begun->upload.str());
        return begun->upload.str();
    }

    service_result<upload_multipart_part_result> try_part(std::string const& upload, std::uint64_t first,
                                                          std::string_view content,
                                                          std::optional<std::uint64_t> length = std::nullopt)
    {
        auto services = context();
        upload_multipart_part_request request("attic", upload, byte_range(first, first + content.size() - 1),
                                              body());
        request.content_sha256 = crypto::sha256_of(content);
        request.tree_hash = tree_hash_of(bytes_of(content));
        auto part = part_upload::begin(services, request, length.value_or(content.size()));
        if (!part)
            return part.error();
        part->write(bytes_of(content));
        return part->finish();
    }

    void put_part(std::string const& upload, std::uint64_t first, std::string_view content)
    {
        BOOST_TEST_REQUIRE(try_part(upload, first, content).has_value());
    }

    service_result<archive_creation_result> complete(std::string const& upload, std::string_view content)
    {
        auto services = context();
        complete_multipart_upload_request const request("attic", upload, content.size(),
                                                        tree_hash_of(bytes_of(content)));
        return complete_multipart_upload(services, request);
    }

    service_result<list_parts_result> parts_of(std::string const& upload)
    {
        auto services = context();
        return list_parts(services, list_parts_request("attic", upload));
    }

    service_result<protocol::no_result> abort(std::string const& upload)
    {
        auto services = context();
        return abort_multipart_upload(services, abort_multipart_upload_request("attic", upload));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(multipart_service, multipart_fixture)

BOOST_AUTO_TEST_CASE(parts_in_any_order_make_the_archive)
{
    std::string const content = pattern(5 * MiB + 77);
    std::string const upload = begin(2 * MiB);
    for (std::size_t const index : {2, 0, 1})
        put_part(upload, index * 2 * MiB, std::string_view(content).substr(index * 2 * MiB, 2 * MiB));
    auto const made = complete(upload, content);
    BOOST_TEST_REQUIRE(made.has_value());
    BOOST_TEST(made->tree_hash->hex() == tree_hash_of(bytes_of(content)).hex());

    options.job_delay = 0ms;
    std::string const job = start_job("attic", job_parameters::archive_retrieval(made->archive));
    BOOST_TEST((output_of("attic", job) == content));
    // The parts' files are the archive's now: nothing is copied.
    BOOST_TEST(count_files(directory.path() / "data") == 3U);
}

BOOST_AUTO_TEST_CASE(a_part_that_comes_again_replaces_the_first)
{
    std::string const upload = begin();
    std::string const content = pattern(2 * MiB);
    put_part(upload, MiB, std::string(MiB, 'x'));
    put_part(upload, 0, std::string_view(content).substr(0, MiB));
    put_part(upload, MiB, std::string_view(content).substr(MiB));
    BOOST_TEST(count_files(directory.path() / "data") == 2U);
    BOOST_TEST(complete(upload, content).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_part_is_said_before_its_body_is_read)
{
    std::string const upload = begin();
    BOOST_TEST(error_text(try_part("missing", 0, "x")) == "404 The upload ID was not found: missing");
    BOOST_TEST(error_text(try_part(upload, 0, "xyz", 5)) ==
               "400 Content-Range: bytes 0-2/* is incompatible with Content-Length: 5");
    BOOST_TEST(error_text(try_part(upload, 1, "x")) == "400 Invalid Content-Range: bytes 1-1/*");
    BOOST_TEST(error_text(try_part(upload, 0, pattern(MiB + 1))) ==
               "400 Invalid Content-Range: bytes 0-1048576/*");
    BOOST_TEST(error_text(try_part(upload, 10'000 * MiB, "x")).starts_with("400 Invalid Content-Range"));
    BOOST_TEST(try_part(upload, 9'999 * MiB, "x").has_value());
}

BOOST_AUTO_TEST_CASE(completing_needs_all_parts_and_the_right_size_and_hash)
{
    std::string const upload = begin();
    std::string const content = pattern(2 * MiB + 5);
    BOOST_TEST(error_text(complete(upload, content)) == "400 Invalid x-amz-archive-size: 2097157");
    put_part(upload, 0, std::string_view(content).substr(0, MiB));
    put_part(upload, 2 * MiB, std::string_view(content).substr(2 * MiB));
    BOOST_TEST(error_text(complete(upload, content)).starts_with("400 The parts are not contiguous"));
    put_part(upload, MiB, std::string_view(content).substr(MiB, 100));
    BOOST_TEST(error_text(complete(upload, content)).starts_with("400 The parts are not contiguous"));
    put_part(upload, MiB, std::string(MiB, 'x'));
    BOOST_TEST(error_text(complete(upload, content)) ==
               "400 Invalid x-amz-sha256-tree-hash: " + tree_hash_of(bytes_of(content)).hex());
    // The upload stays open for another try.
    put_part(upload, MiB, std::string_view(content).substr(MiB, MiB));
    BOOST_TEST(complete(upload, content).has_value());
}

BOOST_AUTO_TEST_CASE(completing_again_gives_the_same_archive)
{
    std::string const upload = begin();
    put_part(upload, 0, "content");
    auto const first = complete(upload, "content");
    auto const second = complete(upload, "content");
    BOOST_TEST_REQUIRE(second.has_value());
    BOOST_TEST(first->archive.str() == second->archive.str());
    BOOST_TEST(error_text(parts_of(upload)) == "404 The upload ID was not found: " + upload);
    BOOST_TEST(error_text(abort(upload)) == "404 The upload ID was not found: " + upload);
    BOOST_TEST(error_text(try_part(upload, 0, "x")) == "404 The upload ID was not found: " + upload);
}

BOOST_AUTO_TEST_CASE(aborting_removes_the_parts_and_can_be_repeated)
{
    std::string const upload = begin();
    put_part(upload, 0, "content");
    BOOST_TEST(abort(upload).has_value());
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
    BOOST_TEST(abort(upload).has_value());
    BOOST_TEST(error_text(complete(upload, "content")) == "404 The upload ID was not found: " + upload);
    BOOST_TEST(error_text(abort("missing")) == "404 The upload ID was not found: missing");
}

// It may be completed or aborted by another client while the body of a part arrives.
BOOST_AUTO_TEST_CASE(a_part_of_an_upload_that_ended_meanwhile_is_refused)
{
    std::string const upload = begin();
    auto services = context();
    upload_multipart_part_request const request("attic", upload, byte_range(0, 2), body());
    {
        auto part = part_upload::begin(services, request, 3);
        BOOST_TEST_REQUIRE(part.has_value());
        part->write(bytes_of("xyz"));
        BOOST_TEST(abort(upload).has_value());
        BOOST_TEST(error_text(part->finish()) == "404 The upload ID was not found: " + upload);
    }
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
}

BOOST_AUTO_TEST_CASE(an_upload_expires_a_day_after_its_last_part)
{
    std::string const upload = begin();
    clock.advance(23h);
    put_part(upload, 0, "content");
    clock.advance(23h);
    BOOST_TEST(parts_of(upload).has_value());
    clock.advance(1h);
    BOOST_TEST(error_text(parts_of(upload)) == "404 The upload ID was not found: " + upload);
    auto services = context();
    BOOST_TEST(list_multipart_uploads(services, list_multipart_uploads_request("attic"))->uploads.empty());
}

BOOST_AUTO_TEST_CASE(parts_are_listed_by_range_in_pages)
{
    std::string const upload = begin();
    put_part(upload, 2 * MiB, "end");
    put_part(upload, 0, pattern(MiB));
    put_part(upload, MiB, pattern(MiB));
    auto services = context();
    list_parts_request request("attic", upload);
    request.limit = 2;
    auto const first = list_parts(services, request);
    BOOST_TEST_REQUIRE(first.has_value());
    BOOST_TEST(first->description.value() == "in parts");
    BOOST_TEST(first->part_size_in_bytes == MiB);
    BOOST_TEST(first->parts.size() == 2U);
    BOOST_TEST(first->parts[1].range_in_bytes == "1048576-2097151");
    request.marker = first->marker;
    auto const second = list_parts(services, request);
    BOOST_TEST_REQUIRE(second.has_value());
    BOOST_TEST(second->parts.size() == 1U);
    BOOST_TEST(second->parts[0].range_in_bytes == "2097152-2097154");
    BOOST_TEST(second->parts[0].tree_hash->hex() == tree_hash_of(bytes_of("end")).hex());
    BOOST_TEST(!second->marker.has_value());
    request.marker = "nonsense";
    BOOST_TEST(error_text(list_parts(services, request)) == "400 Invalid marker: nonsense");
}

BOOST_AUTO_TEST_CASE(open_uploads_are_listed_in_pages)
{
    std::vector<std::string> uploads;
    for (int i = 0; i < 5; ++i)
        uploads.push_back(begin());
    BOOST_TEST(abort(uploads[3]).has_value());
    auto services = context();
    list_multipart_uploads_request request("attic");
    request.limit = 2;
    std::vector<std::string> listed;
    do {
        auto const page = list_multipart_uploads(services, request);
        BOOST_TEST_REQUIRE(page.has_value());
        for (auto const& upload : page->uploads)
            listed.push_back(upload.upload);
        request.marker = page->marker;
    } while (request.marker);
    uploads.erase(uploads.begin() + 3);
    BOOST_TEST(listed == uploads, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_comes_after_completion_can_be_another_error)
{
    std::string const upload = begin();
    put_part(upload, 0, "content");
    BOOST_TEST(complete(upload, "content").has_value());
    options.inferred.list_parts_after_complete_status = 400;
    BOOST_TEST(error_text(parts_of(upload)) == "400 The upload was completed already: " + upload);
    BOOST_TEST(error_text(abort(upload)) == "404 The upload ID was not found: " + upload);
    options.inferred.abort_after_complete_status = 400;
    BOOST_TEST(error_text(abort(upload)) == "400 The upload was completed already: " + upload);
    std::string const aborted = begin();
    BOOST_TEST(abort(aborted).has_value());
    BOOST_TEST(error_text(parts_of(aborted)) == "404 The upload ID was not found: " + aborted);
}

// Nobody has swept: what has expired is as good as gone all the same.
BOOST_AUTO_TEST_CASE(an_expired_upload_can_neither_be_used_nor_ended)
{
    std::string const upload = begin();
    put_part(upload, 0, "content");
    std::string const completed = begin();
    put_part(completed, 0, "content");
    BOOST_TEST(complete(completed, "content").has_value());
    clock.advance(24h);
    std::string const gone = "404 The upload ID was not found: ";
    BOOST_TEST(error_text(try_part(upload, 0, "content")) == gone + upload);
    BOOST_TEST(error_text(complete(upload, "content")) == gone + upload);
    BOOST_TEST(error_text(abort(upload)) == gone + upload);
    BOOST_TEST(error_text(complete(completed, "content")) == gone + completed);
}

BOOST_AUTO_TEST_CASE(short_pages_list_each_part_and_each_upload_once)
{
    std::vector<std::string> uploads;
    for (int i = 0; i < 7; ++i)
        uploads.push_back(begin());
    for (std::uint64_t i = 0; i < 7; ++i)
        put_part(uploads.front(), i * MiB, "x");
    auto services = context();
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        options.inferred.short_pages = seed;
        std::vector<std::string> listed;
        list_multipart_uploads_request of_vault("attic");
        of_vault.limit = 2;
        do {
            auto const page = list_multipart_uploads(services, of_vault);
            BOOST_TEST_REQUIRE(page.has_value());
            for (auto const& upload : page->uploads)
                listed.push_back(upload.upload);
            of_vault.marker = page->marker;
        } while (of_vault.marker);
        BOOST_TEST(listed == uploads, boost::test_tools::per_element());

        std::vector<std::string> ranges;
        list_parts_request of_upload("attic", uploads.front());
        of_upload.limit = 2;
        do {
            auto const page = list_parts(services, of_upload);
            BOOST_TEST_REQUIRE(page.has_value());
            for (auto const& part : page->parts)
                ranges.push_back(part.range_in_bytes);
            of_upload.marker = page->marker;
        } while (of_upload.marker);
        BOOST_TEST(ranges.size() == 7U);
        BOOST_TEST(ranges.back() == "6291456-6291456");
    }
}

BOOST_AUTO_TEST_CASE(lists_from_behind_their_end_are_empty)
{
    std::string const upload = begin();
    put_part(upload, 0, "x");
    auto services = context();
    list_parts_request of_upload("attic", upload);
    of_upload.marker = "99999999";
    BOOST_TEST(list_parts(services, of_upload)->parts.empty());
    BOOST_TEST(!list_parts(services, of_upload)->marker.has_value());
    list_multipart_uploads_request of_vault("attic");
    of_vault.marker = upload;
    BOOST_TEST(list_multipart_uploads(services, of_vault)->uploads.empty());
    // One of an upload that has ended meanwhile is still a place in the list.
    std::string const next = begin();
    BOOST_TEST(abort(upload).has_value());
    BOOST_TEST(list_multipart_uploads(services, of_vault)->uploads.at(0).upload == next);
    of_vault.limit = 0;
    BOOST_TEST(error_text(list_multipart_uploads(services, of_vault)) == "400 Invalid limit: 0");
    of_upload.limit = 0;
    BOOST_TEST(error_text(list_parts(services, of_upload)) == "400 Invalid limit: 0");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
