#pragma once

#include "protocol/codec.hpp"
#include "protocol/http_message.hpp"
#include "protocol/operation.hpp"

#include <optional>
#include <string_view>

namespace glacier::protocol {

/// The operation that a request is for, and its parameters.
struct route {
    operation id;
    parameters path;
    parameters query;
};

/// Finds the operation of a method and a target in the table. Nothing if there is none, or if the target is
/// not percent-encoded properly.
std::optional<route> find_route(http_method method, std::string_view target);

} // namespace glacier::protocol
