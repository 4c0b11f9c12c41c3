#pragma once

#include "plan/address_cache.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace glacier::net {

namespace asio = boost::asio;

/// Looks up host names. Safe to use from several threads.
class name_resolver {
public:
    name_resolver() = default;
    name_resolver(name_resolver const&) = delete;
    name_resolver& operator=(name_resolver const&) = delete;
    virtual ~name_resolver() = default;

    /// The addresses in the order in which to try them; at least one. To be awaited on `executor`. Errors:
    /// system_error.
    virtual asio::awaitable<std::vector<plan::host_address>> resolve(asio::any_io_executor executor,
                                                                     std::string host) = 0;
};

/// The system's own, which blocks, in a thread of Asio's own for that.
std::shared_ptr<name_resolver> system_resolver();

} // namespace glacier::net
