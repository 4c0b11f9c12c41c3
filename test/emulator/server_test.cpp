#include "emulator/server.hpp"

#include "connection.hpp"
#include "fixture.hpp"
#include "protocol/service_error.hpp"
#include "signed_request.hpp"

#include <mutex>
#include <vector>

namespace glacier::emulation {

namespace {

using protocol::http_method;

struct server_fixture {
    server_fixture() { service.emplace(options()); }

    emulator_options options()
    {
        emulator_options options(directory.path());
        options.job_delay = 0ms;
        options.inventory_period = 0ms;
        options.on_request = [this](emulator_request const& request) {
            std::lock_guard const lock(mutex);
            log.push_back(request);
        };
        options.on_connection_error = [this](emulator_connection_error const& error) {
            std::lock_guard const lock(mutex);
            errors.push_back(error);
        };
        return options;
    }

    static protocol::http_request signed_now(protocol::http_request request)
    {
        return sign(std::move(request), base::system_clock().now());
    }

    static std::string wire(http_method method, std::string target)
    {
        return to_wire(signed_now(make_request(method, std::move(target))));
    }

    std::string message_of(protocol::http_response const& response) const
    {
        return std::to_string(response.status) + " " + protocol::parse_service_error(response).message;
    }

    template <class Change>
    void restart_with(Change change)
    {
        service.reset();
        emulator_options changed = options();
        change(changed);
        service.emplace(changed);
    }

