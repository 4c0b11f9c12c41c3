#include "async/offload.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>

#include <unistd.h>

#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace glacier::async {

namespace {

constexpr int thread_count = 2;
constexpr int nice_increment = 5;

/// A few threads that do what is posted to them.
class low_priority_threads {
public:
    /// Throws std::system_error if the system gives no more threads.
    low_priority_threads()
    {
        try {
            for (int i = 0; i < thread_count; ++i)
                threads_.emplace_back([this] { run(); });
        } catch (...) {
            end();
            throw;
        }
    }

    low_priority_threads(low_priority_threads const&) = delete;
    low_priority_threads& operator=(low_priority_threads const&) = delete;

    ~low_priority_threads() { end(); }

    asio::any_io_executor get_executor() { return context_.get_executor(); }

private:
    void run()
    {
#ifdef __linux__
        // Of this thread alone, which is not so everywhere. Where processors are short, one that hashes would otherwise
        // keep the loop waiting for a time slice, which is milliseconds.
        [[maybe_unused]] int const value = ::nice(nice_increment);
#endif
        context_.run();
    }

    void end()
    {
        context_.stop();
        for (std::thread& thread : threads_)
            thread.join();
    }

    asio::io_context context_{thread_count};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    std::vector<std::thread> threads_;
};

/// Being a service of the context, the threads end while its other services can still take what they post.
class blocking_threads final : public asio::execution_context::service {
public:
    static asio::execution_context::id id;

    explicit blocking_threads(asio::execution_context& context) : asio::execution_context::service(context) {}

    asio::any_io_executor executor()
    {
        std::lock_guard const lock(mutex_);
        if (!threads_)
            threads_.emplace();
        return threads_->get_executor();
    }

private:
    void shutdown() override
    {
        std::lock_guard const lock(mutex_);
        threads_.reset();
    }

    std::mutex mutex_;
    std::optional<low_priority_threads> threads_;
};

asio::execution_context::id blocking_threads::id;

} // namespace

asio::any_io_executor blocking_executor_of(asio::any_io_executor const& loop)
{
    // A context ends its services in the reverse order of their creation. Were the strands' service younger than the
    // threads, a thread could end a wait on a strand that takes nothing any more, and would destroy the coroutine
    // itself, beside the thread that destroys the context.
    static_cast<void>(asio::make_strand(loop));
    return asio::use_service<blocking_threads>(asio::query(loop, asio::execution::context)).executor();
}

} // namespace glacier::async
