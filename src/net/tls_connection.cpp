#include "net/make_connection.hpp"

#include "net/http_connection.hpp"

namespace glacier::net {

std::unique_ptr<connection> make_connection(std::unique_ptr<tls_stream> stream)
{
    return std::make_unique<http_connection<tls_stream>>(std::move(stream));
}

} // namespace glacier::net
