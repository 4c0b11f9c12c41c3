#pragma once

#include <glacier/credentials_provider.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::credentials_files {

/// The keys of one section, in lower case. A nested key is `parent.key`.
using section = std::map<std::string, std::string, std::less<>>;

/// The sections of one file, by the text between the brackets.
using sections = std::map<std::string, section, std::less<>>;

/// Reads the format of ~/.aws/config. Throws operation_error with errc::invalid_profile, naming `path` and the
/// line, for text that has no such form.
sections parse(std::string_view text, std::filesystem::path const& path);

/// A profile out of both files; keys of the credentials file win.
struct profile {
    std::string name;
    section keys;
    bool found = false;

    std::optional<std::string> get(std::string_view key) const;
};

/// What both files hold.
class shared_files {
public:
    /// Reads ~/.aws/config and ~/.aws/credentials, or the files that AWS_CONFIG_FILE and
    /// AWS_SHARED_CREDENTIALS_FILE name. A missing file is no error; one that cannot be read, is larger than 1 MiB,
    /// or has a fault is errc::invalid_profile.
    static shared_files load(environment_reader const& environment);

    /// Nothing is found for a name that neither file has.
    profile get_profile(std::string const& name) const;

    /// A section such as `[services NAME]` of the config file; null if there is none.
    section const* find_section(std::string_view kind, std::string const& name) const;

private:
    sections config_;
    sections credentials_;
};

/// One profile of the files: see shared_files.
profile load_profile(std::string const& name, environment_reader const& environment);

/// A provider of the profile's static keys. Throws operation_error as profile_credentials() does.
std::shared_ptr<credentials_provider> static_keys_of(profile const& source);

} // namespace glacier::credentials_files
