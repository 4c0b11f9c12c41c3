#pragma once

#include "async/budget.hpp"
#include "async/rate_limiter.hpp"
#include "plan/transfer_pace.hpp"

#include <glacier/hash_path.hpp>
#include <glacier/transfer_limits.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace glacier {

/// What the transfers of a client share. Thread safety: full.
class transfer_limits::state {
public:
    /// `connections_max`: of the client's pool.
    state(transfer_settings const& settings, std::size_t connections_max,
          std::shared_ptr<async::time_source> its_time);

    std::shared_ptr<async::time_source> const time;
    std::shared_ptr<async::budget> memory;
    /// One for each part or range whose request is under way. They wait here, without a limit of time and in turns, and
    /// not in the pool's line, where whoever waits for too long fails.
    std::shared_ptr<async::budget> connections;
    std::shared_ptr<async::rate_limiter> upload_rate;
    std::shared_ptr<async::rate_limiter> download_rate;
    plan::transfer_pace pace;
    std::optional<hash_path> const hashing;
};

} // namespace glacier
