#include <glacier/endpoint_url.hpp>

#include "client/client_core.hpp"

namespace glacier {

std::string endpoint_url(client_config const& config)
{
    protocol::endpoint const where = endpoint_of(config).where;
    return where.str() + where.path_prefix;
}

} // namespace glacier
