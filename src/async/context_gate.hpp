#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace glacier::async {

namespace asio = boost::asio;

/**
 * Where threads of others pass that post to an execution context: it is closed when the context is destroyed, before
 * its strands end. A strand that has ended destroys the coroutine that it is given at once, on the thread that gives
 * it, beside the thread that destroys the context.
 *
 * Thread safety: full. It may outlive the context.
 */
class context_gate {
public:
    /// That of the executor's context, which must be there.
    static std::shared_ptr<context_gate> of(asio::any_io_executor const& executor);

    /// Calls a function that only posts, and keeps the context from ending meanwhile. Not called, and false, once the
    /// context is being destroyed.
    template <class Function>
    bool pass(Function&& function)
    {
        std::lock_guard const lock(mutex_);
        if (open_)
            std::forward<Function>(function)();
        return open_;
    }

    void close()
    {
        std::lock_guard const lock(mutex_);
        open_ = false;
    }

private:
    std::mutex mutex_;
    bool open_ = true;
};

} // namespace glacier::async
