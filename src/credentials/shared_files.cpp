#include "credentials/shared_files.hpp"

#include <glacier/error.hpp>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace glacier::credentials_files {

namespace {

constexpr std::uintmax_t file_bytes_max = 1'048'576;

[[noreturn]] void refuse(errc reason, std::string message)
{
    error_details details;
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

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

/// `profile  "my name"` -> `profile my name`.
std::string section_name(std::string_view text)
{
    text = trim(text);
    std::string name(text);
    for (std::string_view const kind : {"profile", "services"})
        if (text.starts_with(kind) && text.find_first_of(" \t") == kind.size())
            name = std::string(kind) + " " + std::string(trim(text.substr(kind.size())));
    std::erase(name, '"');
    return name;
}

std::optional<sections> read_file(std::optional<std::filesystem::path> const& named)
{
    if (!named)
        return std::nullopt;
    std::filesystem::path const& path = *named;
    std::error_code error;
    auto const status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found)
        return std::nullopt;
    // /dev/null stands for no file.
    if (status.type() == std::filesystem::file_type::character)
        return std::nullopt;
    if (status.type() != std::filesystem::file_type::regular)
        refuse(errc::invalid_profile, path.string() + " is not a readable file");
    if (std::filesystem::file_size(path, error) > file_bytes_max || error)
        refuse(errc::invalid_profile, path.string() + " is larger than 1 MiB or cannot be read");
    std::ifstream file(path, std::ios::binary);
    std::string const text(std::istreambuf_iterator<char>(file), {});
    if (!file)
        refuse(errc::invalid_profile, path.string() + " cannot be read");
    return parse(text, path);
}

std::optional<std::filesystem::path> file_path(environment_reader const& environment,
                                               std::string const& variable, std::string const& file_name)
{
    auto named = environment(variable).value_or("");
    if (named.empty())
        named = "~/.aws/" + file_name;
    if (!named.starts_with("~/"))
        return named;
    auto const home = environment("HOME").value_or("");
    // Without a home, as services are often run, nothing is taken from the working directory instead.
    if (home.empty())
        return std::nullopt;
    return std::filesystem::path(home) / named.substr(2);
}

} // namespace

sections parse(std::string_view text, std::filesystem::path const& path)
{
    sections parsed;
    section* current = nullptr;
    // How far the last key of the section is indented.
    std::optional<std::size_t> key_indent;
    std::string last_key;
    int line_number = 0;
    while (!text.empty()) {
        std::string_view const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        ++line_number;
        auto const fault = [&](std::string const& what) {
            refuse(errc::invalid_profile,
                   path.string() + ", line " + std::to_string(line_number) + ": " + what);
        };
        std::string_view const content = trim(line);
        if (content.empty() || content.front() == '#' || content.front() == ';')
            continue;
        if (content.front() == '[') {
            auto const close = content.find(']');
            if (close == std::string_view::npos)
                fault("a section without ]");
            current = &parsed[section_name(content.substr(1, close - 1))];
            key_indent.reset();
            continue;
        }
        auto const equals = content.find('=');
        // A line that is indented further belongs to the key above it.
        std::size_t const indent = line.find_first_not_of(" \t");
        if (key_indent && indent > *key_indent) {
            if ((*current)[last_key].empty() && equals != std::string_view::npos)
                (*current)[last_key + "." + to_lower(trim(content.substr(0, equals)))] =
                    trim(content.substr(equals + 1));
            continue;
        }
        if (equals == std::string_view::npos)
            fault("neither a section nor KEY = VALUE");
        if (current == nullptr)
            fault("a key before the first section");
        key_indent = indent;
        last_key = to_lower(trim(content.substr(0, equals)));
        (*current)[last_key] = trim(content.substr(equals + 1));
    }
    return parsed;
}

std::optional<std::string> profile::get(std::string_view key) const
{
    auto const found_key = keys.find(key);
    if (found_key == keys.end() || found_key->second.empty())
        return std::nullopt;
    return found_key->second;
}

shared_files shared_files::load(environment_reader const& environment)
{
    shared_files loaded;
    loaded.config_ = read_file(file_path(environment, "AWS_CONFIG_FILE", "config")).value_or(sections());
    loaded.credentials_ =
        read_file(file_path(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials")).value_or(sections());
    return loaded;
}

profile shared_files::get_profile(std::string const& name) const
{
    profile loaded;
    loaded.name = name;
    auto const take = [&loaded](sections const& from, std::string const& section_title) {
        auto const section_found = from.find(section_title);
        if (section_found == from.end())
            return;
        loaded.found = true;
        for (auto const& [key, value] : section_found->second)
            loaded.keys.insert_or_assign(key, value);
    };
    if (name == "default")
        take(config_, "default");
    take(config_, "profile " + name);
    take(credentials_, name);
    return loaded;
}

section const* shared_files::find_section(std::string_view kind, std::string const& name) const
{
    auto const found = config_.find(std::string(kind) + " " + name);
    return found == config_.end() ? nullptr : &found->second;
}

profile load_profile(std::string const& name, environment_reader const& environment)
{
    return shared_files::load(environment).get_profile(name);
}

std::shared_ptr<credentials_provider> static_keys_of(profile const& source)
{
    auto const id = source.get("aws_access_key_id");
    auto const secret = source.get("aws_secret_access_key");
    if (!source.found)
        refuse(errc::invalid_profile,
               "there is no profile " + source.name + " in the shared config and credentials files");
    if (id.has_value() != secret.has_value())
        refuse(errc::invalid_profile,
               "profile " + source.name + " has only one of aws_access_key_id and aws_secret_access_key");
    if (!id)
        refuse(errc::no_credentials, "profile " + source.name + " has no aws_access_key_id");
    credentials value(*id, secret_string(*secret));
    value.session_token = secret_string(source.get("aws_session_token").value_or(""));
    value.source = "profile " + source.name;
    return static_credentials(std::move(value));
}

} // namespace glacier::credentials_files

namespace glacier {

std::shared_ptr<credentials_provider> profile_credentials(std::string const& profile,
                                                          environment_reader environment)
{
    return credentials_files::static_keys_of(credentials_files::load_profile(profile, environment));
}

} // namespace glacier
