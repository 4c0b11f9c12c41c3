#include <glacier/prometheus_observer.hpp>

#include "observer/all_events.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace glacier {
namespace {

/// Reads the text exposition format, strictly: each line is a sample of the metric that HELP and TYPE announced.
std::map<std::string, double> parse(std::string const& text)
{
    static std::regex const head(R"(# (HELP|TYPE) ([a-z_]+) (.+))");
    static std::regex const sample(
        R"(([a-z_]+?)(_bucket|_sum|_count)?(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? (\S+))");
    std::map<std::string, double> samples;
    std::set<std::string> announced;
    std::string name;
    std::string type;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::smatch found;
        if (std::regex_match(line, found, head)) {
            if (found[1] == "HELP")
                BOOST_TEST(announced.insert(found[2]).second, "twice: " << line);
            else
                BOOST_TEST(found[2] == name, line);
            name = found[2];
            type = found[3];
            continue;
        }
        BOOST_TEST_REQUIRE(std::regex_match(line, found, sample), line);
        bool const of_histogram = type == "histogram";
        BOOST_TEST(line.starts_with(name), line);
        BOOST_TEST(of_histogram == (line.starts_with(name + "_bucket{") || line.starts_with(name + "_sum") ||
                                    line.starts_with(name + "_count")),
                   line);
        auto const space = line.rfind(' ');
        BOOST_TEST(samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second, line);
    }
    BOOST_TEST(text.ends_with('\n'));
    return samples;
}

struct prometheus_fixture {
    std::map<std::string, double> samples() const { return parse(sut.text()); }

    prometheus_observer sut;
};

BOOST_FIXTURE_TEST_SUITE(prometheus_observer_test, prometheus_fixture)

