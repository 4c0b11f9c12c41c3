#pragma once

#include "protocol/codec.hpp"
#include "protocol/select_fields.hpp"

#include <string>
#include <string_view>
#include <tuple>

namespace glacier::protocol {

/// What a select job was asked for, in one piece, so that the service can keep it and show it as it was given.
struct select_request {
    select_parameters query;
    output_location output;
};

template <>
struct json_fields<select_request> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field("SelectParameters", &select_request::query),
        field("OutputLocation", &select_request::output),
    };
};

/// JSON on one line.
std::string write_select_request(select_request const& request);

/// Reads what write_select_request() has written.
decoded<select_request> read_select_request(std::string_view text);

} // namespace glacier::protocol
