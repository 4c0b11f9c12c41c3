#include "emulator/credential_option.hpp"
#include "emulator/fault_text.hpp"
#include "emulator/inferred_options.hpp"
#include "emulator/integrity.hpp"
#include "emulator/request_log.hpp"

#include <glacier/emulator.hpp>
#include <glacier/version.hpp>

#include <CLI/CLI.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr int exit_success = 0;
constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

constexpr char const* default_secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

constexpr char const* footer =
    R"help(Examples:
  glacier-emulator --data-dir /tmp/glacier --port 8080
      over plain HTTP; everything takes as long as at the service
  glacier-emulator --data-dir /tmp/glacier --port 8443 --tls --job-delay 5 --inventory-period 0
      over HTTPS; a retrieval takes five seconds, and inventories are current
  glacier-emulator --data-dir "$(mktemp -d)" --clock-scale 3600 --log none
      on a free port, which is printed; an hour takes a second

Standard output tells where it listens and how to point clients at it, standard error has a line for each
request. It serves until SIGTERM or SIGINT, answers what has arrived, and ends.

Exit codes:
  0  ended by SIGTERM or SIGINT
  1  not started: the directory is in use or not usable, the port is taken, the certificate does not fit
  2  wrong usage or an invalid value

Environment:
  GLACIER_EMULATOR_ACCESS_KEY, GLACIER_EMULATOR_SECRET_KEY
      as --access-key and --secret-key, but not shown in the list of processes)help";

struct arguments {
    glacier::emulator_options options{""};
    std::string secret_key;
    bool has_own_secret_key = false;
    std::vector<std::string> credentials;
    bool no_auth = false;
    std::vector<std::string> webhooks;
    double job_delay = 0;
    double inventory_period = 86'400;
    double upload_life = 86'400;
    double job_output_life = 86'400;
    double head_time_max = 10;
    double idle_time_max = 60;
    double body_stall_max = 30;
    std::string log = "-";
    std::uint16_t control_port = 0;
    std::vector<std::string> faults;
    bool verify = false;
};

std::chrono::milliseconds from_seconds(double seconds)
{
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000));
}

// A day count of ten thousand years is enough, and fits into milliseconds.
CLI::Validator const seconds = CLI::Range(0.0, 315'360'000'000.0).description("");

/// The usual form of the help, without the empty lines that separate groups twice.
class help_formatter : public CLI::Formatter {
public:
    std::string make_help(CLI::App const* app, std::string name, CLI::AppFormatMode mode) const override
    {
        std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
        for (std::size_t at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at))
            text.erase(at, 1);
        return text;
    }
};

/// What is wrong with the setting; empty if nothing is.
std::string change_inferred(glacier::emulator_options& options, std::string const& setting)
{
    using namespace glacier::emulation;
    // Ends the program as --version does, with the text as its output.
    if (setting == "list")
        throw CLI::CallForVersion(list_inferred(options.inferred), exit_success);
    try {
        set_inferred(options.inferred, setting);
        return {};
    } catch (std::invalid_argument const& error) {
        return error.what();
    }
}

void define_storage(CLI::App& app, arguments& given)
{
    app.option_defaults()->group("Storage");
    app.add_option("--data-dir", given.options.data_directory,
                   "Directory that holds everything; made if it is missing")
        ->required()
        ->type_name("DIR");
    app.add_flag("--verify", given.verify,
                 "Serve nothing: compare all files with the index, print what is wrong,\nand exit with 1 if "
                 "anything is");
}

void define_address(CLI::App& app, arguments& given)
{
    glacier::emulator_options& options = given.options;
    app.option_defaults()->group("Address and TLS");
    app.add_option("--listen", options.listen, "Address to listen on")
        ->type_name("ADDRESS")
        ->capture_default_str();
    app.add_option("--port", options.port, "Port to listen on; 0: any that is free")
        ->type_name("PORT")
        ->capture_default_str();
    auto* const tls = app.add_flag("--tls", options.tls,
                                   "Speak HTTPS with a certificate that is made in the data directory,\n"
                                   "and print the path of its CA");
    auto* const certificate = app.add_option("--tls-cert", options.tls_certificate,
                                             "Speak HTTPS with this certificate and its chain, in PEM")
                                  ->type_name("FILE")
                                  ->excludes(tls);
    auto* const key = app.add_option("--tls-key", options.tls_key, "Private key of the certificate, in PEM")
                          ->type_name("FILE");
    certificate->needs(key);
    key->needs(certificate);
}

