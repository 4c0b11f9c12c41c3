#pragma once

#include "async/timer.hpp"

#include <glacier/waiter.hpp>

#include <memory>

namespace glacier {

// The public functions with the time that they use.

asio::awaitable<vault_description> wait_until_vault_exists(client service, wait_for_vault_request request,
                                                           std::shared_ptr<async::time_source> time);

asio::awaitable<void> wait_until_vault_not_exists(client service, wait_for_vault_request request,
                                                  std::shared_ptr<async::time_source> time);

} // namespace glacier
