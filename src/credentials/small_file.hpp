#pragma once

#include <glacier/error.hpp>
#include <glacier/secret_string.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::credentials_sources {

namespace asio = boost::asio;

/// What a file of at most `bytes_max` bytes holds; nothing if there is none. Runs on a blocking thread. Throws
/// operation_error with errc::credentials_failed, `SOURCE: PATH: ...`.
asio::awaitable<std::optional<secret_string>> read_small_file(std::string source, std::filesystem::path path,
                                                              std::size_t bytes_max);

/// A token in a file, without blanks around it. Errors: the same, also if there is no file.
asio::awaitable<secret_string> read_token_file(std::string source, std::filesystem::path path);

/// Replaces a file at once, readable by its owner only. Runs on a blocking thread. An error is returned: the file is a
/// cache.
asio::awaitable<error_code> replace_small_file(std::filesystem::path path, secret_string content);

} // namespace glacier::credentials_sources
