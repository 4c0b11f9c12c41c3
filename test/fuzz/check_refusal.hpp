#pragma once

#include "fuzz/property.hpp"

#include <glacier/error.hpp>

#include <string>

namespace glacier::fuzz {

/// What is said of an answer with credentials that makes no sense, from the source `S`: one sentence of few, which has no
/// room for anything of the answer.
inline void check_refusal(operation_error const& error)
{
    require(error.code() == errc::credentials_failed);
    std::string const& message = error.details().message;
    require(message.starts_with("S: ") && message.size() < 120 && is_printable(message));
}

} // namespace glacier::fuzz
