#include <glacier/pager.hpp>

#include "support/client_fixture.hpp"
#include "support/started.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <array>
#include <memory>

using namespace glacier;
using namespace glacier::test;
using protocol::operation;

namespace {

using names = std::vector<std::string>;

/// Names that do not fit into a string object, so that one destroyed twice is noticed.
std::string long_name(int number)
{
    return "vault-" + std::to_string(number) + "-" + std::string(40, 'x');
}

list_vaults_request pages_of(std::uint32_t limit)
{
    list_vaults_request request;
    request.limit = limit;
    return request;
}

asio::awaitable<names> all_names(vault_pager* vaults)
{
    names found;
    while (auto vault = co_await vaults->next())
        found.push_back(vault->vault_name);
    co_return found;
}

asio::awaitable<names> first_names(vault_pager* vaults, std::size_t count)
{
    names found;
    while (auto vault = co_await vaults->next()) {
        found.push_back(std::move(vault->vault_name));
        if (found.size() == count)
            break;
    }
    co_return found;
}

asio::awaitable<std::vector<names>> all_pages(vault_pager* vaults)
{
    std::vector<names> found;
    while (auto page = co_await vaults->next_page()) {
        found.emplace_back();
        for (vault_description const& vault : *page)
            found.back().push_back(vault.vault_name);
    }
    co_return found;
}

struct pager_fixture : client_fixture {
    pager_fixture()
    {
        service->add_vault("a");
        service->add_vault("b");
        service->add_vault("c");
        service->add_vault("d");
    }

    /// What the markers of the requests were.
    std::vector<std::string> queries() const
    {
        std::vector<std::string> found;
        for (recorded_request const& each : service->requests()) {
            auto const at = each.message.target.find('?');
            found.push_back(at == std::string::npos ? "" : each.message.target.substr(at + 1));
        }
        return found;
    }

