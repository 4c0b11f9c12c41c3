#include "async/context_gate.hpp"

#include "async/service_younger_than_strands.hpp"

namespace glacier::async {

namespace {

class gate_service final : public asio::execution_context::service {
public:
    static asio::execution_context::id id;

    explicit gate_service(asio::execution_context& context) : asio::execution_context::service(context) {}

    std::shared_ptr<context_gate> const& gate() const noexcept { return gate_; }

private:
    void shutdown() override { gate_->close(); }

    std::shared_ptr<context_gate> const gate_ = std::make_shared<context_gate>();
};

asio::execution_context::id gate_service::id;

} // namespace

std::shared_ptr<context_gate> context_gate::of(asio::any_io_executor const& executor)
{
    return service_younger_than_strands<gate_service>(executor).gate();
}

} // namespace glacier::async
