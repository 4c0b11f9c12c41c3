#include "protocol/job_operations.hpp"

#include "protocol/golden.hpp"

#include <glacier/json.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

constexpr char const* archive_job =
    "ZIPByGVfp4CKs66tgg8Al76cvaFZR00p08n-CYhZMCvv_ylOEzU9qY0ULO6ztZEFnudPqygXQyFAfzTHxhtpqIDoUmDz";
constexpr char const* range_job =
    "1Tx8XpioGHbxeXuzr4QMxzvTFaKRkH-P8oYN-WULoJTE74qNkN6pGFYZgrJ-Nb2Op7jj4AuUptRoVf6PEvXyw4AiZdlR";
constexpr char const* unaligned_job =
    "QP0eA3fiYC2Aa2vpAit6NdPIscsW14AR0VtBgLH374gctFzuHMGbZqZOUp4rSoPGhjoJahn9zEbrOLMykKTRvTxVyRSX";
constexpr char const* minimal_job =
    "E9PY2rj1xJRxefU_sV_mWdFdlfo5CYLyrBpNsKmijtZQU6-orIwodS5FjMedLmSxuME_EBApJGWncw8bSg9BNOsOuOOG";
constexpr char const* inventory_job =
    "-THXQl0qF1_0TMe7_0_X5aVg1MWbDn_mGHLwOiEEFZjycd-Dr-3iW5yZRPVEJLQjM-c4uOvGlaeaZguJ8WqanxxaMGRF";
constexpr char const* csv_job =
    "oz7Mb9zFbJ4Me4pRIA6pJuQDOQDtHi27alKl_CFmihtZcn2AaGsN3k1K0yQIWgxxagDNq434lffR4OLaNd1tpyVGYz24";
constexpr char const* select_job =
    "QLiLOhfh71i844DMSKuN79Uqptoc_OUX3A-dnrAq1bKQ9jy6lho6nHLp97K4A_lkyz6dmntpmaiBY7Pm25Kf-M2ZCywA";
constexpr char const* output_job =
    "MlodXL96_vbp8E97In3pSqm6LxcJJp2NKi7rti4IPNfbKR2AyiMb1rHZvh_H1BHCVC9SPhpLM5zo9ctpaNUi_W5AroWA";
constexpr char const* multipart_job =
    "lPMZnxtO03ndMNNw11piAdE5OSW_42JDGsF8pp36zGmt2wHILQrKfjXE5dXUeWdSCz4YkITuSn3jGf5eEVoftDvBHREO";
constexpr char const* ranged_job =
    "mVOH2hPN5INtthmJQaF4vbwdJzdr_1QNrQjeCwF6iusKwlPhW8TQieQti42PJnq3wVjr8dSI2wPnK6B_yQdrBlIGJcdN";
constexpr char const* open_range_job =
    "8IhsLUw-wKMsK7xlZ6mkLpGjj1DstRxNXr7I0og9mCVMfnG7be3TCfCxRRJYJXzOPzosUPvllByCQIzOJuvls5aIxgg7";

constexpr char const* topic = "arn:aws:sns:eu-west-1:210987654321:glacier-jobs";
constexpr char const* inventory_marker =
    "28swbu2yvsCDgracb57K4K4TUWxTz-kACdUvqYRAcJ-fM3Wm23LfiI9u7jUuKMWH08vMMeokkQxEQPjBLKraG_"
    "LmX-FUYtwgjeVud9x78Sh6-5aHBLnQfPyCEjNATuig7ky_";

initiate_job_result initiated(char const* id)
{
    initiate_job_result result(id);
    result.location = "/210987654321/vaults/attic/jobs/" + std::string(id);
    return result;
}

job_description in_progress(job_description job)
{
    job.status = job_status::in_progress;
    job.status_message = "Operation in progress.";
    return job;
}

job_description succeeded(job_description job)
{
    job.completed = true;
    job.completion_date = time_of("2026-02-03T08:05:06.007Z");
    job.status = job_status::succeeded;
    job.status_message = "Succeeded";
    return job;
}

job_description failed(job_description job)
{
    job.completed = true;
    job.completion_date = time_of("2026-02-03T09:00:00.500Z");
    job.status = job_status::failed;
    job.status_message = "Failed";
    return job;
}

/// A job for the whole archive of 7 MiB.
job_description archive_retrieval(char const* id = archive_job)
{
    job_description job;
    job.job = id;
    job.action = job_action::archive_retrieval;
    job.archive = ids::pattern_archive;
    job.vault_arn = attic_arn;
    job.creation_date = time_of("2026-02-03T04:05:06.007Z");
    job.archive_size_in_bytes = 7'340'032;
    job.archive_tree_hash = hash_of(hashes::pattern);
    job.retrieval_byte_range = byte_range(0, 7'340'031);
    job.tier = tier::standard;
    return job;
}

