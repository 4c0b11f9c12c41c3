#include <glacier/credentials_provider.hpp>

#include <utility>

namespace glacier {

namespace {

using credentials_function = std::function<asio::awaitable<credentials>()>;

class custom_provider final : public credentials_provider,
                              public std::enable_shared_from_this<custom_provider> {
public:
    explicit custom_provider(credentials_function function) : function_(std::move(function)) {}

    asio::awaitable<credentials> get() override { return call(shared_from_this()); }

private:
    // The function may be a lambda whose captures its coroutine uses: it must outlive the call.
    static asio::awaitable<credentials> call(std::shared_ptr<custom_provider> self)
    {
        co_return co_await self->function_();
    }

    credentials_function function_;
};

} // namespace

std::shared_ptr<credentials_provider> custom_credentials(credentials_function function)
{
    return std::make_shared<custom_provider>(std::move(function));
}

} // namespace glacier
