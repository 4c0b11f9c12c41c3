#include "cli/whoami_command.hpp"

#include "cli/run.hpp"

#include <glacier/credentials_sources.hpp>
#include <glacier/endpoint_url.hpp>
#include <glacier/json.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <ctime>
#include <utility>

namespace glacier::cli {

namespace {

asio::awaitable<credentials> get_from(std::shared_ptr<credentials_provider> provider)
{
    co_return co_await provider->get();
}

/// In UTC, to the second.
std::string time_text(timestamp moment)
{
    std::time_t const seconds = std::chrono::system_clock::to_time_t(moment);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::string text(sizeof("9999-12-31T23:59:59Z"), '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
    return text;
}

boost::json::object describe(credentials const& found, client_config const& config)
{
    // Of the credentials nothing else is ever looked at here.
    boost::json::object facts;
    facts["Source"] = found.source;
    facts["AccessKeyId"] = nullptr;
    facts["AccountId"] = nullptr;
    facts["Expiration"] = nullptr;
    if (!found.anonymous)
        facts["AccessKeyId"] = found.access_key_id;
    if (found.account_id)
        facts["AccountId"] = *found.account_id;
    if (found.expiration)
        facts["Expiration"] = time_text(*found.expiration);
    facts["Region"] = config.region;
    facts["Endpoint"] = endpoint_url(config);
    return facts;
}

} // namespace

void print_identity(session& session, bool verify)
{
    client_config const config = session.configure(std::nullopt);
    credentials const found = run(session.context(), get_from(config.credentials));
    boost::json::object facts = describe(found, config);
    if (verify) {
        credentials_options options;
        options.environment = session.environment();
        options.region = config.region;
        options.tls = config.tls;
        caller_identity const caller =
            run(session.context(), get_caller_identity(config.credentials, std::move(options)));
        facts["AccountId"] = caller.account_id;
        facts["Arn"] = caller.arn;
        facts["UserId"] = caller.user_id;
    }
    if (session.out().form() == output_form::json)
        session.out().line(boost::json::serialize(facts));
    else
        session.out().lines(member_lines(facts));
}

} // namespace glacier::cli
