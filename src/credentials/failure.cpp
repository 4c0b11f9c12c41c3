#include "credentials/failure.hpp"

#include <utility>

namespace glacier::credentials_sources {

void fail(errc reason, std::string message)
{
    error_details details;
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

void fail_source(std::string const& source, std::string const& message)
{
    fail(errc::credentials_failed, source + ": " + message);
}

} // namespace glacier::credentials_sources
