#pragma once

#include <boost/json/object.hpp>

#include <string_view>

namespace glacier::cli {

/**
 * Reads the short form in which the AWS CLI takes structures and maps: `Type=select,Tier=Bulk`,
 * `Events=a,b`, `Rules=[{Strategy=BytesPerHour,BytesPerHour=1}]`, `Policy='{"a":1}'`.
 *
 * Every value is a string, a list or an object; what it should be in the structure is not known here.
 *
 * Errors: failure(usage) that says where the text went wrong. Lists and objects may be 32 deep.
 */
boost::json::object parse_shorthand(std::string_view text);

} // namespace glacier::cli
