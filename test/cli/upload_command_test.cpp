#include "cli/upload_command.hpp"

#include "fixture.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <future>
#include <poll.h>
#include <span>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

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

    glacier::upload_description open_upload()
    {
        auto const open = ask<glacier::list_multipart_uploads_result>([](glacier::client service) {
                              return service.list_multipart_uploads(
                                  glacier::list_multipart_uploads_request(glacier::vault_name("photos")));
                          }).uploads;
        BOOST_TEST_REQUIRE(open.size() == 1U);
        return open.front();
    }

    std::uint64_t archives()
    {
        return ask<glacier::vault_description>([](glacier::client service) {
                   return service.describe_vault(
                       glacier::describe_vault_request(glacier::vault_name("photos")));
               })
            .number_of_archives.value_or(0);
    }

    /// Begins to store a file of eight parts, and is interrupted after the first ones.
    void interrupt(std::vector<std::string> const& more = {}, int signal = SIGINT)
    {
        when_told("upload  25 %", [signal] { ::raise(signal); });
        BOOST_TEST_REQUIRE(upload(more) == 128 + signal);
        BOOST_TEST(out.empty());
    }

    /// Is interrupted while it waits for the answer of an operation.
    int interrupted_at(std::string const& operation, std::vector<std::string> const& more = {})
    {
        glacier::emulator_fault late(glacier::emulator_fault_effect::delay);
        late.operation = operation;
        late.time = std::chrono::seconds(60);
        service().set_faults({late});
        auto const signalled = std::async(std::launch::async, [this] {
            auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
            while (service().faults().front().struck == 0 && std::chrono::steady_clock::now() < end)
                std::this_thread::yield();
            // Only then somebody handles it.
            if (service().faults().front().struck > 0)
                ::kill(::getpid(), SIGINT);
        });
        return upload(more);
    }

    int upload(std::vector<std::string> const& more = {})
    {
        std::vector<std::string> arguments{"upload",      file,   "--vault",       "photos",
                                           "--part-size", "1MiB", "--concurrency", "1"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }

    bool is_told(std::string const& text) const { return err.find(text) != std::string::npos; }

    std::string file = place.make_file("eight.tar", 8 * mib);
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

// The archive's id stands alone on stdout; everything else is told on stderr.
BOOST_FIXTURE_TEST_CASE(text, upload_fixture)
{
    file = place.make_file("photos.tar", 3 * mib + 7);
    BOOST_TEST(run({"upload", file, "--vault", "photos", "--part-size", "1MiB", "--concurrency", "2"}) == 0);
    BOOST_TEST(is_archive_id(out));
    BOOST_TEST(err.find(file + ": 3145735 bytes in 4 parts of 1.0 MiB, upload ") == 0U);
    BOOST_TEST(err.find("\nupload 100 %  3.0 MiB of 3.0 MiB") != std::string::npos);
    BOOST_TEST(err.find("\nstored 3145735 bytes in 0:0") != std::string::npos);
    BOOST_TEST(err.find('\x1b') == std::string::npos);
    BOOST_TEST(open_uploads() == 0U);
    BOOST_TEST(archives() == 1U);
    BOOST_TEST(state_files().empty());
}

BOOST_FIXTURE_TEST_CASE(json, upload_fixture)
{
    file = place.make_file("photos.tar", mib + 1);
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

// The part size that is chosen is at least 16 MiB.
BOOST_FIXTURE_TEST_CASE(part_size_chosen, upload_fixture)
{
    file = place.make_file("small", 1);
    BOOST_TEST(run({"upload", file, "--vault", "photos", "--output=json"}) == 0);
    BOOST_TEST(err.find(file + ": 1 byte in 1 part of 16.0 MiB, upload ") == 0U);
    BOOST_TEST((boost::json::parse(out).as_object().at("PartSizeInBytes") == 16 * mib));
}

BOOST_FIXTURE_TEST_CASE(bar_on_a_terminal, upload_fixture)
{
    columns = 70;
    file = place.make_file("photos.tar", 2 * mib);
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
    BOOST_TEST(run(with("--limit-rate=0")) == 2);
    BOOST_TEST(run(with("--memory=1000")) == 2);
    BOOST_TEST(run(with("--single-request-max=5GiB")) == 2);
    BOOST_TEST(run(with("--expect-tree-hash=12")) == 2);
    BOOST_TEST(message_of(err) == "--expect-tree-hash \"12\": 64 hexadecimal digits");
    BOOST_TEST(run(with("--size-max=1GiB")) == 2);
    BOOST_TEST(message_of(err) == "--size-max is for standard input, that is for the file -");
    BOOST_TEST(run(with("--concurrency=1001")) == 2);
    BOOST_TEST(run(with("--description=two\nlines")) == 2);
    BOOST_TEST(message_of(err).find("invalid description") != std::string::npos);
    BOOST_TEST(run({"upload", file, "--vault", "a/b"}) == 2);
    for (char const* const option : {"--state-file=s", "--restart", "--discard", "--mapped", "--size-max=0",
                                     "--size-max=50000GiB", "--part-size=3MiB"})
        BOOST_TEST(run({"upload", "-", "--vault", "photos", option}) == 2, option);
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

// Nothing is left of it, since nothing was begun at the service.
BOOST_FIXTURE_TEST_CASE(unknown_vault, upload_fixture)
{
    BOOST_TEST(run({"upload", file, "--vault", "none"}) == 5);
    BOOST_TEST(out.empty());
    BOOST_TEST(message_of(err).find("none") != std::string::npos);
    BOOST_TEST(message_of(err).find("--discard") == std::string::npos);
}

// What was stored before an interruption is not sent again.
BOOST_FIXTURE_TEST_CASE(taken_up, upload_fixture)
{
    for (int const signal : {SIGINT, SIGTERM}) {
        interrupt({}, signal);
        std::string const upload_id = open_upload().upload;
        BOOST_TEST(message_of(err) == std::string(signal == SIGINT ? "interrupted" : "terminated") +
                                          "; the upload " + upload_id +
                                          " is unfinished: the same command takes it up, and with --discard "
                                          "gives it up");
        BOOST_TEST(state_files().size() == 1U);

        BOOST_TEST(upload() == 0);
        BOOST_TEST(is_archive_id(out));
        BOOST_TEST(err.find(file + ": upload " + upload_id + " is taken up, ") == 0U, err);
        BOOST_TEST(is_told(" of 8 parts of 1.0 MiB are there already\n"));
        BOOST_TEST(is_told("by an earlier run\n"));
        BOOST_TEST(open_uploads() == 0U);
        BOOST_TEST(state_files().empty());
    }
    BOOST_TEST(archives() == 2U);
}

// The state file is for the user alone, and does not tell which file it is about.
BOOST_FIXTURE_TEST_CASE(place_of_the_state, upload_fixture)
{
    interrupt();
    namespace fs = std::filesystem;
    BOOST_TEST_REQUIRE(state_files().size() == 1U);
    std::string const name = state_files().front();
    BOOST_TEST(name.find("upload-") == 0U);
    BOOST_TEST((fs::status(place.file("state/glacier")).permissions() == fs::perms::owner_all));
    BOOST_TEST(((fs::status(place.file("state/glacier/" + name)).permissions() &
                 (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none));
    BOOST_TEST(upload() == 0);
}

// The user names the place.
BOOST_FIXTURE_TEST_CASE(state_file_named, upload_fixture)
{
    std::string const state = place.file("my.state");
    interrupt({"--state-file", state});
    BOOST_TEST(std::filesystem::exists(state));
    BOOST_TEST(state_files().empty());
    BOOST_TEST(upload({"--state-file", state}) == 0);
    BOOST_TEST(is_told("is taken up"));
    BOOST_TEST(!std::filesystem::exists(state));
    BOOST_TEST(archives() == 1U);

    BOOST_TEST(upload({"--state-file", place.file("missing/my.state")}) == 3);
    BOOST_TEST(message_of(err).find("missing/my.state") != std::string::npos);
}

// What uses it has it locked.
BOOST_FIXTURE_TEST_CASE(state_file_in_use, upload_fixture)
{
    std::string const state = place.make_file("my.state", 0);
    int const user = ::open(state.c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST_REQUIRE(::flock(user, LOCK_EX | LOCK_NB) == 0);
    BOOST_TEST(upload({"--state-file", state}) == 3);
    BOOST_TEST(message_of(err).find("the state file is in use") != std::string::npos);
    BOOST_TEST(message_of(err).find("--discard") == std::string::npos);
    BOOST_TEST(upload({"--state-file", state, "--restart"}) == 3);
    BOOST_TEST(upload({"--state-file", state, "--discard"}) == 3);
    ::close(user);
    BOOST_TEST(upload({"--state-file", state}) == 0);
}

BOOST_FIXTURE_TEST_CASE(state_file_that_is_none, upload_fixture)
{
    std::string const state = place.make_file("my.state", std::string("something else\n"));
    BOOST_TEST(upload({"--state-file", state}) == 3);
    BOOST_TEST(message_of(err).find(state) != std::string::npos);
    BOOST_TEST(message_of(err).find("; name another --state-file") != std::string::npos);
    BOOST_TEST(cli_test::content_of(state) == "something else\n");
    BOOST_TEST(archives() == 0U);
}

// A file that has changed is no longer the one that was begun.
BOOST_FIXTURE_TEST_CASE(file_changed, upload_fixture)
{
    interrupt();
    std::filesystem::resize_file(file, 8 * mib - 1);
    BOOST_TEST(upload() == 3);
    BOOST_TEST(message_of(err).find(file) != std::string::npos);
    BOOST_TEST(
        message_of(err).find("; with --restart the same command gives up what was begun, and begins anew") !=
        std::string::npos);
    BOOST_TEST(open_uploads() == 1U);

    BOOST_TEST(upload({"--restart"}) == 0);
    BOOST_TEST(is_archive_id(out));
    BOOST_TEST(open_uploads() == 0U);
    BOOST_TEST(archives() == 1U);
}

BOOST_FIXTURE_TEST_CASE(restart, upload_fixture)
{
    interrupt();
    std::string const first = open_upload().upload;
    BOOST_TEST(upload({"--restart"}) == 0);
    BOOST_TEST(err.find(file + ": the unfinished upload was given up\n" + file +
                        ": 8388608 bytes in 8 parts of 1.0 MiB, upload ") == 0U);
    BOOST_TEST(!is_told(first));
    BOOST_TEST(open_uploads() == 0U);
    BOOST_TEST(archives() == 1U);
    BOOST_TEST(state_files().empty());

    // Without anything to give up it is an upload like any other.
    BOOST_TEST(upload({"--restart"}) == 0);
    BOOST_TEST(!is_told("given up"));
    BOOST_TEST(archives() == 2U);
}

BOOST_FIXTURE_TEST_CASE(discard, upload_fixture)
{
    interrupt();
    BOOST_TEST(upload({"--discard"}) == 0);
    BOOST_TEST(out.empty());
    BOOST_TEST(err == file + ": the unfinished upload was given up\n");
    BOOST_TEST(open_uploads() == 0U);
    BOOST_TEST(state_files().empty());

    // Also when the file is gone already.
    interrupt();
    std::filesystem::remove(file);
    BOOST_TEST(upload({"--discard"}) == 0);
    BOOST_TEST(open_uploads() == 0U);
    BOOST_TEST(upload({"--discard"}) == 0);
    BOOST_TEST(err == file + ": there is no unfinished upload to this vault\n");
    BOOST_TEST(archives() == 0U);
}

// Without a state file an interrupted upload is aborted at the service.
BOOST_FIXTURE_TEST_CASE(interrupted_without_a_state_file, upload_fixture)
{
    for (int const signal : {SIGINT, SIGTERM}) {
        interrupt({"--no-resume"}, signal);
        BOOST_TEST(message_of(err) == std::string(signal == SIGINT ? "interrupted" : "terminated") +
                                          "; the upload was aborted, and nothing was stored");
        BOOST_TEST(open_uploads() == 0U);
        BOOST_TEST(state_files().empty());
    }
    BOOST_TEST(archives() == 0U);
}

// Where there is no place for a state file, the upload goes on without, and says so.
BOOST_FIXTURE_TEST_CASE(no_place_for_the_state, upload_fixture)
{
    std::string const start = "the upload cannot be taken up after an interruption: ";
    environment.erase("XDG_STATE_HOME");
    environment.erase("HOME");
    interrupt();
    BOOST_TEST(
        err.find(start + "neither XDG_STATE_HOME nor HOME is set; --state-file names another place\n") == 0U);
    BOOST_TEST(open_uploads() == 0U);
    // Where there must be one, it is an error.
    BOOST_TEST(upload({"--discard"}) == 3);
    BOOST_TEST(upload({"--restart"}) == 3);
    BOOST_TEST(message_of(err) == "neither XDG_STATE_HOME nor HOME is set");

    environment["HOME"] = place.make_file("file", 1);
    BOOST_TEST(upload() == 0);
    BOOST_TEST(err.find(start + place.file("file") + ": Not a directory; ") == 0U);
    BOOST_TEST(is_archive_id(out));
}

// The id of an archive that is stored is not lost with the output: it can be asked for again.
BOOST_FIXTURE_TEST_CASE(broken_output, upload_fixture)
{
    out_breaks = true;
    BOOST_TEST(upload() == 3);
    BOOST_TEST(message_of(err).find("standard output: ") == 0U);
    std::string const before_id = "; the archive is stored: ";
    auto const found = message_of(err).find(before_id);
    BOOST_TEST_REQUIRE(found != std::string::npos);
    std::string const archive = message_of(err).substr(found + before_id.size());
    BOOST_TEST(archives() == 1U);

    out_breaks = false;
    BOOST_TEST(upload() == 0);
    BOOST_TEST(out == archive + "\n");
    BOOST_TEST(err == file + ": an earlier run stored it, and was ended before it could say so\n");
    BOOST_TEST(archives() == 1U);
    BOOST_TEST(state_files().empty());

    // From now on it is an upload of its own.
    BOOST_TEST(upload() == 0);
    BOOST_TEST(out != archive + "\n");
    BOOST_TEST(archives() == 2U);
}

// What is complete cannot be given up: that would lose the id.
BOOST_FIXTURE_TEST_CASE(complete_upload_is_not_given_up, upload_fixture)
{
    out_breaks = true;
    BOOST_TEST(upload() == 3);
    out_breaks = false;
    BOOST_TEST(upload({"--discard"}) == 0);
    BOOST_TEST(err ==
               file +
                   ": the upload is complete; the same command without --discard prints the archive's id\n");

    // Not even for another content.
    std::filesystem::resize_file(file, mib);
    for (auto const& more : {std::vector<std::string>{}, std::vector<std::string>{"--restart"}}) {
        BOOST_TEST(upload(more) == 3);
        BOOST_TEST(message_of(err).find("its archive is ") != std::string::npos, err);
        BOOST_TEST(message_of(err).find("remove the state file") != std::string::npos);
    }
    BOOST_TEST_REQUIRE(state_files().size() == 1U);
    std::filesystem::remove(place.file("state/glacier/" + state_files().front()));
    BOOST_TEST(upload() == 0);
    BOOST_TEST(archives() == 2U);
}

// The service has forgotten an upload that it may have completed: nobody knows, until the user decides.
BOOST_FIXTURE_TEST_CASE(upload_gone, upload_fixture)
{
    environment["AWS_MAX_ATTEMPTS"] = "1";
    auto const make_it_gone = [this] {
        glacier::emulator_fault fault(glacier::emulator_fault_effect::status);
        fault.operation = "CompleteMultipartUpload";
        fault.status = 500;
        service().set_faults({fault});
        BOOST_TEST(upload() == 5);
        BOOST_TEST(message_of(err).find("; the upload ") != std::string::npos);
        service().set_faults({});
        service().expire_upload("photos", open_upload().upload);
    };
    make_it_gone();
    BOOST_TEST(upload() == 8);
    BOOST_TEST(
        message_of(err).find("; with --restart the same command gives up what was begun, and begins anew") !=
        std::string::npos);
    BOOST_TEST(out.empty());
    BOOST_TEST(upload({"--restart"}) == 0);
    BOOST_TEST(is_told("next inventory"));
    BOOST_TEST(is_archive_id(out));
    BOOST_TEST(archives() == 1U);

    make_it_gone();
    BOOST_TEST(upload({"--discard"}) == 0);
    BOOST_TEST(is_told("next inventory"));
    BOOST_TEST(is_told(file + ": the unfinished upload was given up\n"));
    BOOST_TEST(state_files().empty());
}

BOOST_FIXTURE_TEST_CASE(mapped, upload_fixture)
{
    std::string const hash = hash_of(file);
    BOOST_TEST(upload({"--mapped", "--output", "json"}) == 0);
    BOOST_TEST((boost::json::parse(out).as_object().at("SHA256TreeHash") == boost::json::value(hash)));
}

// A file that is not what it is taken for is not stored.
BOOST_FIXTURE_TEST_CASE(expected_tree_hash, upload_fixture)
{
    std::string const hash = hash_of(file);
    BOOST_TEST(upload({"--expect-tree-hash", std::string(64, 'a')}) == 7);
    BOOST_TEST(out.empty());
    BOOST_TEST(archives() == 0U);
    BOOST_TEST(is_told("with the right --expect-tree-hash the same command completes it"));
    BOOST_TEST(upload({"--expect-tree-hash", hash}) == 0);
    BOOST_TEST(archives() == 1U);
    BOOST_TEST(open_uploads() == 0U);
}

// Whether an upload was completed may be unknown: the same command finds out, and others would lose the archive's id.
BOOST_FIXTURE_TEST_CASE(completion_without_an_answer, upload_fixture)
{
    environment["AWS_MAX_ATTEMPTS"] = "1";
    glacier::emulator_fault lost(glacier::emulator_fault_effect::reset_after);
    lost.operation = "CompleteMultipartUpload";
    service().set_faults({lost});
    BOOST_TEST(upload() == 6);
    BOOST_TEST(is_told("may be complete: the same command finds out"));
    service().set_faults({});
    BOOST_TEST(upload() == 0);
    BOOST_TEST(is_archive_id(out));
    BOOST_TEST(archives() == 1U);
}

// One request is made or not, so there is nothing to be taken up.
BOOST_FIXTURE_TEST_CASE(single_request, upload_fixture)
{
    BOOST_TEST(upload({"--single-request-max", "8MiB", "--output", "json"}) == 0);
    auto const stored = boost::json::parse(out).as_object();
    BOOST_TEST((stored.at("Parts") == 0));
    BOOST_TEST((stored.at("SHA256TreeHash") == boost::json::value(hash_of(file))));
    BOOST_TEST(err.find(file + ": 8388608 bytes in one request, which cannot be taken up\n") == 0U);
    BOOST_TEST(upload({"--single-request-max", "8388607", "--output", "json"}) == 0);
    BOOST_TEST((boost::json::parse(out).as_object().at("Parts") == 8));
}

// What an earlier run has begun is taken up or given up nevertheless, and a state file that was asked for is used.
BOOST_FIXTURE_TEST_CASE(single_request_with_a_state_file, upload_fixture)
{
    interrupt();
    BOOST_TEST(upload({"--single-request-max", "8MiB"}) == 0);
    BOOST_TEST(is_told("is taken up"));

    interrupt();
    BOOST_TEST(upload({"--single-request-max", "8MiB", "--restart"}) == 0);
    BOOST_TEST(is_told("the unfinished upload was given up"));
    BOOST_TEST(open_uploads() == 0U);

    BOOST_TEST(upload({"--single-request-max", "8MiB", "--state-file", place.file("my.state")}) == 0);
    BOOST_TEST(is_told("8 parts"));
    BOOST_TEST(archives() == 3U);
}

// The archive may be stored when the answer is not waited for.
BOOST_FIXTURE_TEST_CASE(single_request_interrupted, upload_fixture)
{
    BOOST_TEST(interrupted_at("UploadArchive", {"--single-request-max", "8MiB"}) == 130);
    BOOST_TEST(message_of(err) ==
               "interrupted; the archive may be stored nevertheless: if so, the vault's next "
               "inventory shows it");
}

// So it may when the completion is asked for once more; and when it is only looked what there is, there is something.
BOOST_FIXTURE_TEST_CASE(interrupted_while_taking_up, upload_fixture)
{
    interrupt();
    std::string const upload_id = open_upload().upload;
    std::string const expected =
        "interrupted; the upload " + upload_id +
        " is unfinished: the same command takes it up, and with --discard gives it up";
    BOOST_TEST(interrupted_at("ListParts") == 130);
    BOOST_TEST(message_of(err) == expected);
    for (int runs = 0; runs < 2; ++runs) {
        BOOST_TEST(interrupted_at("CompleteMultipartUpload") == 130);
        BOOST_TEST(message_of(err) == expected);
    }
    service().set_faults({});
    BOOST_TEST(upload() == 0);
    BOOST_TEST(archives() == 1U);
}

// The limits reach the client: what does not fit into the memory is refused, and a rate takes its time.
BOOST_FIXTURE_TEST_CASE(limits, upload_fixture)
{
    cli_test::pipe_ends pipe;
    in_descriptor = pipe.reading();
    auto const fed = pipe.feed(std::string(100, 'x'));
    BOOST_TEST(run({"upload", "-", "--vault", "photos", "--part-size", "4MiB", "--memory", "1MiB"}) == 4);
    BOOST_TEST(message_of(err).find("--memory") != std::string::npos);

    auto const start = std::chrono::steady_clock::now();
    BOOST_TEST(upload({"--limit-rate", "16MiB"}) == 0);
    BOOST_TEST((std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(300)));
}

BOOST_FIXTURE_TEST_CASE(standard_input, upload_fixture)
{
    cli_test::pipe_ends pipe;
    in_descriptor = pipe.reading();
    auto const fed = pipe.feed(cli_test::content_of(file));
    BOOST_TEST(run({"--output", "json", "upload", "-", "--vault", "photos", "--part-size", "1MiB",
                    "--description", "from a pipe"}) == 0);
    auto const stored = boost::json::parse(out).as_object();
    BOOST_TEST((stored.at("SHA256TreeHash") == boost::json::value(hash_of(file))));
    BOOST_TEST((stored.at("SizeInBytes") == 8 * mib));
    BOOST_TEST((stored.at("PartSizeInBytes") == mib));
    BOOST_TEST(err.find("standard input: parts of 1.0 MiB, upload ") == 0U);
    BOOST_TEST(is_told(", which cannot be taken up\nupload  "));
    BOOST_TEST(!is_told("%"));
    BOOST_TEST(archives() == 1U);
    BOOST_TEST(state_files().empty());
}

// The promise decides on the size of the parts, and is kept.
BOOST_FIXTURE_TEST_CASE(standard_input_beyond_its_promise, upload_fixture)
{
    cli_test::pipe_ends pipe;
    in_descriptor = pipe.reading();
    auto const fed = pipe.feed(cli_test::content_of(file));
    BOOST_TEST(run({"upload", "-", "--vault", "photos", "--size-max", "3MiB", "--part-size", "1MiB"}) == 3);
    pipe.close_reading();
    BOOST_TEST(message_of(err).find("standard input: ") == 0U);
    BOOST_TEST(archives() == 0U);
    BOOST_TEST(open_uploads() == 0U);
}

BOOST_FIXTURE_TEST_CASE(standard_input_without_anything, upload_fixture)
{
    cli_test::pipe_ends pipe;
    pipe.close_writing();
    in_descriptor = pipe.reading();
    BOOST_TEST(run({"upload", "-", "--vault", "photos"}) == 3);
    BOOST_TEST(message_of(err).find("standard input: ") == 0U);
    BOOST_TEST(open_uploads() == 0U);
}

BOOST_FIXTURE_TEST_CASE(standard_input_interrupted, upload_fixture)
{
    cli_test::pipe_ends pipe;
    in_descriptor = pipe.reading();
    std::string const text = cli_test::content_of(file);
    // The pipe stays open, so it waits for more.
    auto const fed = std::async(std::launch::async, [&] {
        std::size_t written = 0;
        while (written < text.size())
            written += static_cast<std::size_t>(
                ::write(pipe.writing(), text.data() + written, text.size() - written));
    });
    when_told("upload  1.0 MiB", [] { ::raise(SIGINT); });
    BOOST_TEST(run({"upload", "-", "--vault", "photos", "--part-size", "1MiB"}) == 130);
    // Takes what is left; there may be nothing more just before the other thread ends.
    std::vector<char> rest(text.size());
    ::pollfd some{pipe.reading(), POLLIN, 0};
    while (fed.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready)
        if (::poll(&some, 1, 0) == 1)
            BOOST_TEST_REQUIRE(::read(pipe.reading(), rest.data(), rest.size()) > 0);
    BOOST_TEST(message_of(err) == "interrupted; the upload was aborted, and nothing was stored");
    BOOST_TEST(open_uploads() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
