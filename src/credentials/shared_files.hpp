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

/// The sections of one file, by the text between the brackets, without quotes and with one blank between words.
using sections = std::map<std::string, section, std::less<>>;

/// Reads the format of ~/.aws/config. Throws operation_error with errc::invalid_profile, naming `path` and the
/// line, for text that has no such form.
sections parse(std::string_view text, std::filesystem::path const& path);

/// A profile out of both files; keys of the credentials file win. The static keys come from one of the files, never half
/// from each.
struct profile {
    profile() = default;
    profile(profile const&) = default;
    profile(profile&&) = default;
    profile& operator=(profile const&) = default;
    profile& operator=(profile&&) = default;
    /// Wipes the secrets.
    ~profile();

    std::string name;
    section keys;
    bool found = false;
    /// The static keys stand in the credentials file, not in the config file.
    bool keys_in_credentials_file = false;

    /// What is empty is not there.
    std::optional<std::string> get(std::string_view key) const;
};

/// What both files hold.
class shared_files {
public:
    /// No file.
    shared_files() = default;
    shared_files(shared_files&&) = default;
    shared_files& operator=(shared_files&&) = default;
    /// Wipes the secrets.
    ~shared_files();

    /// Reads ~/.aws/config and ~/.aws/credentials, or the files that AWS_CONFIG_FILE and
    /// AWS_SHARED_CREDENTIALS_FILE name. A missing file is no error; one that cannot be read, is larger than 1 MiB,
    /// or has a fault is errc::invalid_profile.
    static shared_files load(environment_reader const& environment);

    /// Nothing is found for a name that neither file has.
    profile get_profile(std::string const& name) const;

    /// The section `[sso-session NAME]` or `[services NAME]` of the config file; null if there is none.
    section const* find_section(std::string_view kind, std::string const& name) const;

private:
    sections config_;
    sections credentials_;
};

/// One profile of the files: see shared_files.
profile load_profile(std::string const& name, environment_reader const& environment);

/// The path with `~` and `$NAME` or `${NAME}` replaced, as the variables that name files may have them. A variable that
/// is not set stays as it is. Nothing if `~` is there, but no home directory: as services are often run.
std::optional<std::filesystem::path> expand_path(std::string const& path,
                                                 environment_reader const& environment);

/// The static keys of a profile as credentials; nothing if it has none. Throws operation_error with
/// errc::invalid_profile for half a pair.
std::optional<credentials> static_keys_of(profile const& source);

} // namespace glacier::credentials_files
