#pragma once

#include <glacier/observer.hpp>

#include <memory>
#include <vector>

namespace glacier {

/// An observer that tells all of these, in their order. Pointers to nothing are left out.
std::shared_ptr<observer> observer_list(std::vector<std::shared_ptr<observer>> observers);

} // namespace glacier
