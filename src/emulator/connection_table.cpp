#include "emulator/connection_table.hpp"

#include <utility>

namespace glacier::emulation {

std::optional<connection_table::number> connection_table::add(std::function<void()> close)
{
    std::function<void()> close_other;
    number added = 0;
    {
        std::lock_guard const lock(mutex_);
        if (connections_.size() >= connections_max_) {
            close_other = take_idle();
            if (!close_other)
                return std::nullopt;
        }
        added = next_++;
        connections_.emplace(added, entry{std::move(close), idle_.insert(idle_.end(), added)});
    }
    if (close_other)
        close_other();
    return added;
}

bool connection_table::begin_request(number connection)
{
    std::lock_guard const lock(mutex_);
    auto const found = connections_.find(connection);
    if (found == connections_.end())
        return false;
    idle_.erase(found->second.place);
    found->second.place = idle_.end();
    return true;
}

void connection_table::end_request(number connection)
{
    std::lock_guard const lock(mutex_);
    if (auto const found = connections_.find(connection); found != connections_.end())
        found->second.place = idle_.insert(idle_.end(), connection);
}

void connection_table::remove(number connection)
{
    std::lock_guard const lock(mutex_);
    auto const found = connections_.find(connection);
    if (found == connections_.end())
        return;
    if (found->second.place != idle_.end())
        idle_.erase(found->second.place);
    connections_.erase(found);
}

bool connection_table::close_idle()
{
    std::function<void()> close;
    {
        std::lock_guard const lock(mutex_);
        close = take_idle();
    }
    if (close)
        close();
    return close != nullptr;
}

std::size_t connection_table::size() const
{
    std::lock_guard const lock(mutex_);
    return connections_.size();
}

/// Forgets the connection, so that it cannot begin a request.
std::function<void()> connection_table::take_idle()
{
    if (idle_.empty())
        return nullptr;
    auto const found = connections_.find(idle_.front());
    std::function<void()> close = std::move(found->second.close);
    idle_.pop_front();
    connections_.erase(found);
    return close;
}

} // namespace glacier::emulation
