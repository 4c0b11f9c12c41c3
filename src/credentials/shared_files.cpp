#include "credentials/shared_files.hpp"

#include "credentials/check_credentials.hpp"
#include "credentials/failure.hpp"
#include "credentials/shell_words.hpp"
#include "crypto/wipe.hpp"

#include <glacier/error.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <utility>

namespace glacier::credentials_files {

namespace {

using credentials_sources::fail;

constexpr std::uintmax_t file_bytes_max = 1'048'576;

/// Keys of a profile whose values are wiped.
constexpr std::array<std::string_view, 3> secret_keys{"aws_secret_access_key", "aws_session_token",
                                                      "aws_security_token"};

/// All keys of a static pair, which are taken from one file.
constexpr std::array<std::string_view, 4> static_keys{"aws_access_key_id", "aws_secret_access_key",
                                                      "aws_session_token", "aws_security_token"};

std::string_view trim(std::string_view text) noexcept
{
    auto const first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string to_lower(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

void wipe_secrets(section& keys) noexcept
{
    for (std::string_view const name : secret_keys)
        if (auto const found = keys.find(name); found != keys.end())
            crypto::wipe(found->second);
}

/// Reads one file, line by line.
class parser {
public:
    explicit parser(std::filesystem::path const& path) : path_(path) {}

    void take(std::string_view line)
    {
        ++line_number_;
        std::string_view const content = trim(line);
        if (content.empty() || content.front() == '#' || content.front() == ';')
            return;
        if (content.front() == '[') {
            begin_section(content);
            return;
        }
        std::size_t const indent = line.find_first_not_of(" \t");
        if (key_indent_ && indent > *key_indent_)
            take_nested(content);
        else
            take_key(content, indent);
    }

    sections finish() { return std::move(parsed_); }

private:
    [[noreturn]] void fault(std::string const& what) const
    {
        // The line itself may hold a secret.
        fail(errc::invalid_profile, path_.string() + ", line " + std::to_string(line_number_) + ": " + what);
    }

    void begin_section(std::string_view content)
    {
        auto const close = content.find(']');
        if (close == std::string_view::npos)
            fault("a section without ]");
        auto const words = credentials_sources::split_words(content.substr(1, close - 1));
        if (!words)
            fault("a quotation in the name of a section that does not end");
        std::string title;
        for (std::string const& word : *words)
            title += (title.empty() ? "" : " ") + word;
        if (title.empty())
            fault("a section without a name");
        current_ = &parsed_[title];
        key_indent_.reset();
    }

    void take_key(std::string_view content, std::size_t indent)
    {
        auto const equals = content.find('=');
        if (equals == std::string_view::npos || equals == 0)
            fault("neither a section nor KEY = VALUE");
        if (current_ == nullptr)
            fault("a key before the first section");
        key_ = to_lower(trim(content.substr(0, equals)));
        std::string_view const value = trim(content.substr(equals + 1));
        key_indent_ = indent;
        has_nested_ = value.empty();
        (*current_)[key_] = value;
    }

    /// A line that is indented further than the key above it. After a value it would be more of that value, which no
    /// key that is read here can have.
    void take_nested(std::string_view content)
    {
        if (!has_nested_)
            return;
        auto const equals = content.find('=');
        if (equals == std::string_view::npos || equals == 0)
            fault("below a key without a value, but not KEY = VALUE");
        (*current_)[key_ + "." + to_lower(trim(content.substr(0, equals)))] =
            trim(content.substr(equals + 1));
    }

    std::filesystem::path path_;
    sections parsed_;
    section* current_ = nullptr;
    int line_number_ = 0;
    // The last key of the section, and how far it is indented.
    std::string key_;
    std::optional<std::size_t> key_indent_;
    bool has_nested_ = false;
};

sections read_file(std::optional<std::filesystem::path> const& named)
{
    if (!named)
        return {};
    std::filesystem::path const& path = *named;
    std::error_code error;
    auto const status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found)
        return {};
    // /dev/null stands for no file.
    if (status.type() == std::filesystem::file_type::character)
        return {};
    if (status.type() != std::filesystem::file_type::regular)
        fail(errc::invalid_profile, path.string() + " is not a readable file");
    std::uintmax_t const size = std::filesystem::file_size(path, error);
    if (error || size > file_bytes_max)
        fail(errc::invalid_profile, path.string() + " is larger than 1 MiB or cannot be read");
    // One piece of memory, so that it can be wiped.
    std::string text(static_cast<std::size_t>(size), '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file)
        fail(errc::invalid_profile, path.string() + " cannot be read");
    sections parsed = parse(text, path);
    crypto::wipe(text);
    return parsed;
}

std::optional<std::filesystem::path> file_path(environment_reader const& environment,
                                               std::string const& variable, std::string const& file_name)
{
    auto const named = environment(variable).value_or("");
    return expand_path(named.empty() ? "~/.aws/" + file_name : named, environment);
}

bool is_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

section const* find(sections const& all, std::string const& title)
{
    auto const found = all.find(title);
    return found == all.end() ? nullptr : &found->second;
}

bool is_static_key(std::string_view key) noexcept
{
    return std::find(static_keys.begin(), static_keys.end(), key) != static_keys.end();
}

bool has_static_keys(section const& keys)
{
    return std::any_of(static_keys.begin(), static_keys.begin() + 2, [&keys](std::string_view name) {
        auto const found = keys.find(name);
        return found != keys.end() && !found->second.empty();
    });
}

} // namespace

sections parse(std::string_view text, std::filesystem::path const& path)
{
    parser reading(path);
    while (!text.empty()) {
        std::string_view const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        reading.take(line);
    }
    return reading.finish();
}

std::optional<std::filesystem::path> expand_path(std::string const& path,
                                                 environment_reader const& environment)
{
    std::string expanded;
    for (std::size_t i = 0; i < path.size();) {
        if (path[i] != '$') {
            expanded += path[i++];
            continue;
        }
        bool const braced = path.compare(i + 1, 1, "{") == 0;
        std::size_t const begin = i + (braced ? 2 : 1);
        std::size_t end = begin;
        while (end < path.size() && is_name_character(path[end]))
            ++end;
        std::optional<std::string> value;
        if (end > begin && (!braced || path.compare(end, 1, "}") == 0))
            value = environment(path.substr(begin, end - begin));
        std::size_t const next = value && braced ? end + 1 : end;
        expanded += value ? *value : path.substr(i, next - i);
        i = next;
    }
    if (expanded != "~" && !expanded.starts_with("~/"))
        return expanded;
    auto const home = environment("HOME").value_or("");
    // Without a home, as services are often run, nothing is taken from the working directory instead.
    if (home.empty())
        return std::nullopt;
    return std::filesystem::path(home) / expanded.substr(std::min<std::size_t>(2, expanded.size()));
}

profile::~profile()
{
    wipe_secrets(keys);
}

std::optional<std::string> profile::get(std::string_view key) const
{
    auto const found_key = keys.find(key);
    if (found_key == keys.end() || found_key->second.empty())
        return std::nullopt;
    return found_key->second;
}

shared_files::~shared_files()
{
    for (sections* const each : {&config_, &credentials_})
        for (auto& [title, keys] : *each)
            wipe_secrets(keys);
}

shared_files shared_files::load(environment_reader const& environment)
{
    shared_files loaded;
    loaded.config_ = read_file(file_path(environment, "AWS_CONFIG_FILE", "config"));
    loaded.credentials_ = read_file(file_path(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials"));
    return loaded;
}

profile shared_files::get_profile(std::string const& name) const
{
    profile merged;
    merged.name = name;
    auto const take = [&merged](section const* from) {
        if (from == nullptr)
            return false;
        merged.found = true;
        // A pair of keys is never put together from two sections, nor gets the token of another one.
        bool const has_keys = has_static_keys(*from);
        if (has_keys)
            for (std::string_view const key : static_keys)
                if (auto const old = merged.keys.find(key); old != merged.keys.end())
                    merged.keys.erase(old);
        for (auto const& [key, value] : *from)
            if (has_keys || !is_static_key(key))
                merged.keys.insert_or_assign(key, value);
        return has_keys;
    };
    if (name == "default")
        take(find(config_, "default"));
    take(find(config_, "profile " + name));
    merged.keys_in_credentials_file = take(find(credentials_, name));
    return merged;
}

section const* shared_files::find_section(std::string_view kind, std::string const& name) const
{
    return find(config_, std::string(kind) + " " + name);
}

profile load_profile(std::string const& name, environment_reader const& environment)
{
    return shared_files::load(environment).get_profile(name);
}

std::optional<credentials> static_keys_of(profile const& source)
{
    auto const id = source.get("aws_access_key_id");
    auto secret = source.get("aws_secret_access_key");
    if (id.has_value() != secret.has_value())
        fail(errc::invalid_profile,
             "profile " + source.name + " has only one of aws_access_key_id and aws_secret_access_key");
    if (!id)
        return std::nullopt;
    credentials value(*id, secret_string(*secret));
    crypto::wipe(*secret);
    auto token = source.get("aws_session_token");
    if (!token)
        token = source.get("aws_security_token");
    if (token) {
        value.session_token = secret_string(*token);
        crypto::wipe(*token);
    }
    value.account_id = source.get("aws_account_id");
    value.source = "profile " + source.name;
    if (auto const fault = credentials_sources::fault_of(value))
        fail(errc::invalid_profile, "profile " + source.name + ": " + *fault);
    return value;
}

} // namespace glacier::credentials_files
