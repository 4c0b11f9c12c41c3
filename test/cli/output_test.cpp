#include "cli/output.hpp"

#include "cli/exit_code.hpp"

#include <glacier/json.hpp>
#include <glacier/vault.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <sstream>
#include <streambuf>
#include <vector>

namespace {

using namespace glacier::cli;

/// A stream that takes bytes and fails when they are to leave, as stdout does on a full disk.
class full_disk final : public std::streambuf {
protected:
    int_type overflow(int_type c) override { return traits_type::not_eof(c); }

    int sync() override
    {
        errno = ENOSPC;
        return -1;
    }
};

/// A stream that fails without a reason.
class broken final : public std::streambuf {};

} // namespace

BOOST_AUTO_TEST_SUITE(cli_output)

BOOST_AUTO_TEST_CASE(forms)
{
    BOOST_TEST((parse_output_form("text") == output_form::text));
    BOOST_TEST((parse_output_form("json") == output_form::json));
    BOOST_CHECK_EXCEPTION(parse_output_form("xml"), failure, [](failure const& error) {
        return error.code() == exit_code::usage &&
               error.what() == std::string("--output \"xml\": json or text");
    });
}

BOOST_AUTO_TEST_CASE(lines_are_written)
{
    std::ostringstream stream;
    output out(stream, output_form::text);
    out.line("one");
    out.lines("two\nthree\n");
    out.lines("");
    BOOST_TEST(stream.str() == "one\ntwo\nthree\n");
}

// Output that does not leave the process is a failure with the system's reason.
BOOST_AUTO_TEST_CASE(full_disk_is_a_failure)
{
    full_disk buffer;
    std::ostream stream(&buffer);
    output out(stream, output_form::text);
    BOOST_CHECK_EXCEPTION(out.line("one"), failure, [](failure const& error) {
        return error.code() == exit_code::local_file &&
               error.what() == std::string("standard output: No space left on device");
    });
}

// An old error number is not taken for the reason.
BOOST_AUTO_TEST_CASE(failure_without_a_reason)
{
    broken buffer;
    std::ostream stream(&buffer);
    output out(stream, output_form::text);
    errno = EACCES;
    BOOST_CHECK_EXCEPTION(out.line("one"), failure, [](failure const& error) {
        return error.what() == std::string("standard output: the output cannot be written");
    });
}

BOOST_AUTO_TEST_CASE(lists)
{
    glacier::vault_description vault;
    vault.vault_name = "photos";
    std::vector<glacier::vault_description> vaults;
    BOOST_TEST(json_list("VaultList", vaults) == "{\"VaultList\":[]}");
    vaults.assign(2, vault);
    BOOST_TEST(json_list("VaultList", vaults) ==
               "{\"VaultList\":[" + glacier::to_json(vault) + "," + glacier::to_json(vault) + "]}");
}

BOOST_AUTO_TEST_CASE(members_as_lines)
{
    auto const object =
        parse_object(R"({"Name":"photos","Size":12,"Date":null,"Done":true,"In":{"Format":"CSV"}})");
    BOOST_TEST(member_lines(object) == "Name: photos\nSize: 12\nDate: -\nDone: true\nIn.Format: CSV\n");
}

// Text from the service cannot add a line or a column, and cannot command the terminal.
BOOST_AUTO_TEST_CASE(members_are_made_safe)
{
    auto const object = parse_object(R"({"Name":"a\nb\tc\u001b[2J"})");
    BOOST_TEST(member_lines(object) == "Name: a\\x0ab\\x09c\\x1b[2J\n");
    BOOST_TEST(member_row(object, {"Name"}) == "a\\x0ab\\x09c\\x1b[2J");
}

// Columns are as many as names, whatever is absent or empty.
BOOST_AUTO_TEST_CASE(members_as_columns)
{
    auto const object = parse_object(R"({"Name":"","Size":12,"Date":null})");
    BOOST_TEST(member_row(object, {"Name", "Size", "Date", "None"}) == "\t12\t-\t-");
    BOOST_TEST(member_row(object, {"Size"}) == "12");
}

BOOST_AUTO_TEST_SUITE_END()