job_description inventory_retrieval(char const* id = inventory_job)
{
    job_description job;
    job.job = id;
    job.action = job_action::inventory_retrieval;
    job.vault_arn = attic_arn;
    job.creation_date = time_of("2026-02-03T05:00:00.000Z");
    job.inventory.emplace();
    job.inventory->format = "JSON";
    return job;
}

csv_input every_input_member()
{
    csv_input csv;
    csv.file_header_info = file_header_info::use;
    csv.comments = "#";
    csv.quote_escape_character = "\\";
    csv.record_delimiter = "\r\n";
    csv.field_delimiter = "\t";
    csv.quote_character = "\"";
    return csv;
}

csv_output every_output_member()
{
    csv_output csv;
    csv.quote_fields = quote_fields::as_needed;
    csv.quote_escape_character = "\"";
    csv.record_delimiter = "\n";
    csv.field_delimiter = ",";
    csv.quote_character = "'";
    return csv;
}

/// A query with every member.
select_parameters full_query()
{
    select_parameters query;
    query.expression = "SELECT s._1, s.\"_2\" FROM archive s WHERE CAST(s._2 AS INT) < 10 AND s._3 = 'A&B'";
    query.input_serialization.emplace();
    query.input_serialization->csv = every_input_member();
    query.output_serialization.emplace();
    query.output_serialization->csv = every_output_member();
    return query;
}

output_location minimal_location()
{
    output_location location;
    location.s3.emplace();
    location.s3->bucket_name = "golden-results";
    location.s3->prefix = "results/2026";
    return location;
}

s3_grant grant_to_ann()
{
    s3_grant grant;
    grant.grantee.emplace();
    grant.grantee->type = grantee_type::canonical_user;
    grant.grantee->display_name = "ann";
    grant.grantee->uri = "http://acs.amazonaws.com/groups/global/AllUsers";
    grant.grantee->id = "2245893c787b8281bf2e819c0a0a2337f03c93d71eee75f1eb6a4943c54492eb";
    grant.grantee->email_address = "ann@example.com";
    grant.permission = permission::full_control;
    return grant;
}

s3_grant grant_to_bob()
{
    s3_grant grant;
    grant.grantee.emplace();
    grant.grantee->type = grantee_type::amazon_customer_by_email;
    grant.grantee->email_address = "bob@example.com";
    grant.permission = permission::read_acp;
    return grant;
}

/// A location with every member.
output_location full_location()
{
    output_location location = minimal_location();
    location.s3->encryption.emplace();
    location.s3->encryption->encryption_type = encryption_type::aws_kms;
    location.s3->encryption->kms_key_id =
        "arn:aws:kms:eu-west-1:210987654321:key/01234567-89ab-cdef-0123-456789abcdef";
    location.s3->encryption->kms_context = "eyJib3giOiI3In0=";
    location.s3->canned_acl = canned_acl::bucket_owner_full_control;
    location.s3->access_control_list = {grant_to_ann(), grant_to_bob()};
    location.s3->tagging = {{"box", "7"}, {"owner", "ann"}};
    location.s3->user_metadata = {{"shelf", "top"}, {"year", "2026"}};
    location.s3->storage_class = storage_class::standard_ia;
    return location;
}

job_description select()
{
    job_description job;
    job.job = select_job;
    job.description = "ten rows";
    job.action = job_action::select;
    job.archive = ids::slides_archive;
    job.vault_arn = attic_arn;
    job.creation_date = time_of("2026-02-03T06:00:00.250Z");
    job.sns_topic = topic;
    job.tier = tier::bulk;
    job.job_output_path = "results/2026/" + std::string(select_job) + "/";
    job.select_query = full_query();
    job.output = full_location();
    return job;
}

job_output_head output(std::string content_type, std::optional<std::string> range = std::nullopt)
{
    job_output_head head;
    head.accept_ranges = "bytes";
    head.content_type = std::move(content_type);
    head.content_range = std::move(range);
    return head;
}

job_output_head archive_output(char const* hash, std::optional<std::string> range = std::nullopt)
{
    job_output_head head = output("application/octet-stream", std::move(range));
    head.tree_hash = hash_of(hash);
    return head;
}

BOOST_AUTO_TEST_SUITE(job_operations_test)

// The body is the bare structure; what is not given is left out.
GLACIER_GOLDEN_REQUEST(initiate_job, archive_minimal)
{
    check_request(vector,
                  initiate_job_request("attic", job_parameters::archive_retrieval(ids::hyphen_archive)),
                  golden_account);
}

