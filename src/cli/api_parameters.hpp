#pragma once

#include <glacier/body.hpp>
#include <glacier/config.hpp>

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::cli {

/// What a parameter holds, and so how its option is written.
enum class api_kind {
    text,
    /// JSON, or the short form `Name=Value,...`.
    structure,
    /// The same with any names.
    map,
    /// Texts one after the other, or a JSON array.
    list,
    /// The path of a file whose bytes are sent.
    file,
};

/// A parameter of an operation.
struct api_parameter {
    /// As the service's model has it, such as `vaultName`.
    std::string_view member;
    api_kind kind;
    bool required;
    /// What stands for the value in the help.
    std::string_view value_name;
    std::string_view description;
};

/// The option of a member: `--vault-name` of `vaultName`.
std::string option_name(std::string_view member);

/// The words of each option that was given, by member.
using api_words = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The values of an operation's parameters.
class api_input {
public:
    /**
     * Reads them from options, and what these do not give from `json`, an object by the names of the members.
     * A value that begins with `file://` or `fileb://` is read from that file of at most 1 MiB.
     *
     * Errors: failure(usage) that names the option; failure(local_file).
     */
    api_input(std::span<api_parameter const> parameters, api_words const& words,
              std::optional<std::string> const& json, environment_reader const& environment);

    bool has(std::string_view member) const noexcept;

    /// A parameter that is text, and was given.
    std::string text(std::string_view member) const;
    std::optional<std::string> optional_text(std::string_view member) const;

    /// A parameter that was given: an object, or an array of texts.
    boost::json::value const& json(std::string_view member) const;

    /// What is to be sent: a file, or the text that the JSON gives. Throws failure(local_file).
    body content() const;

    /// Sets a text, such as the marker of the next page.
    void set(std::string_view member, std::string const& text);

private:
    boost::json::object members_;
    std::optional<std::string> body_file_;
};

} // namespace glacier::cli