    temporary_directory directory;
    std::mutex mutex;
    std::vector<emulator_request> log;
    std::vector<emulator_connection_error> errors;
    std::optional<emulator> service;
};

/// The head of an upload without its body.
std::string head_of(protocol::http_request request, std::string const& extra = {})
{
    std::string const content = std::move(request.body);
    request.body.clear();
    std::string text = to_wire(request);
    text.resize(text.size() - 2);
    return text + "content-length: " + std::to_string(content.size()) + "\r\n" + extra + "\r\n";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_suite, server_fixture)

BOOST_AUTO_TEST_CASE(requests_follow_each_other_on_a_connection)
{
    connection client(service->port());
    for (int i = 0; i < 3; ++i) {
        client.send(wire(http_method::put, "/-/vaults/attic"));
        auto const answer = client.receive();
        BOOST_TEST(answer.status == 201);
        BOOST_TEST(answer.headers.get("content-length") == "0");
        BOOST_TEST(answer.headers.get("x-amzn-requestid").size() == 47U);
        BOOST_TEST(answer.headers.get("date").ends_with(" GMT"));
    }
    client.send(wire(http_method::delete_, "/-/vaults/attic"));
    auto const deleted = client.receive();
    BOOST_TEST(deleted.status == 204);
    BOOST_TEST(deleted.headers.find("content-length") == nullptr);
    client.send(wire(http_method::get, "/-/vaults"));
    BOOST_TEST(client.receive().body == R"({"VaultList":[],"Marker":null})");
}

BOOST_AUTO_TEST_CASE(requests_sent_at_once_are_answered_in_order)
{
    connection client(service->port());
    std::string text = wire(http_method::put, "/-/vaults/attic");
    text += to_wire(signed_now(make_upload(http_method::post, "/-/vaults/attic/archives", pattern(300'000))));
    text += wire(http_method::get, "/-/vaults/attic");
    text += wire(http_method::get, "/-/vaults/nowhere");
    client.send(text);
    BOOST_TEST(client.receive().status == 201);
    BOOST_TEST(client.receive().headers.find("x-amz-archive-id") != nullptr);
    BOOST_TEST(client.receive().body.find(R"("NumberOfArchives":1)") != std::string::npos);
    BOOST_TEST(client.receive().status == 404);
}

BOOST_AUTO_TEST_CASE(a_head_may_come_in_single_bytes)
{
    connection client(service->port());
    for (char const c : wire(http_method::get, "/-/vaults"))
        client.send(std::string_view(&c, 1));
    BOOST_TEST(client.receive().status == 200);
}

BOOST_AUTO_TEST_CASE(the_connection_goes_on_after_an_error)
{
    connection client(service->port());
    client.send(wire(http_method::get, "/-/nothing"));
    BOOST_TEST(client.receive().status == 404);
    // The body of a refused upload is skipped.
    client.send(to_wire(signed_now(make_upload(http_method::post, "/-/vaults/nowhere/archives", "content"))));
    BOOST_TEST(message_of(client.receive()).starts_with("404 Vault not found"));
    client.send("PATCH /-/vaults HTTP/1.1\r\nhost: localhost\r\n\r\n");
    BOOST_TEST(client.receive().status == 404);
    client.send(wire(http_method::get, "/-/vaults"));
    BOOST_TEST(client.receive().status == 200);
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused_and_the_connection_closed)
{
    std::string const host = "host: localhost\r\n";
    std::vector<std::pair<int, std::string>> const texts{
        {400, "nonsense\r\n\r\n"},
        {505, "GET /-/vaults HTTP/2.0\r\n" + host + "\r\n"},
        {400, "GET /-/vaults HTTP/1.1\r\nbad header\r\n\r\n"},
        {400, "PUT /-/vaults/a HTTP/1.1\r\n" + host + "content-length: -1\r\n\r\n"},
        {400,
         "PUT /-/vaults/a HTTP/1.1\r\n" + host + "content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"},
        {417, "PUT /-/vaults/a HTTP/1.1\r\n" + host + "expect: the-unexpected\r\n\r\n"},
        {431, "GET / HTTP/1.1\r\nx: " + std::string(20'000, 'x') + "\r\n\r\n"},
        {431, "GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n"},
    };
    for (auto const& [status, text] : texts) {
        connection client(service->port());
        // What follows is not taken for a request.
        client.send(text + wire(http_method::put, "/-/vaults/smuggled"));
        auto const answer = client.receive();
        BOOST_TEST(answer.status == status, text.substr(0, 80));
        BOOST_TEST(answer.headers.get("connection") == "close");
        BOOST_TEST(answer.headers.get("content-type") == "application/json");
        BOOST_TEST(answer.headers.get("date").ends_with(" GMT"));
        BOOST_TEST(answer.headers.get("x-amzn-requestid").size() == 47U);
        BOOST_TEST(
            message_of(answer).starts_with(std::to_string(status) + " The request is not valid HTTP: "));
        client.finish_sending();
        BOOST_TEST(client.is_closed());
    }
    connection client(service->port());
    client.send(wire(http_method::get, "/-/vaults"));
    BOOST_TEST(client.receive().body == R"({"VaultList":[],"Marker":null})");
    service->stop();
    // The log of requests has that one only, the other one all that were none.
    BOOST_TEST(log.size() == 1U);
    BOOST_TEST_REQUIRE(errors.size() == texts.size());
    BOOST_TEST(errors[0].client.starts_with("127.0.0.1:"));
    BOOST_TEST(errors[0].reason ==
               "the request was refused: the first line is not METHOD TARGET HTTP/1.1: nonsense");
}

BOOST_AUTO_TEST_CASE(a_client_of_http_1_0_is_served_once)
{
    connection client(service->port());
    std::string text = wire(http_method::get, "/-/vaults");
    text.replace(text.find("HTTP/1.1"), 8, "HTTP/1.0");
    client.send(text + text);
    auto const answer = client.receive();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.headers.get("connection") == "close");
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(a_client_can_ask_to_close)
{
    connection client(service->port());
    auto request = signed_now(make_request(http_method::get, "/-/vaults"));
    request.headers.add("Connection", "close");
    client.send(to_wire(request) + wire(http_method::get, "/-/vaults"));
    auto const answer = client.receive();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.headers.get("connection") == "close");
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(who_stalls_is_told_so_and_closed)
{
    restart_with([](emulator_options& options) {
        options.head_time_max = 50ms;
        options.body_stall_max = 50ms;
    });
    {
        connection client(service->port());
        client.send("GET /-/vaults HTTP/1.1\r\nhost:");
        BOOST_TEST(message_of(client.receive()) ==
                   "408 The request is not valid HTTP: its head arrived too slowly");
        client.finish_sending();
        BOOST_TEST(client.is_closed());
    }
    {
        connection client(service->port());
        client.send("POST /-/vaults/attic/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\n{");
        BOOST_TEST(message_of(client.receive()) == "408 The body of the request arrived too slowly.");
        client.finish_sending();
        BOOST_TEST(client.is_closed());
    }
    restart_with([](emulator_options& options) { options.idle_time_max = 50ms; });
    connection client(service->port());
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(of_too_many_connections_the_longest_idle_one_goes)
{
    restart_with([](emulator_options& options) { options.connections_max = 2; });
    connection first(service->port());
    first.send("GET /-/vaults HTTP/1.1\r\n");
    connection second(service->port());
    second.send(wire(http_method::get, "/-/vaults"));
    BOOST_TEST(second.receive().status == 200);
    connection third(service->port());
    BOOST_TEST(first.is_closed());
    second.send(wire(http_method::get, "/-/vaults"));
    BOOST_TEST(second.receive().status == 200);
    third.send(wire(http_method::get, "/-/vaults"));
    BOOST_TEST(third.receive().status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_without_a_length_is_refused)
{
    connection client(service->port());
    client.send(
        "POST /-/vaults/attic/archives HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\n\r\n");
    client.finish_sending();
    BOOST_TEST(message_of(client.receive()) == "400 Required parameter missing: Content-Length");
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(a_client_that_expects_a_permission_gets_it)
{
    connection client(service->port());
    client.send(wire(http_method::put, "/-/vaults/attic"));
    client.receive();
    auto const request = signed_now(make_upload(http_method::post, "/-/vaults/attic/archives", "content"));
    client.send(head_of(request, "expect: 100-continue\r\n"));
    BOOST_TEST(client.receive().status == 100);
    client.send("content");
    BOOST_TEST(client.receive().status == 201);
}

BOOST_AUTO_TEST_CASE(a_client_that_expects_a_permission_is_refused_instead_if_it_must_be)
{
    connection client(service->port());
    auto const request = signed_now(make_upload(http_method::post, "/-/vaults/nowhere/archives", "content"));
    client.send(head_of(request, "expect: 100-continue\r\n"));
    client.finish_sending();
    auto const answer = client.receive();
    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.headers.get("connection") == "close");
    BOOST_TEST(client.is_closed());
}

// The client is still sending when the answer is clear; it must get to read it.
BOOST_AUTO_TEST_CASE(a_great_body_that_is_refused_does_not_hide_the_answer)
{
    connection client(service->port());
    client.send(
        to_wire(signed_now(make_upload(http_method::post, "/-/vaults/nowhere/archives", pattern(8 * MiB)))));
    BOOST_TEST(message_of(client.receive()).starts_with("404 Vault not found"));
}

BOOST_AUTO_TEST_CASE(an_upload_that_breaks_off_leaves_nothing)
{
    {
        connection client(service->port());
        client.send(wire(http_method::put, "/-/vaults/attic"));
        client.receive();
        auto const request =
            signed_now(make_upload(http_method::post, "/-/vaults/attic/archives", pattern(MiB)));
        client.send(head_of(request));
        client.send(pattern(1'000));
        client.finish_sending();
        BOOST_TEST(client.is_closed());
    }
    BOOST_TEST(count_files(directory.path() / "incoming") == 0U);
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
}

BOOST_AUTO_TEST_CASE(output_of_more_than_a_block_arrives_whole)
{
    connection client(service->port());
    std::string const content = pattern(3 * MiB + 1);
    client.send(wire(http_method::put, "/-/vaults/attic"));
    client.receive();
    client.send(to_wire(signed_now(make_upload(http_method::post, "/-/vaults/attic/archives", content))));
    std::string const archive(client.receive().headers.get("x-amz-archive-id"));
    auto initiate = make_request(http_method::post, "/-/vaults/attic/jobs");
    initiate.body = R"({"Type":"archive-retrieval","ArchiveId":")" + archive + R"("})";
    client.send(to_wire(signed_now(initiate)));
    std::string const job(client.receive().headers.get("x-amz-job-id"));
    std::string const target = "/-/vaults/attic/jobs/" + job + "/output";
    client.send(wire(http_method::get, target));
    BOOST_TEST((client.receive().body == content));

    // A file that is gone is noticed before anything is sent: never other bytes, never a whole answer.
    std::filesystem::remove_all(directory.path() / "data");
    client.send(wire(http_method::get, target));
    BOOST_TEST(client.receive().status == 500);
}

BOOST_AUTO_TEST_CASE(each_request_is_logged_once_without_secrets)
{
    connection client(service->port());
    auto const request = signed_now(make_upload(http_method::post, "/-/vaults/nowhere/archives", "content"));
    client.send(to_wire(request));
    auto const answer = client.receive();
    service->stop();
    BOOST_TEST_REQUIRE(log.size() == 1U);
    BOOST_TEST(log[0].method == "POST");
    BOOST_TEST(log[0].target == "/-/vaults/nowhere/archives");
    BOOST_TEST(log[0].operation == "UploadArchive");
    BOOST_TEST(log[0].status == 404);
    BOOST_TEST(log[0].bytes_received == 7U);
    BOOST_TEST(log[0].bytes_sent == answer.body.size());
    BOOST_TEST(log[0].request_id == answer.headers.get("x-amzn-requestid"));
}

// The blanks of a description are kept, though the signature folds them.
BOOST_AUTO_TEST_CASE(header_values_as_they_come_and_as_they_are_signed)
{
    connection client(service->port());
    client.send(wire(http_method::put, "/-/vaults/attic"));
    client.receive();
    auto request = make_request(http_method::post, "/-/vaults/attic/multipart-uploads");
    request.headers.add("x-amz-part-size", "1048576");
    request.headers.add("x-amz-archive-description", "two  blanks   here");
    client.send(to_wire(signed_now(request)));
    BOOST_TEST(client.receive().status == 201);
    client.send(wire(http_method::get, "/-/vaults/attic/multipart-uploads"));
    BOOST_TEST(client.receive().body.find(R"("ArchiveDescription":"two  blanks   here")") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_connections_at_once)
{
    std::vector<std::unique_ptr<connection>> clients;
    for (int i = 0; i < 100; ++i) {
        clients.push_back(std::make_unique<connection>(service->port()));
        clients.back()->send(wire(http_method::put, "/-/vaults/v" + std::to_string(i)));
    }
    for (auto const& client : clients)
        BOOST_TEST(client->receive().status == 201);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