// Every member of an archive job.
GLACIER_GOLDEN_REQUEST(initiate_job, archive_full)
{
    job_parameters parameters = job_parameters::archive_retrieval(ids::pattern_archive);
    parameters.description = "four MiB of \"box 7\" \\ 1/2";
    parameters.sns_topic = topic;
    parameters.tier = tier::expedited;
    parameters.range = byte_range(0, 4'194'303);
    check_request(vector, initiate_job_request("attic", parameters), golden_account);
}

// An inventory needs its type and nothing else.
GLACIER_GOLDEN_REQUEST(initiate_job, inventory_minimal)
{
    check_request(vector, initiate_job_request("attic", job_parameters::inventory_retrieval()), own_account);
}

// Every member of an inventory job: dates to the second, and the limit is a string.
GLACIER_GOLDEN_REQUEST(initiate_job, inventory_full)
{
    job_parameters parameters = job_parameters::inventory_retrieval();
    parameters.description = "winter list";
    parameters.sns_topic = topic;
    parameters.format = inventory_format::csv;
    parameters.inventory.emplace();
    parameters.inventory->start_date = time_of("2026-01-01T00:00:00Z");
    parameters.inventory->end_date = time_of("2026-02-03T00:00:00Z");
    parameters.inventory->limit = 10'000;
    parameters.inventory->marker = inventory_marker;
    check_request(vector, initiate_job_request("attic", parameters), golden_account);
}

// One parameter of an inventory alone.
GLACIER_GOLDEN_REQUEST(initiate_job, inventory_limit)
{
    job_parameters parameters = job_parameters::inventory_retrieval();
    parameters.format = inventory_format::json;
    parameters.inventory.emplace();
    parameters.inventory->limit = 1;
    check_request(vector, initiate_job_request("attic", parameters), golden_account);
}

// A select job needs a query and a place for its result.
GLACIER_GOLDEN_REQUEST(initiate_job, select_minimal)
{
    select_parameters query;
    query.expression = "SELECT * FROM archive";
    check_request(
        vector,
        initiate_job_request("attic", job_parameters::select(ids::slides_archive, query, minimal_location())),
        own_account);
}

// Every member of a select job, in the order of the reference.
GLACIER_GOLDEN_REQUEST(initiate_job, select_full)
{
    job_parameters parameters = job_parameters::select(ids::slides_archive, full_query(), full_location());
    parameters.description = "ten rows";
    parameters.sns_topic = topic;
    parameters.tier = tier::bulk;
    check_request(vector, initiate_job_request("attic", parameters), golden_account);
}

// The answer has the job's id and place in headers.
GLACIER_GOLDEN_RESPONSE(initiate_job, archive_minimal)
{
    check_response<initiate_job_request>(vector, initiated(minimal_job));
}

// The same for a job with every member.
GLACIER_GOLDEN_RESPONSE(initiate_job, archive_full)
{
    check_response<initiate_job_request>(vector, initiated(range_job));
}

// A job id may begin with a hyphen.
GLACIER_GOLDEN_RESPONSE(initiate_job, inventory_minimal)
{
    check_response<initiate_job_request>(vector, initiated(inventory_job));
}

// The same for an inventory with every member.
GLACIER_GOLDEN_RESPONSE(initiate_job, inventory_full)
{
    check_response<initiate_job_request>(vector, initiated(csv_job));
}

// A select job is answered with the path of its output, too.
GLACIER_GOLDEN_RESPONSE(initiate_job, select_full)
{
    initiate_job_result result = initiated(select_job);
    result.output_path = "results/2026/" + std::string(select_job) + "/";
    check_response<initiate_job_request>(vector, result);
}

// A job is looked up by its id.
GLACIER_GOLDEN_REQUEST(describe_job, archive_in_progress)
{
    check_request(vector, describe_job_request("attic", archive_job), golden_account);
}

// The same for the account of the credentials.
GLACIER_GOLDEN_REQUEST(describe_job, archive_range)
{
    check_request(vector, describe_job_request("attic", range_job), own_account);
}

// An id that begins with a hyphen is an id like any other.
GLACIER_GOLDEN_REQUEST(describe_job, inventory_in_progress)
{
    check_request(vector, describe_job_request("attic", inventory_job), golden_account);
}

// A select job is looked up like any other.
GLACIER_GOLDEN_REQUEST(describe_job, select_in_progress)
{
    check_request(vector, describe_job_request("attic", select_job), golden_account);
}

// A whole archive, on its way: the hash of the range and the date of completion are null.
GLACIER_GOLDEN_RESPONSE(describe_job, archive_in_progress)
{
    check_response<describe_job_request>(vector, in_progress(archive_retrieval()));
}

