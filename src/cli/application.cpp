#include "cli/application.hpp"

#include "cli/api_command.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_code.hpp"
#include "cli/job_command.hpp"
#include "cli/retrieve_command.hpp"
#include "cli/text.hpp"
#include "cli/treehash_command.hpp"
#include "cli/upload_command.hpp"
#include "cli/vault_command.hpp"
#include "cli/whoami_command.hpp"

#include <glacier/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <initializer_list>
#include <sstream>
#include <utility>

namespace glacier::cli {

namespace {

constexpr char const* footer =
    R"(The options above are accepted after the command too; there, retrieve has an --output of its own.

Exit codes:
  0  success
  1  internal error
  2  wrong usage or an invalid value; nothing was sent
  3  a local file: missing, empty, not readable or writable, changed, disk full,
     or a state file that is in use or is not that of this transfer
  4  configuration: region, credentials, profile, endpoint, CA bundle, proxy or
     a limit that is too low
  5  the service refused, or the job failed
  6  the service was not reached: name, connection, TLS, certificate, time-out
  7  verification failed: the tree hash or the length is wrong
  8  the outcome is unknown: find out before you repeat it
  130, 143  ended by SIGINT, SIGTERM

Environment:
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE,
  AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_GLACIER, AWS_ENDPOINT_URL,
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, AWS_USE_FIPS_ENDPOINT,
  AWS_USE_DUALSTACK_ENDPOINT, AWS_RETRY_MODE, AWS_MAX_ATTEMPTS,
  AWS_SDK_UA_APP_ID, AWS_CA_BUNDLE, AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE,
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, XDG_STATE_HOME

An id or a file that begins with - goes after --, or after = with an option.)";

/// The command line: declares it to CLI11, and holds what was found there.
class command_line {
public:
    command_line();

    /// Reads the arguments. Returns what to do, or throws failure(usage). Help and version are printed here;
    /// there is nothing more to do then.
    std::function<void(session&)> parse(std::vector<std::string> const& given, std::ostream& out);

    global_options const& globals() const noexcept { return globals_; }

private:
    void add_globals();
    void add_vault();
    void add_upload();
    void add_retrieve();
    void add_job();
    void add_treehash();
    void add_whoami();
    void add_api();
    void add_api_operation(CLI::App& api, api_operation const& operation);
    void add_transfer_options(CLI::App& command, transfer_options& options);
    static void exclude(CLI::App& command, std::string const& option,
                        std::initializer_list<std::string> others);

    CLI::App* add_command(CLI::App& parent, std::string const& name, std::string const& description,
                          std::function<void(session&)> action);
    CLI::Option* add_text(CLI::App& app, std::string const& name, std::string const& value_name,
                          std::string& target, std::string const& description);
    CLI::Option* add_text(CLI::App& app, std::string const& name, std::string const& value_name,
                          std::optional<std::string>& target, std::string const& description);
    CLI::Option* add_text_function(CLI::App& app, std::string const& name, std::string const& value_name,
                                   std::function<void(std::string const&)> store,
                                   std::string const& description);

    command_words words() const;
    std::string error_text(CLI::ParseError const& error) const;

    CLI::App app_;
    /// While parse() runs.
    arguments const* arguments_ = nullptr;
    std::function<void(session&)> action_;

