#include "emulator/job_service.hpp"

#include "emulator/data_retrieval_policy_service.hpp"
#include "fixture.hpp"

#include <vector>

namespace glacier::emulation {

namespace {

struct job_fixture : service_fixture {
    job_fixture() { make_vault("attic"); }

    service_result<job_description> try_describe(std::string const& job)
    {
        auto services = context();
        return describe_job(services, describe_job_request("attic", job));
    }

    job_description describe_one(std::string const& job)
    {
        auto const described = try_describe(job);
        BOOST_TEST_REQUIRE(described.has_value());
        return *described;
    }

    std::vector<std::string> list(list_jobs_request request)
    {
        auto services = context();
        std::vector<std::string> listed;
        do {
            auto const page = list_jobs(services, request);
            BOOST_TEST_REQUIRE(page.has_value());
            for (auto const& job : page->jobs)
                listed.push_back(job.job);
            request.marker = page->marker;
        } while (request.marker);
        return listed;
    }

    void set_policy(data_retrieval_policy policy)
    {
        auto services = context();
        BOOST_TEST_REQUIRE(
            set_data_retrieval_policy(services, set_data_retrieval_policy_request(std::move(policy)))
                .has_value());
    }

    /// An archive of which the index says that it has this size.
    std::string make_archive(std::uint64_t bytes)
    {
        auto change = data->begin();
        archive_record archive;
        archive.vault = change.find_vault("attic")->number;
        archive.id = "archive-of-" + std::to_string(bytes);
        archive.bytes = bytes;
        archive.created = clock.now();
        change.insert_archive(archive);
        change.commit();
        return archive.id;
    }

    static job_parameters with_tier(std::string const& archive, tier speed)
    {
        auto parameters = of_archive(archive);
        parameters.tier = speed;
        return parameters;
    }

    static job_parameters of_archive(std::string const& archive,
                                     std::optional<byte_range> range = std::nullopt)
    {
        auto parameters = job_parameters::archive_retrieval(archive);
        parameters.range = range;
        return parameters;
    }

