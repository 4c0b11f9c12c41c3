#pragma once

#include "protocol/operation.hpp"

#include <glacier/client.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <vector>

namespace glacier::test {

/// A call of one operation, whose result does not matter.
struct call {
    protocol::operation id;
    std::function<asio::awaitable<void>(client)> start;
};

/// A call of each operation, in the order of the table. All but those of the account are about the vault `photos`, and
/// about ids in it that there are none of.
std::vector<call> const& all_calls();

} // namespace glacier::test
