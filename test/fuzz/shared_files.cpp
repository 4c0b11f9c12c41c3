// The files ~/.aws/config and ~/.aws/credentials of any bytes: a fault that names its line, or sections that are the same
// when they are written and read again, and profiles whose static keys stand in one section.
//
// What follows a line that is `%%` is the credentials file.

#include "credentials/shared_files.hpp"

#include "credentials/check_credentials.hpp"
#include "credentials/shell_words.hpp"
#include "fuzz/property.hpp"
#include "fuzz/scratch_directory.hpp"

#include <glacier/error.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace glacier;
using namespace glacier::credentials_files;
using fuzz::require;

void check_fault(operation_error const& error, std::string_view text)
{
    require(error.code() == errc::invalid_profile);
    std::string_view message = error.details().message;
    constexpr std::string_view before = "FILE, line ";
    require(message.starts_with(before) && message.size() < 100 && fuzz::is_printable(message));
    auto const line = std::stoull(std::string(message.substr(before.size())));
    auto const lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    require(line >= 1 && line <= lines);
}

/// Nothing for a fault.
std::optional<sections> read(std::string_view text)
{
    try {
        return parse(text, "FILE");
    } catch (operation_error const& error) {
        check_fault(error, text);
        return std::nullopt;
    }
}

std::string in_quotes(std::string_view word)
{
    std::string text = "\"";
    for (char const c : word) {
        if (std::string_view("\"\\$`").find(c) != std::string_view::npos)
            text += '\\';
        text += c;
    }
    return text + '"';
}

std::string text_of(sections const& all)
{
    std::string text;
    for (auto const& [title, keys] : all) {
        text += "[" + in_quotes(title) + "]\n";
        for (auto const& [key, value] : keys)
            text += key + "=" + value + "\n";
    }
    return text;
}

void check_sections(sections const& all)
{
    for (auto const& [title, keys] : all) {
        require(!title.empty() && title.find(']') == std::string::npos);
        for (auto const& [key, value] : keys) {
            require(!key.empty() &&
                    std::none_of(key.begin(), key.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
            require((key + value).find('\n') == std::string::npos);
        }
    }
    require(read(text_of(all)) == all);
}

void check_words(std::string const& value)
{
    auto const words = credentials_sources::split_words(value);
    if (!words)
        return;
    std::string again;
    for (std::string const& word : *words)
        again += in_quotes(word) + " ";
    require(credentials_sources::split_words(again) == words);
}

void check_path(std::string const& value)
{
    auto const without_home = [](std::string const&) -> std::optional<std::string> { return std::nullopt; };
    auto const same = expand_path(value, without_home);
    require(same ? *same == value : value == "~" || value.starts_with("~/"));
    auto const with_home = [](std::string const& name) -> std::optional<std::string> {
        require(!name.empty() && fuzz::is_visible(name) && name.find_first_of("${}/") == std::string::npos);
        return name == "HOME" ? "/home" : "";
    };
    require(expand_path(value, with_home).has_value());
}

void check_static_keys(profile const& found)
{
    try {
        auto const keys = static_keys_of(found);
        require(!keys || !credentials_sources::fault_of(*keys));
        require(keys.has_value() == found.get("aws_access_key_id").has_value());
    } catch (operation_error const& error) {
        require(error.code() == errc::invalid_profile);
        require(error.details().message.starts_with("profile ") && error.details().message.size() < 200);
    }
}

bool is_pair_of(profile const& found, sections const& file, std::string const& title)
{
    auto const section = file.find(title);
    if (section == file.end())
        return false;
    profile alone;
    alone.keys = section->second;
    constexpr std::array names{"aws_access_key_id", "aws_secret_access_key", "aws_session_token",
                               "aws_security_token"};
    return std::all_of(names.begin(), names.end(),
                       [&](char const* name) { return alone.get(name) == found.get(name); });
}

/// Both files, of which each can be read.
void check_profiles(std::string_view config, std::string_view secrets)
{
    static fuzz::scratch_directory const directory;
    std::string const config_path = directory.write("config", config);
    std::string const secrets_path = directory.write("credentials", secrets);
    shared_files const files = shared_files::load([&](std::string const& name) -> std::optional<std::string> {
        return name == "AWS_CONFIG_FILE" ? config_path : secrets_path;
    });
    sections const in_config = *read(config);
    sections const in_secrets = *read(secrets);
    for (std::string const name : {"default", "a", "A b"}) {
        profile const found = files.get_profile(name);
        check_static_keys(found);
        if (found.get("aws_access_key_id") || found.get("aws_secret_access_key"))
            require(is_pair_of(found, in_config, "default") ||
                    is_pair_of(found, in_config, "profile " + name) || is_pair_of(found, in_secrets, name));
        require(found.found || found.keys.empty());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text = fuzz::text_of(data, size);
    constexpr std::string_view separator = "\n%%\n";
    auto const middle = std::min(text.find(separator), text.size());
    std::string_view const config = text.substr(0, middle);
    std::string_view const secrets = text.substr(std::min(middle + separator.size(), text.size()));
    auto const parsed = read(config);
    if (!parsed)
        return 0;
    check_sections(*parsed);
    for (auto const& [title, keys] : *parsed)
        for (auto const& [key, value] : keys) {
            check_words(value);
            check_path(value);
        }
    if (read(secrets))
        check_profiles(config, secrets);
    return 0;
}
