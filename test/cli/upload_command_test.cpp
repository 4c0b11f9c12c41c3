#include "cli/upload_command.hpp"

#include "fixture.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <span>

namespace {

using cli_test::message_of;

constexpr std::size_t mib = 1'048'576;

struct upload_fixture : cli_test::service_fixture {
    upload_fixture() { BOOST_TEST_REQUIRE(run({"vault", "create", "photos"}) == 0); }

    std::size_t open_uploads()
    {
        return ask<glacier::list_multipart_uploads_result>([](glacier::client service) {
                   return service.list_multipart_uploads(
                       glacier::list_multipart_uploads_request(glacier::vault_name("photos")));
               })
            .uploads.size();
    }

    std::uint64_t archives()
    {
        return ask<glacier::vault_description>([](glacier::client service) {
                   return service.describe_vault(
                       glacier::describe_vault_request(glacier::vault_name("photos")));
               })
            .number_of_archives.value_or(0);
    }
};

std::string hash_of(std::string const& file)
{
    std::string const content = cli_test::content_of(file);
    return glacier::tree_hash_of(std::as_bytes(std::span(content))).hex();
}

bool is_archive_id(std::string const& text)
{
    return text.size() == 139 && text.back() == '\n' && glacier::archive_id_rule::allows(text.substr(0, 138));
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_upload_command)

BOOST_AUTO_TEST_CASE(part_sizes)
{
    BOOST_TEST(glacier::cli::parse_part_size("1048576").bytes() == mib);
    BOOST_TEST(glacier::cli::parse_part_size("16MiB").bytes() == 16 * mib);
    BOOST_TEST(glacier::cli::parse_part_size("1024KiB").bytes() == mib);
    BOOST_TEST(glacier::cli::parse_part_size("4GiB").bytes() == 4'096 * mib);
    for (char const* const text : {"0", "1000", "3MiB", "8GiB", "-1048576", "many", ""}) {
        BOOST_CHECK_EXCEPTION(
            glacier::cli::parse_part_size(text), glacier::cli::failure,
            [text](glacier::cli::failure const& error) {
                return error.code() == glacier::cli::exit_code::usage &&
                       error.what() ==
                           "--part-size \"" + std::string(text) +
                               "\": a power of two from 1MiB to 4GiB, in bytes or with KiB, MiB or GiB";
            });
    }
}

// The archive's id stands alone on stdout; everything else is told on stderr.
BOOST_FIXTURE_TEST_CASE(text, upload_fixture)
{
    std::string const file = place.make_file("photos.tar", 3 * mib + 7);
    BOOST_TEST(run({"upload", file, "--vault", "photos", "--part-size", "1MiB", "--concurrency", "2"}) == 0);
    BOOST_TEST(is_archive_id(out));
    BOOST_TEST(err.find(file + ": 3145735 bytes in 4 parts of 1.0 MiB\nupload ") == 0U);
    BOOST_TEST(err.find(" started\n") != std::string::npos);
    BOOST_TEST(err.find("\nupload 100 %  3.0 MiB of 3.0 MiB") != std::string::npos);
    BOOST_TEST(err.find("\nstored 3145735 bytes in 0:0") != std::string::npos);
    BOOST_TEST(err.find('\x1b') == std::string::npos);
    BOOST_TEST(open_uploads() == 0U);
    BOOST_TEST(archives() == 1U);
}

BOOST_FIXTURE_TEST_CASE(json, upload_fixture)
{
    std::string const file = place.make_file("photos.tar", mib + 1);
    BOOST_TEST(run({"--output", "json", "upload", file, "--vault=photos", "--part-size=1048576",
                    "--description=two  words"}) == 0);
    auto const stored = boost::json::parse(out).as_object();
    std::string const archive = stored.at("ArchiveId").as_string().c_str();
    BOOST_TEST((stored.at("SHA256TreeHash") == boost::json::value(hash_of(file))));
    BOOST_TEST((stored.at("SizeInBytes") == mib + 1));
    BOOST_TEST((stored.at("PartSizeInBytes") == mib));
    BOOST_TEST((stored.at("Parts") == 2));
    BOOST_TEST(stored.at("Location").as_string().c_str() ==
               "/123456789012/vaults/photos/archives/" + archive);
    BOOST_TEST(stored.size() == 6U);
}

// The part size that is chosen is at least 8 MiB.
BOOST_FIXTURE_TEST_CASE(part_size_chosen, upload_fixture)
{
    std::string const file = place.make_file("small", 1);
    BOOST_TEST(run({"upload", file, "--vault", "photos", "--output=json"}) == 0);
    BOOST_TEST(err.find(file + ": 1 byte in 1 part of 8.0 MiB\n") == 0U);
    BOOST_TEST((boost::json::parse(out).as_object().at("PartSizeInBytes") == 8 * mib));
}

BOOST_FIXTURE_TEST_CASE(bar_on_a_terminal, upload_fixture)
{
    columns = 70;
    std::string const file = place.make_file("photos.tar", 2 * mib);
    BOOST_TEST(run({"upload", file, "--vault", "photos", "--part-size", "1MiB"}) == 0);
    BOOST_TEST(err.find("\rupload 100 %  [##########") != std::string::npos);
    BOOST_TEST(err.find("\r\x1b[Kstored ") != std::string::npos);
}

// Values are checked before anything is sent, and before the region is looked for.
BOOST_FIXTURE_TEST_CASE(invalid_values, cli_test::command)
{
    cli_test::scratch_directory const place;
    std::string const file = place.make_file("file", 10);
    std::vector<std::string> const upload{"upload", file, "--vault", "photos"};
    auto const with = [&upload](std::string const& option) {
        std::vector<std::string> all = upload;
        all.push_back(option);
        return all;
    };
    BOOST_TEST(run(with("--part-size=3MiB")) == 2);
    BOOST_TEST(run(with("--concurrency=0")) == 2);
    BOOST_TEST(run(with("--concurrency=1001")) == 2);
    BOOST_TEST(run(with("--description=two\nlines")) == 2);
    BOOST_TEST(message_of(err).find("invalid description") != std::string::npos);
    BOOST_TEST(run({"upload", file, "--vault", "a/b"}) == 2);
    BOOST_TEST(run(upload) == 4);
}

BOOST_FIXTURE_TEST_CASE(files_that_cannot_be_archives, cli_test::command)
{
    cli_test::scratch_directory const place;
    std::string const empty = place.make_file("empty", 0);
    BOOST_TEST(run({"upload", empty, "--vault", "photos"}) == 3);
    BOOST_TEST(message_of(err).find(empty + ": the file is empty") == 0U);
    std::string const missing = place.file("missing");
    BOOST_TEST(run({"upload", missing, "--vault", "photos"}) == 3);
    BOOST_TEST(message_of(err) == missing + ": No such file or directory");
    BOOST_TEST(run({"upload", place.file(""), "--vault", "photos"}) == 3);
}

// A file of which nothing is stored shows what would not fit. It has no blocks, only a size.
BOOST_FIXTURE_TEST_CASE(too_many_parts, cli_test::command)
{
    cli_test::scratch_directory const place;
    std::string const file = place.make_file("sparse", 1);
    std::filesystem::resize_file(file, 10'001 * mib);
    BOOST_TEST(run({"upload", file, "--vault", "photos", "--part-size", "1MiB"}) == 2);
    BOOST_TEST(message_of(err) == "--part-size \"1MiB\": " + file +
                                      " would have more than 10000 parts; at least 2097152 is needed");
}

BOOST_FIXTURE_TEST_CASE(unknown_vault, upload_fixture)
{
    std::string const file = place.make_file("file", 10);
    BOOST_TEST(run({"upload", file, "--vault", "none"}) == 5);
    BOOST_TEST(out.empty());
    BOOST_TEST(message_of(err).find("none") != std::string::npos);
}

// An interrupted upload is aborted at the service.
BOOST_FIXTURE_TEST_CASE(interrupted, upload_fixture)
{
    std::string const file = place.make_file("photos.tar", 8 * mib);
    for (int const signal : {SIGINT, SIGTERM}) {
        when_told("started", [this, signal] {
            BOOST_TEST(open_uploads() == 1U);
            ::raise(signal);
        });
        BOOST_TEST(run({"upload", file, "--vault", "photos", "--part-size", "1MiB", "--concurrency", "1"}) ==
                   128 + signal);
        BOOST_TEST(out.empty());
        BOOST_TEST(message_of(err) == std::string(signal == SIGINT ? "interrupted" : "terminated") +
                                          "; the upload was aborted, and nothing was stored");
        BOOST_TEST(open_uploads() == 0U);
    }
    BOOST_TEST(archives() == 0U);
}

// The id of an archive that is stored is not lost with the output.
BOOST_FIXTURE_TEST_CASE(broken_output, upload_fixture)
{
    std::string const file = place.make_file("file", 10);
    out_breaks = true;
    BOOST_TEST(run({"upload", file, "--vault", "photos"}) == 3);
    BOOST_TEST(message_of(err).find("standard output: ") == 0U);
    BOOST_TEST(message_of(err).find("; the archive is stored: ") != std::string::npos);
    BOOST_TEST(archives() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
