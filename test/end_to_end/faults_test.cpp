// What the client makes of each fault that the emulator can be asked for.

#include "base/clock.hpp"
#include "client/client_core.hpp"
#include "end_to_end/fixture.hpp"

#include <glacier/as_result.hpp>
#include <glacier/client.hpp>
#include <glacier/emulator.hpp>
#include <glacier/transfer.hpp>
#include <glacier/tree_hash.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace glacier::test {

namespace {

using namespace std::chrono_literals;
using effect = emulator_fault_effect;

constexpr std::size_t MiB = 1'048'576;

std::string pattern(std::size_t size)
{
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>((7 * (i % 256) + 13 * (i / MiB)) % 251);
    return bytes;
}

std::string read_file(std::filesystem::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

emulator_fault fault_of(std::string operation, effect does)
{
    emulator_fault fault(does);
    fault.operation = std::move(operation);
    return fault;
}

/// A fault of the first request only.
emulator_fault once(std::string operation, effect does)
{
    emulator_fault fault = fault_of(std::move(operation), does);
    fault.last = 1;
    return fault;
}

/// An emulator over plain HTTP with the service's own delays, and a vault.
struct faults_fixture {
    faults_fixture() { start(0); }

    void start(std::uint64_t seed, bool tls = false)
    {
        service.reset();
        emulator_options options(directory.path() / "data");
        options.seed = seed;
        options.tls = tls;
        options.on_request = [this](emulator_request const& request) {
            std::lock_guard const lock(mutex);
            log.push_back(request);
        };
        service.emplace(std::move(options));
        run(connect().create_vault(create_vault_request("attic")));
    }

    client_config config() const
    {
        client_config made;
        made.region = "us-east-1";
        made.endpoint = service->endpoint_url();
        if (auto ca = service->ca_certificate(); !ca.empty())
            made.tls.ca_bundle = std::move(ca);
        made.retry.delay_base = 1ms;
        made.retry.delay_base_of_throttling = 1ms;
        made.timeouts.response = patience;
        made.timeouts.stall = patience;
        made.credentials = static_credentials(
            credentials("AKIAIOSFODNN7EXAMPLE", secret_string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")));
        return made;
    }

    client connect() { return client(context.get_executor(), config()); }

    /// A client that does not repeat.
    client connect_for_one_attempt()
    {
        client_config once_only = config();
        once_only.retry.attempts_max = 1;
        return client(context.get_executor(), std::move(once_only));
    }

    template <class T>
    T run(asio::awaitable<T> operation)
    {
        auto outcome = asio::co_spawn(context, std::move(operation), asio::use_future);
        context.restart();
        context.run_for(30s);
        BOOST_TEST_REQUIRE((outcome.wait_for(0s) == std::future_status::ready));
        return outcome.get();
    }

    /// The error of an operation that must have one.
    template <class T>
    operation_error failure_of(asio::awaitable<T> operation)
    {
        auto const outcome = run(as_result(std::move(operation)));
        BOOST_TEST_REQUIRE(outcome.has_error());
        return outcome.error();
    }

    void describe_with(emulator_fault fault, int attempts)
    {
        service->set_faults({std::move(fault)});
        BOOST_TEST(run(connect().describe_vault(describe_vault_request("attic"))).vault_name == "attic");
        BOOST_TEST(static_cast<int>(service->faults()[0].matched) == attempts);
    }

    archive_id store(std::string const& bytes)
    {
        return run(connect().upload_archive(upload_archive_request("attic", body(bytes)))).archive;
    }

    job_id start_job(archive_id archive)
    {
        return run(connect().initiate_job(
                       initiate_job_request("attic", job_parameters::archive_retrieval(std::move(archive)))))
            .job;
    }

    /// The job of an archive, complete.
    job_id complete_job_of(std::string const& bytes)
    {
        job_id const job = start_job(store(bytes));
        service->complete_job("attic", job.str());
        return job;
    }

    asio::awaitable<std::string> read_output(client from, get_job_output_request request)
    {
        job_output_stream output = co_await from.get_job_output(std::move(request));
        std::string bytes = co_await output.read_all(64 * MiB);
        co_return bytes;
    }

    /// Stops the emulator, because requests are logged after their answers have left.
    std::vector<std::string> faults_in_log(std::string_view operation)
    {
        service->stop();
        std::lock_guard const lock(mutex);
        std::vector<std::string> faults;
        for (emulator_request const& request : log)
            if (request.operation == operation)
                faults.push_back(request.fault);
        return faults;
    }

    temporary_directory directory;
    std::mutex mutex;
    std::vector<emulator_request> log;
    asio::io_context context;
    std::optional<emulator> service;
    /// How long clients wait for an answer or for the next bytes.
    std::chrono::milliseconds patience = 20s;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(faults, faults_fixture)

// Errors that pass are repeated, and the log tells them from those of the service.
BOOST_AUTO_TEST_CASE(passing_errors_are_repeated)
{
    emulator_fault fault = once("DescribeVault", effect::status);
    describe_with(fault, 2);
    fault.status = 408;
    describe_with(fault, 2);
    fault.status = 0;
    fault.code = "ThrottlingException";
    fault.retry_after = 1ms;
    describe_with(fault, 2);
    // Each client has connections of its own, and the lines of different connections can change places.
    std::vector<std::string> faults = faults_in_log("DescribeVault");
    std::sort(faults.begin(), faults.end());
    BOOST_TEST(faults == std::vector<std::string>({"", "", "", "status", "status", "status"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(errors_that_last_are_reported_as_they_are)
{
    emulator_fault fault = fault_of("DescribeVault", effect::status);
    fault.code = "ThrottlingException";
    fault.message = "Rate exceeded";
    service->set_faults({fault});
    auto const throttled = failure_of(connect().describe_vault(describe_vault_request("attic")));
    BOOST_TEST((throttled.code() == service_errc::throttling));
    BOOST_TEST(throttled.details().message == "Rate exceeded");
    BOOST_TEST(throttled.attempts() == 3);

    fault.code = "InsufficientCapacityException";
    fault.status = 503;
    fault.operation = "InitiateJob";
    service->set_faults({fault});
    auto const refused = failure_of(
        connect().initiate_job(initiate_job_request("attic", job_parameters::inventory_retrieval())));
    BOOST_TEST((refused.code() == service_errc::insufficient_capacity));
    BOOST_TEST(refused.http_status() == 503);
    BOOST_TEST(!refused.outcome_unknown());
}

// A service that stays down is not buried: the bucket pays for 35 repetitions, whatever number of operations fails.
BOOST_AUTO_TEST_CASE(a_service_that_stays_down)
{
    emulator_fault fault = fault_of("DescribeVault", effect::status);
    fault.status = 503;
    service->set_faults({fault});
    client const client = connect();
    for (int i = 0; i < 100; ++i)
        BOOST_TEST((failure_of(client.describe_vault(describe_vault_request("attic"))).code() ==
                    service_errc::service_unavailable));
    BOOST_TEST(service->faults()[0].matched == 135U);
}

/// This machine's clock, set wrong.
class wrong_clock final : public base::clock {
public:
    timestamp now() const override { return base::system_clock().now() + ahead; }
    std::chrono::seconds ahead{0};
};

// A clock that is seven minutes off, either way: one request more, once, and once more when it has been put right.
BOOST_AUTO_TEST_CASE(wrong_clocks)
{
    auto const clock = std::make_shared<wrong_clock>();
    client_environment environment = make_client_environment(context.get_executor(), config());
    environment.clock = clock;
    client const client(std::make_shared<client_core>(context.get_executor(), config(), environment));
    // A fault that strikes nothing counts requests, also those whose signature is refused.
    emulator_fault counts = fault_of("DescribeVault", effect::status);
    counts.first = counts.last = 1'000;
    service->set_faults({counts});
    std::uint64_t sent = 0;
    for (std::chrono::seconds const ahead : {7min, -7min, 0min}) {
        clock->ahead = ahead;
        for (std::uint64_t const requests : {2U, 1U}) {
            run(client.describe_vault(describe_vault_request("attic")));
            std::uint64_t const matched = service->faults()[0].matched;
            BOOST_TEST(matched - std::exchange(sent, matched) == requests);
        }
    }
}

// The deadline of a whole operation, at a service that does not answer: prompt, and honest about the outcome.
BOOST_AUTO_TEST_CASE(deadline_of_an_operation)
{
    archive_id const archive = store("content");
    std::vector<emulator_fault> late{fault_of("InitiateJob", effect::delay),
                                     fault_of("DescribeVault", effect::delay)};
    for (emulator_fault& each : late)
        each.time = 20s;
    service->set_faults(late);
    call_settings hasty;
    hasty.operation_timeout = 50ms;
    client const client = connect().with(hasty);
    auto const begin = std::chrono::steady_clock::now();
    auto const described = failure_of(client.describe_vault(describe_vault_request("attic")));
    BOOST_TEST((described.code() == errc::operation_timeout));
    BOOST_TEST(!described.outcome_unknown());
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));

    // Long enough for the request to go out.
    hasty.operation_timeout = 4s;
    glacier::client const patient = client.with(hasty);
    auto const initiated = failure_of(
        patient.initiate_job(initiate_job_request("attic", job_parameters::archive_retrieval(archive))));
    BOOST_TEST((initiated.code() == errc::operation_timeout));
    BOOST_TEST(initiated.outcome_unknown());

    // An archive whose last byte has not gone out does not exist. It is greater than what the system's buffers take.
    emulator_fault stall = fault_of("UploadArchive", effect::stall_request);
    stall.time = 10min;
    stall.bytes = MiB;
    service->set_faults({stall});
    auto const uploaded =
        failure_of(patient.upload_archive(upload_archive_request("attic", body(pattern(32 * MiB)))));
    BOOST_TEST((uploaded.code() == errc::operation_timeout));
    BOOST_TEST(!uploaded.outcome_unknown());
}

// The job exists once, and the client does not pretend to know.
BOOST_AUTO_TEST_CASE(a_lost_answer_of_initiate_job)
{
    archive_id const archive = store("content");
    service->set_faults({once("InitiateJob", effect::reset_after)});
    auto const lost = failure_of(
        connect().initiate_job(initiate_job_request("attic", job_parameters::archive_retrieval(archive))));
    BOOST_TEST(lost.outcome_unknown());
    BOOST_TEST(lost.is(condition::outcome_unknown));
    BOOST_TEST(lost.attempts() == 1);
    BOOST_TEST(run(connect().list_jobs(list_jobs_request("attic"))).jobs.size() == 1U);
}

// Nothing was done, which the client cannot know.
BOOST_AUTO_TEST_CASE(a_request_of_initiate_job_that_was_not_carried_out)
{
    archive_id const archive = store("content");
    service->set_faults({once("InitiateJob", effect::reset_before)});
    auto const lost = failure_of(
        connect().initiate_job(initiate_job_request("attic", job_parameters::archive_retrieval(archive))));
    BOOST_TEST(lost.outcome_unknown());
    BOOST_TEST(run(connect().list_jobs(list_jobs_request("attic"))).jobs.empty());
}

BOOST_AUTO_TEST_CASE(resets_of_what_may_be_repeated)
{
    describe_with(once("DescribeVault", effect::reset_before), 2);
    describe_with(once("DescribeVault", effect::reset_after), 2);
    service->set_faults({once("DeleteVault", effect::reset_after)});
    run(connect().delete_vault(delete_vault_request("attic")));
    BOOST_TEST(service->faults()[0].matched == 2U);
}

BOOST_AUTO_TEST_CASE(delays_and_stalls_end_at_the_limits_of_the_client)
{
    patience = 400ms;
    client const impatient = connect_for_one_attempt();
    // For those whose second request must be answered.
    patience = 3s;
    emulator_fault fault = once("DescribeVault", effect::delay);
    fault.time = 10min;
    service->set_faults({fault});
    BOOST_TEST((failure_of(impatient.describe_vault(describe_vault_request("attic"))).code() ==
                errc::response_timeout));
    describe_with(fault, 2);

    fault.effect = effect::stall_answer;
    fault.bytes = 5;
    service->set_faults({fault});
    BOOST_TEST((failure_of(impatient.describe_vault(describe_vault_request("attic"))).code() ==
                errc::transfer_stalled));
    describe_with(fault, 2);

    // A body that is greater than what the system's buffers take.
    emulator_fault stall = once("UploadArchive", effect::stall_request);
    stall.time = 10min;
    stall.bytes = MiB;
    service->set_faults({stall});
    auto const stalled =
        failure_of(impatient.upload_archive(upload_archive_request("attic", body(pattern(32 * MiB)))));
    BOOST_TEST((stalled.code() == errc::transfer_stalled), stalled.what());
    // The archive was not stored, so a client that repeats stores it.
    BOOST_TEST(!stalled.outcome_unknown());
    service->set_faults({stall});
    store(pattern(32 * MiB));
    BOOST_TEST(service->faults()[0].matched == 2U);
}

// A delay that is short enough changes nothing but the time.
BOOST_AUTO_TEST_CASE(short_delays)
{
    emulator_fault fault = once("DescribeVault", effect::delay);
    fault.time = 30ms;
    auto const begin = std::chrono::steady_clock::now();
    describe_with(fault, 1);
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 30ms));
    fault.effect = effect::stall_answer;
    fault.bytes = 1;
    describe_with(fault, 1);
}

BOOST_AUTO_TEST_CASE(an_answer_of_a_part_with_a_wrong_tree_hash)
{
    auto const upload =
        run(connect().initiate_multipart_upload(initiate_multipart_upload_request("attic", part_size(MiB))));
    service->set_faults({fault_of("UploadMultipartPart", effect::wrong_tree_hash)});
    auto const wrong = failure_of(connect_for_one_attempt().upload_multipart_part(
        upload_multipart_part_request("attic", upload.upload, byte_range(0, MiB - 1), body(pattern(MiB)))));
    BOOST_TEST((wrong.code() == errc::tree_hash_mismatch), wrong.what());
}

BOOST_AUTO_TEST_CASE(damage_to_a_jobs_output)
{
    std::string const bytes = pattern(2 * MiB);
    job_id const job = complete_job_of(bytes);
    client const client = connect_for_one_attempt();
    get_job_output_request whole("attic", job);
    get_job_output_request ranged = whole;
    ranged.range = byte_range(0, MiB - 1);

    emulator_fault flip = fault_of("GetJobOutput", effect::flip_byte);
    flip.bytes = 1'500'000;
    service->set_faults({flip});
    std::string flipped = bytes;
    flipped[flip.bytes] = static_cast<char>(flipped[flip.bytes] ^ 1);
    BOOST_TEST((run(read_output(client, whole)) == flipped));

    emulator_fault cut = fault_of("GetJobOutput", effect::cut_body);
    cut.bytes = 1'500'000;
    service->set_faults({cut});
    BOOST_TEST((failure_of(read_output(client, whole)).code() == errc::connection_closed));

    service->set_faults({fault_of("GetJobOutput", effect::wrong_content_range)});
    BOOST_TEST((failure_of(read_output(client, ranged)).code() == errc::unexpected_status));

    service->set_faults({});
    BOOST_TEST((run(read_output(client, ranged)) == bytes.substr(0, MiB)));
}

// A download fetches a damaged range again; damage that lasts is an error, and no file is left.
BOOST_AUTO_TEST_CASE(downloads_survive_damage_that_passes)
{
    std::string const bytes = pattern(4 * MiB);
    job_id const job = complete_job_of(bytes);
    download_job_output_request request("attic", job, directory.path() / "out");
    request.size_of_range = part_size(MiB);
    for (effect const does : {effect::flip_byte, effect::wrong_tree_hash, effect::cut_body}) {
        emulator_fault fault = fault_of("GetJobOutput", does);
        fault.first = 2;
        fault.last = 2;
        if (does == effect::flip_byte || does == effect::cut_body)
            fault.bytes = 1'000;
        service->set_faults({fault});
        run(download_job_output(connect(), request));
        BOOST_TEST((read_file(request.file) == bytes));
        BOOST_TEST(service->faults()[0].struck == 1U);
        std::filesystem::remove(request.file);

        fault.last = 1'000;
        service->set_faults({fault});
        errc const expected = does == effect::cut_body ? errc::connection_closed : errc::tree_hash_mismatch;
        BOOST_TEST((failure_of(download_job_output(connect(), request)).code() == expected));
        BOOST_TEST(!std::filesystem::exists(request.file));
    }
}

BOOST_AUTO_TEST_CASE(answers_that_cannot_be_read)
{
    client const once_only = connect_for_one_attempt();
    auto const code_with = [&](effect does) {
        service->set_faults({fault_of("DescribeVault", does)});
        return failure_of(once_only.describe_vault(describe_vault_request("attic"))).code();
    };
    BOOST_TEST((code_with(effect::truncated_json) == errc::malformed_response));
    BOOST_TEST((code_with(effect::garbage) == errc::invalid_http_message));
    BOOST_TEST((code_with(effect::cut_body) == errc::connection_closed));
    BOOST_TEST((code_with(effect::reset_after) == condition::transport));
}

BOOST_AUTO_TEST_CASE(the_same_over_tls)
{
    start(0, true);
    describe_with(once("DescribeVault", effect::reset_before), 2);
    describe_with(once("DescribeVault", effect::reset_after), 2);
    client const once_only = connect_for_one_attempt();
    service->set_faults({fault_of("DescribeVault", effect::cut_body)});
    BOOST_TEST((failure_of(once_only.describe_vault(describe_vault_request("attic"))).code() ==
                errc::connection_closed));
    service->set_faults({fault_of("DescribeVault", effect::garbage)});
    BOOST_TEST((failure_of(once_only.describe_vault(describe_vault_request("attic"))).code() ==
                errc::invalid_http_message));
}

// The second copy is never taken for the answer to the next request.
BOOST_AUTO_TEST_CASE(an_answer_that_comes_twice)
{
    client const client = connect();
    run(client.create_vault(create_vault_request("cellar")));
    service->set_faults({fault_of("DescribeVault", effect::duplicate_answer)});
    for (int i = 0; i < 5; ++i) {
        BOOST_TEST(run(client.describe_vault(describe_vault_request("attic"))).vault_name == "attic");
        BOOST_TEST(run(client.describe_vault(describe_vault_request("cellar"))).vault_name == "cellar");
    }
}

BOOST_AUTO_TEST_CASE(uploads_and_downloads_of_which_a_tenth_fails)
{
    std::string const bytes = pattern(32 * MiB);
    std::filesystem::path const in = directory.path() / "in";
    std::ofstream(in, std::ios::binary) << bytes;
    start(1);
    std::vector<emulator_fault> tenth;
    for (std::string const operation : {"UploadMultipartPart", "GetJobOutput"})
        for (effect const does : {effect::status, effect::reset_before, effect::reset_after}) {
            emulator_fault fault = fault_of(operation, does);
            fault.probability = 0.1 / 3;
            tenth.push_back(std::move(fault));
        }
    service->set_faults(tenth);
    client_config patient = config();
    patient.retry.attempts_max = 10;
    client const client(context.get_executor(), std::move(patient));

    upload_file_request upload("attic", in);
    upload.size_of_part = part_size(MiB);
    auto const stored = run(upload_file(client, std::move(upload)));
    BOOST_TEST(stored.parts == 32U);
    BOOST_TEST((stored.tree_hash == tree_hash_of(std::as_bytes(std::span(bytes)))));

    job_id const job = start_job(stored.archive);
    service->complete_job("attic", job.str());
    download_job_output_request download("attic", job, directory.path() / "out");
    download.size_of_range = part_size(MiB);
    run(download_job_output(client, std::move(download)));
    BOOST_TEST((read_file(directory.path() / "out") == bytes));

    std::size_t struck = 0;
    for (emulator_fault_count const& count : service->faults())
        struck += count.struck;
    BOOST_TEST(struck > 0U);
}

// The same requests meet the same faults in another run with the same seed.
BOOST_AUTO_TEST_CASE(equal_seeds_equal_faults)
{
    auto const faults_with = [this](std::uint64_t seed) {
        start(seed);
        {
            std::lock_guard const lock(mutex);
            log.clear();
        }
        emulator_fault fault = fault_of("DescribeVault", effect::status);
        fault.probability = 0.3;
        service->set_faults({fault});
        client const client = connect_for_one_attempt();
        for (int i = 0; i < 40; ++i)
            run(as_result(client.describe_vault(describe_vault_request("attic"))));
        return faults_in_log("DescribeVault");
    };
    auto const first = faults_with(5);
    BOOST_TEST(first.size() == 40U);
    BOOST_TEST((faults_with(5) == first));
    BOOST_TEST((faults_with(6) != first));
}

// Four hours pass at once, and a day later the job is gone.
BOOST_AUTO_TEST_CASE(time_on_request)
{
    job_id const job = start_job(store("content"));
    describe_job_request const describe("attic", job);
    BOOST_TEST((run(connect().describe_job(describe)).status == job_status::in_progress));
    service->advance_clock(4h);
    BOOST_TEST((run(connect().describe_job(describe)).status == job_status::succeeded));
    get_job_output_request const output("attic", job);
    BOOST_TEST(run(read_output(connect(), output)) == "content");
    service->advance_clock(24h);
    BOOST_TEST((failure_of(connect().describe_job(describe)).code() == condition::not_found));
    BOOST_CHECK_THROW(service->advance_clock(-1ms), std::invalid_argument);

    // The vault's inventory was due on the way.
    BOOST_TEST(run(connect().describe_vault(describe_vault_request("attic"))).number_of_archives.value() ==
               1U);
}

BOOST_AUTO_TEST_CASE(jobs_uploads_and_inventories_on_request)
{
    archive_id const archive = store("content");
    service->take_inventory("attic");
    BOOST_TEST(run(connect().describe_vault(describe_vault_request("attic"))).number_of_archives.value() ==
               1U);

    job_id const job = start_job(archive);
    service->fail_job("attic", job.str(), "The tape broke.");
    auto const failed = failure_of(wait_for_job(connect(), wait_for_job_request("attic", job)));
    BOOST_TEST((failed.code() == errc::job_failed));
    BOOST_TEST(failed.details().message == "The tape broke.");
    service->expire_job("attic", job.str());
    BOOST_TEST((failure_of(connect().describe_job(describe_job_request("attic", job))).code() ==
                condition::not_found));
    BOOST_CHECK_THROW(service->expire_job("attic", job.str()), std::invalid_argument);

    auto const upload =
        run(connect().initiate_multipart_upload(initiate_multipart_upload_request("attic", part_size(MiB))));
    service->expire_upload("attic", upload.upload.str());
    BOOST_TEST((failure_of(connect().list_parts(list_parts_request("attic", upload.upload))).code() ==
                condition::not_found));

    service->set_clock_scale(1e4);
    job_id const fast = start_job(archive);
    wait_for_job_request wait("attic", fast);
    wait.interval_min = 5ms;
    wait.interval_max = 5ms;
    BOOST_TEST((run(wait_for_job(connect(), wait)).status == job_status::succeeded));
    BOOST_CHECK_THROW(service->set_clock_scale(0), std::invalid_argument);

    emulator_fault wrong(effect::delay);
    BOOST_CHECK_THROW(service->set_faults({wrong}), std::invalid_argument);
    emulator_options options(directory.path() / "other");
    options.faults.push_back(wrong);
    BOOST_CHECK_THROW(emulator{options}, std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::test
