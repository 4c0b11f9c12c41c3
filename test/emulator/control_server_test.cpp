#include "emulator/control_server.hpp"

#include "connection.hpp"
#include "fixture.hpp"
#include "signed_request.hpp"

#include <glacier/emulator.hpp>

#include <stdexcept>

namespace glacier::emulation {

namespace {

struct control_server_fixture {
    control_server_fixture() { start(); }

    void start()
    {
        emulator_options options(directory.path());
        options.control_port = 0;
        options.seed = 3;
        service.emplace(options);
        std::string const url = service->control_url();
        port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    }

    static std::string wire(std::string const& method, std::string const& target,
                            std::string const& body = {}, std::string const& extra = {})
    {
        return method + " " + target +
               " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               extra + "\r\n" + body;
    }

    /// The answer to one command on a connection of its own.
    protocol::http_response run(std::string const& method, std::string const& target,
                                std::string const& body = {}) const
    {
        connection client(port);
        client.send(wire(method, target, body));
        return client.receive();
    }

    int status_of_vault_list() const
    {
        connection client(service->port());
        client.send(
            to_wire(sign(make_request(protocol::http_method::get, "/-/vaults"), base::system_clock().now())));
        return client.receive().status;
    }

    temporary_directory directory;
    std::optional<emulator> service;
    std::uint16_t port = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_server_suite, control_server_fixture)

BOOST_AUTO_TEST_CASE(there_is_none_unless_it_is_asked_for)
{
    temporary_directory const other;
    emulator const plain{emulator_options(other.path())};
    BOOST_TEST(plain.control_url().empty());
    BOOST_TEST(service->control_url() == "http://127.0.0.1:" + std::to_string(port));
    BOOST_TEST(port != service->port());
}

BOOST_AUTO_TEST_CASE(commands_follow_each_other_on_a_connection)
{
    connection client(port);
    timestamp const begin = service->now();
    client.send(wire("POST", "/clock", R"({"step":"4h"})"));
    auto const stepped = client.receive();
    BOOST_TEST(stepped.status == 200);
    BOOST_TEST(stepped.headers.get("content-type") == "application/json");
    BOOST_TEST(stepped.body.ends_with("\n"));
    BOOST_TEST((service->now() >= begin + 4h));
    client.send(wire("GET", "/faults") + wire("GET", "/nothing"));
    BOOST_TEST(client.receive().body == "{\"seed\":3,\"faults\":[]}\n");
    BOOST_TEST(client.receive().status == 404);
    client.send(wire("PATCH", "/clock"));
    BOOST_TEST(client.receive().headers.get("allow") == "GET, POST");
    client.send(wire("GET", "/clock", {}, "Connection: close\r\n"));
    BOOST_TEST(client.receive().status == 200);
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(what_it_sets_strikes_requests_of_the_service)
{
    BOOST_TEST(status_of_vault_list() == 200);
    BOOST_TEST(run("POST", "/faults", R"({"effect":"status","status":503,"last":1})").status == 200);
    BOOST_TEST(status_of_vault_list() == 503);
    BOOST_TEST(status_of_vault_list() == 200);
    BOOST_TEST(run("GET", "/faults").body.find(R"("matched":2,"struck":1)") != std::string::npos);
    // A request is in the log soon after its answer has left.
    std::string requests;
    for (int i = 0; i < 1'000 && requests.find(R"("status":503)") == std::string::npos; ++i)
        requests = run("GET", "/requests").body;
    BOOST_TEST(requests.find(R"("status":503)") != std::string::npos);
    BOOST_TEST(requests.find(R"("fault":"status")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bodies_have_a_limit)
{
    connection client(port);
    client.send("PUT /faults HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
    auto const answer = client.receive();
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(answer.body == "{\"error\":\"the body has more than 1048576 bytes\"}\n");
    BOOST_TEST(client.is_closed());
    BOOST_TEST(run("PUT", "/faults", "[" + std::string(1'048'574, ' ') + "]").status == 200);
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused)
{
    connection client(port);
    client.send("hello\r\n\r\n");
    BOOST_TEST(client.receive().status == 400);
    BOOST_TEST(client.is_closed());
    connection long_head(port);
    long_head.send("GET /clock HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
    BOOST_TEST(long_head.receive().status == 400);
    connection old(port);
    old.send("GET /clock HTTP/1.0\r\n\r\n");
    BOOST_TEST(old.receive().status == 400);
}

BOOST_AUTO_TEST_CASE(web_pages_give_no_commands)
{
    connection client(port);
    client.send(wire("POST", "/clock", R"({"step":"4h"})", "Origin: http://example.com\r\n"));
    BOOST_TEST(client.receive().status == 403);
    BOOST_TEST((service->now() < base::system_clock().now() + 1h));
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_one_sentence)
{
    temporary_directory const other;
    emulator_options options(other.path());
    options.control_port = port;
    auto const is_expected = [this](std::runtime_error const& error) {
        return error.what() == "cannot listen for control on 127.0.0.1 port " + std::to_string(port) +
                                   ": Address already in use";
    };
    BOOST_CHECK_EXCEPTION(emulator{options}, std::runtime_error, is_expected);
    options.control_port = 0;
    options.control_listen = "nowhere";
    BOOST_CHECK_THROW(emulator{options}, std::runtime_error);
    options.control_listen.clear();
    BOOST_CHECK_THROW(emulator{options}, std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(it_stops_with_idle_connections)
{
    connection idle(port);
    idle.send(wire("GET", "/clock"));
    BOOST_TEST(idle.receive().status == 200);
    service.reset();
    BOOST_TEST(idle.is_closed());
}

// A step of the clock is there again after a restart.
BOOST_AUTO_TEST_CASE(a_step_lasts)
{
    BOOST_TEST(run("POST", "/clock", R"({"step":"10d"})").status == 200);
    timestamp const stepped = service->now();
    service.reset();
    start();
    BOOST_TEST((service->now() >= stepped));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