// A whole archive that is there: both hashes are the same.
GLACIER_GOLDEN_RESPONSE(describe_job, archive_succeeded)
{
    job_description job = succeeded(archive_retrieval());
    job.description = "whole archive";
    job.sns_topic = topic;
    job.tree_hash = hash_of(hashes::pattern);
    check_response<describe_job_request>(vector, job);
}

// An aligned range has its hash while it is on its way.
GLACIER_GOLDEN_RESPONSE(describe_job, archive_range)
{
    job_description job = in_progress(archive_retrieval(range_job));
    job.description = "four MiB of \"box 7\" \\ 1/2";
    job.sns_topic = topic;
    job.tree_hash = hash_of(hashes::pattern_start);
    job.retrieval_byte_range = byte_range(0, 4'194'303);
    job.tier = tier::expedited;
    check_response<describe_job_request>(vector, job);
}

// A range that is not aligned to the tree has no hash.
GLACIER_GOLDEN_RESPONSE(describe_job, archive_unaligned_range)
{
    job_description job = succeeded(archive_retrieval(unaligned_job));
    job.retrieval_byte_range = byte_range(1'048'576, 3'145'727);
    job.tier = tier::bulk;
    check_response<describe_job_request>(vector, job);
}

// Completed does not mean that it succeeded.
GLACIER_GOLDEN_RESPONSE(describe_job, archive_failed)
{
    check_response<describe_job_request>(vector, failed(archive_retrieval()));
}

// An inventory on its way has no size, and no tier at all.
GLACIER_GOLDEN_RESPONSE(describe_job, inventory_in_progress)
{
    check_response<describe_job_request>(vector, in_progress(inventory_retrieval()));
}

// An inventory with every parameter: dates to the second, and a marker to go on from.
GLACIER_GOLDEN_RESPONSE(describe_job, inventory_succeeded)
{
    job_description job = succeeded(inventory_retrieval(csv_job));
    job.description = "winter list";
    job.sns_topic = topic;
    job.inventory_size_in_bytes = 807;
    job.inventory->format = "CSV";
    job.inventory->start_date = time_of("2026-01-01T00:00:00Z");
    job.inventory->end_date = time_of("2026-02-03T00:00:00Z");
    job.inventory->limit = "10000";
    job.inventory->marker = inventory_marker;
    check_response<describe_job_request>(vector, job);
}

// An inventory that failed.
GLACIER_GOLDEN_RESPONSE(describe_job, inventory_failed)
{
    check_response<describe_job_request>(vector, failed(inventory_retrieval()));
}

// A select job shows its parameters as they were given.
GLACIER_GOLDEN_RESPONSE(describe_job, select_in_progress)
{
    check_response<describe_job_request>(vector, in_progress(select()));
}

// The same for one that has ended.
GLACIER_GOLDEN_RESPONSE(describe_job, select_succeeded)
{
    check_response<describe_job_request>(vector, succeeded(select()));
}

// The same for one that failed.
GLACIER_GOLDEN_RESPONSE(describe_job, select_failed)
{
    check_response<describe_job_request>(vector, failed(select()));
}

// A member that is left out is the same as null; the service itself writes them all.
GLACIER_GOLDEN_RESPONSE(describe_job, absent_members)
{
    check_decoded<describe_job_request>(vector, in_progress(inventory_retrieval()));
}

// Keys that this version does not know are passed over, nested ones included.
GLACIER_GOLDEN_RESPONSE(describe_job, unknown_members)
{
    check_decoded<describe_job_request>(vector, in_progress(inventory_retrieval()));
}

// Without parameters the target has no query.
GLACIER_GOLDEN_REQUEST(list_jobs, plain)
{
    check_request(vector, list_jobs_request("attic"), golden_account);
}

// All four query keys, sorted.
GLACIER_GOLDEN_REQUEST(list_jobs, succeeded)
{
    list_jobs_request request("attic");
    request.completed = true;
    request.status = job_status::succeeded;
    request.limit = 3;
    request.marker = multipart_job;
    check_request(vector, request, own_account);
}

// Jobs that have not ended.
GLACIER_GOLDEN_REQUEST(list_jobs, in_progress)
{
    list_jobs_request request("attic");
    request.completed = false;
    request.status = job_status::in_progress;
    check_request(vector, request, golden_account);
}

// The status alone.
GLACIER_GOLDEN_REQUEST(list_jobs, failed)
{
    list_jobs_request request("attic");
    request.status = job_status::failed;
    check_request(vector, request, golden_account);
}

// A marker is opaque: whatever stands in it arrives as it was.
GLACIER_GOLDEN_REQUEST(list_jobs, encoded_marker)
{
    list_jobs_request request("attic");
    request.limit = 50;
    request.marker = "a b+c/d=e&f~g-h.i_j%?#\":";
    check_request(vector, request, golden_account);
}

