#include <glacier/emulator.hpp>

#include "base/printable.hpp"
#include "emulator/certificate.hpp"
#include "emulator/control_commands.hpp"
#include "emulator/control_server.hpp"
#include "emulator/control_service.hpp"
#include "emulator/exchange.hpp"
#include "emulator/inferred_options.hpp"
#include "emulator/notifier.hpp"
#include "emulator/request_history.hpp"
#include "emulator/server.hpp"
#include "emulator/service_context.hpp"
#include "emulator/store.hpp"
#include "emulator/virtual_clock.hpp"
#include "protocol/endpoint.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

namespace glacier {

namespace {

using namespace emulation;

constexpr std::size_t identities_max = 101;
constexpr std::size_t webhooks_max = 1'000;

void check_identities(std::vector<credentials> const& all)
{
    if (all.size() > identities_max)
        throw std::invalid_argument("there are at most 100 identities besides the first");
    std::set<std::string_view> seen;
    for (credentials const& each : all) {
        std::string const name = base::printable(each.access_key_id, 128);
        auto const require = [&name](bool holds, char const* rule) {
            if (!holds)
                throw std::invalid_argument("access key " + name + ": " + rule);
        };
        bool const is_key = !each.access_key_id.empty() && each.access_key_id.size() <= 128 &&
                            std::all_of(each.access_key_id.begin(), each.access_key_id.end(),
                                        [](char c) { return c > ' ' && c <= '~' && c != '/' && c != ','; });
        require(is_key, "it must have 1 to 128 printable characters, none of them a blank, '/' or ','");
        require(!each.secret_access_key.empty(), "its secret key must not be empty");
        require(!each.expiration || !each.session_token.empty(), "only a session token can expire");
        require(seen.insert(each.access_key_id).second, "it is given twice");
    }
}

/// The first one and the others.
std::vector<credentials> identities_of(emulator_options const& options)
{
    std::vector<credentials> all{options.identity};
    all.insert(all.end(), options.identities.begin(), options.identities.end());
    return all;
}

void check_webhooks(std::map<std::string, std::string> const& webhooks)
{
    if (webhooks.size() > webhooks_max)
        throw std::invalid_argument("there are at most 1000 webhooks");
    for (auto const& [topic, url] : webhooks) {
        if (topic != "*" && !sns_topic_rule::allows(topic))
            throw std::invalid_argument("a webhook is for the ARN of an SNS topic, or for *, and not for " +
                                        base::printable(topic, 200));
        auto const endpoint = protocol::parse_endpoint(url);
        if (!endpoint || endpoint->tls)
            throw std::invalid_argument(
                "the URL of a webhook has the form http://HOST[:PORT][/PATH], which " +
                base::printable(url, 200) + " has not");
    }
}

void check(emulator_options const& options)
{
    auto const require = [](bool holds, char const* rule) {
        if (!holds)
            throw std::invalid_argument(rule);
    };
    constexpr std::chrono::milliseconds none(0);
    require(!options.data_directory.empty(), "a data directory is needed");
    require(options.tls_certificate.has_value() == options.tls_key.has_value(),
            "a TLS certificate needs a key, and a key a certificate");
    require(!options.tls || !options.tls_certificate,
            "either the emulator makes a certificate or one is given, not both");
    require(account_id_rule::allows(options.account) && options.account != "-", "an account has 12 digits");
    bool const region_is_safe = std::all_of(options.region.begin(), options.region.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    require(!options.region.empty() && region_is_safe, "a region has small letters, digits and hyphens");
    require(!options.identity.access_key_id.empty() && !options.identity.secret_access_key.empty(),
            "the access key and the secret key must not be empty");
    require(options.clock_scale > 0 && options.clock_scale <= 1e9,
            "the clock scale is above 0 and up to 1e9");
    require(options.job_delay.value_or(none) >= none && options.inventory_period >= none &&
                options.upload_life > none && options.job_output_life > none,
            "delays and periods are not negative, and lives not zero");
    check_inferred(options.inferred);
    check_identities(identities_of(options));
    check_webhooks(options.webhooks);
    require(!options.control_listen.empty(), "the control endpoint needs an address");
}

/// What clients may use.
void check_limits(emulator_options const& options)
{
    auto const require = [](bool holds, char const* rule) {
        if (!holds)
            throw std::invalid_argument(rule);
    };
    auto const is_within = [](std::uint64_t value, std::uint64_t least, std::uint64_t most) {
        return value >= least && value <= most;
    };
    // A timer counts nanoseconds, and this is far from their end.
    auto const is_time = [](std::chrono::milliseconds time) {
        return time.count() > 0 && time <= std::chrono::hours(24 * 365);
    };
    require(is_within(options.head_bytes_max, 1'024, 1'048'576),
            "the head of a request may have 1024 to 1048576 bytes");
    require(is_within(options.headers_max, 16, 10'000), "a request may have 16 to 10000 headers");
    require(is_within(options.body_bytes_max, 1'024, 1'073'741'824),
            "the body of a request that is no upload may have 1024 to 1073741824 bytes");
    require(is_within(options.connections_max, 1, 1'000'000), "there may be 1 to 1000000 connections");
    require(is_time(options.head_time_max) && is_time(options.idle_time_max) &&
                is_time(options.body_stall_max),
            "the limits of time for heads, idle connections and bodies are above zero and up to a year");
}

/// As a public function reports what is wrong with its arguments.
template <class T>
void throw_if_refused(service_result<T> const& done)
{
    if (!done)
        throw std::invalid_argument(done.error().message);
}

/// `http://127.0.0.1:41234`.
std::string url_of(std::string_view scheme, std::string const& address, std::uint16_t port)
{
    bool const is_ipv6 = address.find(':') != std::string::npos;
    return std::string(scheme) + "://" + (is_ipv6 ? "[" + address + "]" : address) + ":" +
           std::to_string(port);
}

service_options services_of(emulator_options const& options)
{
    service_options services;
    services.account = options.account;
    services.region = options.region;
    services.job_delay = options.job_delay;
    services.inventory_period = options.inventory_period;
    services.upload_life = options.upload_life;
    services.job_output_life = options.job_output_life;
    services.tags_per_vault_max = options.tags_per_vault_max;
    services.enforce_access_policies = options.enforce_access_policies;
    services.free_tier_bytes_per_day = options.free_tier_bytes_per_day;
    services.inferred = options.inferred;
    services.webhooks = options.webhooks;
    return services;
}

server_limits limits_of(emulator_options const& options)
{
    server_limits limits;
    limits.head.bytes_max = options.head_bytes_max;
    limits.head.headers_max = options.headers_max;
    limits.connections_max = options.connections_max;
    limits.head_time_max = options.head_time_max;
    limits.idle_time_max = options.idle_time_max;
    limits.body_stall_max = options.body_stall_max;
    return limits;
}

/// Names under which clients may look for the emulator.
std::vector<std::string> names_of(emulator_options const& options)
{
    std::vector<std::string> names{"localhost", "*.localhost", "127.0.0.1", "::1",
                                   "glacier." + options.region + ".amazonaws.com"};
    if (std::find(names.begin(), names.end(), options.listen) == names.end())
        names.push_back(options.listen);
    return names;
}

unsigned threads_of(emulator_options const& options) noexcept
{
    constexpr unsigned least = 4;
    return options.threads != 0 ? options.threads : std::max(least, std::thread::hardware_concurrency());
}

} // namespace

struct emulator::state {
    explicit state(emulator_options given)
        : options(std::move(given)), services(services_of(options)), data(options.data_directory),
          time(wall_clock, options.clock_scale, data),
          app{service_context{data, time, random, services}, time, wall_clock,
              verifier(identities_of(options), protocol::signing_scope{options.region, "glacier"},
                       options.authentication),
              fault_plan(options.seed)}
    {
        throw_if_refused(replace_faults(app.faults, options.faults));
        sweep(app.services);
        if (!options.webhooks.empty()) {
            notifier_options notifying;
            notifying.on_notification = options.on_notification;
            notices.emplace(app.services, time, wall_clock, std::move(notifying));
        }
        server_options serving;
        serving.address = options.listen;
        serving.port = options.port;
        serving.threads = threads_of(options);
        serving.on_request = observer();
        serving.on_connection_error = options.on_connection_error;
        serving.limits = limits_of(options);
        app.body_bytes_max = options.body_bytes_max;
        if (options.tls) {
            certificate_files const files =
                prepare_certificate(options.data_directory / "tls", names_of(options), wall_clock);
            ca = files.ca;
            serving.tls = tls_files{files.certificate, files.key};
        } else if (options.tls_certificate) {
            serving.tls = tls_files{*options.tls_certificate, *options.tls_key};
        }
        secure = serving.tls.has_value();
        listener.emplace(app, std::move(serving));
        if (options.control_port)
            control.emplace(commands, options.control_listen, *options.control_port);
    }

    std::function<void(emulator_request const&)> observer()
    {
        if (!options.control_port)
            return options.on_request;
        return [this](emulator_request const& request) {
            history.add(request);
            if (options.on_request)
                options.on_request(request);
        };
    }

    emulator_options options;
    service_options services;
    base::system_clock wall_clock;
    base::system_random random;
    store data;
    virtual_clock time;
    application app;
    request_history history;
    control_commands commands{app, history};
    std::filesystem::path ca;
    bool secure = false;
    std::optional<notifier> notices;
    // Last, so that nothing serves requests while the rest is made or goes.
    std::optional<server> listener;
    std::optional<control_server> control;
};

emulator::emulator(emulator_options options)
{
    check(options);
    check_limits(options);
    state_ = std::make_unique<state>(std::move(options));
}

emulator::~emulator()
{
    stop();
}

std::uint16_t emulator::port() const noexcept
{
    return state_->listener->port();
}

std::string emulator::endpoint_url() const
{
    return url_of(state_->secure ? "https" : "http", state_->options.listen, port());
}

std::filesystem::path emulator::ca_certificate() const
{
    return state_->ca;
}

std::string emulator::control_url() const
{
    if (!state_->control)
        return {};
    return url_of("http", state_->options.control_listen, state_->control->port());
}

timestamp emulator::now() const
{
    return state_->time.now();
}

void emulator::advance_clock(std::chrono::milliseconds by)
{
    throw_if_refused(step_clock(state_->time, by));
}

void emulator::set_clock_scale(double scale)
{
    throw_if_refused(emulation::set_clock_scale(state_->time, scale));
}

void emulator::take_inventory(std::string const& vault)
{
    throw_if_refused(take_inventories(state_->app.services, state_->time, vault));
}

void emulator::complete_job(std::string const& vault, std::string const& job)
{
    throw_if_refused(complete_jobs(state_->app.services, selection{vault, job}));
}

void emulator::fail_job(std::string const& vault, std::string const& job, std::string const& message)
{
    throw_if_refused(fail_jobs(state_->app.services, selection{vault, job}, message));
}

void emulator::expire_job(std::string const& vault, std::string const& job)
{
    throw_if_refused(expire_jobs(state_->app.services, selection{vault, job}));
}

void emulator::expire_upload(std::string const& vault, std::string const& upload)
{
    throw_if_refused(expire_uploads(state_->app.services, selection{vault, upload}));
}

void emulator::set_faults(std::vector<emulator_fault> faults)
{
    throw_if_refused(replace_faults(state_->app.faults, std::move(faults)));
}

std::vector<emulator_fault_count> emulator::faults() const
{
    return state_->app.faults.counts();
}

void emulator::stop()
{
    if (state_->control)
        state_->control->stop();
    state_->listener->stop();
    if (state_->notices)
        state_->notices->stop();
    state_->time.save();
}

} // namespace glacier
