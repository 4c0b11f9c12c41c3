#pragma once

#include <glacier/error.hpp>

#include <ostream>

namespace glacier {

// So that BOOST_TEST can show what it compares.

inline std::ostream& operator<<(std::ostream& stream, errc code)
{
    return stream << make_error_code(code);
}

inline std::ostream& operator<<(std::ostream& stream, condition value)
{
    return stream << make_error_condition(value).message();
}

} // namespace glacier
