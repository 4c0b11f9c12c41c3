#include "cli/vault_command.hpp"

#include "fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace {

using cli_test::message_of;

std::vector<std::string> lines_of(std::string const& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_vault_command, cli_test::service_fixture)

BOOST_AUTO_TEST_CASE(create)
{
    BOOST_TEST(run({"vault", "create", "photos"}) == 0);
    BOOST_TEST(out == "/123456789012/vaults/photos\n");
    BOOST_TEST(err.empty());
    BOOST_TEST(run({"vault", "create", "photos", "--output", "json"}) == 0);
    BOOST_TEST(out == "{\"location\":\"/123456789012/vaults/photos\"}\n");
}

// A vault may be named like a command, and a name may begin with a hyphen.
BOOST_AUTO_TEST_CASE(odd_names)
{
    BOOST_TEST(run({"vault", "create", "list"}) == 0);
    BOOST_TEST(run({"vault", "create", "--", "-v"}) == 0);
    BOOST_TEST(out == "/123456789012/vaults/-v\n");
}

BOOST_AUTO_TEST_CASE(describe)
{
    BOOST_TEST_REQUIRE(run({"vault", "create", "photos"}) == 0);
    BOOST_TEST(run({"vault", "describe", "photos"}) == 0);
    BOOST_TEST(out.find("VaultARN: arn:aws:glacier:us-east-1:123456789012:vaults/photos\n") !=
               std::string::npos);
    BOOST_TEST(out.find("VaultName: photos\n") != std::string::npos);
    BOOST_TEST(out.find("NumberOfArchives: 0\n") != std::string::npos);
    BOOST_TEST(lines_of(out).size() == 6U);

    BOOST_TEST(run({"vault", "describe", "photos", "--output", "json"}) == 0);
    auto const vault = boost::json::parse(out).as_object();
    BOOST_TEST((vault.at("VaultName") == "photos"));
    BOOST_TEST(vault.size() == 6U);
}

// All pages, which hold ten vaults each.
BOOST_AUTO_TEST_CASE(list)
{
    BOOST_TEST(run({"vault", "list"}) == 0);
    BOOST_TEST(out.empty());
    BOOST_TEST(run({"vault", "list", "--output", "json"}) == 0);
    BOOST_TEST(out == "{\"VaultList\":[]}\n");

    for (char last = 'a'; last < 'a' + 21; ++last)
        BOOST_TEST_REQUIRE(run({"vault", "create", std::string("vault-") + last}) == 0);
    BOOST_TEST(run({"vault", "list"}) == 0);
    auto const lines = lines_of(out);
    BOOST_TEST_REQUIRE(lines.size() == 21U);
    BOOST_TEST(lines.front().find("vault-a\t0\t0\t2") == 0U);
    BOOST_TEST(lines.back().find("vault-u\t") == 0U);
    for (std::string const& line : lines)
        BOOST_TEST(std::count(line.begin(), line.end(), '\t') == 4);

    BOOST_TEST(run({"--output", "json", "vault", "list"}) == 0);
    auto const vaults = boost::json::parse(out).as_object().at("VaultList").as_array();
    BOOST_TEST_REQUIRE(vaults.size() == 21U);
    BOOST_TEST((vaults[20].as_object().at("VaultName") == "vault-u"));
}

BOOST_AUTO_TEST_CASE(remove)
{
    BOOST_TEST_REQUIRE(run({"vault", "create", "photos"}) == 0);
    BOOST_TEST(run({"vault", "delete", "photos"}) == 0);
    BOOST_TEST(out.empty());
    BOOST_TEST(run({"vault", "delete", "photos", "--output", "json"}) == 0);
    BOOST_TEST(out.empty());
    BOOST_TEST(run({"vault", "describe", "photos"}) == 5);
    BOOST_TEST(out.empty());
    BOOST_TEST(message_of(err).find("not found") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(invalid_name)
{
    for (char const* const action : {"create", "describe", "delete"}) {
        BOOST_TEST(run({"vault", action, "a/b"}) == 2);
        BOOST_TEST(message_of(err).find("\"a/b\": invalid vault name") == 0U);
    }
}

// The key itself is never shown.
BOOST_AUTO_TEST_CASE(wrong_key)
{
    environment["AWS_SECRET_ACCESS_KEY"] = "wrong+secret";
    BOOST_TEST(run({"vault", "list"}) == 5);
    BOOST_TEST(message_of(err).find("secret access key") != std::string::npos);
    BOOST_TEST(err.find("wrong+secret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
