#pragma once

#include <glacier/observer.hpp>

#include <functional>
#include <memory>

namespace glacier::cli {

/// An observer that calls a function for each transfer that begins to move bytes, and tells another one of everything,
/// if there is one. The function is called by the thread that runs the client's context, and must not throw.
std::shared_ptr<observer> transfer_watch(std::function<void(transfer_started const&)> on_started,
                                         std::shared_ptr<observer> other);

} // namespace glacier::cli
