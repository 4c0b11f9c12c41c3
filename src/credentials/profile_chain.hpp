#pragma once

#include "credentials/shared_files.hpp"
#include "credentials/sources.hpp"

#include <memory>
#include <string>
#include <vector>

namespace glacier::credentials_sources {

/// The name of the profile that is asked for: that of the options, AWS_PROFILE, AWS_DEFAULT_PROFILE; nothing if none
/// is.
std::optional<std::string> chosen_profile(credentials_options const& options);

/// The profile, which must be there if somebody asked for it. Throws operation_error with errc::invalid_profile.
credentials_files::profile find_profile(credentials_files::shared_files const& files,
                                        std::optional<std::string> const& chosen);

/// Options in which the profile's region, and its keys about the metadata service, stand in for variables that are not
/// set.
credentials_options with_profile_settings(credentials_options options,
                                          credentials_files::profile const& profile);

/// The same with the profile of the options, out of the files.
credentials_options with_profile_settings(credentials_options options);

/**
 * Makes the providers that a profile describes.
 *
 * Throws operation_error with errc::invalid_profile, naming the profile and its key.
 */
class profile_chain {
public:
    /// Lifetime: `files` must outlive this object, but not the providers.
    profile_chain(source_context context, credentials_files::shared_files const& files)
        : context_(std::move(context)), files_(files)
    {}

    /// The role that the profile takes on, if it has one.
    std::shared_ptr<credentials_provider> role_of(credentials_files::profile const& profile) const;

    /// The role that it takes on with a web identity, if it has one.
    std::shared_ptr<credentials_provider> web_identity_of(credentials_files::profile const& profile) const;

    /// What else it has: SSO, keys, a login session, a process.
    std::shared_ptr<credentials_provider> others_of(credentials_files::profile const& profile) const;

    /// The first of all these; null if the profile has none.
    std::shared_ptr<credentials_provider> all_of(credentials_files::profile const& profile) const;

private:
    /// A role takes on another one: the profiles on the way, which may not come again.
    using way = std::vector<std::string>;

    std::shared_ptr<credentials_provider> role_by(credentials_files::profile const& profile,
                                                  way visited) const;
    std::shared_ptr<credentials_provider> source_of(credentials_files::profile const& profile, way visited,
                                                    bool& is_role) const;
    std::shared_ptr<credentials_provider> source_by_name(std::string const& name,
                                                         std::string const& of) const;
    std::shared_ptr<credentials_provider> sso_of(credentials_files::profile const& profile) const;
    std::shared_ptr<credentials_provider> cached(std::shared_ptr<credentials_provider> source) const;

    source_context context_;
    credentials_files::shared_files const& files_;
};

} // namespace glacier::credentials_sources