    global_options globals_;
    std::string vault_name_;
    upload_options upload_;
    retrieve_options retrieve_;
    std::string job_vault_;
    std::string job_id_;
    std::optional<std::string> job_status_;
    std::vector<std::string> files_;
    bool verify_ = false;
    api_options api_;
};

void add_words(CLI::App const& app, command_words& words)
{
    for (CLI::Option const* const option : app.get_options()) {
        int const values_max = option->get_items_expected_max();
        auto& names = values_max > 1    ? words.list_options
                      : values_max == 1 ? words.value_options
                                        : words.flags;
        for (std::string const& name : option->get_lnames())
            names.insert("--" + name);
        for (std::string const& name : option->get_snames())
            names.insert("-" + name);
    }
    for (CLI::App const* const command : app.get_subcommands([](CLI::App const*) { return true; }))
        add_words(*command, words);
}

command_line::command_line()
    : app_("Stores files as archives in Amazon Glacier vaults, and gets them back.", "glacier")
{
    // A global option is accepted after the command too, unless the command has one of that name.
    app_.fallthrough();
    app_.require_subcommand(1);
    app_.set_help_flag("-h,--help", "Show this help");
    app_.get_formatter()->column_width(34);
    app_.get_formatter()->label("SUBCOMMAND", "COMMAND");
    add_globals();
    add_vault();
    add_upload();
    add_retrieve();
    add_job();
    add_treehash();
    add_whoami();
    add_api();
    // Last, because the commands take over what is set before them.
    app_.footer(footer);
}

void command_line::add_globals()
{
    app_.set_version_flag("--version", "glacier " + std::string(version), "Show the version");
    add_text(app_, "--endpoint-url", "URL", globals_.endpoint_url,
             "Where the service is, instead of the region's host");
    add_text(app_, "--region", "REGION", globals_.region, "Region of the vaults, such as eu-west-1");
    app_.add_flag("--fips", globals_.fips, "Use the region's host with validated cryptography (FIPS 140)");
    app_.add_flag("--dualstack", globals_.dualstack, "Use the region's host with IPv6 addresses too");
    add_text(app_, "--account-id", "ID", globals_.account_id,
             "Owner of the vaults (default: that of the credentials)");
    add_text(app_, "--ca-bundle", "FILE", globals_.ca_bundle,
             "Authorities to trust instead of the system's (PEM)");
    add_text(app_, "--proxy", "URL", globals_.proxy, "HTTP proxy to reach the service through, or none");
    add_text(app_, "--profile", "NAME", globals_.profile,
             "Profile of the shared files to take settings and keys from");
    app_.add_flag("--trace", globals_.trace,
                  "Show on stderr what is done: requests, repetitions, connections");
    add_text(app_, "--log", "FILE", globals_.log, "Append the same to a file, as JSON lines");
    add_text_function(
        app_, "--output", "json|text",
        [this](std::string const& text) { globals_.form = parse_output_form(text); },
        "Form of the data on stdout (default: text)");
}

void command_line::add_vault()
{
    CLI::App* const vault =
        app_.add_subcommand("vault", "Create, list, describe and delete vaults")->group("Commands");
    vault->require_subcommand(1);
    auto const add = [&](std::string const& name, std::string const& description,
                         void (*action)(session&, std::string const&)) {
        CLI::App* const command = add_command(*vault, name, description,
                                              [this, action](session& run) { action(run, vault_name_); });
        add_text(*command, "NAME", "", vault_name_, "Name of the vault")->required();
    };
    add("create", "Create a vault; print its location", create_vault);
    add_command(*vault, "list", "Print the vaults of the account", list_vaults);
    add("describe", "Print what is known of a vault", describe_vault);
    add("delete", "Delete a vault without archives", delete_vault);
}

void command_line::add_upload()
{
    CLI::App* const command =
        add_command(app_, "upload", "Store a file as an archive; print the archive's id",
                    [this](session& run) { upload(run, upload_); });
    add_text(*command, "FILE", "", upload_.file, "The file to store; -: standard input")->required();
    add_text(*command, "--vault", "NAME", upload_.vault, "Vault to store it in")->required();
    add_text(*command, "--description", "TEXT", upload_.description, "Description of the archive, in ASCII");
    add_text(*command, "--part-size", "BYTES", upload_.part_size,
             "Size of the parts: a power of two from 1MiB to 4GiB (default: at least 16MiB)");
    add_text(*command, "--concurrency", "N", upload_.concurrency, "Parts on their way at once (default: 4)");
    add_transfer_options(*command, upload_);
    command->add_flag("--discard", upload_.discard, "Give up what an earlier run had begun; store nothing");
    command->add_flag("--mapped", upload_.mapped,
                      "Map the file into memory: less CPU; nobody may truncate it meanwhile");
    add_text(*command, "--single-request-max", "BYTES", upload_.single_request_max,
             "Store files of up to so many bytes in one request, which cannot be taken up (default: none)");
    add_text(*command, "--expect-tree-hash", "HEX", upload_.expected_tree_hash,
             "Store nothing if the file has another tree hash");
    add_text(*command, "--size-max", "BYTES", upload_.size_max,
             "What standard input gives at most (default: 10000 parts)");
    exclude(*command, "--discard", {"--no-resume", "--restart"});
}

void command_line::add_retrieve()
{
    CLI::App* const command =
        add_command(app_, "retrieve", "Get an archive back, which takes hours; print its tree hash",
                    [this](session& run) { retrieve(run, retrieve_); });
    add_text(*command, "ARCHIVE-ID,--archive-id", "ID", retrieve_.archive,
             "The archive; may be left out with --job");
    add_text(*command, "--vault", "NAME", retrieve_.vault, "Vault of the archive")->required();
    add_text(*command, "--output", "FILE", retrieve_.file, "Where to put it; -: standard output")->required();
    add_text(*command, "--tier", "TIER", retrieve_.tier,
             "Standard (3 to 5 hours), Bulk or Expedited (default: Standard)");
    add_text(*command, "--job", "JOB-ID", retrieve_.job, "Take up this job instead of starting one");
    command->add_flag("--new-job", retrieve_.new_job, "Start a job even if there is an equal one");
    add_text(*command, "--range", "FIRST-LAST", retrieve_.range,
             "Only these bytes of the archive, both included");
    add_text(*command, "--archive-size", "BYTES", retrieve_.archive_size,
             "Size of the archive, for --range; not needed with --job");
    add_text(*command, "--range-size", "BYTES", retrieve_.range_size,
             "Size of the ranges it is fetched in: a power of two from 1MiB to 4GiB\n(default: 16MiB; 4MiB "
             "for standard output)");
    add_text(*command, "--concurrency", "N", retrieve_.concurrency,
             "Ranges on their way at once (default: 4)");
    add_transfer_options(*command, retrieve_);
    exclude(*command, "--job", {"--tier", "--new-job"});
}

void command_line::add_transfer_options(CLI::App& command, transfer_options& options)
{
    add_text(command, "--limit-rate", "BYTES", options.limit_rate,
             "Archive data a second, at most (default: no limit)");
    add_text(command, "--memory", "BYTES", options.memory, "Memory for buffers, at most (default: 64MiB)");
    add_text(command, "--state-file", "FILE", options.state_file,
             "Where to keep how far it is, so that a later run can go on");
    command.add_flag("--no-resume", options.no_resume, "Keep nothing, and take nothing up");
    command.add_flag("--restart", options.restart, "Give up what an earlier run had done, and begin anew");
    exclude(command, "--no-resume", {"--state-file", "--restart"});
}

void command_line::exclude(CLI::App& command, std::string const& option,
                           std::initializer_list<std::string> others)
{
    for (std::string const& other : others)
        command.get_option(option)->excludes(command.get_option(other));
}

void command_line::add_job()
{
    CLI::App* const job = app_.add_subcommand("job", "List and describe jobs")->group("Commands");
    job->require_subcommand(1);
    CLI::App* const list = add_command(*job, "list", "Print the vault's jobs, those of the last day included",
                                       [this](session& run) { list_jobs(run, job_vault_, job_status_); });
    add_text(*list, "--vault", "NAME", job_vault_, "Vault of the jobs")->required();
    add_text(*list, "--status", "STATUS", job_status_, "Only those: InProgress, Succeeded or Failed");
    CLI::App* const describe = add_command(*job, "describe", "Print what is known of a job",
                                           [this](session& run) { describe_job(run, job_vault_, job_id_); });
    add_text(*describe, "JOB-ID,--job-id", "ID", job_id_, "The job")->required();
    add_text(*describe, "--vault", "NAME", job_vault_, "Vault of the job")->required();
}

void command_line::add_treehash()
{
    CLI::App* const command = add_command(app_, "treehash", "Print the tree hashes of files; nothing is sent",
                                          [this](session& run) { print_tree_hashes(run, files_); });
    command
        ->add_option_function<std::vector<std::string>>(
            "FILE",
            [this](std::vector<std::string> const& tokens) {
                for (std::string const& token : tokens)
                    files_.push_back(arguments_->text(token));
            },
            "The files")
        ->type_name("")
        ->required();
}

void command_line::add_whoami()
{
    CLI::App* const command =
        add_command(app_, "whoami", "Print where the credentials come from, and where requests go",
                    [this](session& run) { print_identity(run, verify_); });
    command->add_flag("--verify", verify_, "Ask the service STS whose they are");
}

void command_line::add_api()
{
    CLI::App* const api =
        app_.add_subcommand("api",
                            "The operations of the service as they are, with the options of aws glacier")
            ->group("Commands");
    api->require_subcommand(1);
    api->add_flag_callback(
        "--no-paginate", [this] { api_.no_paginate = true; }, "Get one page of a list only");
    for (api_operation const& operation : api_operations())
        add_api_operation(*api, operation);
}

void command_line::add_api_operation(CLI::App& api, api_operation const& operation)
{
    CLI::App* const command =
        add_command(api, std::string(operation.name), std::string(operation.description),
                    [this, &operation](session& run) {
                        if (globals_.form == output_form::text)
                            throw failure(exit_code::usage, "--output text: api prints JSON only");
                        call_operation(run, operation, api_);
                    });
    command->group(std::string(operation.group));
    auto const take = [this](std::string_view member) {
        return [this, member](std::string const& text) { api_.words[std::string(member)] = {text}; };
    };
    for (api_parameter const& parameter : operation.parameters) {
        std::string const name = option_name(parameter.member);
        std::string const value_name(parameter.value_name);
        std::string const description =
            std::string(parameter.description) + (parameter.required ? ", required" : "");
        if (parameter.kind != api_kind::list) {
            add_text_function(*command, name, value_name, take(parameter.member), description);
            continue;
        }
        command
            ->add_option_function<std::vector<std::string>>(
                name,
                [this, member = parameter.member](std::vector<std::string> const& tokens) {
                    for (std::string const& token : tokens)
                        api_.words[std::string(member)].push_back(arguments_->text(token));
                },
                description)
            ->type_name(value_name);
    }
    if (operation.has_output_file) {
        add_text(*command, "OUTFILE", "", api_.output_file, "Where to put the output")->required();
        return;
    }
    add_text(*command, "--cli-input-json", "JSON", api_.input_json,
             "Parameters that no option gives, by the names of the service's model");
    if (operation.list.empty())
        return;
    add_text(*command, "--page-size", "N", api_.page_size, "Items of each page that is got");
    add_text(*command, "--max-items", "N", api_.max_items, "Items to print at most; NextToken tells of more");
    add_text(*command, "--starting-token", "TOKEN", api_.starting_token, "Go on from this NextToken");
}

CLI::App* command_line::add_command(CLI::App& parent, std::string const& name, std::string const& description,
                                    std::function<void(session&)> action)
{
    CLI::App* const command = parent.add_subcommand(name, description)->group("Commands");
    command->footer("The options that all commands have are shown by glacier --help.");
    command->callback([this, chosen = std::move(action)] { action_ = chosen; });
    return command;
}

CLI::Option* command_line::add_text(CLI::App& app, std::string const& name, std::string const& value_name,
                                    std::string& target, std::string const& description)
{
    return add_text_function(
        app, name, value_name, [&target](std::string const& text) { target = text; }, description);
}

CLI::Option* command_line::add_text(CLI::App& app, std::string const& name, std::string const& value_name,
                                    std::optional<std::string>& target, std::string const& description)
{
    return add_text_function(
        app, name, value_name, [&target](std::string const& text) { target = text; }, description);
}

CLI::Option* command_line::add_text_function(CLI::App& app, std::string const& name,
                                             std::string const& value_name,
                                             std::function<void(std::string const&)> store,
                                             std::string const& description)
{
    return app
        .add_option_function<std::string>(
            name,
            [this, kept = std::move(store)](std::string const& token) { kept(arguments_->text(token)); },
            description)
        ->type_name(value_name);
}

command_words command_line::words() const
{
    command_words found;
    add_words(app_, found);
    for (CLI::App const* const command : app_.get_subcommands([](CLI::App const*) { return true; })) {
        auto& following = found.commands[command->get_name()];
        for (CLI::App const* const inner : command->get_subcommands([](CLI::App const*) { return true; }))
            following.insert(inner->get_name());
    }
    return found;
}

std::function<void(session&)> command_line::parse(std::vector<std::string> const& given, std::ostream& out)
{
    arguments const read(given, words());
    arguments_ = &read;
    std::vector<std::string> tokens = read.tokens();
    // CLI11 takes them from the back.
    std::reverse(tokens.begin(), tokens.end());
    try {
        app_.parse(std::move(tokens));
        return action_;
    } catch (CLI::Success const& wanted) {
        std::ostringstream text;
        app_.exit(wanted, text, text);
        output(out, output_form::text).lines(text.str());
        return [](session&) {};
    } catch (CLI::ParseError const& error) {
        std::string const of = read.command().empty() ? "" : " " + read.command();
        throw failure(exit_code::usage, error_text(error) + "; see glacier" + of + " --help");
    }
}

std::string command_line::error_text(CLI::ParseError const& error) const
{
    // What is there too much is more likely the mistake than what is missing because of it.
    std::vector<std::string> const unexpected = app_.remaining(true);
    if (!unexpected.empty())
        return "unexpected argument \"" + arguments_->text(unexpected.front()) + "\"";
    if (error.get_name() == "RequiredError" && error.what() == std::string("A subcommand is required"))
        return "a command is missing";
    return error.what();
}

} // namespace

int run_application(std::vector<std::string> const& given, surroundings const& world)
{
    try {
        command_line line;
        auto const action = line.parse(given, world.out);
        session run(world, line.globals());
        action(run);
        return static_cast<int>(exit_code::success);
    } catch (...) {
        failure const failed = failure_of(std::current_exception());
        world.err << "glacier: " << one_line(failed.what()) << '\n' << std::flush;
        return static_cast<int>(failed.code());
    }
}

} // namespace glacier::cli