// Each event counts, with labels that are known beforehand.
BOOST_AUTO_TEST_CASE(counts)
{
    test::tell_all_events(sut, {});
    test::tell_all_events(sut, "text", service_errc::throttling);
    auto found = samples();
    for (auto const& [name, value] : std::map<std::string, double>{
             {R"(glacier_attempts_total{operation="DescribeVault",outcome="success"})", 1},
             {R"(glacier_attempts_total{operation="DescribeVault",outcome="throttled"})", 1},
             {R"(glacier_attempt_duration_seconds_count{operation="DescribeVault"})", 2},
             {R"(glacier_attempt_duration_seconds_sum{operation="DescribeVault"})", 0.003},
             {R"(glacier_operations_total{operation="DescribeVault",outcome="success"})", 1},
             {R"(glacier_operations_outcome_unknown_total{operation="DescribeVault"})", 2},
             {R"(glacier_retries_total{operation="DescribeVault",outcome="throttled"})", 1},
             {"glacier_retry_quota_left", 495},
             {R"(glacier_throttled_total{by="service"})", 2},
             {"glacier_rate_limit_requests_per_second", 2.5},
             {"glacier_clock_skew_seconds", -420},
             {R"(glacier_host_lookups_total{outcome="success"})", 1},
             {R"(glacier_connections_opened_total{outcome="success"})", 1},
             {R"(glacier_connections_closed_total{reason="idle"})", 2},
             {"glacier_connections_open", 0},
             {R"(glacier_connections_acquired_total{outcome="success",reused="yes"})", 1},
             {R"(glacier_tls_handshakes_total{outcome="success",resumed="yes"})", 1},
             {R"(glacier_credentials_refreshes_total{outcome="throttled"})", 1},
             {"glacier_credentials_expiration_timestamp_seconds", 1'770'091'506},
             {R"(glacier_transfer_parts_total{direction="download",outcome="success"})", 1},
             {R"(glacier_transfer_bytes_total{direction="download"})", 524'288},
             {R"(glacier_transfer_bytes_resumed_total{direction="upload"})", 2 * 524'288},
             {R"(glacier_transfer_part_repetitions_total{direction="download",outcome="success"})", 1},
             {R"(glacier_transfer_part_repetitions_total{direction="download",outcome="throttled"})", 1},
             {R"(glacier_transfer_pace_changes_total{direction="upload",to="more"})", 1},
             {R"(glacier_transfer_pace_changes_total{direction="upload",to="fewer"})", 1},
             {R"(glacier_job_looks_total{status="Succeeded"})", 2},
             {R"(glacier_transfers_total{direction="upload",outcome="success"})", 1},
             {R"(glacier_transfer_duration_seconds_bucket{direction="upload",le="300"})", 2},
             {R"(glacier_transfer_duration_seconds_bucket{direction="upload",le="60"})", 0}}) {
        BOOST_TEST(found.contains(name), name);
        BOOST_TEST(found[name] == value, boost::test_tools::tolerance(1e-9));
    }
}

// The buckets of a histogram are cumulative, include their bound, and end with all.
BOOST_AUTO_TEST_CASE(histograms)
{
    for (int const milliseconds : {1, 5, 6, 100, 299'000, 300'000, 300'001}) {
        host_resolved event;
        event.duration = std::chrono::milliseconds(milliseconds);
        sut.on_host_resolved(event);
    }
    auto found = samples();
    std::string const bucket = "glacier_host_lookup_duration_seconds_bucket{le=\"";
    BOOST_TEST(found[bucket + "0.005\"}"] == 2);
    BOOST_TEST(found[bucket + "0.01\"}"] == 3);
    BOOST_TEST(found[bucket + "0.1\"}"] == 4);
    BOOST_TEST(found[bucket + "60\"}"] == 4);
    BOOST_TEST(found[bucket + "300\"}"] == 6);
    BOOST_TEST(found[bucket + "+Inf\"}"] == 7);
    BOOST_TEST(found["glacier_host_lookup_duration_seconds_count"] == 7);
}

// Before anything has happened there is a text too, of metrics without samples.
BOOST_AUTO_TEST_CASE(nothing_yet)
{
    auto const found = samples();
    BOOST_TEST(found.size() == 3U);
    BOOST_TEST(found.at("glacier_connections_open") == 0);
}

// Failures fall into few classes.
BOOST_AUTO_TEST_CASE(classes_of_failures)
{
    std::map<std::string, error_code> const outcomes{
        {"timeout", errc::connect_timeout},
        {"verification", errc::tree_hash_mismatch},
        {"transport", errc::connection_closed},
        {"access", service_errc::access_denied},
        {"quota", service_errc::limit_exceeded},
        {"not_found", service_errc::resource_not_found},
        {"unavailable", service_errc::service_unavailable},
        {"refused", service_errc::invalid_parameter_value},
        {"failed", errc::malformed_response},
        {"cancelled", boost::asio::error::operation_aborted},
    };
    for (auto const& [name, error] : outcomes) {
        operation_ended event;
        event.operation = "ListVaults";
        event.error = error;
        sut.on_operation_ended(event);
    }
    auto found = samples();
    for (auto const& [name, error] : outcomes)
        BOOST_TEST(found["glacier_operations_total{operation=\"ListVaults\",outcome=\"" + name + "\"}"] == 1,
                   name);
}

// Neither texts of the network nor ever new names of operations make new series.
BOOST_AUTO_TEST_CASE(labels_are_bounded)
{
    std::string const hostile = "\"} 1\nforged{x=\"";
    test::tell_all_events(sut, hostile, errc::connect_timeout);
    for (int number = 0; number < 10'000; ++number) {
        std::string const name =
            number % 2 == 0 ? "Name" + std::to_string(number) : hostile + std::to_string(number);
        retry_scheduled event;
        event.operation = name;
        event.resource = name;
        sut.on_retry_scheduled(event);
        job_looked_at look;
        look.resource = name;
        look.status = name;
        sut.on_job_looked_at(look);
    }
    auto found = samples();
    BOOST_TEST(found.size() < 300U);
    BOOST_TEST(found["glacier_retries_total{operation=\"other\",outcome=\"success\"}"] > 9'000);
    BOOST_TEST(found["glacier_job_looks_total{status=\"unknown\"}"] == 10'000);
    BOOST_TEST(sut.text().find("forged") == std::string::npos);
    BOOST_TEST(sut.text().find("photos") == std::string::npos);
    BOOST_TEST(sut.text().find("profile") == std::string::npos);
}

// Open connections are those that were opened and not closed.
BOOST_AUTO_TEST_CASE(open_connections)
{
    connection_opened opened;
    sut.on_connection_opened(opened);
    sut.on_connection_opened(opened);
    opened.error = errc::connect_timeout;
    sut.on_connection_opened(opened);
    sut.on_connection_closed(connection_closed());
    BOOST_TEST(samples()["glacier_connections_open"] == 1);
}

// Events of several threads, while it is scraped.
BOOST_AUTO_TEST_CASE(events_of_several_threads)
{
    constexpr int rounds = 500;
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number)
        threads.emplace_back([this] {
            for (int round = 0; round < rounds; ++round)
                test::tell_all_events(sut, {});
        });
    std::string text;
    for (int scrape = 0; scrape < 20; ++scrape)
        text = sut.text();
    for (std::thread& each : threads)
        each.join();
    BOOST_TEST(text.find("# TYPE glacier_attempts_total counter") != std::string::npos);
    BOOST_TEST(samples()[R"(glacier_attempts_total{operation="DescribeVault",outcome="success"})"] ==
               4.0 * rounds);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
