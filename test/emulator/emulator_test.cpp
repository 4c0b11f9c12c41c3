#include <glacier/emulator.hpp>

#include "connection.hpp"
#include "fixture.hpp"
#include "signed_request.hpp"

#include <stdexcept>

namespace glacier::emulation {

namespace {

using protocol::http_method;

protocol::http_response answer_of(emulator const& service, protocol::http_request const& request,
                                  std::chrono::milliseconds age = 0ms)
{
    connection client(service.port());
    client.send(to_wire(sign(request, base::system_clock().now() - age)));
    return client.receive();
}

int status_of(emulator const& service, http_method method, std::string target, std::string body = "")
{
    auto request = make_request(method, std::move(target));
    request.body = std::move(body);
    return answer_of(service, request).status;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(emulator_suite, temporary_directory)

BOOST_AUTO_TEST_CASE(it_serves_on_a_free_port_until_it_is_stopped)
{
    emulator_options const options(path());
    emulator service(options);
    BOOST_TEST(service.endpoint_url() == "http://127.0.0.1:" + std::to_string(service.port()));
    BOOST_TEST(service.ca_certificate().empty());
    BOOST_TEST(status_of(service, http_method::put, "/-/vaults/attic") == 201);
    connection idle(service.port());
    auto const begin = std::chrono::steady_clock::now();
    service.stop();
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 5s));
    BOOST_TEST(idle.is_closed());
    service.stop();
}

BOOST_AUTO_TEST_CASE(another_one_goes_on_with_the_same_directory)
{
    emulator_options const options(path());
    {
        emulator const service(options);
        BOOST_TEST(status_of(service, http_method::put, "/-/vaults/attic") == 201);
    }
    emulator const service(options);
    BOOST_TEST(status_of(service, http_method::get, "/-/vaults/attic") == 200);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused_in_one_sentence)
{
    emulator_options options(path());
    emulator const service(options);
    auto const message_of = [](emulator_options const& wrong) {
        try {
            emulator const second(wrong);
        } catch (std::runtime_error const& error) {
            return std::string(error.what());
        }
        return std::string("started");
    };
    BOOST_TEST(message_of(options).ends_with("is in use by another emulator"));
    temporary_directory const other;
    options.data_directory = other.path();
    options.port = service.port();
    BOOST_TEST(message_of(options) == "cannot listen on 127.0.0.1 port " + std::to_string(service.port()) +
                                          ": Address already in use");
    options.port = 0;
    options.listen = "nowhere";
    BOOST_TEST(message_of(options) == "cannot listen on nowhere: it is no IP address");
    options.listen = "127.0.0.1";
    options.tls_certificate = other.path() / "missing.pem";
    options.tls_key = other.path() / "missing.key";
    BOOST_TEST(message_of(options).starts_with("cannot use the certificate "));
}

BOOST_AUTO_TEST_CASE(options_that_contradict_are_refused)
{
    auto const refused = [this](auto change) {
        emulator_options options(path());
        change(options);
        try {
            emulator const service(options);
        } catch (std::invalid_argument const&) {
            return true;
        }
        return false;
    };
    BOOST_TEST(refused([](emulator_options& options) { options.tls_certificate = "x"; }));
    BOOST_TEST(refused([](emulator_options& options) {
        options.tls = true;
        options.tls_certificate = "x";
        options.tls_key = "x";
    }));
    BOOST_TEST(refused([](emulator_options& options) { options.account = "12"; }));
    BOOST_TEST(refused([](emulator_options& options) { options.region = "us east"; }));
    BOOST_TEST(refused([](emulator_options& options) { options.clock_scale = 0; }));
    BOOST_TEST(refused([](emulator_options& options) { options.job_delay = -1s; }));
    BOOST_TEST(refused([](emulator_options& options) { options.inferred.invalid_signature_status = 401; }));
    BOOST_TEST(refused([](emulator_options& options) { options.identity.access_key_id.clear(); }));
    BOOST_TEST(refused([](emulator_options& options) { options.head_bytes_max = 1'023; }));
    BOOST_TEST(refused([](emulator_options& options) { options.headers_max = 15; }));
    BOOST_TEST(refused([](emulator_options& options) { options.body_bytes_max = 1'073'741'825; }));
    BOOST_TEST(refused([](emulator_options& options) { options.connections_max = 0; }));
    BOOST_TEST(refused([](emulator_options& options) { options.head_time_max = 0ms; }));
    BOOST_TEST(refused([](emulator_options& options) { options.idle_time_max = -1ms; }));
    BOOST_TEST(
        refused([](emulator_options& options) { options.body_stall_max = std::chrono::hours(9'000); }));
    BOOST_TEST(refused([](emulator_options& options) { options.identities.push_back(options.identity); }));
    BOOST_TEST(refused([](emulator_options& options) {
        options.identities.emplace_back("AKIA/2", secret_string("secret"));
    }));
    BOOST_TEST(refused([](emulator_options& options) {
        options.identities.emplace_back("AKIA2", secret_string("secret"));
        options.identities[0].expiration = base::system_clock().now() + 1h;
    }));
    for (std::string const url :
         {"https://localhost/", "localhost", "http://", "http://a b/", "http://user@localhost/",
          "http://localhost/?a=b", "http://localhost/\r\nX: 1"})
        BOOST_TEST(refused([&url](emulator_options& options) { options.webhooks["*"] = url; }), url);
    for (std::string const topic : {"", "topic", "arn:aws:s3:us-east-1:123456789012:x"})
        BOOST_TEST(
            refused([&topic](emulator_options& options) { options.webhooks[topic] = "http://localhost/"; }));
    BOOST_TEST(refused([](emulator_options& options) {
        for (int i = 0; i < 101; ++i)
            options.identities.emplace_back("AKIA" + std::to_string(i), secret_string("secret"));
    }));
    BOOST_TEST(!refused([](emulator_options&) {}));
}

BOOST_AUTO_TEST_CASE(what_policies_do_and_what_is_inferred_is_up_to_the_options)
{
    emulator_options options(path());
    std::string const denial = R"({"Policy":"{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",)"
                               R"(\"Action\":\"glacier:ListJobs\",\"Resource\":\"*\"}}"})";
    std::string const free_tier = R"({"Policy":{"Rules":[{"Strategy":"FreeTier"}]}})";
    std::string archive;
    auto const retrieve = [&archive](emulator const& service) {
        return status_of(service, http_method::post, "/-/vaults/attic/jobs",
                         R"({"Type":"archive-retrieval","ArchiveId":")" + archive + "\"}");
    };
    auto const late = make_request(http_method::get, "/-/vaults");
    {
        emulator const service(options);
        BOOST_TEST(status_of(service, http_method::put, "/-/vaults/attic") == 201);
        BOOST_TEST(status_of(service, http_method::put, "/-/vaults/attic/access-policy", denial) == 204);
        BOOST_TEST(status_of(service, http_method::put, "/-/policies/data-retrieval", free_tier) == 204);
        archive = answer_of(service, make_upload(http_method::post, "/-/vaults/attic/archives", "content"))
                      .headers.get("x-amz-archive-id");
        BOOST_TEST(status_of(service, http_method::get, "/-/vaults/attic/jobs") == 200);
        BOOST_TEST(retrieve(service) == 202);
        BOOST_TEST(answer_of(service, late, 1h).status == 403);
    }
    options.enforce_access_policies = true;
    options.free_tier_bytes_per_day = 13;
    options.inferred.invalid_signature_status = 400;
    emulator const service(options);
    BOOST_TEST(status_of(service, http_method::get, "/-/vaults/attic/jobs") == 403);
    BOOST_TEST(retrieve(service) == 400);
    BOOST_TEST(answer_of(service, late, 1h).status == 400);
}

BOOST_AUTO_TEST_CASE(further_identities_may_sign)
{
    emulator_options options(path());
    options.identities.emplace_back("ASIATEMPORARY", secret_string("secret"));
    options.identities[0].session_token = secret_string("token");
    emulator const service(options);
    auto const status_with = [&service](credentials const& identity) {
        auto request = make_request(http_method::get, "/-/vaults");
        protocol::signer signer(protocol::signing_scope{"us-east-1", "glacier"});
        signer.sign(request, identity, base::system_clock().now());
        connection client(service.port());
        client.send(to_wire(request));
        return client.receive().status;
    };
    BOOST_TEST(status_with(options.identity) == 200);
    BOOST_TEST(status_with(options.identities[0]) == 200);
    BOOST_TEST(status_with(credentials("ASIATEMPORARY", secret_string("secret"))) == 400);
}

BOOST_AUTO_TEST_CASE(without_authentication_it_takes_what_is_not_signed)
{
    emulator_options options(path());
    options.authentication = false;
    emulator const service(options);
    connection client(service.port());
    client.send(to_wire(make_request(http_method::get, "/-/vaults")));
    BOOST_TEST(client.receive().status == 200);
}

BOOST_AUTO_TEST_CASE(with_tls_it_makes_a_ca_and_takes_no_plain_requests)
{
    emulator_options options(path());
    options.tls = true;
    emulator const service(options);
    BOOST_TEST(service.endpoint_url() == "https://127.0.0.1:" + std::to_string(service.port()));
    BOOST_TEST(std::filesystem::exists(service.ca_certificate()));
    BOOST_TEST(status_of(service, http_method::get, "/-/vaults") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
