#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace glacier::cli {

/// A result as the AWS CLI prints it: without members that are null, and in the order of the service's model.
boost::json::object printed_members(boost::json::object const& result);

/// JSON as the AWS CLI writes it: indented by 4 spaces, without a line end, non-ASCII characters as they are.
std::string indented_json(boost::json::value const& value);

} // namespace glacier::cli
