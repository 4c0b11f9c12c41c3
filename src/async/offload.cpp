#include "async/offload.hpp"

#include <boost/asio/thread_pool.hpp>

#include <mutex>
#include <optional>

namespace glacier::async {

namespace {

/// Being a service of the context, the threads end while its other services can still take what they post.
class blocking_threads final : public asio::execution_context::service {
public:
    static asio::execution_context::id id;

    explicit blocking_threads(asio::execution_context& context) : asio::execution_context::service(context) {}

    asio::any_io_executor executor()
    {
        std::lock_guard const lock(mutex_);
        if (!threads_)
            threads_.emplace(2);
        return threads_->get_executor();
    }

private:
    void shutdown() override
    {
        std::lock_guard const lock(mutex_);
        if (!threads_)
            return;
        threads_->stop();
        threads_->join();
        threads_.reset();
    }

    std::mutex mutex_;
    std::optional<asio::thread_pool> threads_;
};

asio::execution_context::id blocking_threads::id;

} // namespace

asio::any_io_executor blocking_executor_of(asio::execution_context& context)
{
    return asio::use_service<blocking_threads>(context).executor();
}

} // namespace glacier::async
