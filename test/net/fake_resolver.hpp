#pragma once

#include "net/name_resolver.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <utility>
#include <vector>

namespace glacier::test {

namespace asio = boost::asio;

inline std::vector<plan::host_address> host_addresses_of(std::vector<std::string> const& texts)
{
    std::vector<plan::host_address> made;
    for (std::string const& text : texts) {
        plan::host_address each;
        each.text = text;
        each.is_v6 = text.find(':') != std::string::npos;
        made.push_back(each);
    }
    return made;
}

/// Answers what it is told, and when.
class fake_resolver final : public net::name_resolver {
public:
    asio::awaitable<std::vector<plan::host_address>> resolve(asio::any_io_executor executor,
                                                             std::string host) override
    {
        hosts.push_back(std::move(host));
        co_await asio::post(executor, asio::use_awaitable);
        if (is_held) {
            asio::steady_timer gate(executor, asio::steady_timer::time_point::max());
            held.push_back(&gate);
            boost::system::error_code ignored;
            co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        if (error)
            throw boost::system::system_error(error);
        co_return host_addresses_of(answer);
    }

    /// Lets look-ups that are held go on.
    void release()
    {
        is_held = false;
        for (asio::steady_timer* const each : std::exchange(held, {}))
            each->cancel();
    }

    std::vector<std::string> answer;
    boost::system::error_code error;
    bool is_held = false;
    std::vector<asio::steady_timer*> held;
    /// What was looked up.
    std::vector<std::string> hosts;
};

} // namespace glacier::test
