#include "cli/arguments.hpp"

#include "base/decimal.hpp"
#include "cli/exit_code.hpp"

#include <string_view>

namespace glacier::cli {

namespace {

/// CLI11 takes it for a value, whatever comes after it.
constexpr char placeholder = '@';

template <class Names>
std::string listed(Names const& names)
{
    std::string list;
    for (std::string const& name : names)
        list += (list.empty() ? "" : ", ") + name;
    return list;
}

std::set<std::string> names_of(std::map<std::string, std::set<std::string>> const& commands)
{
    std::set<std::string> names;
    for (auto const& command : commands)
        names.insert(command.first);
    return names;
}

} // namespace

arguments::arguments(std::vector<std::string> const& given, command_words const& words)
{
    bool operands_only = false;
    for (std::string const& argument : given) {
        if (value_expected_) {
            add_placeholder(argument);
            value_expected_ = false;
        } else if (!operands_only && argument == "--") {
            operands_only = true;
            value_possible_ = false;
        } else if (!operands_only && argument.size() > 1 && argument.front() == '-') {
            value_possible_ = false;
            add_option(argument, words);
        } else if (value_possible_) {
            add_placeholder(argument);
        } else {
            add_operand(argument, words);
        }
    }
}

std::string const& arguments::text(std::string const& token) const
{
    if (!token.empty() && token.front() == placeholder) {
        auto const number = base::parse_decimal(std::string_view(token).substr(1));
        if (number && *number < texts_.size())
            return texts_[static_cast<std::size_t>(*number)];
    }
    return token;
}

void arguments::add_option(std::string const& argument, command_words const& words)
{
    auto const equals = argument.find('=');
    std::string const name = argument.substr(0, equals);
    bool const has_value = equals != std::string::npos;

    if (words.value_options.contains(name)) {
        tokens_.push_back(name);
        if (has_value)
            add_placeholder(argument.substr(equals + 1));
        else
            value_expected_ = true;
        return;
    }
    if (words.list_options.contains(name)) {
        tokens_.push_back(name);
        if (has_value)
            add_placeholder(argument.substr(equals + 1));
        else
            value_possible_ = true;
        return;
    }
    if (words.flags.contains(name)) {
        if (has_value)
            throw failure(exit_code::usage, "the option " + name + " takes no value");
        tokens_.push_back(name);
        return;
    }
    throw failure(exit_code::usage,
                  "there is no option " + name + "; an id or a file that begins with - goes after --");
}

void arguments::add_operand(std::string const& argument, command_words const& words)
{
    if (command_.empty()) {
        auto const found = words.commands.find(argument);
        if (found == words.commands.end())
            throw failure(exit_code::usage, "there is no command \"" + argument + "\"; there are " +
                                                listed(names_of(words.commands)));
        tokens_.push_back(argument);
        command_ = argument;
        next_commands_ = found->second;
        return;
    }
    if (next_commands_.empty()) {
        add_placeholder(argument);
        return;
    }
    if (!next_commands_.contains(argument))
        throw failure(exit_code::usage, "there is no command \"" + command_ + " " + argument +
                                            "\"; there are " + listed(next_commands_));
    tokens_.push_back(argument);
    command_ += " " + argument;
    next_commands_.clear();
}

void arguments::add_placeholder(std::string const& text)
{
    tokens_.push_back(placeholder + std::to_string(texts_.size()));
    texts_.push_back(text);
}

} // namespace glacier::cli
