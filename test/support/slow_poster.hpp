#pragma once

#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <thread>
#include <type_traits>
#include <utility>

namespace glacier::test {

/**
 * An executor of an io_context that gives the thread of the loop, which is the one that makes it, time to do what another
 * thread posts before that thread goes on.
 */
class slow_poster {
public:
    explicit slow_poster(boost::asio::io_context& context)
        : inner_(boost::asio::require(context.get_executor(), boost::asio::execution::blocking.never))
    {}

    boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept
    {
        return boost::asio::query(inner_, boost::asio::execution::context);
    }

    static constexpr boost::asio::execution::blocking_t::never_t query(
        boost::asio::execution::blocking_t) noexcept
    {
        return {};
    }

    template <class Function>
    void execute(Function function) const
    {
        inner_.execute(std::move(function));
        for (int i = 0; i < 10'000 && std::this_thread::get_id() != loop_; ++i)
            std::this_thread::yield();
    }

    friend bool operator==(slow_poster const& one, slow_poster const& other) noexcept
    {
        return one.inner_ == other.inner_;
    }

    friend bool operator!=(slow_poster const& one, slow_poster const& other) noexcept
    {
        return !(one == other);
    }

private:
    using executor_type = boost::asio::io_context::executor_type;
    using inner_type = std::decay_t<decltype(boost::asio::require(std::declval<executor_type>(),
                                                                  boost::asio::execution::blocking.never))>;

    inner_type inner_;
    std::thread::id loop_ = std::this_thread::get_id();
};

} // namespace glacier::test