// The three kinds of jobs on one page.
GLACIER_GOLDEN_RESPONSE(list_jobs, plain)
{
    list_jobs_result page;
    page.jobs = {in_progress(archive_retrieval()), succeeded(inventory_retrieval()), failed(select())};
    page.jobs[1].inventory_size_in_bytes = 1'109;
    check_response<list_jobs_request>(vector, page);
}

// The three kinds, on their way.
GLACIER_GOLDEN_RESPONSE(list_jobs, in_progress)
{
    list_jobs_result page;
    page.jobs = {in_progress(archive_retrieval()), in_progress(inventory_retrieval()), in_progress(select())};
    check_response<list_jobs_request>(vector, page);
}

// The three kinds, succeeded; another page follows.
GLACIER_GOLDEN_RESPONSE(list_jobs, succeeded)
{
    list_jobs_result page;
    page.jobs = {succeeded(archive_retrieval()), succeeded(inventory_retrieval()), succeeded(select())};
    page.jobs[0].tree_hash = hash_of(hashes::pattern);
    page.jobs[1].inventory_size_in_bytes = 1'109;
    page.marker = select_job;
    check_response<list_jobs_request>(vector, page);
}

// The three kinds, failed.
GLACIER_GOLDEN_RESPONSE(list_jobs, failed)
{
    list_jobs_result page;
    page.jobs = {failed(archive_retrieval()), failed(inventory_retrieval()), failed(select())};
    check_response<list_jobs_request>(vector, page);
}

// A page may be empty and still not the last.
GLACIER_GOLDEN_RESPONSE(list_jobs, empty_page)
{
    list_jobs_result page;
    page.marker = select_job;
    check_response<list_jobs_request>(vector, page);
}

// No jobs are an empty list.
GLACIER_GOLDEN_RESPONSE(list_jobs, empty)
{
    check_response<list_jobs_request>(vector, list_jobs_result());
}

// The whole output is asked for without a range.
GLACIER_GOLDEN_REQUEST(get_job_output, archive)
{
    check_request(vector, get_job_output_request("attic", output_job), golden_account);
}

// Part of the output.
GLACIER_GOLDEN_REQUEST(get_job_output, archive_range)
{
    get_job_output_request request("attic", multipart_job);
    request.range = byte_range(1'048'576, 1'048'594);
    check_request(vector, request, golden_account);
}

// Everything from some byte on.
GLACIER_GOLDEN_REQUEST(get_job_output, archive_open_range)
{
    get_job_output_request request("attic", open_range_job);
    request.range = output_range::from(1'048'576);
    check_request(vector, request, own_account);
}

// A range may reach past the end of the output.
GLACIER_GOLDEN_REQUEST(get_job_output, archive_clamped_range)
{
    get_job_output_request request("attic", multipart_job);
    request.range = byte_range(1'048'576, 2'097'151);
    check_request(vector, request, golden_account);
}

// A range need not be aligned.
GLACIER_GOLDEN_REQUEST(get_job_output, archive_unaligned_range)
{
    get_job_output_request request("attic", output_job);
    request.range = byte_range(8, 13);
    check_request(vector, request, golden_account);
}

// For a job that retrieves a range, offsets count from the start of that range.
GLACIER_GOLDEN_REQUEST(get_job_output, archive_ranged_job)
{
    get_job_output_request request("attic", ranged_job);
    request.range = byte_range(0, 18);
    check_request(vector, request, golden_account);
}

// An inventory is asked for like an archive.
GLACIER_GOLDEN_REQUEST(get_job_output, inventory_json)
{
    check_request(vector, get_job_output_request("attic", inventory_job), golden_account);
}

// The same for one in CSV.
GLACIER_GOLDEN_REQUEST(get_job_output, inventory_csv)
{
    check_request(vector, get_job_output_request("attic", csv_job), golden_account);
}

// Part of an inventory.
GLACIER_GOLDEN_REQUEST(get_job_output, inventory_csv_range)
{
    get_job_output_request request("attic", csv_job);
    request.range = byte_range(0, 61);
    check_request(vector, request, golden_account);
}

// A whole archive comes with its description and hash.
GLACIER_GOLDEN_RESPONSE(get_job_output, archive)
{
    job_output_head head = archive_output(hashes::body);
    head.description = "box 7, \"slides\"";
    check_response<get_job_output_request>(vector, head);
}

// Part of an archive says which, and has the hash of the part.
GLACIER_GOLDEN_RESPONSE(get_job_output, archive_range)
{
    job_output_head head = archive_output(hashes::body, "bytes 1048576-1048594/1048595");
    head.description = "box 7, \"slides\"";
    check_response<get_job_output_request>(vector, head);
}

