#include "transfer/archive_output.hpp"

#include "support/client_fixture.hpp"

#include <functional>
#include <string>

using namespace glacier;
using namespace glacier::test;
using transfer::archive_output;

namespace {

constexpr std::uint64_t mib = 1'048'576;

job_description finished_job()
{
    job_description job;
    job.action = job_action::archive_retrieval;
    job.status = job_status::succeeded;
    job.archive = "archive-1";
    job.archive_size_in_bytes = 5 * mib + 3;
    job.retrieval_byte_range = byte_range(mib, 2 * mib - 1);
    job.tree_hash = reference_tree_hash("part");
    job.archive_tree_hash = reference_tree_hash("whole");
    return job;
}

error_code code_with(std::function<void(job_description&)> const& change)
{
    job_description job = finished_job();
    change(job);
    try {
        transfer::output_of(photos, "job-1", job);
    } catch (operation_error const& error) {
        BOOST_TEST(error.details().resource == "vault photos, job job-1");
        return error.code();
    }
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(archive_output_test)

// A job that retrieves a range says which one, and its hash is that of the range.
BOOST_AUTO_TEST_CASE(range_of_an_archive)
{
    archive_output const output = transfer::output_of(photos, "job-1", finished_job());

    BOOST_TEST(output.archive == "archive-1");
    BOOST_TEST(output.range.str() == "1048576-2097151");
    BOOST_TEST(output.bytes() == mib);
    BOOST_TEST(output.archive_bytes == 5 * mib + 3);
    BOOST_TEST((output.tree_hash == reference_tree_hash("part")));
    BOOST_TEST(!output.is_whole_archive());
}

// Without a range it is the whole archive, whose hash may stand in another place.
BOOST_AUTO_TEST_CASE(whole_archive)
{
    job_description job = finished_job();
    job.retrieval_byte_range.reset();
    job.tree_hash.reset();
    archive_output const output = transfer::output_of(photos, "job-1", job);

    BOOST_TEST(output.bytes() == 5 * mib + 3);
    BOOST_TEST(output.is_whole_archive());
    BOOST_TEST((output.tree_hash == reference_tree_hash("whole")));
}

// The hash of the archive is not that of a range.
BOOST_AUTO_TEST_CASE(range_without_a_hash)
{
    job_description job = finished_job();
    job.tree_hash.reset();
    BOOST_TEST(!transfer::output_of(photos, "job-1", job).tree_hash.has_value());
}

// A size that the service does not say is that of the range.
BOOST_AUTO_TEST_CASE(size_not_said)
{
    job_description job = finished_job();
    job.archive_size_in_bytes.reset();
    job.archive.reset();
    archive_output const output = transfer::output_of(photos, "job-1", job);
    BOOST_TEST(output.archive_bytes == 2 * mib);
    BOOST_TEST(output.archive.empty());
}

// Jobs without such an output are refused, and descriptions that make no sense.
BOOST_AUTO_TEST_CASE(refused)
{
    BOOST_TEST(!code_with([](job_description&) {}));
    BOOST_TEST((code_with([](job_description& job) { job.action = job_action::inventory_retrieval; }) ==
                errc::invalid_option));
    BOOST_TEST((code_with([](job_description& job) { job.status = job_status::in_progress; }) ==
                errc::invalid_option));
    BOOST_TEST((code_with([](job_description& job) {
                    job.retrieval_byte_range.reset();
                    job.archive_size_in_bytes.reset();
                }) == errc::malformed_response));
    BOOST_TEST((code_with([](job_description& job) {
                    job.retrieval_byte_range.reset();
                    job.archive_size_in_bytes = 0;
                }) == errc::malformed_response));
    BOOST_TEST((code_with([](job_description& job) { job.archive_size_in_bytes = 2 * mib - 1; }) ==
                errc::malformed_response));
    BOOST_TEST(!code_with([](job_description& job) { job.archive_size_in_bytes = 2 * mib; }));
}

// Settings that cannot be are refused with what is allowed.
BOOST_AUTO_TEST_CASE(settings_checked)
{
    download_settings asked;
    BOOST_CHECK_NO_THROW(transfer::check(asked));
    for (std::size_t const concurrency : {std::size_t(0), std::size_t(1'001)}) {
        asked.concurrency = concurrency;
        BOOST_CHECK_EXCEPTION(transfer::check(asked), invalid_value, [](invalid_value const& error) {
            return error.code() == errc::invalid_option &&
                   std::string(error.what()).find("1 to 1000") != std::string::npos;
        });
    }
}

// A part must lie within the output, not within the archive.
BOOST_AUTO_TEST_CASE(part_checked)
{
    archive_output const output = transfer::output_of(photos, "job-1", finished_job());
    BOOST_CHECK_NO_THROW(transfer::check_part(output, std::nullopt));
    BOOST_CHECK_NO_THROW(transfer::check_part(output, byte_range(0, mib - 1)));
    BOOST_CHECK_EXCEPTION(
        transfer::check_part(output, byte_range(5, mib)), invalid_value,
        [](invalid_value const& error) { return error.code() == errc::invalid_byte_range; });
}

BOOST_FIXTURE_TEST_CASE(described_by_the_service, client_fixture)
{
    archive_id const archive = service->add_archive("photos", some_bytes(2 * mib));
    job_id const job = service->add_job("photos", archive, byte_range(0, mib - 1));

    archive_output const output = run(transfer::describe_output(sut, photos, job));

    BOOST_TEST(output.archive == archive.str());
    BOOST_TEST(output.bytes() == mib);
    BOOST_TEST((output.job == job));
}

BOOST_AUTO_TEST_SUITE_END()
