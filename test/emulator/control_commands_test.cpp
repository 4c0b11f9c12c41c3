#include "emulator/control_commands.hpp"

#include "base/iso8601.hpp"
#include "fixture.hpp"
#include "signed_request.hpp"

namespace glacier::emulation {

namespace {

struct commands_fixture : service_fixture {
    commands_fixture() { make_vault("attic"); }

    /// `200 {...}`.
    std::string run(std::string_view method, std::string_view target, std::string_view body = {})
    {
        auto const answer = commands.carry_out(method, target, body);
        return std::to_string(answer.status) + " " + answer.body;
    }

    static std::string failure(std::string const& status, std::string const& text)
    {
        return status + R"( {"error":")" + text + R"("})";
    }

    virtual_clock time{clock, 1, *data};
    application app{service_context{*data, time, random, options}, time, clock,
                    verifier(example_identity(), protocol::signing_scope{"us-east-1", "glacier"}),
                    fault_plan(7)};
    request_history history;
    control_commands commands{app, history};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_commands_suite, commands_fixture)

BOOST_AUTO_TEST_CASE(the_clock_is_shown_stepped_set_and_scaled)
{
    timestamp const begin = clock.now();
    auto const shown = [](timestamp moment, std::string const& scale) {
        return R"(200 {"time":")" + base::to_iso8601(moment) + R"(","scale":)" + scale + "}";
    };
    BOOST_TEST(run("GET", "/clock") == shown(begin, "1"));
    BOOST_TEST(run("POST", "/clock", R"({"step":"4h"})") == shown(begin + 4h, "1"));
    BOOST_TEST(run("POST", "/clock", R"({"set":")" + base::to_iso8601(begin + 10h) + R"("})") ==
               shown(begin + 10h, "1"));
    BOOST_TEST(run("POST", "/clock", R"({"scale":3600})") == shown(begin + 10h, "3600"));
    clock.advance(1s);
    BOOST_TEST(run("GET", "/clock") == shown(begin + 11h, "3600"));
    BOOST_TEST(run("POST", "/clock", R"({"scale":0.5})") == shown(begin + 11h, "5E-1"));
}

BOOST_AUTO_TEST_CASE(errors_of_the_clock)
{
    BOOST_TEST(run("GET", "/clock", R"({"step":"4h"})") ==
               failure("400", "there is no member step; none is allowed"));
    BOOST_TEST(run("POST", "/clock") == failure("400", "one of step, set and scale is needed"));
    BOOST_TEST(run("POST", "/clock", R"({"step":"1h","scale":2})") ==
               failure("400", "one of step, set and scale is needed"));
    BOOST_TEST(run("POST", "/clock", R"({"stop":"1h"})") ==
               failure("400", "there is no member stop; there may be step, set, scale"));
    BOOST_TEST(
        run("POST", "/clock", R"({"step":3})") ==
        failure("400", R"(step: 3 is not allowed; it is a duration such as \"90s\", \"4h\" or \"2d\")"));
    BOOST_TEST(
        run("POST", "/clock", R"({"set":"tomorrow"})") ==
        failure("400", R"(set: \"tomorrow\" is not allowed; it is a time such as \"2026-11-26T12:00:00Z\")"));
    BOOST_TEST(run("POST", "/clock", R"({"set":"2001-01-01T00:00:00Z"})") ==
               failure("400", "set: 2001-01-01T00:00:00.000Z is over; the clock never goes back"));
    BOOST_TEST(run("POST", "/clock", R"({"scale":"2"})") ==
               failure("400", R"(scale: \"2\" is not allowed; it is a number)"));
    BOOST_TEST(run("POST", "/clock", R"({"scale":0})") ==
               failure("400", "scale: 0.000000 is not allowed; it is above 0 and up to 1e9"));
    BOOST_TEST(run("POST", "/clock", R"([1])") == failure("400", "the body is [1]; an object is needed"));
    BOOST_TEST(run("POST", "/clock", "{").starts_with(R"(400 {"error":"the body is no JSON: )"));
    BOOST_TEST(
        run("POST", "/clock", std::string(100'000, '[')).starts_with(R"(400 {"error":"the body is no JSON)"));
}

BOOST_AUTO_TEST_CASE(inventories)
{
    upload("attic", "content");
    BOOST_TEST(run("POST", "/inventory", R"({"vault":"attic"})") == R"(200 {"inventories":1})");
    BOOST_TEST(describe("attic").number_of_archives.value() == 1U);
    make_vault("cellar");
    BOOST_TEST(run("POST", "/inventory") == R"(200 {"inventories":2})");
    BOOST_TEST(
        run("POST", "/inventory", R"({"vault":"nowhere"})").starts_with(R"(404 {"error":"Vault not found)"));
    BOOST_TEST(run("POST", "/inventory", R"({"vault":7})") ==
               failure("400", "vault: 7 is not allowed; it is text"));
    BOOST_TEST(run("POST", "/inventory", R"({"vaults":"attic"})") ==
               failure("400", "there is no member vaults; there may be vault"));
}

BOOST_AUTO_TEST_CASE(jobs)
{
    std::string const archive = upload("attic", "content");
    std::string const job = start_job("attic", job_parameters::archive_retrieval(archive));
    std::string const named = R"({"vault":"attic","job":")" + job + R"(")";
    BOOST_TEST(!try_output("attic", job).has_value());
    BOOST_TEST(run("POST", "/jobs/complete", named + "}") == R"(200 {"jobs":1})");
    BOOST_TEST(output_of("attic", job) == "content");
    BOOST_TEST(run("POST", "/jobs/fail", named + R"(,"message":"The tape broke."})") == R"(200 {"jobs":1})");
    BOOST_TEST(!try_output("attic", job).has_value());
    BOOST_TEST(run("POST", "/jobs/expire", named + "}") == R"(200 {"jobs":1})");
    BOOST_TEST(run("POST", "/jobs/expire", named + "}").starts_with(R"(404 {"error":)"));
    start_job("attic", job_parameters::archive_retrieval(archive));
    start_job("attic", job_parameters::archive_retrieval(archive));
    BOOST_TEST(run("POST", "/jobs/complete") == R"(200 {"jobs":2})");
    BOOST_TEST(run("POST", "/jobs/expire", R"({"vault":"attic"})") == R"(200 {"jobs":2})");

    BOOST_TEST(run("POST", "/jobs/complete", R"({"job":"x"})") ==
               failure("400", "vault: is missing; it goes with job"));
    BOOST_TEST(run("POST", "/jobs/fail", R"({"job":"x","message":"m"})") ==
               failure("400", "vault: is missing"));
    BOOST_TEST(run("POST", "/jobs/fail", R"({"vault":"attic","message":"m"})") ==
               failure("400", "job: is missing"));
    BOOST_TEST(run("POST", "/jobs/fail", R"({"vault":"attic","job":"x"})") ==
               failure("400", "message: is missing"));
    BOOST_TEST(run("POST", "/jobs/fail", R"({"vault":"attic","job":"x","message":""})") ==
               failure("400", "message: it has 1 to 1000 bytes of UTF-8"));
    BOOST_TEST(run("POST", "/jobs/complete", R"({"upload":"x"})") ==
               failure("400", "there is no member upload; there may be vault, job"));
}

BOOST_AUTO_TEST_CASE(uploads)
{
    auto services = context();
    auto const started =
        initiate_multipart_upload(services, initiate_multipart_upload_request("attic", part_size(MiB)));
    BOOST_TEST_REQUIRE(started.has_value());
    std::string const named = R"({"vault":"attic","upload":")" + started->upload.str() + R"("})";
    BOOST_TEST(run("POST", "/uploads/expire", named) == R"(200 {"uploads":1})");
    BOOST_TEST(run("POST", "/uploads/expire", named).starts_with(R"(404 {"error":)"));
    BOOST_TEST(run("POST", "/uploads/expire") == R"(200 {"uploads":0})");
    BOOST_TEST(run("POST", "/uploads/expire", R"({"upload":"x"})") ==
               failure("400", "vault: is missing; it goes with upload"));
}

BOOST_AUTO_TEST_CASE(faults_are_put_added_counted_and_deleted)
{
    BOOST_TEST(run("GET", "/faults") == R"(200 {"seed":7,"faults":[]})");
    BOOST_TEST(
        run("PUT", "/faults",
            R"([{"operation":"ListVaults","first":2,"probability":0.5,"effect":"status","status":500}])") ==
        R"(200 {"seed":7,"faults":[{"fault":{"operation":"ListVaults","first":2,"probability":5E-1,)"
        R"("status":500,"effect":"status"},"matched":0,"struck":0}]})");
    BOOST_TEST(run("POST", "/faults", R"({"effect":"delay","time":"1s"})").starts_with("200 "));
    app.faults.decide("DescribeVault", "attic");
    BOOST_TEST(run("GET", "/faults")
                   .ends_with(R"({"fault":{"time":"1s","effect":"delay"},"matched":1,"struck":1}]})"));
    BOOST_TEST(run("DELETE", "/faults") == R"(200 {"seed":7,"faults":[]})");
    BOOST_TEST(!app.faults.decide("DescribeVault", "attic").has_value());
}

BOOST_AUTO_TEST_CASE(errors_of_faults)
{
    run("PUT", "/faults", R"([{"effect":"garbage"}])");
    std::string const before = run("GET", "/faults");
    BOOST_TEST(run("PUT", "/faults").starts_with(R"(400 {"error":"the body is no JSON)"));
    BOOST_TEST(run("PUT", "/faults", "{}") == failure("400", "the body is {}; an array of faults is needed"));
    BOOST_TEST(run("PUT", "/faults", R"([{"effect":"garbage"},3])") ==
               failure("400", "faults[1].3 is no fault; an object is needed"));
    BOOST_TEST(run("PUT", "/faults", R"([{"effect":"garbage","probability":2}])")
                   .starts_with(R"(400 {"error":"faults[0].probability: 2)"));
    BOOST_TEST(run("PUT", "/faults", R"([{"effect":"garbage","first":"2"}])") ==
               failure("400", "faults[0].first: 2 is not allowed; it is a whole number"));
    BOOST_TEST(run("POST", "/faults", R"({"effect":"garbage","vault":7})") ==
               failure("400", "vault: 7 is not allowed; it is text"));
    BOOST_TEST(run("POST", "/faults", R"({"effect":"garbage","vault":null})") ==
               failure("400", "vault: null is not allowed; it is text"));
    BOOST_TEST(run("POST", "/faults", R"({"operation":"ListVaults"})")
                   .starts_with(R"(400 {"error":"effect: is missing)"));
    BOOST_TEST(run("POST", "/faults", "[]") == failure("400", "[] is no fault; an object is needed"));
    BOOST_TEST(run("DELETE", "/faults", R"({"fault":1})") ==
               failure("400", "there is no member fault; none is allowed"));
    BOOST_TEST(run("GET", "/faults") == before);

    std::string many = R"([{"effect":"garbage"})";
    for (int i = 0; i < 999; ++i)
        many += R"(,{"effect":"garbage"})";
    BOOST_TEST(run("PUT", "/faults", many + "]").starts_with("200 "));
    BOOST_TEST(run("POST", "/faults", R"({"effect":"garbage"})") ==
               failure("400", "there are 1000 faults already, and no more are allowed"));
    BOOST_TEST(run("PUT", "/faults", many + R"(,{"effect":"garbage"}])") ==
               failure("400", "there are 1001 faults; at most 1000 are allowed"));
}

BOOST_AUTO_TEST_CASE(the_last_requests)
{
    BOOST_TEST(run("GET", "/requests") == R"(200 {"requests":[]})");
    emulator_request request;
    request.time = timestamp(0ms);
    request.method = "GET";
    request.target = "/-/vaults";
    request.operation = "ListVaults";
    request.status = 500;
    request.bytes_received = 1;
    request.bytes_sent = 2;
    request.duration = std::chrono::microseconds(3);
    request.request_id = "id";
    request.failure = "full\xff";
    request.fault = "status";
    history.add(request);
    BOOST_TEST(run("GET", "/requests") ==
               R"(200 {"requests":[{"time":"1970-01-01T00:00:00.000Z","method":"GET","target":"/-/vaults",)"
               R"("operation":"ListVaults","status":500,"bytes_received":1,"bytes_sent":2,"microseconds":3,)"
               R"("request_id":"id","failure":"full\\xff","fault":"status"}]})");
}

BOOST_AUTO_TEST_CASE(what_there_is_not)
{
    BOOST_TEST(
        run("GET", "/clocks")
            .starts_with(
                R"(404 {"error":"there is no command GET /clocks; there are GET /clock, POST /clock, )"));
    BOOST_TEST(run("GET", "/clock?x=1").starts_with("404 "));
    auto const answer = commands.carry_out("PATCH", "/faults", {});
    BOOST_TEST(answer.status == 405);
    BOOST_TEST(answer.allow == "GET, PUT, POST, DELETE");
    BOOST_TEST(answer.body == R"({"error":"/faults has no method PATCH; it has GET, PUT, POST, DELETE"})");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
