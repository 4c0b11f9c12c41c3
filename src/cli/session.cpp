#include "cli/session.hpp"

#include <glacier/identifiers.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace glacier::cli {

client session::connect(std::size_t concurrency) const
{
    return connect(concurrency, std::nullopt);
}

client_config session::configure(std::optional<std::string> const& account) const
{
    config_overrides overrides;
    overrides.profile = options_.profile;
    overrides.region = options_.region;
    overrides.endpoint = options_.endpoint_url;
    if (options_.fips)
        overrides.use_fips_endpoint = true;
    if (options_.dualstack)
        overrides.use_dualstack_endpoint = true;
    overrides.proxy = options_.proxy;
    auto const& owner = account ? account : options_.account_id;
    if (owner)
        overrides.account = account_id(*owner);
    if (options_.ca_bundle)
        overrides.ca_bundle = std::filesystem::path(*options_.ca_bundle);

    overrides.observer = events_.get_observer();
    return load_client_config(overrides, world_.environment);
}

client session::connect(std::size_t concurrency, std::optional<std::string> const& account) const
{
    return connect(concurrency, configure(account));
}

client session::connect(std::size_t concurrency, client_config config) const
{
    // One more, so that a look at a job or an abort need not wait for a part.
    config.pool.connections_max = std::max(config.pool.connections_max, concurrency + 1);
    return client(world_.context.get_executor(), std::move(config));
}

} // namespace glacier::cli