// An archive without a description has no header for it.
GLACIER_GOLDEN_RESPONSE(get_job_output, archive_open_range)
{
    check_response<get_job_output_request>(vector,
                                           archive_output(hashes::body, "bytes 1048576-1048594/1048595"));
}

// The answer says where a range that reached past the end really ended.
GLACIER_GOLDEN_RESPONSE(get_job_output, archive_clamped_range)
{
    check_response<get_job_output_request>(vector,
                                           archive_output(hashes::body, "bytes 1048576-1048594/1048595"));
}

// A range that is not aligned has no hash.
GLACIER_GOLDEN_RESPONSE(get_job_output, archive_unaligned_range)
{
    job_output_head head = output("application/octet-stream", "bytes 8-13/19");
    head.description = "box 7, \"slides\"";
    check_response<get_job_output_request>(vector, head);
}

// The whole of the job's range.
GLACIER_GOLDEN_RESPONSE(get_job_output, archive_ranged_job)
{
    job_output_head head = archive_output(hashes::body, "bytes 0-18/19");
    head.description = "box 7, \"slides\"";
    check_response<get_job_output_request>(vector, head);
}

// Runs of blanks stay in a description.
GLACIER_GOLDEN_RESPONSE(get_job_output, binary)
{
    job_output_head head = archive_output(hashes::binary);
    head.description = "two  blanks   three";
    check_response<get_job_output_request>(vector, head);
}

// An inventory has no hash.
GLACIER_GOLDEN_RESPONSE(get_job_output, inventory_json)
{
    check_response<get_job_output_request>(vector, output("application/json"));
}

// The same for an empty one.
GLACIER_GOLDEN_RESPONSE(get_job_output, inventory_json_empty)
{
    check_response<get_job_output_request>(vector, output("application/json"));
}

// An inventory in CSV has a type of its own.
GLACIER_GOLDEN_RESPONSE(get_job_output, inventory_csv)
{
    check_response<get_job_output_request>(vector, output("text/csv"));
}

// Part of an inventory has no hash either.
GLACIER_GOLDEN_RESPONSE(get_job_output, inventory_csv_range)
{
    check_response<get_job_output_request>(vector, output("text/csv", "bytes 0-61/807"));
}

// The same for one with descriptions that are hard to read.
GLACIER_GOLDEN_RESPONSE(get_job_output, inventory_csv_backslash)
{
    check_response<get_job_output_request>(vector, output("text/csv"));
}

/// What the service makes of the body of InitiateJob.
decoded<initiate_job_request> accepted(std::string const& body)
{
    http_headers const headers;
    return accept<initiate_job_request>(routed_request{
        operation::initiate_job, {{"accountId", "-"}, {"vaultName", "attic"}}, {}, headers, body});
}

// The service demands JSON with a type that it knows.
BOOST_AUTO_TEST_CASE(accept_checks_the_body)
{
    for (std::string const body : {"", "x", "{", "{\"Type\":\"inventory-retrieval\"", "{\"Type\":\"\xff\"}"})
        BOOST_TEST((accepted(body).error().why == member_error::reason::malformed_json),
                   "accepted: " << body);
    for (std::string const body : {"{}", R"({"Type":null})", R"({"type":"inventory-retrieval"})",
                                   R"({"jobParameters":{"Type":"inventory-retrieval"}})"}) {
        BOOST_TEST((accepted(body).error().why == member_error::reason::missing), "accepted: " << body);
        BOOST_TEST(accepted(body).error().member == "Type");
    }
    BOOST_TEST(accepted("[]").error().member == "body");
    for (auto const& [body, member] :
         {std::pair{R"({"Type":"InventoryRetrieval"})", "Type"}, std::pair{R"({"Type":5})", "Type"},
          std::pair{R"({"Type":"archive-retrieval","ArchiveId":"a/b"})", "ArchiveId"},
          std::pair{R"({"Type":"archive-retrieval","ArchiveId":"a","Tier":"standard"})", "Tier"},
          std::pair{R"({"Type":"archive-retrieval","ArchiveId":"a","RetrievalByteRange":"5"})",
                    "RetrievalByteRange"},
          std::pair{R"({"Type":"archive-retrieval","ArchiveId":"a","RetrievalByteRange":"5-4"})",
                    "RetrievalByteRange"},
          std::pair{R"({"Type":"inventory-retrieval","Format":"XML"})", "Format"},
          std::pair{R"({"Type":"inventory-retrieval","Description":"\u0000"})", "Description"},
          std::pair{R"({"Type":"inventory-retrieval","SNSTopic":["a"]})", "SNSTopic"},
          std::pair{R"({"Type":"inventory-retrieval","SNSTopic":"a topic"})", "SNSTopic"},
          std::pair{R"({"Type":"inventory-retrieval","SNSTopic":""})", "SNSTopic"},
          std::pair{R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":"x"})",
                    "InventoryRetrievalParameters"},
          std::pair{R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":true}})",
                    "Limit"},
          std::pair{R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":-1}})", "Limit"},
          std::pair{R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":4294967296}})",
                    "Limit"},
          std::pair{R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"StartDate":"today"}})",
                    "StartDate"}}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::invalid));
        BOOST_TEST(refused.error().member == member);
    }
}

