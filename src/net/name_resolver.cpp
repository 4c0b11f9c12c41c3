#include "net/name_resolver.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace glacier::net {

namespace {

using asio::ip::tcp;

class asio_resolver final : public name_resolver {
public:
    asio::awaitable<std::vector<plan::host_address>> resolve(asio::any_io_executor executor,
                                                             std::string host) override
    {
        tcp::resolver resolver(executor);
        tcp::resolver::results_type const results =
            co_await resolver.async_resolve(host, "", asio::use_awaitable);
        std::vector<plan::host_address> found;
        for (auto const& entry : results) {
            plan::host_address each;
            each.text = entry.endpoint().address().to_string();
            each.is_v6 = entry.endpoint().address().is_v6();
            if (std::find(found.begin(), found.end(), each) == found.end())
                found.push_back(std::move(each));
        }
        co_return found;
    }
};

} // namespace

std::shared_ptr<name_resolver> system_resolver()
{
    return std::make_shared<asio_resolver>();
}

} // namespace glacier::net
