#include "transfer/repetition.hpp"

#include <glacier/error.hpp>

namespace glacier::transfer {

bool is_worth_repeating(std::exception_ptr const& error) noexcept
{
    try {
        std::rethrow_exception(error);
    } catch (boost::system::system_error const& caught) {
        error_code const code = caught.code();
        return code == condition::retryable || code == condition::transport || code == condition::timeout ||
               code == condition::verification;
    } catch (...) {
        return false;
    }
}

int attempts_of_part(client const& service) noexcept
{
    return service.get_retry().attempts_max == 1 ? 1 : 5;
}

} // namespace glacier::transfer