// The model has a text for the limit of an inventory; boto 2 sends a number.
BOOST_AUTO_TEST_CASE(limit_of_an_inventory_may_be_a_number)
{
    auto const request =
        accepted(R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":5}})");
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST(request->parameters.inventory.value().limit.value() == 5U);
}

// What a select job must have is demanded in every depth, and its names must be known.
BOOST_AUTO_TEST_CASE(accept_checks_select_jobs)
{
    auto const with = [](std::string const& members) { return R"({"Type":"select",)" + members + "}"; };
    auto const query = [&](std::string const& members) { return with(R"("SelectParameters":)" + members); };
    auto const place = [&](std::string const& members) {
        return with(R"("OutputLocation":{"S3":{"BucketName":"b","Prefix":"p",)" + members + "}}");
    };
    for (auto const& [body, member] :
         {std::pair{query("{}"), "Expression"}, std::pair{query(R"({"Expression":null})"), "Expression"},
          std::pair{query(R"({"Expression":"SELECT 1"})"), "ExpressionType"},
          std::pair{with(R"("OutputLocation":{"S3":{"Prefix":"p"}})"), "BucketName"},
          std::pair{with(R"("OutputLocation":{"S3":{"BucketName":"b"}})"), "Prefix"},
          std::pair{place(R"("AccessControlList":[{"Grantee":{"DisplayName":"ann"}}])"), "Type"}}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::missing), body);
        BOOST_TEST(refused.error().member == member);
    }
    for (auto const& [body, member] :
         {std::pair{query(R"({"Expression":"SELECT 1","ExpressionType":"PromQL"})"), "ExpressionType"},
          std::pair{query(R"({"Expression":"","ExpressionType":"SQL","InputSerialization":{"csv":)"
                          R"({"FileHeaderInfo":"use"}}})"),
                    "FileHeaderInfo"},
          std::pair{query(R"({"Expression":"","ExpressionType":"SQL","OutputSerialization":{"csv":)"
                          R"({"QuoteFields":"unknown"}}})"),
                    "QuoteFields"},
          std::pair{place(R"("CannedACL":"public")"), "CannedACL"},
          std::pair{place(R"("StorageClass":"GLACIER")"), "StorageClass"},
          std::pair{place(R"("Encryption":{"EncryptionType":"none"})"), "EncryptionType"},
          std::pair{place(R"("AccessControlList":[{"Permission":"ALL"}])"), "Permission"},
          std::pair{place(R"("AccessControlList":[{"Grantee":{"Type":"Ann"}}])"), "Type"},
          std::pair{place(R"("AccessControlList":{})"), "AccessControlList"},
          std::pair{place(R"("Tagging":["a"])"), "Tagging"},
          std::pair{place(R"("UserMetadata":{"a":5})"), "UserMetadata"}}) {
        auto const refused = accepted(body);
        BOOST_TEST_REQUIRE(refused.has_error(), "accepted: " << body);
        BOOST_TEST((refused.error().why == member_error::reason::invalid), body);
        BOOST_TEST(refused.error().member == member);
    }
}

// In a request null means not given, as in samples of the guide; what is unknown is passed over.
BOOST_AUTO_TEST_CASE(accept_takes_null_for_not_given)
{
    auto const request =
        accepted(R"({"Type":"inventory-retrieval","ArchiveId":null,"Description":null,"SNSTopic":null,
        "Tier":null,"RetrievalByteRange":null,"Format":null,"InventoryRetrievalParameters":null,"Other":{"a":[1]}})");
    BOOST_TEST_REQUIRE(request.has_value());
    check_equal(request->parameters, job_parameters::inventory_retrieval(), "body");
}

// Filters of ListJobs must be what their names say.
BOOST_AUTO_TEST_CASE(accept_checks_the_filters)
{
    http_headers const headers;
    for (auto const& [name, value] :
         {std::pair{"statuscode", "finished"}, std::pair{"statuscode", ""}, std::pair{"completed", "TRUE"},
          std::pair{"completed", "1"}, std::pair{"limit", "many"}}) {
        routed_request const request{
            operation::list_jobs, {{"accountId", "-"}, {"vaultName", "attic"}}, {{name, value}}, headers, {}};
        auto const accepted = accept<list_jobs_request>(request);
        BOOST_TEST_REQUIRE(accepted.has_error());
        BOOST_TEST((accepted.error().why == member_error::reason::invalid));
        BOOST_TEST(accepted.error().member == name);
        BOOST_TEST(accepted.error().text == value);
    }
}

