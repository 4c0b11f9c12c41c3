#include "cli/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>

namespace glacier::cli {

namespace {

/// A coroutine on its way, which can be cancelled.
struct spawned {
    asio::cancellation_signal cancellation;
    std::exception_ptr error;
    bool ended = false;
};

/// Handlers share it with the one who waits: a coroutine that does not end when it is told to outlives that.
std::shared_ptr<spawned> spawn(asio::io_context& context, asio::awaitable<void> operation)
{
    auto coroutine = std::make_shared<spawned>();
    auto on_end = [coroutine](std::exception_ptr error) {
        coroutine->error = std::move(error);
        coroutine->ended = true;
    };
    asio::co_spawn(context, std::move(operation),
                   asio::bind_cancellation_slot(coroutine->cancellation.slot(), std::move(on_end)));
    return coroutine;
}

void run_one(asio::io_context& context)
{
    if (context.stopped())
        context.restart();
    // There is always a signal to wait for, so it cannot run out of work.
    if (context.run_one() == 0)
        throw std::logic_error("the event loop was stopped");
}

/// Waits for the signals that end the command, and cancels what runs.
class signal_watch : public std::enable_shared_from_this<signal_watch> {
public:
    explicit signal_watch(asio::io_context& context) : signals_(context, SIGINT, SIGTERM) {}

    void start(std::shared_ptr<spawned> watched)
    {
        watched_ = std::move(watched);
        wait();
    }

    void stop()
    {
        boost::system::error_code ignored;
        // After this the signals end the process again, as they do with any program.
        signals_.clear(ignored);
    }

    int caught() const noexcept { return caught_; }

private:
    void wait()
    {
        signals_.async_wait([self = shared_from_this()](boost::system::error_code error, int signal) {
            if (!error)
                self->on_signal(signal);
        });
    }

    void on_signal(int signal)
    {
        if (caught_ != 0)
            std::_Exit(128 + signal);
        caught_ = signal;
        watched_->cancellation.emit(asio::cancellation_type::terminal);
        wait();
    }

    asio::signal_set signals_;
    std::shared_ptr<spawned> watched_;
    int caught_ = 0;
};

void run_clean_up(asio::io_context& context, asio::awaitable<void> operation,
                  std::chrono::milliseconds time_max)
{
    // Cancellation is prompt, but nothing is worth a command that does not end.
    constexpr auto grace = std::chrono::seconds(1);

    auto const coroutine = spawn(context, std::move(operation));
    auto const deadline = std::chrono::steady_clock::now() + time_max;
    asio::steady_timer timer(context);
    for (auto const until : {deadline, deadline + grace}) {
        auto const expired = std::make_shared<bool>(false);
        timer.expires_at(until);
        timer.async_wait([expired](boost::system::error_code error) { *expired = !error; });
        while (!coroutine->ended && !*expired)
            run_one(context);
        if (coroutine->ended)
            return;
        coroutine->cancellation.emit(asio::cancellation_type::terminal);
    }
}

} // namespace

interrupted::interrupted(int signal)
    : failure(signal == SIGTERM ? exit_code::terminated : exit_code::interrupted,
              signal == SIGTERM ? "terminated" : "interrupted")
{}

void run(asio::io_context& context, asio::awaitable<void> operation, clean_up_function clean_up,
         std::chrono::milliseconds clean_up_time_max)
{
    auto const watch = std::make_shared<signal_watch>(context);
    auto const coroutine = spawn(context, std::move(operation));
    watch->start(coroutine);
    while (!coroutine->ended)
        run_one(context);

    bool const was_interrupted = coroutine->error && watch->caught() != 0;
    if (was_interrupted && clean_up)
        run_clean_up(context, clean_up(), clean_up_time_max);
    watch->stop();

    if (was_interrupted)
        throw interrupted(watch->caught());
    if (coroutine->error)
        std::rethrow_exception(coroutine->error);
}

} // namespace glacier::cli
