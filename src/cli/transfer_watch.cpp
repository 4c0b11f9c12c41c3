#include "cli/transfer_watch.hpp"

#include <glacier/observer_list.hpp>

#include <utility>

namespace glacier::cli {

namespace {

class watch final : public observer {
public:
    explicit watch(std::function<void(transfer_started const&)> on_started)
        : on_started_(std::move(on_started))
    {}

    void on_transfer_started(transfer_started const& event) noexcept override { on_started_(event); }

private:
    std::function<void(transfer_started const&)> on_started_;
};

} // namespace

std::shared_ptr<observer> transfer_watch(std::function<void(transfer_started const&)> on_started,
                                         std::shared_ptr<observer> other)
{
    return observer_list({std::move(other), std::make_shared<watch>(std::move(on_started))});
}

} // namespace glacier::cli
