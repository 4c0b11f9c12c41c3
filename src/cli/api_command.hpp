#pragma once

#include "cli/api_operations.hpp"
#include "cli/session.hpp"

#include <optional>
#include <string>

namespace glacier::cli {

/// The arguments of `glacier api OPERATION` as they were given.
struct api_options {
    api_words words;
    std::optional<std::string> input_json;
    std::string output_file;
    bool no_paginate = false;
    std::optional<std::string> page_size;
    std::optional<std::string> max_items;
    std::optional<std::string> starting_token;
};

/// `glacier api OPERATION`: carries an operation out, and prints its result as the AWS CLI prints it.
void call_operation(session& session, api_operation const& operation, api_options const& options);

} // namespace glacier::cli
