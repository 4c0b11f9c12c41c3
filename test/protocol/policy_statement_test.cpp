#include "protocol/policy_statement.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace glacier::protocol {

namespace {

/// A policy with one statement.
std::string policy_of(std::string const& statement)
{
    return R"({"Version":"2012-10-17","Statement":)" + statement + "}";
}

std::string const allowing = R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"})";

using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(policy_statement_suite)

BOOST_AUTO_TEST_CASE(a_statement_is_read_with_all_its_members)
{
    auto const read = read_policy(policy_of(R"([{
        "Sid":"no-deletes","Effect":"Deny","Principal":{"AWS":["123456789012","arn:aws:iam::1:root"],"Service":"x"},
        "Action":["glacier:DeleteArchive","glacier:Get*"],"NotResource":"arn:x",
        "Condition":{"NumericLessThan":{"glacier:ArchiveAgeInDays":365},
                     "Bool":{"glacier:ResourceTag/a":[true,"false"],"glacier:ResourceTag/b":"x"}}}])"));
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST_REQUIRE(read->size() == 1U);
    policy_statement const& statement = read->front();
    BOOST_TEST(statement.denies);
    BOOST_TEST(!statement.principals.negated);
    BOOST_TEST((statement.principals.patterns == texts{"123456789012", "arn:aws:iam::1:root"}));
    BOOST_TEST((statement.actions.patterns == texts{"glacier:DeleteArchive", "glacier:Get*"}));
    BOOST_TEST(statement.resources.negated);
    BOOST_TEST((statement.resources.patterns == texts{"arn:x"}));
    BOOST_TEST_REQUIRE(statement.conditions.size() == 3U);
    BOOST_TEST(statement.conditions[0].test == "NumericLessThan");
    BOOST_TEST(statement.conditions[0].key == "glacier:ArchiveAgeInDays");
    BOOST_TEST((statement.conditions[0].values == texts{"365"}));
    BOOST_TEST((statement.conditions[1].values == texts{"true", "false"}));
    BOOST_TEST(statement.conditions[2].key == "glacier:ResourceTag/b");
}

BOOST_AUTO_TEST_CASE(statements_come_alone_in_a_list_and_in_an_empty_one)
{
    BOOST_TEST(read_policy(policy_of(allowing)).value().size() == 1U);
    BOOST_TEST(!read_policy(policy_of(allowing)).value().front().denies);
    BOOST_TEST(read_policy(policy_of("[" + allowing + "," + allowing + "]")).value().size() == 2U);
    BOOST_TEST(read_policy(policy_of("[]")).value().empty());
    // The version may be the older one, which is also that of a policy without it.
    BOOST_TEST(read_policy(R"({"Version":"2008-10-17","Id":"x","Statement":[]})").has_value());
    BOOST_TEST(read_policy(R"({"Statement":[]})").has_value());
}

BOOST_AUTO_TEST_CASE(principals_of_other_kinds_are_left_out)
{
    auto const read = read_policy(
        policy_of(R"({"Effect":"Deny","NotPrincipal":{"Service":"x"},"NotAction":"*","Resource":"*"})"));
    BOOST_TEST(read.value().front().principals.negated);
    BOOST_TEST(read.value().front().principals.patterns.empty());
    BOOST_TEST(read.value().front().actions.negated);
}

BOOST_AUTO_TEST_CASE(what_has_not_the_form_of_a_policy_is_refused)
{
    for (std::string const text :
         {"", "{", "[]", "{}", R"({"Version":"2012-10-17"})", R"({"Version":"2011-01-01","Statement":[]})",
          R"({"Version":1,"Statement":[]})", R"({"Statement":[],"Rules":[]})", R"({"Id":1,"Statement":[]})",
          R"({"Statement":"x"})", R"({"Statement":[1]})", R"({"Statement":null})"})
        BOOST_TEST(!read_policy(text).has_value(), text);

    std::string const rest = R"("Principal":"*","Action":"*","Resource":"*")";
    BOOST_TEST(read_policy(policy_of(R"({"Effect":"Deny",)" + rest + "}")).has_value());
    for (std::string const& text :
         {"{" + rest + "}",
          R"({"Effect":"deny",)" + rest + "}",
          R"({"Effect":1,)" + rest + "}",
          R"({"Effect":"Deny","Sid":1,)" + rest + "}",
          R"({"Effect":"Deny","Actions":"*",)" + rest + "}",
          R"({"Effect":"Deny","NotAction":"*",)" + rest + "}",
          R"({"Effect":"Deny","NotPrincipal":"*",)" + rest + "}",
          R"({"Effect":"Deny","NotResource":"*",)" + rest + "}",
          R"({"Effect":"Deny","Condition":[],)" + rest + "}",
          R"({"Effect":"Deny","Condition":{"Null":"x"},)" + rest + "}",
          R"({"Effect":"Deny","Condition":{"Null":{"x":null}},)" + rest + "}",
          R"({"Effect":"Deny","Condition":{"Null":{"x":[]}},)" + rest + "}",
          std::string(R"({"Effect":"Deny","Action":"*","Resource":"*"})"),
          std::string(R"({"Effect":"Deny","Principal":"ann","Action":"*","Resource":"*"})"),
          std::string(R"({"Effect":"Deny","Principal":{},"Action":"*","Resource":"*"})"),
          std::string(R"({"Effect":"Deny","Principal":{"GCP":"x"},"Action":"*","Resource":"*"})"),
          std::string(R"({"Effect":"Deny","Principal":{"AWS":1},"Action":"*","Resource":"*"})"),
          std::string(R"({"Effect":"Deny","Principal":"*","Resource":"*"})"),
          std::string(R"({"Effect":"Deny","Principal":"*","Action":[],"Resource":"*"})"),
          std::string(R"({"Effect":"Deny","Principal":"*","Action":[1],"Resource":"*"})"),
          std::string(R"({"Effect":"Deny","Principal":"*","Action":"*"})")})
        BOOST_TEST(!read_policy(policy_of(text)).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::protocol
