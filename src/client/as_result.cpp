#include <glacier/as_result.hpp>

#include <string>
#include <system_error>

namespace glacier::detail {

namespace {

/// The system's errors compare with those of Boost, which has names for the same categories.
error_code code_of(std::error_code const& code)
{
    if (code.category() == std::generic_category())
        return {code.value(), boost::system::generic_category()};
    if (code.category() == std::system_category())
        return {code.value(), boost::system::system_category()};
    return code;
}

} // namespace

operation_error operation_error_of(std::filesystem::filesystem_error const& error)
{
    error_details details;
    details.message = error.what();
    return {code_of(error.code()), std::move(details)};
}

} // namespace glacier::detail