    names const everything{"a", "b", "c", "d", "photos"};
};

/// Each answer to ListVaults has the next of these bodies, the last one again and again.
fault bodies(std::vector<std::string> all)
{
    fault made;
    auto const left = std::make_shared<std::vector<std::string>>(std::move(all));
    made.change = [left](protocol::http_response& answer) {
        answer.body = left->front();
        if (left->size() > 1)
            left->erase(left->begin());
    };
    return made;
}

std::string page_of(names const& vaults, std::string const& marker)
{
    std::string list;
    for (std::string const& each : vaults)
        list += std::string(list.empty() ? "" : ",") + R"({"VaultName":")" + each + R"("})";
    return R"({"VaultList":[)" + list + R"(],"Marker":)" + marker + "}";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pager_test, pager_fixture)

// Items come one at a time and in order, across pages.
BOOST_AUTO_TEST_CASE(items_across_pages)
{
    vault_pager vaults(sut, pages_of(2));

    BOOST_TEST(run(all_names(&vaults)) == everything, boost::test_tools::per_element());

    BOOST_TEST((queries() == std::vector<std::string>{"limit=2", "limit=2&marker=b", "limit=2&marker=d"}));
}

// A page is asked for when it is needed: not when the pager is made, and not when the page before is used up.
BOOST_AUTO_TEST_CASE(asks_only_when_needed)
{
    vault_pager vaults(sut, pages_of(2));
    run_to_end();
    BOOST_TEST(service->count() == 0U);

    BOOST_TEST((run(first_names(&vaults, 2)) == names{"a", "b"}));
    BOOST_TEST(service->count() == 1U);

    BOOST_TEST((run(first_names(&vaults, 1)) == names{"c"}));
    BOOST_TEST(service->count() == 2U);
}

// Whole pages.
BOOST_AUTO_TEST_CASE(whole_pages)
{
    vault_pager vaults(sut, pages_of(2));

    std::vector<names> const pages = run(all_pages(&vaults));

    BOOST_TEST((pages == std::vector<names>{{"a", "b"}, {"c", "d"}, {"photos"}}));
    BOOST_TEST(service->count() == 3U);
}

// After some items, the page is the rest of them; then come whole ones.
BOOST_AUTO_TEST_CASE(rest_of_a_page)
{
    vault_pager vaults(sut, pages_of(3));
    run(first_names(&vaults, 1));

    std::vector<names> const pages = run(all_pages(&vaults));

    BOOST_TEST((pages == std::vector<names>{{"b", "c"}, {"d", "photos"}}));
}

// An empty page with a marker is not the end.
BOOST_AUTO_TEST_CASE(empty_page)
{
    service->on(operation::list_vaults, 1, with_body(page_of({}, R"("b")")));
    vault_pager vaults(sut, list_vaults_request());

    BOOST_TEST((run(all_names(&vaults)) == names{"c", "d", "photos"}));
    BOOST_TEST(service->count() == 2U);
}

// As a page, it is one without items.
BOOST_AUTO_TEST_CASE(empty_page_as_page)
{
    service->on(operation::list_vaults, 1, with_body(page_of({}, R"("d")")));
    vault_pager vaults(sut, list_vaults_request());

    BOOST_TEST((run(all_pages(&vaults)) == std::vector<names>{{}, {"photos"}}));
}

// The list ends where the marker is absent, null, empty, or "null" as in the official examples.
BOOST_DATA_TEST_CASE(ends, boost::unit_test::data::make<std::string>({R"({"VaultList":[{"VaultName":"a"}]})",
                                                                      page_of({"a"}, "null"),
                                                                      page_of({"a"}, R"("")"),
                                                                      page_of({"a"}, R"("null")")}))
{
    service->always(operation::list_vaults, with_body(sample));
    vault_pager vaults(sut, list_vaults_request());

    BOOST_TEST((run(all_names(&vaults)) == names{"a"}));
    BOOST_TEST(service->count() == 1U);
}

// After the end there is nothing, however often it is asked for, and nothing is sent.
BOOST_AUTO_TEST_CASE(after_the_end)
{
    vault_pager vaults(sut, list_vaults_request());
    run(all_names(&vaults));

    BOOST_TEST(!run(vaults.next()).has_value());
    BOOST_TEST(!run(vaults.next_page()).has_value());
    BOOST_TEST(service->count() == 1U);
}

// It begins where the request says.
BOOST_AUTO_TEST_CASE(begins_at_the_marker)
{
    list_vaults_request request;
    request.marker = "c";
    vault_pager vaults(sut, std::move(request));

    BOOST_TEST((run(all_names(&vaults)) == names{"d", "photos"}));
}

// Markers are opaque: whatever is in them is sent back as it came.
BOOST_AUTO_TEST_CASE(opaque_marker)
{
    service->on(operation::list_vaults, 1, with_body(page_of({}, R"("arn:a/b c&d=\u00e9")")));
    vault_pager vaults(sut, list_vaults_request());

    run(all_names(&vaults));

    BOOST_TEST((queries() == std::vector<std::string>{"", "marker=arn%3Aa%2Fb%20c%26d%3D%C3%A9"}));
}

// A marker that is the same as the one before would never end. The items that came with it are not given, so that a
// repetition gives none twice.
BOOST_AUTO_TEST_CASE(repeated_marker)
{
    service->always(operation::list_vaults, bodies({page_of({"a"}, R"("m")"), page_of({"b"}, R"("m")"),
                                                    page_of({"b"}, R"("n")"), page_of({"c"}, "null")}));
    vault_pager vaults(sut, list_vaults_request());
    BOOST_TEST((run(first_names(&vaults, 1)) == names{"a"}));

    operation_error const error = failure_of(vaults.next());

    BOOST_TEST((error.code() == errc::repeated_marker));
    BOOST_TEST(error.operation() == "ListVaults");
    BOOST_TEST(error.details().message == "marker m");
    BOOST_TEST((run(all_names(&vaults)) == names{"b", "c"}));
}

// It is noticed at once, on whatever page it happens.
BOOST_DATA_TEST_CASE(repeated_later, boost::unit_test::data::make({2, 3, 4, 5, 8}))
{
    std::vector<std::string> pages;
    for (int i = 1; i < sample; ++i)
        pages.push_back(page_of({"a"}, "\"m" + std::to_string(i) + "\""));
    pages.push_back(pages.back());
    service->always(operation::list_vaults, bodies(pages));
    vault_pager vaults(sut, list_vaults_request());

    BOOST_TEST((failure_of(all_names(&vaults)).code() == errc::repeated_marker));
    BOOST_TEST(service->count() == std::size_t(sample));
}

// So would markers that come in a circle, of whatever length and wherever it begins.
BOOST_DATA_TEST_CASE(markers_in_a_circle,
                     boost::unit_test::data::make({2, 3, 7}) * boost::unit_test::data::make({0, 1, 5}),
                     length, before)
{
    std::vector<std::string> pages;
    for (int i = 0; i < before; ++i)
        pages.push_back(page_of({"a"}, "\"before" + std::to_string(i) + "\""));
    for (int round = 0; round < 10; ++round)
        for (int i = 0; i < length; ++i)
            pages.push_back(page_of({"a"}, "\"m" + std::to_string(i) + "\""));
    service->always(operation::list_vaults, bodies(pages));
    vault_pager vaults(sut, list_vaults_request());

    BOOST_TEST((failure_of(all_names(&vaults)).code() == errc::repeated_marker));
    BOOST_TEST(service->count() <= std::size_t(before + 4 * length + 4));
}

// Of a list that is longer than allowed, the pages that fit are given, then comes the error, again and again.
BOOST_AUTO_TEST_CASE(too_many_items)
{
    vault_pager vaults(sut, pages_of(2), 3);
    BOOST_TEST((run(first_names(&vaults, 2)) == names{"a", "b"}));

    operation_error const error = failure_of(vaults.next());

    BOOST_TEST((error.code() == errc::too_many_items));
    BOOST_TEST(error.details().message == "more than 3 items");
    BOOST_TEST((failure_of(vaults.next_page()).code() == errc::too_many_items));
}

// Exactly as many as are allowed are not too many.
BOOST_AUTO_TEST_CASE(as_many_as_allowed)
{
    vault_pager vaults(sut, pages_of(2), 5);

    BOOST_TEST(run(all_names(&vaults)).size() == 5U);
}

// Nor does a list of nothing but empty pages go on for ever.
BOOST_AUTO_TEST_CASE(too_many_empty_pages)
{
    fault empty;
    auto const pages = std::make_shared<int>(0);
    empty.change = [pages](protocol::http_response& answer) {
        answer.body = page_of({}, "\"m" + std::to_string(++*pages) + "\"");
    };
    service->always(operation::list_vaults, empty);
    vault_pager vaults(sut, list_vaults_request());

    BOOST_TEST((failure_of(vaults.next()).code() == errc::too_many_items));
    BOOST_TEST(service->count() == 1'001U);
}

// After a failure the same page is asked for again: no item is lost, none comes twice.
BOOST_AUTO_TEST_CASE(failed_page)
{
    service->on(operation::list_vaults, 2, error_answer(service_errc::access_denied));
    vault_pager vaults(sut, pages_of(2));
    BOOST_TEST((run(first_names(&vaults, 2)) == names{"a", "b"}));

    BOOST_TEST((failure_of(vaults.next()).code() == service_errc::access_denied));

    BOOST_TEST((run(all_names(&vaults)) == names{"c", "d", "photos"}));
}

// A cancellation ends the call at once; the pager can be used again.
BOOST_AUTO_TEST_CASE(cancelled)
{
    auto const closed = std::make_shared<gate>();
    service->on(operation::list_vaults, 2, held(closed));
    vault_pager vaults(sut, pages_of(2));
    run(first_names(&vaults, 2));
    started_operation<std::optional<vault_description>> next;
    start(vaults.next(), next);
    run_until([&] { return closed->waiting() == 1; });

    next.cancel.emit(asio::cancellation_type::terminal);
    run_to_end();

    BOOST_TEST(next.was_aborted());
    BOOST_TEST((run(all_names(&vaults)) == names{"c", "d", "photos"}));
}

// A request that cannot be is refused when the first page is asked for; nothing is sent.
BOOST_AUTO_TEST_CASE(refused)
{
    vault_pager vaults(sut, pages_of(0));

    BOOST_TEST((code_of(vaults.next()) == errc::invalid_limit));
    BOOST_TEST(service->count() == 0U);
}

// ---------------------------------------------------------------------------------------------------
// The other lists

asio::awaitable<names> all_jobs(job_pager* jobs)
{
    names found;
    while (auto job = co_await jobs->next())
        found.push_back(job->job);
    co_return found;
}

asio::awaitable<names> all_uploads(upload_pager* uploads)
{
    names found;
    while (auto upload = co_await uploads->next())
        found.push_back(upload->upload);
    co_return found;
}

asio::awaitable<names> all_parts(part_pager* parts)
{
    names found;
    while (auto part = co_await parts->next())
        found.push_back(part->range_in_bytes);
    co_return found;
}

// Jobs, with the filters of the request on every page.
BOOST_AUTO_TEST_CASE(jobs)
{
    names expected;
    for (int i = 0; i < 5; ++i)
        expected.push_back(service->add_inventory_job("photos").str());
    list_jobs_request request(photos);
    request.completed = true;
    request.limit = 2;
    job_pager pages(sut, std::move(request));

    BOOST_TEST(run(all_jobs(&pages)) == expected, boost::test_tools::per_element());

    auto const sent = queries();
    BOOST_TEST_REQUIRE(sent.size() == 3U);
    BOOST_TEST((sent[0].find("completed=true") != std::string::npos));
    BOOST_TEST((sent[2].find("completed=true") != std::string::npos));
}

// The error names the vault.
BOOST_AUTO_TEST_CASE(error_names_the_vault)
{
    service->add_inventory_job("photos");
    job_pager pages(sut, list_jobs_request(photos), 0);

    operation_error const error = failure_of(pages.next());

    BOOST_TEST((error.code() == errc::too_many_items));
    BOOST_TEST(std::string(error.what()) ==
               "ListJobs of vault photos: the list is longer than allowed: more than 0 items");
}

// Uploads.
BOOST_AUTO_TEST_CASE(uploads)
{
    names expected;
    for (int i = 0; i < 3; ++i)
        expected.push_back(run(sut.initiate_multipart_upload(initiate_multipart_upload_request(
                                   photos, part_size(part_size::bytes_min))))
                               .upload.str());
    std::sort(expected.begin(), expected.end());
    list_multipart_uploads_request request(photos);
    request.limit = 2;
    upload_pager pages(sut, std::move(request));

    BOOST_TEST(run(all_uploads(&pages)) == expected, boost::test_tools::per_element());
    BOOST_TEST(service->count(operation::list_multipart_uploads) == 2U);
}

// Parts, and what the upload itself is, once a page is there; also when it has no parts yet.
BOOST_AUTO_TEST_CASE(parts)
{
    initiate_multipart_upload_request initiate(photos, part_size(part_size::bytes_min));
    initiate.description = "box 7";
    upload_id const upload = run(sut.initiate_multipart_upload(std::move(initiate))).upload;

    part_pager none(sut, list_parts_request(photos, upload));
    BOOST_TEST(!none.upload().has_value());
    BOOST_TEST(run(all_parts(&none)).empty());
    BOOST_TEST_REQUIRE(none.upload().has_value());
    BOOST_TEST(none.upload()->part_size_in_bytes == part_size::bytes_min);

    for (std::uint64_t const first : {0, 1'048'576})
        run(sut.upload_multipart_part(
            upload_multipart_part_request(photos, upload, byte_range(first, first + 2), body("abc"))));
    list_parts_request request(photos, upload);
    request.limit = 1;
    part_pager pages(sut, std::move(request));
    BOOST_TEST((run(all_parts(&pages)) == names{"0-2", "1048576-1048578"}));
    upload_description const described = pages.upload().value();
    BOOST_TEST(described.upload == upload.str());
    BOOST_TEST(described.description.value() == "box 7");
    BOOST_TEST(described.part_size_in_bytes == part_size::bytes_min);
    BOOST_TEST((described.vault_arn.find("vaults/photos") != std::string::npos));
    BOOST_TEST((described.creation_date > timestamp()));
}

// ---------------------------------------------------------------------------------------------------
// The loop of the documentation. Some compilers destroy what a co_await expression makes twice or never; what is
// awaited here is counted, and with AddressSanitizer a string destroyed twice is an error.

struct counted_name {
    counted alive;
    std::string name;
};

asio::awaitable<std::optional<counted_name>> next_counted(int* left, int* alive)
{
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (*left == 0)
        co_return std::nullopt;
    std::optional<counted_name> made(counted_name{counted(*alive), long_name((*left)--)});
    co_return made;
}

asio::awaitable<void> count_in_loop(int* left, int* alive, std::vector<int>* seen)
{
    while (auto each = co_await next_counted(left, alive)) {
        seen->push_back(*alive);
        if (each->name == long_name(5))
            continue;
        auto other = co_await next_counted(left, alive);
        seen->push_back(*alive);
        if (!other)
            break;
        if (other->name == long_name(1))
            throw std::length_error("out of the loop");
    }
}

// In each round there is one value, and it is gone after the round, however that ends: here by `continue`, by `break`
// and by an exception.
BOOST_AUTO_TEST_CASE(loop_makes_and_destroys_once)
{
    int alive = 0;
    int left = 3;
    std::vector<int> seen;
    run(count_in_loop(&left, &alive, &seen));
    BOOST_TEST((seen == std::vector<int>{1, 2, 1, 1}));
    BOOST_TEST(alive == 0);

    left = 5;
    seen.clear();
    BOOST_CHECK_THROW(run(count_in_loop(&left, &alive, &seen)), std::length_error);
    BOOST_TEST((seen == std::vector<int>{1, 1, 2, 1, 2}));
    BOOST_TEST(alive == 0);

    left = 0;
    seen.clear();
    run(count_in_loop(&left, &alive, &seen));
    BOOST_TEST(seen.empty());
}

asio::awaitable<names> nested(client service)
{
    names found;
    vault_pager vaults(service, pages_of(3));
    while (auto vault = co_await vaults.next()) {
        vault_pager others(service, pages_of(2));
        while (auto other = co_await others.next())
            if (other->vault_name >= vault->vault_name)
                found.push_back(vault->vault_name + other->vault_name);
    }
    co_return found;
}

// Nested loops over long strings.
BOOST_AUTO_TEST_CASE(nested_loops)
{
    for (int i = 0; i < 5; ++i)
        service->add_vault(long_name(i));

    names const pairs = run(nested(sut));

    BOOST_TEST(pairs.size() == 55U);
    BOOST_TEST(pairs.back() == long_name(4) + long_name(4));
}

BOOST_AUTO_TEST_SUITE_END()
