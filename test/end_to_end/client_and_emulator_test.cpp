// The client against the emulator in one process, over real TLS.

#include "end_to_end/fixture.hpp"

#include <glacier/as_result.hpp>
#include <glacier/client.hpp>
#include <glacier/emulator.hpp>
#include <glacier/transfer.hpp>
#include <glacier/tree_hash.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;

std::string pattern(std::size_t bytes, unsigned seed)
{
    std::mt19937 generator(seed);
    std::string text(bytes, '\0');
    for (char& c : text)
        c = static_cast<char>(generator());
    return text;
}

std::string read_file(std::filesystem::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

void write_file(std::filesystem::path const& path, std::string const& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

glacier::tree_hash hash_of(std::string const& bytes)
{
    return glacier::tree_hash_of(std::as_bytes(std::span(bytes)));
}

asio::awaitable<std::string> read_output(glacier::client client, glacier::get_job_output_request request)
{
    glacier::job_output_stream output = co_await client.get_job_output(std::move(request));
    co_return co_await output.read_all(std::size_t(64) * 1'048'576);
}

} // namespace

struct client_and_emulator_fixture : glacier::test::end_to_end_fixture {
    /// Flips a bit of the stored file that has exactly these bytes.
    void damage(std::string bytes, std::size_t at)
    {
        for (auto const& entry :
             std::filesystem::recursive_directory_iterator(directory.path() / "data" / "data")) {
            if (!entry.is_regular_file() || read_file(entry.path()) != bytes)
                continue;
            bytes[at] = static_cast<char>(bytes[at] ^ 1);
            write_file(entry.path(), bytes);
            return;
        }
        BOOST_FAIL("no file has these bytes");
    }
};

BOOST_FIXTURE_TEST_SUITE(client_and_emulator, client_and_emulator_fixture)

// A vault is created, described, listed over pages and deleted; both are idempotent.
BOOST_AUTO_TEST_CASE(vault_life)
{
    glacier::client const client = connect();
    auto const created = run(client.create_vault(glacier::create_vault_request("photos")));
    BOOST_TEST(created.location == "/123456789012/vaults/photos");
    run(client.create_vault(glacier::create_vault_request("photos")));
    for (int i = 0; i < 12; ++i)
        run(client.create_vault(glacier::create_vault_request("vault-" + std::to_string(i))));

    auto const vault = run(client.describe_vault(glacier::describe_vault_request("photos")));
    BOOST_TEST(vault.vault_name == "photos");
    BOOST_TEST(vault.vault_arn == "arn:aws:glacier:us-east-1:123456789012:vaults/photos");

    glacier::list_vaults_request list;
    std::vector<std::string> names;
    do {
        auto page = run(client.list_vaults(list));
        for (auto const& listed : page.vaults)
            names.push_back(listed.vault_name);
        list.marker = page.marker;
    } while (list.marker);
    BOOST_TEST(names.size() == 13u);
    BOOST_TEST(std::is_sorted(names.begin(), names.end()));

    run(client.delete_vault(glacier::delete_vault_request("photos")));
    run(client.delete_vault(glacier::delete_vault_request("photos")));
    auto const gone =
        run(glacier::as_result(client.describe_vault(glacier::describe_vault_request("photos"))));
    BOOST_TEST_REQUIRE(gone.has_error());
    BOOST_TEST((gone.error().code() == glacier::condition::not_found));
    BOOST_TEST(gone.error().request_id().size() == 47u);
}

// An archive that was stored in one request comes back whole and in ranges, with its description as it was.
BOOST_AUTO_TEST_CASE(single_archive_and_ranges)
{
    glacier::client const client = connect();
    run(client.create_vault(glacier::create_vault_request("v")));
    std::string const bytes = pattern(3 * 1'048'576 + 5, 1);
    glacier::upload_archive_request upload("v", glacier::body(bytes));
    upload.description = "two  spaces, and = \"quotes\"";
    auto const stored = run(client.upload_archive(std::move(upload)));
    BOOST_TEST((stored.tree_hash == hash_of(bytes)));

    auto const job = run(client.initiate_job(
        glacier::initiate_job_request("v", glacier::job_parameters::archive_retrieval(stored.archive))));
    auto const described = run(client.describe_job(glacier::describe_job_request("v", job.job)));
    BOOST_TEST((described.status == glacier::job_status::succeeded));
    BOOST_TEST((described.archive_tree_hash == hash_of(bytes)));

    glacier::get_job_output_request whole("v", job.job);
    auto output = run(client.get_job_output(whole));
    BOOST_TEST(output.head().status == 200);
    BOOST_TEST(output.head().description.value() == "two  spaces, and = \"quotes\"");
    BOOST_TEST((run(output.read_all(bytes.size())) == bytes));

    glacier::get_job_output_request ranged = whole;
    ranged.range = glacier::byte_range(1'048'576, 2 * 1'048'576 - 1);
    auto part = run(client.get_job_output(ranged));
    BOOST_TEST(part.head().status == 206);
    BOOST_TEST((part.head().tree_hash == hash_of(bytes.substr(1'048'576, 1'048'576))));
    BOOST_TEST((run(part.read_all(bytes.size())) == bytes.substr(1'048'576, 1'048'576)));

    ranged.range = glacier::byte_range(10, 19);
    auto const unaligned = run(client.get_job_output(ranged));
    BOOST_TEST(!unaligned.head().tree_hash.has_value());
    BOOST_TEST((run(read_output(client, ranged)) == bytes.substr(10, 10)));
}

// Parts may come in any order; until all are there, completing is refused and the upload stays open.
BOOST_AUTO_TEST_CASE(multipart_by_hand)
{
    glacier::client const client = connect();
    run(client.create_vault(glacier::create_vault_request("v")));
    std::string const bytes = pattern(2 * 1'048'576 + 7, 2);
    auto const upload = run(client.initiate_multipart_upload(
        glacier::initiate_multipart_upload_request("v", glacier::part_size(1'048'576))));
    auto const send = [&](std::uint64_t first, std::uint64_t last) {
        run(client.upload_multipart_part(
            glacier::upload_multipart_part_request("v", upload.upload, glacier::byte_range(first, last),
                                                   glacier::body(bytes.substr(first, last - first + 1)))));
    };
    glacier::complete_multipart_upload_request const complete("v", upload.upload, bytes.size(),
                                                              hash_of(bytes));

    send(2 * 1'048'576, bytes.size() - 1);
    send(0, 1'048'575);
    auto const too_early = run(glacier::as_result(client.complete_multipart_upload(complete)));
    BOOST_TEST_REQUIRE(too_early.has_error());
    BOOST_TEST((too_early.error().code() == glacier::service_errc::invalid_parameter_value));

    send(1'048'576, 2 * 1'048'576 - 1);
    auto const parts = run(client.list_parts(glacier::list_parts_request("v", upload.upload)));
    BOOST_TEST_REQUIRE(parts.parts.size() == 3u);
    BOOST_TEST(parts.parts[1].range_in_bytes == "1048576-2097151");
    BOOST_TEST(
        run(client.list_multipart_uploads(glacier::list_multipart_uploads_request("v"))).uploads.size() ==
        1u);

    auto const archive = run(client.complete_multipart_upload(complete));
    BOOST_TEST((run(client.complete_multipart_upload(complete)).archive == archive.archive));
    BOOST_TEST(
        run(client.list_multipart_uploads(glacier::list_multipart_uploads_request("v"))).uploads.empty());
}

// What was acknowledged is there after the emulator was started anew.
BOOST_AUTO_TEST_CASE(transfers_survive_a_restart)
{
    std::string const bytes = pattern(5 * 1'048'576 + 1, 3);
    write_file(directory.path() / "in", bytes);
    std::optional<glacier::archive_id> archive;
    {
        glacier::client const client = connect();
        run(client.create_vault(glacier::create_vault_request("v")));
        glacier::upload_file_request upload("v", directory.path() / "in");
        upload.size_of_part = glacier::part_size(1'048'576);
        auto const stored = run(glacier::upload_file(client, std::move(upload)));
        BOOST_TEST(stored.parts == 6u);
        BOOST_TEST((stored.tree_hash == hash_of(bytes)));
        archive = stored.archive;
    }
    start();

    glacier::retrieve_archive_request retrieve("v", *archive, directory.path() / "out");
    retrieve.size_of_range = glacier::part_size(1'048'576);
    auto const retrieved = run(glacier::retrieve_archive(connect(), std::move(retrieve)));
    BOOST_TEST((retrieved.download.tree_hash == hash_of(bytes)));
    BOOST_TEST((read_file(directory.path() / "out") == bytes));
    BOOST_TEST(!std::filesystem::exists(directory.path() / "out.part"));
}

// Bytes that the disk of the service has damaged are not sent: at the beginning the answer is an error, later it
// is cut short. Either way the file never gets its final name.
BOOST_AUTO_TEST_CASE(damaged_archive)
{
    glacier::client const client = connect();
    run(client.create_vault(glacier::create_vault_request("v")));
    auto const code_of_retrieval = [&](std::size_t damaged_at) {
        std::string const bytes = pattern(2 * 1'048'576, static_cast<unsigned>(damaged_at));
        write_file(directory.path() / "in", bytes);
        glacier::upload_file_request upload("v", directory.path() / "in");
        // One file of the emulator: the trouble of the first retrieval would make the parts of later uploads smaller.
        upload.size_of_part = glacier::part_size(2 * 1'048'576);
        auto const stored = run(glacier::upload_file(client, std::move(upload)));
        damage(bytes, damaged_at);
        glacier::retrieve_archive_request retrieve("v", stored.archive, directory.path() / "out");
        auto const outcome = run(glacier::as_result(glacier::retrieve_archive(client, std::move(retrieve))));
        BOOST_TEST(!std::filesystem::exists(directory.path() / "out"));
        return outcome ? glacier::error_code() : outcome.error().code();
    };
    BOOST_TEST((code_of_retrieval(0) == glacier::service_errc::service_unavailable));
    BOOST_TEST((code_of_retrieval(1'500'000) == glacier::errc::connection_closed));
}

// One client serves uploads on all threads of a context at once.
BOOST_AUTO_TEST_CASE(many_threads)
{
    constexpr int uploads = 8;
    std::string const bytes = pattern(2 * 1'048'576 + 3, 5);
    write_file(directory.path() / "in", bytes);
    asio::io_context threads_context;
    glacier::client const client(threads_context.get_executor(), config());
    run(connect().create_vault(glacier::create_vault_request("v")));

    std::vector<std::future<glacier::upload_result>> outcomes;
    for (int i = 0; i < uploads; ++i) {
        glacier::upload_file_request upload("v", directory.path() / "in");
        upload.size_of_part = glacier::part_size(1'048'576);
        outcomes.push_back(asio::co_spawn(threads_context, glacier::upload_file(client, std::move(upload)),
                                          asio::use_future));
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&threads_context] { threads_context.run_for(std::chrono::seconds(60)); });
    for (std::thread& thread : threads)
        thread.join();
    for (auto& outcome : outcomes) {
        BOOST_TEST_REQUIRE((outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready));
        BOOST_TEST((outcome.get().tree_hash == hash_of(bytes)));
    }
    auto const vault = run(connect().describe_vault(glacier::describe_vault_request("v")));
    BOOST_TEST(vault.number_of_archives.value() == static_cast<unsigned>(uploads));
}

// A wrong secret is refused by the service, and the message holds no secret.
BOOST_AUTO_TEST_CASE(wrong_secret)
{
    glacier::client_config wrong = config();
    wrong.credentials = glacier::static_credentials(
        glacier::credentials("AKIAIOSFODNN7EXAMPLE", glacier::secret_string("not-the-secret")));
    glacier::client const client(context.get_executor(), std::move(wrong));
    auto const refused = run(glacier::as_result(client.list_vaults()));
    BOOST_TEST_REQUIRE(refused.has_error());
    BOOST_TEST((refused.error().code() == glacier::service_errc::invalid_signature));
    BOOST_TEST(std::string(refused.error().what()).find("not-the-secret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