void define_access(CLI::App& app, arguments& given)
{
    glacier::emulator_options& options = given.options;
    app.option_defaults()->group("Account and signatures");
    auto* const access_key = app.add_option("--access-key", options.identity.access_key_id,
                                            "Key id with which requests must be signed")
                                 ->type_name("ID")
                                 ->envname("GLACIER_EMULATOR_ACCESS_KEY")
                                 ->capture_default_str();
    auto* const secret_key = app.add_option("--secret-key", given.secret_key,
                                            "Secret key with which requests must be signed\n[" +
                                                std::string(default_secret_key) + "]")
                                 ->type_name("KEY")
                                 ->envname("GLACIER_EMULATOR_SECRET_KEY");
    access_key->needs(secret_key);
    secret_key->needs(access_key);
    app.add_option("--account", options.account, "Number of the account")
        ->type_name("ID")
        ->capture_default_str();
    app.add_option("--region", options.region, "Region")->type_name("NAME")->capture_default_str();
    app.add_option(
           "--credential", given.credentials,
           "Further keys with which requests may be signed: ACCESS:SECRET[:TOKEN[:EXPIRY]], with a session "
           "token and the time when that expires; repeatable")
        ->type_name("CREDENTIAL")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_flag("--no-auth", given.no_auth, "Accept requests that are not signed, or signed wrongly");
}

void define_time(CLI::App& app, arguments& given)
{
    app.option_defaults()->group("Time");
    app.add_option("--clock-scale", given.options.clock_scale,
                   "How many times faster than real time jobs and inventories live")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--job-delay", given.job_delay,
                   "How long every job takes, instead of 180 s (Expedited),\n"
                   "4 h (Standard, inventories) and 8 h (Bulk)")
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
}

