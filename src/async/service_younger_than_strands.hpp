#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>

namespace glacier::async {

namespace asio = boost::asio;

/**
 * A service of the executor's context that ends before the context's strands do.
 *
 * A context ends its services in the reverse order of their creation, so the strands' service is made first.
 */
template <class Service>
Service& service_younger_than_strands(asio::any_io_executor const& executor)
{
    static_cast<void>(asio::make_strand(executor));
    return asio::use_service<Service>(asio::query(executor, asio::execution::context));
}

} // namespace glacier::async
