// Ways to end an operation early: a signal, a deadline, and a group that goes as one.

#include "local_service.hpp"

#include <glacier/client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <list>
#include <utility>

namespace asio = boost::asio;

/// What became of a job that must not be started twice.
asio::awaitable<void> start_inventory(glacier::client client)
{
    auto const parameters = glacier::job_parameters::inventory_retrieval();
    try {
        auto const job = co_await client.initiate_job(glacier::initiate_job_request("photos", parameters));
        std::cout << "started " << job.job.str() << '\n';
    } catch (glacier::operation_error const& error) {
        if (error.code() != glacier::errc::operation_timeout)
            throw;
        // Not to be started again before list_jobs() has told that it does not exist.
        std::cout << (error.outcome_unknown() ? "may have started\n" : "not started\n");
    }
}

/// Requests of one user, which end when the user goes.
class session {
public:
    session(asio::io_context& context, glacier::client client) : context_(context), client_(std::move(client))
    {}

    void look_at(glacier::vault_name vault)
    {
        asio::cancellation_signal& cancel = signals_.emplace_back();
        asio::co_spawn(
            context_, client_.describe_vault(glacier::describe_vault_request(vault)),
            asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr error, auto const&) {
                cancelled_ += is_cancellation(error) ? 1 : 0;
            }));
    }

    /// On the thread that runs the context.
    void close()
    {
        for (asio::cancellation_signal& each : signals_)
            each.emit(asio::cancellation_type::terminal);
    }

    int cancelled() const { return cancelled_; }

private:
    static bool is_cancellation(std::exception_ptr error)
    {
        try {
            if (error)
                std::rethrow_exception(error);
        } catch (boost::system::system_error const& failure) {
            return failure.code() == asio::error::operation_aborted;
        }
        return false;
    }

    asio::io_context& context_;
    glacier::client client_;
    std::list<asio::cancellation_signal> signals_;
    int cancelled_ = 0;
};

int main()
{
    local_service const service;
    asio::io_context context;

    glacier::client_config config = service.config();
    config.timeouts.operation = std::chrono::minutes(1);
    glacier::client const client(context.get_executor(), config);
    std::exception_ptr failed;
    auto const on_end = [&failed](std::exception_ptr error) { failed = error; };

    asio::co_spawn(context, client.create_vault(glacier::create_vault_request("photos")),
                   [&failed](std::exception_ptr error, auto const&) { failed = error; });
    context.run();
    context.restart();
    asio::co_spawn(context, start_inventory(client), on_end);
    context.run();
    if (failed)
        std::rethrow_exception(failed);

    session user(context, client);
    for (int i = 0; i < 10; ++i)
        user.look_at("photos");
    context.restart();
    user.close();
    context.run();
    // Not all, perhaps: an answer may come just before.
    std::cout << user.cancelled() << " cancelled\n";
}