void define_limits(CLI::App& app, arguments& given)
{
    app.option_defaults()->group("Limits");
    app.add_option("--tags-per-vault", given.options.tags_per_vault_max, "How many tags a vault may have")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--threads", given.options.threads,
                   "Threads that serve; 0: one for each processor, but at least 4")
        ->type_name("N")
        ->check(CLI::Range(0, 1'024).description(""))
        ->capture_default_str();
    glacier::emulator_options& options = given.options;
    auto const add_number = [&app](char const* name, auto& value, char const* text) {
        app.add_option(name, value, text)->type_name("N")->capture_default_str();
    };
    auto const add_time = [&app](char const* name, double& value, char const* text) {
        app.add_option(name, value, text)
            ->type_name("SECONDS")
            ->check(CLI::Range(0.001, 31'536'000.0).description(""))
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

void define_behaviour(CLI::App& app, arguments& given)
{
    app.option_defaults()->group("Behaviour");
    app.add_flag("--enforce-access-policies", given.options.enforce_access_policies,
                 "Refuse what the access policy of a vault denies explicitly");
    app.add_option("--free-tier-bytes-per-day", given.options.free_tier_bytes_per_day,
                   "Bytes that the data retrieval policy FreeTier allows within 24 hours")
        ->type_name("N")
        ->capture_default_str();
    app.add_option(
           "--inferred",
           "Change what the service's documentation leaves open, NAME=VALUE; 'list' prints all names, values "
           "and meanings; repeatable")
        ->type_name("SETTING")
        ->expected(1)
        ->take_all()
        ->check([&given](std::string const& setting) { return change_inferred(given.options, setting); });
    app.add_option(
           "--webhook", given.webhooks,
           "Send the notifications of a topic to a URL: TOPIC-ARN=http://HOST[:PORT][/PATH]; *=URL: those "
           "of all other topics; repeatable")
        ->type_name("WEBHOOK")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void define_log(CLI::App& app, arguments& given)
{
    app.option_defaults()->group("Log");
    app.add_option("--log", given.log,
                   "File to append a line to for each request;\n-: standard error; none: no log")
        ->type_name("FILE")
        ->capture_default_str();
}

void define_control(CLI::App& app, arguments& given)
{
    glacier::emulator_options& options = given.options;
    app.option_defaults()->group("Control and faults");
    auto* const port =
        app.add_option("--control-port", given.control_port,
                       "Take commands that move the clock, expire jobs and set faults on this port, "
                       "from whoever reaches it; 0: any that is free")
            ->type_name("PORT");
    app.add_option("--control-listen", options.control_listen, "Address to take commands on")
        ->type_name("ADDRESS")
        ->capture_default_str()
        ->needs(port);
    app.add_option("--fault", given.faults,
                   "What goes wrong on purpose, such as "
                   "operation=UploadMultipartPart,probability=0.1,effect=status,status=500; repeatable")
        ->type_name("FAULT")
        ->take_all()
        ->allow_extra_args(false);
    app.add_option("--seed", options.seed, "Decides which requests faults with a probability strike")
        ->type_name("N")
        ->capture_default_str();
}

std::vector<glacier::emulator_fault> read_faults(std::vector<std::string> const& texts)
{
    std::vector<glacier::emulator_fault> faults;
    for (std::string const& text : texts) {
        auto const fault = glacier::emulation::parse_fault(text);
        if (!fault)
            throw std::invalid_argument("--fault: " + fault.error().message);
        faults.push_back(*fault);
    }
    return faults;
}

void define(CLI::App& app, arguments& given)
{
    app.set_version_flag("--version", "glacier-emulator " + std::string(glacier::version));
    app.formatter(std::make_shared<help_formatter>());
    app.footer(footer);
    define_storage(app, given);
    define_address(app, given);
    define_access(app, given);
    define_time(app, given);
    define_limits(app, given);
    define_behaviour(app, given);
    define_control(app, given);
    define_log(app, given);
}

/// Tells how to point clients at the emulator. The only secret that it prints is the one that --help prints too.
void print_start(glacier::emulator const& service, arguments const& given)
{
    std::string const url = service.endpoint_url();
    std::string const region = given.options.region;
    std::string ca;
    if (given.options.tls)
        ca = std::filesystem::absolute(service.ca_certificate()).string();
    std::string text;
    if (!ca.empty())
        text += "CA certificate: " + ca + "\n";
    text += "account " + given.options.account + ", region " + region + ", access key id " +
            given.options.identity.access_key_id + "\n";
    text += "clients find it with:\n";
    text +=
        "  export AWS_ENDPOINT_URL=" + url + " AWS_REGION=" + region + " AWS_DEFAULT_REGION=" + region + "\n";
    text += "  export AWS_ACCESS_KEY_ID=" + given.options.identity.access_key_id +
            " AWS_SECRET_ACCESS_KEY=" + (given.has_own_secret_key ? "..." : default_secret_key) + "\n";
    if (!ca.empty())
        text += "  export AWS_CA_BUNDLE=" + ca + "\n";
    text += "where AWS_ENDPOINT_URL is not known, an option does it:\n";
    text += "  aws --endpoint-url " + url + " glacier list-vaults --account-id -\n";
    if (given.options.control_port)
        text += "control on " + service.control_url() + "\n";
    // Last: whoever waits for this line has read the others.
    text += "listening on " + url + "\n";
    std::fwrite(text.data(), 1, text.size(), stdout);
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

void print_line(std::string const& line)
{
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

int verify(std::filesystem::path const& directory)
{
    auto const report = glacier::emulation::verify_data_directory(directory, print_line);
    print_line(std::to_string(report.files) + " files with " + std::to_string(report.bytes) + " bytes, " +
               std::to_string(report.problems) + " problems, " + std::to_string(report.leftovers) +
               " left-overs");
    return report.problems == 0 ? 0 : exit_failure;
}

/// The sentences of the library name no secret.
void take_credentials(arguments& given)
{
    for (std::string const& text : given.credentials)
        given.options.identities.push_back(glacier::emulation::parse_credential(text));
    given.options.authentication = !given.no_auth;
    if (given.no_auth)
        std::fprintf(
            stderr,
            "glacier-emulator: warning: requests are accepted without a valid signature (--no-auth)\n");
}

void take_webhooks(arguments& given)
{
    for (std::string const& text : given.webhooks) {
        auto const equals = text.find('=');
        if (equals == std::string::npos)
            throw std::invalid_argument("a webhook has the form TOPIC-ARN=URL");
        bool const added =
            given.options.webhooks.emplace(text.substr(0, equals), text.substr(equals + 1)).second;
        if (!added)
            throw std::invalid_argument("a topic has two webhooks: " + text.substr(0, equals));
    }
}

int run(arguments const& given, sigset_t const& ending)
{
    glacier::emulator service(given.options);
    print_start(service, given);

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
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
    given.has_own_secret_key = app.count("--secret-key") > 0;
    if (given.has_own_secret_key)
        given.options.identity.secret_access_key = glacier::secret_string(given.secret_key);
    if (app.count("--job-delay") > 0)
        given.options.job_delay = from_seconds(given.job_delay);
    given.options.inventory_period = from_seconds(given.inventory_period);
    given.options.upload_life = from_seconds(given.upload_life);
    given.options.job_output_life = from_seconds(given.job_output_life);
    given.options.head_time_max = from_seconds(given.head_time_max);
    given.options.idle_time_max = from_seconds(given.idle_time_max);
    given.options.body_stall_max = from_seconds(given.body_stall_max);
    if (app.count("--control-port") > 0)
        given.options.control_port = given.control_port;

    // Blocked here and so in all threads that follow: sigwait() takes them.
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    allow_files(given.options.connections_max);

    try {
        if (given.verify)
            return verify(given.options.data_directory);
        take_credentials(given);
        take_webhooks(given);
        given.options.faults = read_faults(given.faults);
        glacier::emulation::request_log const log(given.log);
        given.options.on_request = [&log](glacier::emulator_request const& request) { log.write(request); };
        given.options.on_notification = [&log](glacier::emulator_notification const& notification) {
            log.write(notification);
        };
        given.options.on_connection_error = [&log](glacier::emulator_connection_error const& error) {
            log.write(error);
        };
        return run(given, ending);
    } catch (std::invalid_argument const& error) {
        std::fprintf(stderr, "glacier-emulator: %s\n", error.what());
        return exit_usage;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "glacier-emulator: %s\n", error.what());
        return exit_failure;
    }
}
