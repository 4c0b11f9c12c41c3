#pragma once

#include "credentials/shared_files.hpp"
#include "credentials/sources.hpp"

#include <memory>

namespace glacier::credentials_sources {

/// The first source that is configured, in the order of default_credentials(), by the profile out of the files. Throws
/// operation_error: errc::credentials_failed or errc::invalid_profile for one that cannot work, errc::no_credentials if
/// there is none and instance metadata is turned off.
std::shared_ptr<credentials_provider> make_default_chain(source_context const& context,
                                                         credentials_files::shared_files const& files,
                                                         credentials_files::profile const& profile);

} // namespace glacier::credentials_sources