    static job_parameters select_from(std::string const& archive)
    {
        select_parameters query;
        query.expression = "SELECT * FROM archive";
        output_location output;
        output.s3.emplace().bucket_name = "results-of-ann";
        output.s3->prefix = "results/2026";
        return job_parameters::select(archive, std::move(query), std::move(output));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(job_service, job_fixture)

BOOST_AUTO_TEST_CASE(a_job_is_in_progress_then_succeeded_then_gone)
{
    std::string const job = start_job("attic", of_archive(upload("attic", "content", "box 7")));
    auto described = describe_one(job);
    BOOST_TEST((described.status == job_status::in_progress));
    BOOST_TEST(!described.completed);
    BOOST_TEST(described.status_message.value() == "Operation in progress.");
    BOOST_TEST(!described.completion_date.has_value());
    BOOST_TEST(!described.tree_hash.has_value());
    BOOST_TEST(described.archive_tree_hash.has_value());
    BOOST_TEST((described.retrieval_byte_range == byte_range(0, 6)));
    BOOST_TEST((described.tier == tier::standard));
    BOOST_TEST(error_text(try_output("attic", job)) ==
               "400 The job is not currently available for download: " + job);

    clock.advance(4h);
    described = describe_one(job);
    BOOST_TEST((described.status == job_status::succeeded));
    BOOST_TEST((described.completion_date.value() == described.creation_date + 4h));
    BOOST_TEST((described.tree_hash == described.archive_tree_hash));
    BOOST_TEST(output_of("attic", job) == "content");

    clock.advance(24h);
    BOOST_TEST(error_text(try_describe(job)) == "404 The job ID was not found: " + job);
    BOOST_TEST(error_text(try_output("attic", job)) == "404 The job ID was not found: " + job);
    BOOST_TEST(list(list_jobs_request("attic")).empty());
}

BOOST_AUTO_TEST_CASE(each_tier_has_its_delay_and_one_option_replaces_them)
{
    std::string const archive = upload("attic", "content");
    auto const duration_of = [&](std::optional<tier> speed) {
        auto parameters = of_archive(archive);
        parameters.tier = speed;
        auto const view_of = start_job("attic", parameters);
        auto view = data->begin();
        auto const job = view.find_job(1, view_of);
        return job->completion - job->created;
    };
    BOOST_TEST((duration_of(tier::expedited) == 3min));
    BOOST_TEST((duration_of(tier::standard) == 4h));
    BOOST_TEST((duration_of(std::nullopt) == 4h));
    BOOST_TEST((duration_of(tier::bulk) == 8h));
    options.job_delay = 5s;
    BOOST_TEST((duration_of(tier::bulk) == 5s));
}

BOOST_AUTO_TEST_CASE(a_job_whose_archive_is_deleted_before_its_completion_fails)
{
    std::string const archive = upload("attic", "content");
    std::string const early = start_job("attic", of_archive(archive));
    clock.advance(3h);
    std::string const late = start_job("attic", of_archive(archive));
    clock.advance(1h);
    remove("attic", archive);
    clock.advance(3h);
    BOOST_TEST((describe_one(late).status == job_status::failed));
    BOOST_TEST(describe_one(late).status_message.value() ==
               "The archive was deleted before the job was complete.");
    BOOST_TEST(error_text(try_output("attic", late)).starts_with("400 The job is not currently available"));
    // Output that was ready stays until it expires.
    BOOST_TEST(output_of("attic", early) == "content");
    BOOST_TEST(count_files(directory.path() / "data") == 1U);
    clock.advance(24h);
    auto services = context();
    sweep(services);
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
}

BOOST_AUTO_TEST_CASE(wrong_parameters_are_refused)
{
    make_vault("cellar");
    std::string const archive = upload("attic", pattern(2 * MiB + 1));
    BOOST_TEST(error_text(try_job("attic", job_parameters(job_type::archive_retrieval))) ==
               "400 Required parameter missing: ArchiveId");
    BOOST_TEST(error_text(try_job("attic", of_archive("unknown"))) ==
               "404 The archive ID was not found: unknown");
    BOOST_TEST(error_text(try_job("cellar", of_archive(archive))) ==
               "400 Invalid vault name: arn:aws:glacier:us-east-1:123456789012:vaults/cellar");
    for (auto const& [first, last] : {std::pair(1U, 1048575U), {0U, 1048576U}, {0U, 3145727U}})
        BOOST_TEST(error_text(try_job("attic", of_archive(archive, byte_range(first, last))))
                       .starts_with("400 Invalid RetrievalByteRange: "));
    auto parameters = job_parameters::inventory_retrieval();
    parameters.archive = archive_id(archive);
    BOOST_TEST(error_text(try_job("attic", parameters)).starts_with("400 Invalid ArchiveId"));
    remove("attic", archive);
    BOOST_TEST(error_text(try_job("attic", of_archive(archive))) ==
               "404 The archive ID was not found: " + archive);
}

BOOST_AUTO_TEST_CASE(output_can_be_had_in_ranges)
{
    options.job_delay = 0ms;
    std::string const content = pattern(3 * MiB + 9);
    std::string const archive = upload("attic", content, "box 7");
    std::string const job = start_job("attic", of_archive(archive, byte_range(MiB, content.size() - 1)));

    auto const whole = try_output("attic", job);
    BOOST_TEST(whole->head.status == 200);
    BOOST_TEST(!whole->head.content_range.has_value());
    BOOST_TEST(whole->head.content_type.value() == "application/octet-stream");
    BOOST_TEST(whole->head.accept_ranges.value() == "bytes");
    BOOST_TEST(whole->head.description.value() == "box 7");
    BOOST_TEST((output_of("attic", job) == content.substr(MiB)));

    auto const part = try_output("attic", job, "bytes=5-14");
    BOOST_TEST(part->head.status == 206);
    BOOST_TEST(part->head.content_range.value() == "bytes 5-14/2097161");
    BOOST_TEST((output_of("attic", job, "bytes=5-14") == content.substr(MiB + 5, 10)));
    // To the end, and beyond it.
    BOOST_TEST((output_of("attic", job, "bytes=2097152-") == content.substr(3 * MiB)));
    BOOST_TEST(try_output("attic", job, "bytes=2097160-9999999999")->head.content_range.value() ==
               "bytes 2097160-2097160/2097161");
    for (std::string const range : {"bytes=2097161-", "bytes=2097161-2097170"})
        BOOST_TEST(error_text(try_output("attic", job, range)) == "400 Invalid Range: " + range);
}

// The service sends a hash exactly when both the job's range and that of the output are nodes of the tree.
BOOST_AUTO_TEST_CASE(the_hash_of_output_is_there_only_for_aligned_ranges)
{
    options.job_delay = 0ms;
    std::string const content = pattern(5 * MiB + 9);
    std::string const archive = upload("attic", content);
    auto const hash_of = [&](std::optional<byte_range> job_range, std::optional<std::string> range) {
        std::string const job = start_job("attic", of_archive(archive, job_range));
        auto const answer = try_output("attic", job, range);
        BOOST_TEST_REQUIRE(answer.has_value());
        return answer->head.tree_hash ? answer->head.tree_hash->hex() : std::string("none");
    };
    auto const expected = [&](std::size_t first, std::size_t size) {
        return tree_hash_of(bytes_of(std::string_view(content).substr(first, size))).hex();
    };
    BOOST_TEST(hash_of(std::nullopt, std::nullopt) == expected(0, content.size()));
    BOOST_TEST(hash_of(std::nullopt, "bytes=0-1048575") == expected(0, MiB));
    BOOST_TEST(hash_of(std::nullopt, "bytes=4194304-") == expected(4 * MiB, 2 * MiB));
    BOOST_TEST(hash_of(std::nullopt, "bytes=0-1048574") == "none");
    BOOST_TEST(hash_of(std::nullopt, "bytes=1048576-3145727") == "none");
    BOOST_TEST(hash_of(byte_range(2 * MiB, 4 * MiB - 1), std::nullopt) == expected(2 * MiB, 2 * MiB));
    BOOST_TEST(hash_of(byte_range(2 * MiB, 4 * MiB - 1), "bytes=1048576-") == expected(3 * MiB, MiB));
    // The job's range is no node, so nothing of it has a hash.
    BOOST_TEST(hash_of(byte_range(MiB, 3 * MiB - 1), "bytes=0-1048575") == "none");
}

BOOST_AUTO_TEST_CASE(jobs_are_listed_in_their_order_with_filters)
{
    std::string const archive = upload("attic", "content");
    std::vector<std::string> jobs;
    for (int i = 0; i < 4; ++i) {
        jobs.push_back(start_job("attic", of_archive(archive)));
        clock.advance(2h);
    }
    list_jobs_request request("attic");
    request.limit = 1;
    BOOST_TEST(list(request) == jobs, boost::test_tools::per_element());
    request.completed = true;
    BOOST_TEST(list(request) == std::vector(jobs.begin(), jobs.begin() + 3),
               boost::test_tools::per_element());
    request.completed.reset();
    request.status = job_status::in_progress;
    BOOST_TEST(list(request) == std::vector(jobs.begin() + 3, jobs.end()), boost::test_tools::per_element());
    request.completed = true;
    BOOST_TEST(list(request).empty());
    request.marker = "unknown";
    auto services = context();
    BOOST_TEST(error_text(list_jobs(services, request)) == "400 Invalid marker: unknown");
}

// What goes to an archive is filled in, what is of other jobs is not, and the parameters come back as given.
BOOST_AUTO_TEST_CASE(a_select_job_is_described_with_its_parameters)
{
    std::string const archive = upload("attic", "a,b\n");
    auto parameters = select_from(archive);
    parameters.description = description("ten rows");
    parameters.sns_topic = sns_topic("arn:aws:sns:us-east-1:123456789012:jobs");
    parameters.tier = tier::bulk;
    csv_input& input = parameters.select_query->input_serialization.emplace().csv.emplace();
    input.file_header_info = file_header_info::use;
    input.record_delimiter = "\r\n";
    parameters.output->s3->canned_acl = canned_acl::bucket_owner_read;
    parameters.output->s3->tagging.emplace().emplace("box", "7");

    auto const started = try_job("attic", parameters);
    BOOST_TEST_REQUIRE(started.has_value());
    std::string const job = started->job.str();
    BOOST_TEST(started->location == "/123456789012/vaults/attic/jobs/" + job);
    BOOST_TEST(started->output_path.value() == "results/2026/" + job + "/");
    reopen();
    auto const described = describe_one(job);
    BOOST_TEST((described.action == job_action::select));
    BOOST_TEST(described.archive.value() == archive);
    BOOST_TEST(described.description.value() == "ten rows");
    BOOST_TEST(described.sns_topic.value() == "arn:aws:sns:us-east-1:123456789012:jobs");
    BOOST_TEST((described.tier == tier::bulk));
    BOOST_TEST((described.status == job_status::in_progress));
    BOOST_TEST(described.job_output_path.value() == "results/2026/" + job + "/");
    BOOST_TEST(described.select_query->expression == "SELECT * FROM archive");
    BOOST_TEST((described.select_query->expression_type == expression_type::sql));
    BOOST_TEST((described.select_query->input_serialization->csv->file_header_info == file_header_info::use));
    BOOST_TEST(described.select_query->input_serialization->csv->record_delimiter.value() == "\r\n");
    BOOST_TEST(!described.select_query->output_serialization.has_value());
    BOOST_TEST(described.output->s3->bucket_name == "results-of-ann");
    BOOST_TEST((described.output->s3->canned_acl == canned_acl::bucket_owner_read));
    BOOST_TEST(described.output->s3->tagging->at("box") == "7");

    BOOST_TEST(!described.archive_size_in_bytes.has_value());
    BOOST_TEST(!described.inventory_size_in_bytes.has_value());
    BOOST_TEST(!described.tree_hash.has_value());
    BOOST_TEST(!described.archive_tree_hash.has_value());
    BOOST_TEST(!described.retrieval_byte_range.has_value());
    BOOST_TEST(!described.inventory.has_value());
}

BOOST_AUTO_TEST_CASE(jobs_of_other_types_have_no_output_path)
{
    auto const started = try_job("attic", of_archive(upload("attic", "content")));
    BOOST_TEST(!started->output_path.has_value());
    BOOST_TEST(!describe_one(started->job.str()).job_output_path.has_value());
    BOOST_TEST(!describe_one(started->job.str()).select_query.has_value());
}

// There is neither SQL nor S3 here, and the job says so when it would have been carried out.
BOOST_AUTO_TEST_CASE(a_select_job_fails_at_its_completion_and_has_no_output_to_download)
{
    std::string const archive = upload("attic", "a,b\n");
    std::string const job = start_job("attic", select_from(archive));
    std::string const refused = "400 The output of a select job goes to S3 and cannot be downloaded: " + job;
    BOOST_TEST(error_text(try_output("attic", job)) == refused);
    BOOST_TEST(describe_one(job).status_message.value() == "Operation in progress.");
    BOOST_TEST((describe_one(job).tier == tier::standard));
    clock.advance(4h);
    auto const described = describe_one(job);
    BOOST_TEST((described.status == job_status::failed));
    BOOST_TEST(described.completed);
    BOOST_TEST((described.completion_date == clock.now()));
    BOOST_TEST(described.status_message.value() ==
               "The query was not carried out: this emulator has neither SQL nor S3.");
    BOOST_TEST(error_text(try_output("attic", job)) == refused);
    list_jobs_request request("attic");
    request.status = job_status::failed;
    BOOST_TEST(list(request) == std::vector{job}, boost::test_tools::per_element());
    // It keeps no bytes of a deleted archive.
    remove("attic", archive);
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
    clock.advance(24h);
    BOOST_TEST(error_text(try_describe(job)) == "404 The job ID was not found: " + job);
}

BOOST_AUTO_TEST_CASE(wrong_parameters_of_select_jobs_are_refused)
{
    make_vault("cellar");
    std::string const archive = upload("attic", "a,b\n");
    auto const refusal = [&](auto const& change, std::string const& vault = "attic") {
        auto parameters = select_from(archive);
        change(parameters);
        return error_text(try_job(vault, std::move(parameters)));
    };
    BOOST_TEST(refusal([](auto& p) { p.archive.reset(); }) == "400 Required parameter missing: ArchiveId");
    BOOST_TEST(refusal([](auto& p) { p.archive = archive_id("unknown"); }) ==
               "404 The archive ID was not found: unknown");
    BOOST_TEST(refusal([](auto&) {}, "cellar").starts_with("400 Invalid vault name: "));
    BOOST_TEST(refusal([](auto& p) { p.select_query.reset(); }) ==
               "400 Required parameter missing: SelectParameters");
    BOOST_TEST(refusal([](auto& p) { p.select_query->expression.clear(); }) ==
               "400 Required parameter missing: Expression");
    BOOST_TEST(refusal([](auto& p) { p.output.reset(); }) ==
               "400 Required parameter missing: OutputLocation");
    BOOST_TEST(refusal([](auto& p) { p.output->s3.reset(); }) == "400 Required parameter missing: S3");
    BOOST_TEST(refusal([](auto& p) { p.output->s3->bucket_name.clear(); }) ==
               "400 Required parameter missing: BucketName");
    BOOST_TEST(refusal([](auto& p) { p.output->s3->prefix.clear(); }) ==
               "400 Required parameter missing: Prefix");
    BOOST_TEST(refusal([](auto& p) { p.range = byte_range(0, 3); }) == "400 Invalid RetrievalByteRange: 0-3");

    BOOST_TEST(refusal([](auto& p) { p.select_query->expression.assign(128'001, 'x'); }) ==
               "400 Invalid Expression: it must have at most 128000 characters");
    std::string const bad_prefix =
        "400 Invalid Prefix: it must have at most 512 bytes, and no control characters";
    BOOST_TEST(refusal([](auto& p) { p.output->s3->prefix.assign(513, 'x'); }) == bad_prefix);
    // It would otherwise break out of the header in which it comes back.
    BOOST_TEST(refusal([](auto& p) { p.output->s3->prefix = "a\r\nx-amz-job-id: b"; }) == bad_prefix);
    auto longest = select_from(archive);
    longest.select_query->expression.clear();
    for (int i = 0; i < 128'000; ++i)
        longest.select_query->expression += "\xc3\xa9";
    longest.output->s3->prefix.assign(512, 'x');
    BOOST_TEST(try_job("attic", std::move(longest)).has_value());
}

// Only what the service's documentation calls an error is one.
BOOST_AUTO_TEST_CASE(parameters_of_other_types_of_jobs)
{
    std::string const archive = upload("attic", "content");
    clock.advance(24h);
    auto inventory = select_from(archive);
    inventory.type = job_type::inventory_retrieval;
    BOOST_TEST(error_text(try_job("attic", inventory)) == "400 Invalid ArchiveId: " + archive);
    inventory.archive.reset();
    inventory.tier = tier::bulk;
    std::string const job = start_job("attic", inventory);
    BOOST_TEST((describe_one(job).action == job_action::inventory_retrieval));
    BOOST_TEST(!describe_one(job).tier.has_value());
    BOOST_TEST(!describe_one(job).select_query.has_value());
    inventory.range = byte_range(0, 3);
    BOOST_TEST(error_text(try_job("attic", inventory)) == "400 Invalid RetrievalByteRange: 0-3");
}

BOOST_AUTO_TEST_CASE(there_is_no_inventory_job_before_the_first_inventory)
{
    upload("attic", "content");
    BOOST_TEST(error_text(try_job("attic", job_parameters::inventory_retrieval())).starts_with("404 "));
    clock.advance(24h);
    BOOST_TEST(try_job("attic", job_parameters::inventory_retrieval()).has_value());
}

// It lists what was there at the inventory: also what was deleted since, and not what came since.
BOOST_AUTO_TEST_CASE(an_inventory_is_of_its_date)
{
    options.job_delay = 0ms;
    std::string const old = upload("attic", "old");
    clock.advance(24h);
    std::string const job_before = start_job("attic", job_parameters::inventory_retrieval());
    remove("attic", old);
    std::string const young = upload("attic", "new");
    std::string const job_same_day = start_job("attic", job_parameters::inventory_retrieval());
    BOOST_TEST(output_of("attic", job_same_day) == output_of("attic", job_before));
    BOOST_TEST(output_of("attic", job_before).find(old) != std::string::npos);
    clock.advance(24h);
    std::string const next_day =
        output_of("attic", start_job("attic", job_parameters::inventory_retrieval()));
    BOOST_TEST(next_day.find(old) == std::string::npos);
    BOOST_TEST(next_day.find(young) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(inventories_come_in_both_formats)
{
    options.job_delay = 0ms;
    options.inventory_period = 0ms;
    std::string const archive = upload("attic", "content", "box 7, \"slides\"");
    auto parameters = job_parameters::inventory_retrieval();
    std::string const json = start_job("attic", parameters);
    BOOST_TEST(
        output_of("attic", json)
            .starts_with(
                R"({"VaultARN":"arn:aws:glacier:us-east-1:123456789012:vaults/attic","InventoryDate":")"));
    BOOST_TEST(output_of("attic", json).find(R"("ArchiveDescription":"box 7, \"slides\"")") !=
               std::string::npos);
    BOOST_TEST(try_output("attic", json)->head.content_type.value() == "application/json");
    BOOST_TEST(!try_output("attic", json)->head.tree_hash.has_value());

    parameters.format = inventory_format::csv;
    std::string const csv = start_job("attic", parameters);
    BOOST_TEST(output_of("attic", csv).find("\n" + archive + R"(,"box 7, \"slides\"",)") !=
               std::string::npos);
    BOOST_TEST(try_output("attic", csv)->head.content_type.value() == "text/csv");
    BOOST_TEST(output_of("attic", csv, "bytes=0-8") == "ArchiveId");
    auto const described = describe_one(csv);
    BOOST_TEST(described.inventory_size_in_bytes.value() == output_of("attic", csv).size());
    BOOST_TEST(described.inventory->format.value() == "CSV");
    BOOST_TEST(!described.tier.has_value());
}

BOOST_AUTO_TEST_CASE(an_inventory_can_be_had_in_pieces_and_by_date)
{
    options.job_delay = 0ms;
    options.inventory_period = 0ms;
    std::vector<std::string> archives;
    timestamp const begin = clock.now();
    for (int i = 0; i < 5; ++i) {
        archives.push_back(upload("attic", std::to_string(i)));
        clock.advance(1h);
    }
    auto const listed_by = [&](std::string const& job) {
        std::string const text = output_of("attic", job);
        std::string found;
        for (std::size_t i = 0; i < archives.size(); ++i)
            found += text.find(archives[i]) != std::string::npos ? std::to_string(i) : "";
        return found;
    };
    auto parameters = job_parameters::inventory_retrieval();
    parameters.inventory.emplace().limit = 2;
    std::string pieces;
    do {
        std::string const job = start_job("attic", parameters);
        pieces += listed_by(job) + " ";
        parameters.inventory->marker = describe_one(job).inventory->marker;
    } while (parameters.inventory->marker);
    BOOST_TEST(pieces == "01 23 4 ");

    parameters.inventory.emplace();
    parameters.inventory->start_date = begin + 1h;
    parameters.inventory->end_date = begin + 3h;
    BOOST_TEST(listed_by(start_job("attic", parameters)) == "12");
    parameters.inventory->limit = 0;
    BOOST_TEST(error_text(try_job("attic", parameters)) == "400 Invalid Limit: 0");
    parameters.inventory.emplace().marker = "unknown";
    BOOST_TEST(error_text(try_job("attic", parameters)) == "400 Invalid Marker: unknown");
}

BOOST_AUTO_TEST_CASE(a_piece_of_an_inventory_that_ends_with_it_has_no_marker)
{
    options.job_delay = 0ms;
    options.inventory_period = 0ms;
    std::vector<std::string> const archives{upload("attic", "0"), upload("attic", "1")};
    auto parameters = job_parameters::inventory_retrieval();
    parameters.format = inventory_format::csv;
    parameters.inventory.emplace().limit = 2;
    BOOST_TEST(!describe_one(start_job("attic", parameters)).inventory->marker.has_value());
    parameters.inventory->limit = 1;
    std::string const first = start_job("attic", parameters);
    BOOST_TEST(describe_one(first).inventory->limit.value() == "1");
    // It is there only when the job is complete.
    options.job_delay = 1h;
    parameters.inventory->marker = describe_one(first).inventory->marker;
    std::string const second = start_job("attic", parameters);
    BOOST_TEST(!describe_one(second).inventory_size_in_bytes.has_value());
    clock.advance(1h);
    BOOST_TEST(output_of("attic", second).starts_with("ArchiveId,"));
    BOOST_TEST(output_of("attic", second).find(archives[0]) == std::string::npos);
    BOOST_TEST(output_of("attic", second).find(archives[1]) != std::string::npos);
    // Behind the last one, and of a vault that has become empty.
    parameters.inventory->marker = archives[1];
    std::string const behind = start_job("attic", parameters);
    remove("attic", archives[0]);
    remove("attic", archives[1]);
    std::string const emptied = start_job("attic", job_parameters::inventory_retrieval());
    clock.advance(1h);
    BOOST_TEST(output_of("attic", behind) == "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash");
    BOOST_TEST(output_of("attic", emptied).find(R"("ArchiveList":[])") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_inventory_of_more_archives_than_a_block_lists_each_once)
{
    options.job_delay = 0ms;
    options.inventory_period = 0ms;
    constexpr int count = 2'501;
    {
        auto change = data->begin();
        auto vault = change.find_vault("attic");
        for (int i = 0; i < count; ++i) {
            archive_record archive;
            archive.vault = vault->number;
            archive.id = "archive" + std::to_string(i) + "-";
            archive.created = clock.now();
            change.insert_archive(archive);
        }
        vault->holdings.changed = clock.now();
        change.update_vault(*vault);
        change.commit();
    }
    std::string const text = output_of("attic", start_job("attic", job_parameters::inventory_retrieval()));
    for (int i = 0; i < count; ++i) {
        auto const place = text.find("\"archive" + std::to_string(i) + "-\"");
        BOOST_TEST_REQUIRE(place != std::string::npos);
        BOOST_TEST_REQUIRE(text.find("\"archive" + std::to_string(i) + "-\"", place + 1) ==
                           std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(standard_retrievals_of_an_hour_have_a_limit_if_the_policy_says_so)
{
    std::string const refused = "400 InitiateJob request denied by current data retrieval policy.";
    std::string const archive = upload("attic", pattern(3 * MiB));
    set_policy(data_retrieval_policy::bytes_per_hour(5 * MiB));
    BOOST_TEST(try_job("attic", of_archive(archive)).has_value());
    auto const denied = try_job("attic", of_archive(archive));
    BOOST_TEST(error_text(denied) == refused);
    BOOST_TEST(denied.error().code_text == "PolicyEnforcedException");
    // What is asked for counts, not the whole archive; up to the limit and no further.
    BOOST_TEST(try_job("attic", of_archive(archive, byte_range(0, 2 * MiB - 1))).has_value());
    BOOST_TEST(error_text(try_job("attic", of_archive(archive, byte_range(0, MiB - 1)))) == refused);
    // The limit is that of the account: another vault has no other one.
    make_vault("cellar");
    BOOST_TEST(error_text(try_job("cellar", of_archive(upload("cellar", "x")))) == refused);

    clock.advance(1h - 1ms);
    BOOST_TEST(error_text(try_job("attic", of_archive(archive))) == refused);
    clock.advance(1ms);
    BOOST_TEST(try_job("attic", of_archive(archive)).has_value());
    BOOST_TEST(list(list_jobs_request("attic")).size() == 3U);
}

BOOST_AUTO_TEST_CASE(other_jobs_are_neither_limited_nor_counted)
{
    std::string const archive = make_archive(3 * MiB);
    clock.advance(24h);
    set_policy(data_retrieval_policy::bytes_per_hour(1));
    BOOST_TEST(try_job("attic", with_tier(archive, tier::expedited)).has_value());
    BOOST_TEST(try_job("attic", with_tier(archive, tier::bulk)).has_value());
    BOOST_TEST(try_job("attic", select_from(archive)).has_value());
    upload("attic", "content");
    clock.advance(24h);
    BOOST_TEST(try_job("attic", job_parameters::inventory_retrieval()).has_value());
    BOOST_TEST(
        error_text(try_job("attic", with_tier(archive, tier::standard))).starts_with("400 InitiateJob"));
    set_policy(data_retrieval_policy::bytes_per_hour(3 * MiB));
    BOOST_TEST(try_job("attic", of_archive(archive)).has_value());
    // Without a limit nothing is refused, but the next limit counts what was started before it.
    set_policy(data_retrieval_policy::none());
    BOOST_TEST(try_job("attic", of_archive(archive)).has_value());
    set_policy(data_retrieval_policy::bytes_per_hour(8 * MiB));
    BOOST_TEST(error_text(try_job("attic", of_archive(archive))).starts_with("400 InitiateJob"));
    set_policy(data_retrieval_policy::bytes_per_hour(9 * MiB));
    BOOST_TEST(try_job("attic", of_archive(archive)).has_value());
}

BOOST_AUTO_TEST_CASE(a_wrong_request_is_wrong_also_beyond_the_limit)
{
    set_policy(data_retrieval_policy::bytes_per_hour(1));
    std::string const archive = make_archive(3 * MiB);
    BOOST_TEST(error_text(try_job("attic", of_archive("unknown"))).starts_with("404 "));
    BOOST_TEST(error_text(try_job("attic", of_archive(archive, byte_range(1, 2))))
                   .starts_with("400 Invalid RetrievalByteRange"));
}

BOOST_AUTO_TEST_CASE(the_free_tier_is_a_limit_of_a_day)
{
    options.free_tier_bytes_per_day = 4 * MiB;
    std::string const archive = upload("attic", pattern(3 * MiB));
    set_policy(data_retrieval_policy::free_tier());
    BOOST_TEST(try_job("attic", of_archive(archive)).has_value());
    clock.advance(24h - 1ms);
    BOOST_TEST(error_text(try_job("attic", of_archive(archive))).starts_with("400 InitiateJob"));
    BOOST_TEST(try_job("attic", of_archive(archive, byte_range(0, MiB - 1))).has_value());
    clock.advance(1ms);
    BOOST_TEST(try_job("attic", of_archive(archive)).has_value());
}

// Expedited retrievals are meant for less than 250 MB, but the service is not known to refuse more.
BOOST_AUTO_TEST_CASE(an_expedited_retrieval_may_be_of_any_size)
{
    BOOST_TEST(try_job("attic", with_tier(make_archive(300'000'000), tier::expedited)).has_value());
}

BOOST_AUTO_TEST_CASE(inferred_errors_of_jobs_can_be_the_other_ones)
{
    std::string const archive = upload("attic", "content");
    options.inferred.inventory_before_first_status = 400;
    auto const early = try_job("attic", job_parameters::inventory_retrieval());
    BOOST_TEST(error_text(early).starts_with("400 There is no inventory yet"));
    BOOST_TEST(early.error().code_text == "InvalidParameterValueException");

    options.job_delay = 0ms;
    std::string const job = start_job("attic", of_archive(archive));
    BOOST_TEST(error_text(try_output("attic", job, "bytes=7-")) == "400 Invalid Range: bytes=7-");
    options.inferred.unsatisfiable_range_status = 416;
    auto const behind = try_output("attic", job, "bytes=7-");
    BOOST_TEST(error_text(behind) == "416 Invalid Range: bytes=7-");
    BOOST_TEST(behind.error().code_text == "InvalidParameterValueException");
}

BOOST_AUTO_TEST_CASE(short_pages_list_each_job_once_also_with_a_filter)
{
    std::string const archive = upload("attic", "content");
    std::vector<std::string> expedited;
    for (int i = 0; i < 12; ++i) {
        std::string const job =
            start_job("attic", with_tier(archive, i % 2 == 0 ? tier::expedited : tier::bulk));
        if (i % 2 == 0)
            expedited.push_back(job);
    }
    clock.advance(3min);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        options.inferred.short_pages = seed;
        list_jobs_request request("attic");
        request.completed = true;
        request.limit = 2;
        BOOST_TEST(list(request) == expedited, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_page_of_jobs_has_fifty_at_most_and_at_least_one)
{
    std::string const archive = upload("attic", "content");
    for (int i = 0; i < 51; ++i)
        start_job("attic", of_archive(archive));
    auto services = context();
    list_jobs_request request("attic");
    request.limit = 1'000;
    auto const first = list_jobs(services, request);
    BOOST_TEST(first->jobs.size() == 50U);
    BOOST_TEST(first->marker.value() == first->jobs.back().job);
    request.marker = first->marker;
    auto const second = list_jobs(services, request);
    BOOST_TEST(second->jobs.size() == 1U);
    BOOST_TEST(!second->marker.has_value());
    request.marker = second->jobs.back().job;
    BOOST_TEST(list_jobs(services, request)->jobs.empty());
    request.limit = 0;
    BOOST_TEST(error_text(list_jobs(services, request)) == "400 Invalid limit: 0");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
