#include "transfer/single_upload.hpp"

#include "support/event_log.hpp"
#include "support/printing.hpp"
#include "transfer/upload_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <stdexcept>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

struct single_fixture : upload_fixture {
    upload_file_request single_of(std::string const& bytes)
    {
        upload_file_request request(photos, directory.write("file", bytes));
        request.single_request_max = 3 * mib;
        return request;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(single_upload_test, single_fixture)

// Up to the limit that the caller set, one request is all; above, it is a multipart upload.
BOOST_DATA_TEST_CASE(one_request, boost::unit_test::data::make({std::uint64_t(1), mib, 3 * mib}))
{
    std::string const bytes = some_bytes(sample);
    upload_file_request request = single_of(bytes);
    request.description = "one";
    transfer_progress last;
    request.on_progress = [&last](transfer_progress const& progress) { last = progress; };

    upload_result const result = run(upload_file(sut, std::move(request)));

    BOOST_TEST((archive(result) == bytes));
    BOOST_TEST((service->only_request().id == operation::upload_archive));
    BOOST_TEST(service->only_request().message.headers.get("x-amz-archive-description") == "one");
    BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(bytes).hex());
    BOOST_TEST(result.bytes == sample);
    BOOST_TEST(result.parts == 0U);
    BOOST_TEST(result.size_of_part == 0U);
    BOOST_TEST(result.location.ends_with(result.archive.str()));
    BOOST_TEST(last.bytes_done == sample);
    BOOST_TEST(last.parts_done == 1U);
}

BOOST_AUTO_TEST_CASE(above_the_limit)
{
    BOOST_TEST(run(upload_file(sut, single_of(some_bytes(3 * mib + 1)))).parts == 1U);
    BOOST_TEST(service->count(operation::upload_archive) == 0U);
}

// Unless the caller asks for it, small content is a multipart upload too, which has no doubtful outcome.
BOOST_AUTO_TEST_CASE(not_by_itself)
{
    upload_file_request request(photos, directory.write("file", "bytes"));
    run(upload_file(sut, std::move(request)));
    BOOST_TEST(service->count(operation::upload_archive) == 0U);
}

// A lost answer is not repeated, and said to be in doubt.
BOOST_AUTO_TEST_CASE(in_doubt)
{
    service->always(operation::upload_archive, lost_answer());
    operation_error const error = failure_of(upload_file(sut, single_of("bytes")));
    BOOST_TEST(error.outcome_unknown());
    BOOST_TEST(service->archives("photos") == 1U);
    BOOST_TEST(service->count() == 1U);
}

// What the caller does wrong when it is told of the archive costs it no archive.
BOOST_AUTO_TEST_CASE(progress_throws)
{
    upload_file_request request = single_of("bytes");
    request.on_progress = [](transfer_progress const&) { throw std::runtime_error("no"); };
    BOOST_TEST(archive(run(upload_file(sut, std::move(request)))) == "bytes");
}

// Another hash than expected: nothing is sent.
BOOST_AUTO_TEST_CASE(unexpected_hash)
{
    upload_file_request request = single_of("bytes");
    request.expected_tree_hash = reference_tree_hash("other bytes");
    BOOST_TEST((failure_of(upload_file(sut, std::move(request))).code() == errc::tree_hash_mismatch));
    BOOST_TEST(service->count() == 0U);
}

// A state file needs an upload that can be taken up.
BOOST_AUTO_TEST_CASE(not_with_a_state_file)
{
    upload_file_request request = single_of("bytes");
    request.state_file = directory / "state";
    run(upload_file(sut, std::move(request)));
    BOOST_TEST(service->count(operation::upload_archive) == 0U);
}

// Bodies may go so too; their memory stays within the budget.
BOOST_AUTO_TEST_CASE(body_in_one_request)
{
    std::string const bytes = some_bytes(2 * mib);
    upload_body_request request(photos, body(std::make_shared<counting_source>(bytes)));
    request.single_request_max = 2 * mib;
    BOOST_TEST((archive(run(upload_body(sut, std::move(request)))) == bytes));
    BOOST_TEST(service->count() == 1U);
    BOOST_TEST(memory().reserved_most() == 256U * 1'024U);
}

// More than one request can hold is refused before anything is opened.
BOOST_AUTO_TEST_CASE(limit_too_large)
{
    upload_file_request request(photos, directory / "missing");
    request.single_request_max = part_size::bytes_max + 1;
    BOOST_TEST((code_of(upload_file(sut, std::move(request))) == errc::invalid_option));
}

// An observer is told of it like of any transfer.
BOOST_AUTO_TEST_CASE(observed)
{
    event_log events;
    client_config config = default_config();
    config.observer = events.make_observer();
    sut = make_client(std::move(config));
    run(upload_file(sut, single_of("bytes")));
    service->always(operation::upload_archive, error_answer(service_errc::access_denied));
    failure_of(upload_file(sut, single_of("bytes")));

    BOOST_TEST(events.lines("transfer_started").size() == 2U);
    BOOST_TEST(events.lines("transfer_part_ended").size() == 2U);
    BOOST_TEST(events.lines("info transfer_ended").size() == 1U);
    BOOST_TEST(events.lines("warning transfer_ended").size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
