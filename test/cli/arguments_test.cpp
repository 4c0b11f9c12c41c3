#include "cli/arguments.hpp"

#include "cli/exit_code.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using glacier::cli::arguments;
using glacier::cli::command_words;
using glacier::cli::failure;
using strings = std::vector<std::string>;

command_words words()
{
    command_words known;
    known.commands = {{"vault", {"create", "list"}}, {"upload", {}}};
    known.value_options = {"--vault", "--description", "--job"};
    known.list_options = {"--keys"};
    known.flags = {"--help", "-h"};
    return known;
}

/// What CLI11 gets, with the text of each placeholder in its place.
strings understood(strings const& given)
{
    arguments const read(given, words());
    strings texts;
    for (std::string const& token : read.tokens())
        texts.push_back(read.text(token));
    return texts;
}

bool is_placeholder(arguments const& read, std::size_t i)
{
    return read.tokens()[i] != read.text(read.tokens()[i]);
}

std::string error_of(strings const& given)
{
    try {
        arguments const read(given, words());
        return {};
    } catch (failure const& error) {
        BOOST_TEST((error.code() == glacier::cli::exit_code::usage));
        return error.what();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_arguments)

// Commands and options reach CLI11 as they are; values and operands only as placeholders.
BOOST_AUTO_TEST_CASE(values_and_operands_are_hidden)
{
    arguments const read({"upload", "file", "--vault", "v", "--help"}, words());
    BOOST_TEST_REQUIRE(read.tokens().size() == 5U);
    BOOST_TEST(read.tokens()[0] == "upload");
    BOOST_TEST(is_placeholder(read, 1));
    BOOST_TEST(read.tokens()[2] == "--vault");
    BOOST_TEST(is_placeholder(read, 3));
    BOOST_TEST(read.tokens()[4] == "--help");
    BOOST_TEST(read.text(read.tokens()[1]) == "file");
    BOOST_TEST(read.text(read.tokens()[3]) == "v");
}

// A value may begin with a hyphen, or look like an option, in both forms.
BOOST_AUTO_TEST_CASE(value_with_a_hyphen)
{
    BOOST_TEST((understood({"upload", "--job", "-x"}) == strings{"upload", "--job", "-x"}));
    BOOST_TEST((understood({"upload", "--job=-x"}) == strings{"upload", "--job", "-x"}));
    BOOST_TEST((understood({"upload", "--job", "--vault"}) == strings{"upload", "--job", "--vault"}));
    BOOST_TEST((understood({"upload", "--job", "--"}) == strings{"upload", "--job", "--"}));
    BOOST_TEST((understood({"upload", "--job", "--vault=v"}) == strings{"upload", "--job", "--vault=v"}));
}

// `--option=` has an empty value; it does not take the next argument.
BOOST_AUTO_TEST_CASE(empty_value)
{
    BOOST_TEST(
        (understood({"upload", "--description=", "file"}) == strings{"upload", "--description", "", "file"}));
    BOOST_TEST((understood({"upload", "--description", "", "file"}) ==
                strings{"upload", "--description", "", "file"}));
}

// Only the first equals sign ends the name.
BOOST_AUTO_TEST_CASE(value_with_an_equals_sign)
{
    BOOST_TEST((understood({"--description=a=b"}) == strings{"--description", "a=b"}));
}

// After `--` everything is an operand, also a second `--`.
BOOST_AUTO_TEST_CASE(operands_after_two_hyphens)
{
    BOOST_TEST((understood({"upload", "--", "-abc", "--vault", "--"}) ==
                strings{"upload", "-abc", "--vault", "--"}));
}

// A single hyphen is an operand: it is an id that the service allows.
BOOST_AUTO_TEST_CASE(single_hyphen)
{
    BOOST_TEST((understood({"upload", "-"}) == strings{"upload", "-"}));
}

// An operand that looks like a placeholder is itself all the same.
BOOST_AUTO_TEST_CASE(text_like_a_placeholder)
{
    BOOST_TEST((understood({"upload", "@1", "[a,b]", "--vault", "@0"}) ==
                strings{"upload", "@1", "[a,b]", "--vault", "@0"}));
}

// Operands are commands only as far as there are commands.
BOOST_AUTO_TEST_CASE(commands)
{
    BOOST_TEST(arguments({"--vault", "upload", "vault", "create", "list"}, words()).command() ==
               "vault create");
    BOOST_TEST(arguments({"upload", "vault"}, words()).command() == "upload");
    BOOST_TEST(arguments({"vault"}, words()).command() == "vault");
    BOOST_TEST(arguments({"--help"}, words()).command().empty());
    BOOST_TEST((understood({"vault", "create", "create"}) == strings{"vault", "create", "create"}));
}

// What does not exist is named in the error, and what there is.
BOOST_AUTO_TEST_CASE(unknown_words)
{
    BOOST_TEST(error_of({"nonsense"}) == "there is no command \"nonsense\"; there are upload, vault");
    BOOST_TEST(error_of({"vault", "lst"}) == "there is no command \"vault lst\"; there are create, list");
    BOOST_TEST(error_of({"upload", "--vlt=v"}).find("there is no option --vlt;") == 0U);
    BOOST_TEST(error_of({"upload", "-abc"}).find("there is no option -abc;") == 0U);
    BOOST_TEST(error_of({"--help=x"}) == "the option --help takes no value");
}

// An option that takes a list gets everything up to the next option.
BOOST_AUTO_TEST_CASE(lists)
{
    BOOST_TEST((understood({"upload", "--keys", "a", "vault", "-", "--vault", "v", "file"}) ==
                strings{"upload", "--keys", "a", "vault", "-", "--vault", "v", "file"}));
    arguments const read({"upload", "--keys", "a", "b", "--help"}, words());
    BOOST_TEST(is_placeholder(read, 2));
    BOOST_TEST(is_placeholder(read, 3));
    BOOST_TEST(read.tokens()[4] == "--help");
    BOOST_TEST((understood({"upload", "--keys=-a", "--keys", "b", "--", "-c"}) ==
                strings{"upload", "--keys", "-a", "--keys", "b", "-c"}));
    // Before the command there can be no list: the command would be part of it.
    BOOST_TEST((understood({"--keys", "upload"}) == strings{"--keys", "upload"}));
}

// An option without its value is left to CLI11.
BOOST_AUTO_TEST_CASE(missing_value)
{
    BOOST_TEST((understood({"upload", "--vault"}) == strings{"upload", "--vault"}));
}

BOOST_AUTO_TEST_SUITE_END()
