#include "async/line.hpp"

#include <utility>

namespace glacier::async {

struct line::member {
    event is_first;
    // Under the mutex.
    bool told = false;
};

line::place::place(std::shared_ptr<line> whole) : whole_(std::move(whole)), mine_(std::make_shared<member>())
{
    {
        std::lock_guard const lock(whole_->mutex_);
        ahead_ = whole_->members_.size();
        self_ = whole_->members_.insert(whole_->members_.end(), mine_);
    }
    if (ahead_ == 0)
        whole_->tell_first();
}

line::place::~place()
{
    {
        std::lock_guard const lock(whole_->mutex_);
        whole_->members_.erase(self_);
    }
    whole_->tell_first();
}

asio::awaitable<bool> line::place::wait_to_be_first() const
{
    return mine_->is_first.wait();
}

bool line::empty() const noexcept
{
    std::lock_guard const lock(mutex_);
    return members_.empty();
}

void line::tell_first()
{
    // Where a context is going, set() destroys the coroutine, which comes back here. The line may be long, so that must
    // not become deep.
    std::shared_ptr<member> first;
    for (bool begins = true;; begins = false) {
        {
            std::lock_guard const lock(mutex_);
            if (begins && std::exchange(telling_, true))
                return;
            if (members_.empty() || members_.front()->told) {
                telling_ = false;
                return;
            }
            first = members_.front();
            first->told = true;
        }
        first->is_first.set();
    }
}

} // namespace glacier::async
