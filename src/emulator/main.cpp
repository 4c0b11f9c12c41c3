#include "base/iso8601.hpp"
#include "emulator/credential_option.hpp"

#include <glacier/emulator.hpp>
#include <glacier/version.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

struct arguments {
    glacier::emulator_options options{""};
    std::string secret_key;
    std::vector<std::string> credentials;
    bool no_auth = false;
    std::vector<std::string> webhooks;
    double job_delay = 0;
    double inventory_period = 86'400;
    double upload_life = 86'400;
    double job_output_life = 86'400;
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
    app.add_option("--credential", given.credentials,
                   "Further keys with which requests may be signed, ACCESS:SECRET, or with a session token "
                   "and the time when that expires; may be repeated")
        ->type_name("ACCESS:SECRET[:TOKEN[:EXPIRY]]")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_option(
           "--webhook", given.webhooks,
           "Send the notifications of this topic to this URL, http://HOST[:PORT][/PATH]; *=URL: those "
           "of all other topics; may be repeated")
        ->type_name("TOPIC-ARN=URL")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_flag("--no-auth", given.no_auth, "Accept requests that are not signed, or signed wrongly");
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

void log_notification(glacier::emulator_notification const& notification)
{
    bool const delivered = notification.status >= 200 && notification.status <= 299;
    std::string line = glacier::base::to_iso8601(notification.time) + " notification";
    if (!notification.topic.empty())
        line += " " + notification.topic + " " + notification.message_id + " attempt " +
                std::to_string(notification.attempt);
    line += delivered ? " delivered" : " failed";
    if (!notification.failure.empty())
        line += ": " + notification.failure;
    else
        line += ": status " + std::to_string(notification.status);
    line += notification.given_up ? ", given up\n" : "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void print_line(std::string const& line)
{
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
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
    given.options.on_request = log_request;
    given.options.on_notification = log_notification;

    // Blocked here and so in all threads that follow: sigwait() takes them.
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    try {
        take_credentials(given);
        take_webhooks(given);
        return run(given, ending);
    } catch (std::invalid_argument const& error) {
        std::fprintf(stderr, "glacier-emulator: %s\n", error.what());
        return exit_usage;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "glacier-emulator: %s\n", error.what());
        return exit_failure;
    }
}
