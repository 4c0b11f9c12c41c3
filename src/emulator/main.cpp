#include "base/iso8601.hpp"

#include <glacier/emulator.hpp>
#include <glacier/version.hpp>

#include <CLI/CLI.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace {

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

struct arguments {
    glacier::emulator_options options{""};
    std::string secret_key;
    double job_delay = 0;
    double inventory_period = 86'400;
    double upload_life = 86'400;
    double job_output_life = 86'400;
    double head_time_max = 10;
    double idle_time_max = 60;
    double body_stall_max = 30;
};

std::chrono::milliseconds from_seconds(double seconds)
{
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000));
}

void define(CLI::App& app, arguments& given)
{
    // A day count of ten thousand years is enough, and fits into milliseconds.
    auto const seconds = CLI::Range(0.0, 315'360'000'000.0);
    glacier::emulator_options& options = given.options;
    app.set_version_flag("--version", "glacier-emulator " + std::string(glacier::version));
    app.add_option("--data-dir", options.data_directory,
                   "Directory that holds everything; made if it is missing")
        ->required()
        ->type_name("DIR");
    app.add_option("--listen", options.listen, "Address to listen on")
        ->type_name("ADDRESS")
        ->capture_default_str();
    app.add_option("--port", options.port, "Port to listen on; 0: any that is free")
        ->type_name("PORT")
        ->capture_default_str();
    auto* const tls =
        app.add_flag("--tls", options.tls,
                     "Speak HTTPS with a certificate that is made in the data directory, and print the "
                     "path of its CA");
    auto* const certificate = app.add_option("--tls-cert", options.tls_certificate,
                                             "Speak HTTPS with this certificate and its chain, in PEM")
                                  ->type_name("FILE")
                                  ->excludes(tls);
    auto* const key = app.add_option("--tls-key", options.tls_key, "Private key of the certificate, in PEM")
                          ->type_name("FILE");
    certificate->needs(key);
    key->needs(certificate);
    auto* const access_key = app.add_option("--access-key", options.identity.access_key_id,
                                            "Key id with which requests must be signed")
                                 ->type_name("ID")
                                 ->capture_default_str();
    auto* const secret_key = app.add_option("--secret-key", given.secret_key,
                                            "Secret key with which requests must be signed "
                                            "[wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY]")
                                 ->type_name("KEY");
    access_key->needs(secret_key);
    secret_key->needs(access_key);
    app.add_option("--account", options.account, "Number of the account")
        ->type_name("ID")
        ->capture_default_str();
    app.add_option("--region", options.region, "Region")->type_name("NAME")->capture_default_str();
    app.add_option("--clock-scale", options.clock_scale,
                   "How many times faster than real time jobs and inventories live")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--job-delay", given.job_delay,
                   "How long every job takes, instead of 180 s (Expedited), 4 h (Standard, inventories) and "
                   "8 h (Bulk)")
        ->type_name("SECONDS")
        ->check(seconds);
    app.add_option("--inventory-period", given.inventory_period,
                   "Time between inventories; 0: always current")
        ->type_name("SECONDS")
        ->check(seconds)
        ->capture_default_str();
    app.add_option("--upload-life", given.upload_life,
                   "How long a multipart upload is kept after its last part")
        ->type_name("SECONDS")
        ->check(seconds)
        ->capture_default_str();
    app.add_option("--job-output-life", given.job_output_life, "How long a job is kept after its completion")
        ->type_name("SECONDS")
        ->check(seconds)
        ->capture_default_str();
    app.add_option("--tags-per-vault", options.tags_per_vault_max, "How many tags a vault may have")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--threads", options.threads,
                   "Threads that serve; 0: one for each processor, but at least 4")
        ->type_name("N")
        ->check(CLI::Range(0, 1'024))
        ->capture_default_str();
}

/// What clients may use.
void define_limits(CLI::App& app, arguments& given)
{
    glacier::emulator_options& options = given.options;
    auto const add_number = [&app](char const* name, auto& value, char const* text) {
        app.add_option(name, value, text)->type_name("N")->capture_default_str();
    };
    auto const add_time = [&app](char const* name, double& value, char const* text) {
        app.add_option(name, value, text)
            ->type_name("SECONDS")
            ->check(CLI::Range(0.001, 31'536'000.0))
            ->capture_default_str();
    };
    add_number("--head-bytes-max", options.head_bytes_max,
               "Bytes that the first line of a request and its headers may have together");
    add_number("--headers-max", options.headers_max, "Headers that a request may have");
    add_number("--body-bytes-max", options.body_bytes_max,
               "Bytes that the body of a request may have that is no upload");
    add_number("--connections-max", options.connections_max,
               "Connections at a time; one more closes the one that has been idle for the longest time");
    add_time("--head-time-max", given.head_time_max,
             "Time for a TLS handshake, and for the head of a request from its first byte on");
    add_time("--idle-time-max", given.idle_time_max, "How long a connection may be without a request");
    add_time("--body-stall-max", given.body_stall_max, "Time for the next 4096 bytes of a request's body");
}

void log_request(glacier::emulator_request const& request)
{
    std::string line = glacier::base::to_iso8601(request.time) + " " + request.method + " " + request.target +
                       " " + std::to_string(request.status) + " " + std::to_string(request.bytes_received) +
                       " " + std::to_string(request.bytes_sent) + " " +
                       std::to_string(request.duration.count() / 1'000) + "ms " + request.request_id;
    if (!request.failure.empty())
        line += " failed: " + request.failure;
    line += '\n';
    // One write for each line, so that those of several threads do not mix.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void log_connection_error(glacier::emulator_connection_error const& error)
{
    std::string line =
        glacier::base::to_iso8601(error.time) + " connection of " + error.client + ": " + error.reason;
    if (error.left_out > 0)
        line += " (and " + std::to_string(error.left_out) + " errors before that are not shown)";
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void print_line(std::string const& line)
{
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

/// Asks for file descriptors for all connections and as many files. Without them, fewer connections stay open.
void allow_files(std::size_t connections_max)
{
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    constexpr rlim_t others = 64;
    rlim_t const wanted = std::min(2 * rlim_t(connections_max) + others, files.rlim_max);
    if (wanted > files.rlim_cur) {
        files.rlim_cur = wanted;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

int run(arguments const& given, sigset_t const& ending)
{
    glacier::emulator service(given.options);
    if (given.options.tls)
        print_line("CA certificate: " + service.ca_certificate().string());
    print_line("listening on " + service.endpoint_url());

    int received = 0;
    sigwait(&ending, &received);
    service.stop();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    arguments given;
    CLI::App app("The Amazon Glacier vault service on this machine, for tests and development.",
                 "glacier-emulator");
    define(app, given);
    define_limits(app, given);
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
    if (!given.secret_key.empty())
        given.options.identity.secret_access_key = glacier::secret_string(given.secret_key);
    if (app.count("--job-delay") > 0)
        given.options.job_delay = from_seconds(given.job_delay);
    given.options.inventory_period = from_seconds(given.inventory_period);
    given.options.upload_life = from_seconds(given.upload_life);
    given.options.job_output_life = from_seconds(given.job_output_life);
    given.options.head_time_max = from_seconds(given.head_time_max);
    given.options.idle_time_max = from_seconds(given.idle_time_max);
    given.options.body_stall_max = from_seconds(given.body_stall_max);
    given.options.on_request = log_request;
    given.options.on_connection_error = log_connection_error;

    // Blocked here and so in all threads that follow: sigwait() takes them.
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    allow_files(given.options.connections_max);

    try {
        return run(given, ending);
    } catch (std::invalid_argument const& error) {
        std::fprintf(stderr, "glacier-emulator: %s\n", error.what());
        return exit_usage;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "glacier-emulator: %s\n", error.what());
        return exit_failure;
    }
}
