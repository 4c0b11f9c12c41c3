#pragma once

#include <boost/asio/execution_context.hpp>

#include <functional>
#include <future>
#include <memory>

namespace glacier::test {

/// A service of a context that does something when the context goes, before the services made earlier do.
class last_words final : public boost::asio::execution_context::service {
public:
    inline static boost::asio::execution_context::id id;

    explicit last_words(boost::asio::execution_context& context)
        : boost::asio::execution_context::service(context)
    {}

    std::function<void()> say;

private:
    void shutdown() override
    {
        if (say)
            say();
    }
};

/// Ready when the context goes.
inline std::shared_future<void> end_of(boost::asio::execution_context& context)
{
    auto const ended = std::make_shared<std::promise<void>>();
    boost::asio::use_service<last_words>(context).say = [ended] { ended->set_value(); };
    return ended->get_future().share();
}

} // namespace glacier::test
