#include "transfer/repetition.hpp"

#include "plan/retry_plan.hpp"

#include <glacier/error.hpp>

namespace glacier::transfer {

namespace {

bool is_worth_repeating(error_code const& code, int http_status) noexcept
{
    plan::attempt_failure failure;
    failure.code = code;
    failure.http_status = http_status;
    return plan::kind_of(failure) != plan::failure_kind::permanent || code == condition::transport ||
           code == condition::timeout || code == condition::verification;
}

} // namespace

bool is_worth_repeating(std::exception_ptr const& error) noexcept
{
    try {
        std::rethrow_exception(error);
    } catch (operation_error const& caught) {
        return is_worth_repeating(caught.code(), caught.http_status());
    } catch (boost::system::system_error const& caught) {
        return is_worth_repeating(caught.code(), 0);
    } catch (...) {
        return false;
    }
}

int attempts_of_part(client const& service) noexcept
{
    return service.get_retry().attempts_max == 1 ? 1 : 5;
}

} // namespace glacier::transfer
