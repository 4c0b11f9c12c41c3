#pragma once

#include <glacier/client.hpp>

#include <exception>

namespace glacier::transfer {

/// Whether a part or a range that failed so is worth another try, after the client's own repetitions.
bool is_worth_repeating(std::exception_ptr const& error) noexcept;

/// How often a part or a range may be sent or fetched: once if the client repeats nothing.
int attempts_of_part(client const& service) noexcept;

} // namespace glacier::transfer
