#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace glacier::cli {

/// What there is to be found on a command line.
struct command_words {
    command_words() = default;

    /// Commands, and those that follow each: `vault` with `create`, `list`, ...; `upload` with none.
    std::map<std::string, std::set<std::string>> commands;
    /// Options that take a value, such as `--vault`.
    std::set<std::string> value_options;
    /// Options that take all the values that follow, up to the next option.
    std::set<std::string> list_options;
    /// Options without a value.
    std::set<std::string> flags;
};

/**
 * The arguments of a command line in a form that CLI11 cannot misunderstand.
 *
 * CLI11 has its own ideas about values: `--description=` takes the next argument as its value, `[a,b]` is two
 * files, and what follows `--` may become an option again. Ids begin with `-`, and descriptions and names of
 * files hold anything. So the arguments are told apart here, by the usual rules, and CLI11 gets commands and
 * options as they are, but a placeholder instead of each value and operand.
 *
 * Errors: failure(usage) for an unknown command or option.
 */
class arguments {
public:
    arguments(std::vector<std::string> const& given, command_words const& words);

    /// What CLI11 shall read.
    std::vector<std::string> const& tokens() const noexcept { return tokens_; }

    /// The text that a token stands for.
    std::string const& text(std::string const& token) const;

    /// The commands that were found, such as `vault create`.
    std::string const& command() const noexcept { return command_; }

private:
    void add_option(std::string const& argument, command_words const& words);
    void add_operand(std::string const& argument, command_words const& words);
    void add_placeholder(std::string const& text);

    std::vector<std::string> tokens_;
    std::vector<std::string> texts_;
    std::string command_;
    /// Those that may follow the command.
    std::set<std::string> next_commands_;
    bool value_expected_ = false;
    /// An option that takes several values may get one more.
    bool value_possible_ = false;
};

} // namespace glacier::cli
