#include "cli/api_download.hpp"

#include "cli/exit_code.hpp"
#include "fixture.hpp"
#include "support/client_fixture.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace glacier;
using namespace glacier::test;
using cli::exit_code;
using protocol::operation;

namespace {

constexpr std::uint64_t mib = 1'048'576;

struct download_fixture : client_fixture {
    download_fixture()
    {
        service->add_vault("photos");
        content = some_bytes(3 * mib + 17);
        job = service->add_job("photos", service->add_archive("photos", content));
    }

    job_output_head save(std::string const& to, std::optional<output_range> const& range = std::nullopt)
    {
        get_job_output_request request(photos, job);
        request.range = range;
        return cli::save_job_output(context, sut, std::move(request), to);
    }

    exit_code code_of_save(std::string const& to)
    {
        try {
            save(to);
            return exit_code::success;
        } catch (...) {
            cli::failure const failed = cli::failure_of(std::current_exception());
            message = failed.what();
            return failed.code();
        }
    }

    bool exists(std::string const& name) const { return std::filesystem::exists(place.file(name)); }

    cli_test::scratch_directory place;
    std::string content;
    job_id job;
    std::string file = place.file("output");
    std::string message;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_api_download, download_fixture)

BOOST_AUTO_TEST_CASE(whole_output)
{
    place.make_file("output", std::string("old"));
    place.make_file("output.part", 5 * mib);
    job_output_head const head = save(file);
    BOOST_TEST((cli_test::content_of(file) == content));
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.tree_hash->hex() == reference_tree_hash(content).hex());
    BOOST_TEST(!exists("output.part"));
}

BOOST_AUTO_TEST_CASE(range)
{
    job_output_head const head = save(file, byte_range(mib, 2 * mib - 1));
    BOOST_TEST((cli_test::content_of(file) == content.substr(mib, mib)));
    BOOST_TEST(head.status == 206);
    BOOST_TEST(head.tree_hash.has_value());
    // The service has no hash of other ranges, so there is nothing to compare.
    BOOST_TEST(!save(file, byte_range(3, 5)).tree_hash);
    BOOST_TEST(cli_test::content_of(file) == content.substr(3, 3));
}

// One wrong bit, and the file keeps what was in it.
BOOST_AUTO_TEST_CASE(damaged_output)
{
    place.make_file("output", std::string("old"));
    service->on(operation::get_job_output, 1, test::damaged_output(2 * mib));
    BOOST_TEST((code_of_save(file) == exit_code::not_verified));
    BOOST_TEST(message.starts_with(file + ": the bytes that arrived have the tree hash "));
    BOOST_TEST(message.ends_with(" instead of " + reference_tree_hash(content).hex()));
    BOOST_TEST(cli_test::content_of(file) == "old");
    BOOST_TEST(!exists("output.part"));
}

BOOST_AUTO_TEST_CASE(output_that_breaks_off)
{
    fault cut = cut_output(mib);
    cut.error = make_error_code(errc::connection_closed);
    service->on(operation::get_job_output, 1, cut);
    BOOST_TEST((code_of_save(file) == exit_code::not_reached));
    BOOST_TEST(!exists("output"));
    BOOST_TEST(!exists("output.part"));
}

// The service is not asked for bytes that cannot be put anywhere.
BOOST_AUTO_TEST_CASE(impossible_places)
{
    BOOST_TEST((code_of_save(place.file("")) == exit_code::local_file));
    BOOST_TEST((code_of_save(place.file("none/output")) == exit_code::local_file));
    BOOST_TEST(service->count(operation::get_job_output) == 0U);
    BOOST_TEST((code_of_save("/dev/full") == exit_code::local_file));
}

BOOST_AUTO_TEST_CASE(refusal_leaves_the_file)
{
    place.make_file("output", std::string("old"));
    service->on(operation::get_job_output, 1, error_answer(service_errc::resource_not_found));
    BOOST_TEST((code_of_save(file) == exit_code::refused));
    BOOST_TEST(cli_test::content_of(file) == "old");
    BOOST_TEST(!exists("output.part"));
}

BOOST_AUTO_TEST_CASE(another_process_writes)
{
    place.make_file("output.part", std::string("of another"));
    int const other = ::open(place.file("output.part").c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST_REQUIRE(::flock(other, LOCK_EX | LOCK_NB) == 0);
    BOOST_TEST((code_of_save(file) == exit_code::local_file));
    ::close(other);
    BOOST_TEST(message == place.file("output.part") + ": another process is writing to it");
    BOOST_TEST(cli_test::content_of(place.file("output.part")) == "of another");
}

// Ctrl-C in the middle of it: what was there stays, and nothing else is left.
BOOST_AUTO_TEST_CASE(interrupted)
{
    place.make_file("output", std::string("old"));
    service->on(operation::get_job_output, 1, output_held(std::make_shared<gate>()));
    std::function<void()> interrupt_when_begun = [&] {
        if (exists("output.part"))
            std::raise(SIGINT);
        else
            asio::post(context, interrupt_when_begun);
    };
    asio::post(context, interrupt_when_begun);
    BOOST_TEST((code_of_save(file) == exit_code::interrupted));
    BOOST_TEST(cli_test::content_of(file) == "old");
    BOOST_TEST(!exists("output.part"));
}

// A pipe is no file that could be renamed to its name.
BOOST_AUTO_TEST_CASE(pipe)
{
    std::string const name = place.file("pipe");
    BOOST_TEST_REQUIRE(::mkfifo(name.c_str(), 0600) == 0);
    std::string received;
    std::thread reader([&] { received = cli_test::content_of(name); });
    save(name);
    reader.join();
    BOOST_TEST((received == content));
    BOOST_TEST(std::filesystem::is_fifo(name));
    BOOST_TEST(!exists("pipe.part"));
}

BOOST_AUTO_TEST_SUITE_END()
