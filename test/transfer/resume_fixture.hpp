#pragma once

#include "transfer/journal.hpp"
#include "transfer/upload_fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace glacier::test {

inline client_config without_repetitions()
{
    client_config config = client_fixture::default_config();
    config.retry = retry_settings::none();
    return config;
}

struct resume_fixture : upload_fixture {
    explicit resume_fixture(std::uint64_t size = 4 * mib + 77)
        : upload_fixture(without_repetitions()), bytes(some_bytes(size))
    {}

    /// The upload of a file of five parts, from where it is.
    upload_file_request request()
    {
        upload_file_request made(photos, file);
        made.size_of_part = part_size(mib);
        made.state_file = state;
        made.on_started = [this](upload_id const& id) { started_ids.push_back(id.str()); };
        made.on_progress = [this](transfer_progress const& progress) { last = progress; };
        return made;
    }

    /// Lets it fail with the third part, after the others.
    void fail_at_third()
    {
        upload_file_request made = request();
        made.concurrency = 1;
        when_part(2 * mib, error_answer(service_errc::access_denied));
        BOOST_TEST((failure_of(upload_file(sut, std::move(made))).code() == service_errc::access_denied));
        service->heal();
    }

    /// How many records of a type there are.
    std::size_t records(std::string const& type) const
    {
        if (!std::filesystem::exists(state))
            return 0;
        transfer::journal const opened(state);
        return static_cast<std::size_t>(
            std::count_if(opened.records().begin(), opened.records().end(),
                          [&type](transfer::journal::record const& each) { return each.type == type; }));
    }

    std::set<std::uint64_t> recorded_parts() const
    {
        std::set<std::uint64_t> found;
        if (!std::filesystem::exists(state))
            return found;
        transfer::journal const opened(state);
        for (transfer::journal::record const& each : opened.records())
            if (each.type == "part")
                found.insert(each.number("number").value());
        return found;
    }

    /// Takes the upload up, and checks that what was recorded is not sent again.
    upload_result finish()
    {
        std::set<std::uint64_t> const recorded = recorded_parts();
        std::size_t const before = service->requests(protocol::operation::upload_multipart_part).size();
        upload_result const result = run(upload_file(sut, request()));
        auto const sent = service->requests(protocol::operation::upload_multipart_part);
        for (std::size_t i = before; i < sent.size(); ++i)
            for (std::uint64_t const number : recorded) {
                std::string const start = "bytes " + std::to_string(number * mib) + "-";
                BOOST_TEST(!sent[i].message.headers.get("content-range").starts_with(start));
            }
        BOOST_TEST((archive(result) == bytes));
        BOOST_TEST(service->archives("photos") == 1U);
        BOOST_TEST(!std::filesystem::exists(state));
        BOOST_TEST(result.tree_hash.hex() == reference_tree_hash(bytes).hex());
        return result;
    }

    error_code refused(upload_file_request made)
    {
        std::size_t const before = service->count();
        operation_error const error = failure_of(upload_file(sut, std::move(made)));
        BOOST_TEST(service->count() == before);
        message = error.details().message;
        return error.code();
    }

    std::string bytes;
    std::filesystem::path file = directory.write("file", bytes);
    std::filesystem::path state = directory / "state";
    std::vector<std::string> started_ids;
    transfer_progress last;
    std::string message;
};

} // namespace glacier::test
