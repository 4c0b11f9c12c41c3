#pragma once

#include "credentials/sources.hpp"

#include <filesystem>
#include <string>

namespace glacier::credentials_sources {

/// The file of a token: named after the `sso-session` section, or after the start URL where there is no section. Throws
/// operation_error with errc::credentials_failed if there is no home directory.
std::filesystem::path sso_token_path(std::string const& source, sso_settings const& settings,
                                     environment_reader const& environment);

/// Asks the user to log in. Throws operation_error with errc::credentials_failed.
[[noreturn]] void fail_for_login(std::string const& source, sso_settings const& settings,
                                 std::string const& why);

/// The access token that a login left, renewed first if it ends soon and can be. Cancellation: terminal. Throws
/// operation_error with errc::credentials_failed.
asio::awaitable<secret_string> fetch_sso_token(source_context context, std::string source,
                                               sso_settings settings);

} // namespace glacier::credentials_sources