// The service may learn new kinds, states and tiers: a reader of today gets `unknown`.
BOOST_AUTO_TEST_CASE(new_names_are_unknown)
{
    http_response response;
    response.status = 200;
    response.body = R"({"JobId":"a","Action":"Teleport","StatusCode":"Paused","Tier":"Instant"})";
    auto const job = decode<describe_job_request>(response);
    BOOST_TEST_REQUIRE(job.has_value());
    BOOST_TEST((job->action == job_action::unknown));
    BOOST_TEST((job->status == job_status::unknown));
    BOOST_TEST((job->tier == tier::unknown));

    // Those of select jobs are no different, and what they lack is no error either.
    response.body =
        R"({"JobId":"a","SelectParameters":{"ExpressionType":"PromQL"},"OutputLocation":{"S3":)"
        R"({"CannedACL":"none","AccessControlList":[{"Grantee":{"Type":"Robot"}},{"Grantee":{}}]}}})";
    auto const select_job = decode<describe_job_request>(response);
    BOOST_TEST_REQUIRE(select_job.has_value());
    BOOST_TEST((select_job->select_query->expression_type == expression_type::unknown));
    s3_location const& place = *select_job->output->s3;
    BOOST_TEST((place.canned_acl == canned_acl::unknown));
    BOOST_TEST((place.access_control_list->at(0).grantee->type == grantee_type::unknown));
    BOOST_TEST((place.access_control_list->at(1).grantee->type == grantee_type::unknown));
}

// A member of another type is an error that names the member.
BOOST_AUTO_TEST_CASE(malformed_answers_are_refused)
{
    http_response response;
    response.status = 200;
    for (auto const& [body, member] :
         {std::pair{R"({"Completed":"true"})", "Completed"}, std::pair{R"({"StatusCode":5})", "StatusCode"},
          std::pair{R"({"RetrievalByteRange":"9-1"})", "RetrievalByteRange"},
          std::pair{R"({"SHA256TreeHash":"abc"})", "SHA256TreeHash"},
          std::pair{R"({"InventoryRetrievalParameters":{"Limit":10}})", "Limit"}}) {
        response.body = body;
        auto const job = decode<describe_job_request>(response);
        BOOST_TEST_REQUIRE(job.has_error(), "read: " << body);
        BOOST_TEST(job.error().member == member);
    }
}

// Without a job id a GET would list all jobs: such a request is not made.
BOOST_AUTO_TEST_CASE(missing_id_is_refused)
{
    BOOST_TEST(
        (encode(describe_job_request("attic", job_id()), golden_account).error() == errc::invalid_job_id));
    BOOST_TEST(
        (encode(get_job_output_request("attic", job_id()), golden_account).error() == errc::invalid_job_id));
}

// The answer to InitiateJob must have the job's id.
BOOST_AUTO_TEST_CASE(answer_must_have_the_id)
{
    http_response response;
    response.status = 202;
    auto const decoded = decode<initiate_job_request>(response);
    BOOST_TEST_REQUIRE(decoded.has_error());
    BOOST_TEST(decoded.error().member == "x-amz-job-id");
}

// The hash that comes with an output is compared later, so a text that is none is an error.
BOOST_AUTO_TEST_CASE(bad_hash_of_an_output_is_refused)
{
    http_response response;
    response.status = 200;
    response.headers.add("x-amz-sha256-tree-hash", "none");
    auto const decoded = decode<get_job_output_request>(response);
    BOOST_TEST_REQUIRE(decoded.has_error());
    BOOST_TEST((decoded.error().why == member_error::reason::invalid));
    BOOST_TEST(decoded.error().member == "x-amz-sha256-tree-hash");
}

// Results become the JSON of the service.
BOOST_AUTO_TEST_CASE(results_as_json)
{
    auto const golden = [](char const* file) { return parse_json(read_golden(file).body); };
    BOOST_TEST((parse_json(to_json(in_progress(archive_retrieval()))) ==
                golden("describe_job.archive_in_progress.response.http")));
    list_jobs_result page;
    page.marker = select_job;
    BOOST_TEST((parse_json(to_json(page)) == golden("list_jobs.empty_page.response.http")));
    BOOST_TEST(
        (parse_json(to_json(succeeded(select()))) == golden("describe_job.select_succeeded.response.http")));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
