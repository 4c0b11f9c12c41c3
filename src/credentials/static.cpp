#include <glacier/credentials_provider.hpp>

namespace glacier {

namespace {

class static_provider final : public credentials_provider {
public:
    explicit static_provider(credentials value) : value_(std::move(value)) {}

    asio::awaitable<credentials> get() override { co_return value_; }

private:
    credentials value_;
};

} // namespace

std::shared_ptr<credentials_provider> static_credentials(credentials value)
{
    return std::make_shared<static_provider>(std::move(value));
}

} // namespace glacier
