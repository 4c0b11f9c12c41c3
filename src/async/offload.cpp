#include "async/offload.hpp"

#include "async/service_younger_than_strands.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <unistd.h>

#include <memory>
#include <mutex>
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

/// Being a service of the context, the threads end while its strands can still take what they post: otherwise a thread
/// that ends a wait would destroy the coroutine itself, beside the thread that destroys the context.
class blocking_threads final : public asio::execution_context::service {
public:
    static asio::execution_context::id id;

    explicit blocking_threads(asio::execution_context& context) : asio::execution_context::service(context) {}

    asio::any_io_executor executor()
    {
        std::lock_guard const lock(mutex_);
        if (ended_)
            return nobody_.get_executor();
        if (!threads_)
            threads_ = std::make_unique<low_priority_threads>();
        return threads_->get_executor();
    }

private:
    void shutdown() override
    {
        // Joined without the mutex: what the threads do, or what they have not done yet and is dropped, may ask for
        // the executor.
        std::unique_ptr<low_priority_threads> threads;
        std::lock_guard const lock(mutex_);
        ended_ = true;
        threads.swap(threads_);
    }

    std::mutex mutex_;
    bool ended_ = false;
    std::unique_ptr<low_priority_threads> threads_;
    // Never run: what is posted when the threads have ended is dropped with the context.
    asio::io_context nobody_;
};

asio::execution_context::id blocking_threads::id;

} // namespace

asio::any_io_executor blocking_executor_of(asio::any_io_executor const& loop)
{
    return service_younger_than_strands<blocking_threads>(loop).executor();
}

} // namespace glacier::async
