#include "net/race_connect.hpp"

#include "plan/address_race.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace glacier::net {

namespace {

using asio::ip::tcp;

/// The race, as those who run see it. They keep it until the last has stopped.
struct race_state {
    race_state(asio::any_io_executor const& strand, std::size_t addresses, std::chrono::milliseconds limit,
               async::time_source& time)
        : plan(addresses, limit, time.now()), timer(time.make_timer(strand))
    {
        sockets.reserve(addresses);
        for (std::size_t i = 0; i < addresses; ++i)
            sockets.emplace_back(strand);
    }

    void on_ended(std::size_t address, error_code const& error_of_attempt)
    {
        if (over)
            return;
        if (!error_of_attempt) {
            winner = winner.value_or(address);
        } else {
            plan.on_failed();
            failed.push_back(address);
            // An address of a family that this machine does not have says nothing about the host.
            if (!error || error_of_attempt != asio::error::network_unreachable)
                error = error_of_attempt;
        }
        timer->wake();
    }

    std::vector<tcp::socket> sockets;
    plan::address_race plan;
    std::unique_ptr<async::timer> timer;
    std::optional<std::size_t> winner;
    std::vector<std::size_t> failed;
    error_code error;
    bool over = false;
};

/// Stops those who still run, also when the coroutine is cancelled or destroyed.
class race_end {
public:
    explicit race_end(std::shared_ptr<race_state> race) noexcept : race_(std::move(race)) {}
    race_end(race_end const&) = delete;
    race_end& operator=(race_end const&) = delete;

    ~race_end()
    {
        race_->over = true;
        error_code ignored;
        for (tcp::socket& each : race_->sockets)
            each.close(ignored);
    }

private:
    std::shared_ptr<race_state> race_;
};

void start(std::shared_ptr<race_state> const& race, std::size_t address, tcp::endpoint const& where)
{
    race->sockets[address].async_connect(
        where, [race, address](error_code const& error) { race->on_ended(address, error); });
}

} // namespace

asio::awaitable<race_result> race_connect(asio::any_io_executor strand, std::vector<tcp::endpoint> addresses,
                                          std::chrono::milliseconds limit,
                                          std::shared_ptr<async::time_source> time)
{
    using step = plan::address_race::step;
    auto const race = std::make_shared<race_state>(strand, addresses.size(), limit, *time);
    race_end const end(race);
    std::size_t started = 0;
    while (!race->winner) {
        auto const decided = race->plan.next(time->now());
        switch (decided.what) {
        case step::start:
            ++started;
            start(race, decided.address, addresses[decided.address]);
            break;
        case step::wait:
            co_await race->timer->wait_until(decided.until);
            break;
        case step::all_failed:
            co_return race_result(std::nullopt, 0, std::move(race->failed), race->error);
        case step::timed_out:
            race->failed.clear();
            for (std::size_t i = 0; i < started; ++i)
                race->failed.push_back(i);
            co_return race_result(std::nullopt, 0, std::move(race->failed), errc::connect_timeout);
        }
    }
    co_return race_result(std::move(race->sockets[*race->winner]), *race->winner, std::move(race->failed),
                          error_code());
}

} // namespace glacier::net
