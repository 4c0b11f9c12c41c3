#include "emulator/policy.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace glacier::emulation {

namespace {

std::string const arn = "arn:aws:glacier:us-east-1:123456789012:vaults/attic";

/// What a statement says; by default that nobody may do anything.
struct statement {
    std::string effect = R"("Deny")";
    std::string principal = R"("Principal":"*")";
    std::string action = R"("Action":"*")";
    std::string resource = R"("Resource":"*")";
    std::string condition = "{}";
};

policy policy_of(statement const& said)
{
    auto parsed = policy::parse(R"({"Version":"2012-10-17","Statement":{"Effect":)" + said.effect + "," +
                                said.principal + "," + said.action + "," + said.resource +
                                R"(,"Condition":)" + said.condition + "}}");
    BOOST_TEST_REQUIRE(parsed.has_value());
    return *parsed;
}

policy_request request_for(std::string_view action)
{
    policy_request request;
    request.action = action;
    request.account = "123456789012";
    request.vault_arn = arn;
    return request;
}

bool denies(statement const& said, std::string_view action = "DeleteArchive")
{
    return policy_of(said).denies(request_for(action));
}

statement with_principal(std::string principal)
{
    statement said;
    said.principal = std::move(principal);
    return said;
}

statement with_action(std::string action)
{
    statement said;
    said.action = std::move(action);
    return said;
}

statement with_resource(std::string resource)
{
    statement said;
    said.resource = std::move(resource);
    return said;
}

statement with_condition(std::string condition)
{
    statement said;
    said.condition = std::move(condition);
    return said;
}

/// Whether `{"TEST":{KEY:VALUES}}` holds for an archive of ten days in a vault with some tags.
bool holds(std::string const& test, std::string const& key, std::string const& values)
{
    policy const judge =
        policy_of(with_condition(R"({")" + test + R"(":{")" + key + R"(":)" + values + "}}"));
    BOOST_TEST(judge.can_lock(arn), test << " " << key << " " << values);
    policy_request request = request_for("DeleteArchive");
    request.archive_age_days = 10;
    request.tags = {{"owner", "Ann"}, {"hold", "true"}, {"level", "3"}, {"empty", ""}};
    return judge.denies(request);
}

std::string const age = "glacier:ArchiveAgeInDays";

std::string tag(std::string const& key)
{
    return "glacier:ResourceTag/" + key;
}

} // namespace

BOOST_AUTO_TEST_SUITE(policy_suite)

BOOST_AUTO_TEST_CASE(only_a_deny_forbids)
{
    BOOST_TEST(denies({}));
    statement allowing;
    allowing.effect = R"("Allow")";
    BOOST_TEST(!denies(allowing));
    BOOST_TEST(!policy::parse("{}").has_value());
    BOOST_TEST(!policy::parse(R"({"Statement":[]})")->denies(request_for("DeleteArchive")));
}

BOOST_AUTO_TEST_CASE(it_is_about_the_account_by_its_number_or_its_root)
{
    for (std::string const mine : {R"("Principal":{"AWS":"*"})", R"("Principal":{"AWS":"123456789012"})",
                                   R"("Principal":{"AWS":["210987654321","arn:aws:iam::123456789012:root"]})",
                                   R"("Principal":{"AWS":"arn:aws-cn:iam::123456789012:root"})",
                                   R"("NotPrincipal":{"AWS":"210987654321"})"})
        BOOST_TEST(denies(with_principal(mine)), mine);
    for (std::string const other :
         {R"("Principal":{"AWS":"210987654321"})", R"("Principal":{"AWS":"arn:aws:iam::210987654321:root"})",
          R"("Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"})", R"("Principal":{"AWS":"arn:"})",
          R"("Principal":{"Service":"123456789012"})", R"("NotPrincipal":{"AWS":"123456789012"})"})
        BOOST_TEST(!denies(with_principal(other)), other);
}

BOOST_AUTO_TEST_CASE(actions_are_patterns_in_any_case)
{
    for (std::string const action :
         {R"("Action":"glacier:DeleteArchive")", R"("Action":"GLACIER:deletearchive")",
          R"("Action":["glacier:UploadArchive","glacier:Delete*"])", R"("Action":"glacier:*Archive")",
          R"("Action":"glacier:D?leteArchive")", R"("Action":"*")",
          R"("NotAction":["glacier:UploadArchive","glacier:Get*"])"})
        BOOST_TEST(denies(with_action(action)), action);
    for (std::string const action :
         {R"("Action":"glacier:DeleteVault")", R"("Action":"DeleteArchive")", R"("Action":"glacier:Delete")",
          R"("Action":"glacier:DeleteArchive?")", R"("NotAction":"glacier:Delete*")"})
        BOOST_TEST(!denies(with_action(action)), action);
    // Stars in a row, at the end, and such that take back what they took.
    BOOST_TEST(denies(with_action(R"("Action":"**Ar*ve**")")));
    BOOST_TEST(denies(with_action(R"("Action":"*e*e*e*")")));
    BOOST_TEST(!denies(with_action(R"("Action":"*e*e*e*e*e*e*e")")));
}

BOOST_AUTO_TEST_CASE(resources_are_patterns_too_but_case_counts)
{
    BOOST_TEST(denies(with_resource(R"("Resource":")" + arn + R"(")")));
    BOOST_TEST(denies(with_resource(R"("Resource":["x","arn:aws:glacier:*:123456789012:vaults/at*"])")));
    BOOST_TEST(denies(with_resource(R"("NotResource":"arn:aws:glacier:*:*:vaults/cellar")")));
    BOOST_TEST(!denies(with_resource(R"("NotResource":")" + arn + R"(")")));
    BOOST_TEST(!denies(with_resource(R"("Resource":"arn:aws:glacier:us-east-1:123456789012:vaults/ATTIC")")));
}

BOOST_AUTO_TEST_CASE(numbers_are_compared_with_the_age_of_the_archive)
{
    BOOST_TEST(holds("NumericLessThan", age, R"("11")"));
    BOOST_TEST(holds("NumericLessThan", age, "10.5"));
    BOOST_TEST(!holds("NumericLessThan", age, "10"));
    BOOST_TEST(holds("NumericLessThanEquals", age, "10"));
    BOOST_TEST(!holds("NumericLessThanEquals", age, "9"));
    BOOST_TEST(holds("NumericGreaterThan", age, "9"));
    BOOST_TEST(!holds("NumericGreaterThan", age, "10"));
    BOOST_TEST(holds("NumericGreaterThanEquals", age, "10"));
    BOOST_TEST(!holds("NumericGreaterThanEquals", age, "11"));
    BOOST_TEST(holds("NumericEquals", age, R"(["9","10"])"));
    BOOST_TEST(!holds("NumericEquals", age, "9"));
    BOOST_TEST(holds("NumericNotEquals", age, R"(["9","11"])"));
    BOOST_TEST(!holds("NumericNotEquals", age, R"(["9","10"])"));
    // The spelling of the service's documentation varies.
    BOOST_TEST(holds("NumericEquals", "glacier:ArchiveAgeinDays", "10"));
}

BOOST_AUTO_TEST_CASE(tags_are_compared_as_texts_numbers_and_booleans)
{
    BOOST_TEST(holds("StringEquals", tag("owner"), R"(["Bob","Ann"])"));
    BOOST_TEST(!holds("StringEquals", tag("owner"), R"("ann")"));
    BOOST_TEST(!holds("StringEquals", tag("Owner"), R"("Ann")"));
    BOOST_TEST(holds("StringEquals", "Glacier:resourcetag/owner", R"("Ann")"));
    BOOST_TEST(holds("StringNotEquals", tag("owner"), R"("ann")"));
    BOOST_TEST(!holds("StringNotEquals", tag("owner"), R"(["Bob","Ann"])"));
    BOOST_TEST(holds("StringEqualsIgnoreCase", tag("owner"), R"("aNN")"));
    BOOST_TEST(!holds("StringNotEqualsIgnoreCase", tag("owner"), R"("aNN")"));
    BOOST_TEST(holds("StringLike", tag("owner"), R"("A?n*")"));
    BOOST_TEST(holds("StringLike", tag("empty"), R"(["true",""])"));
    BOOST_TEST(!holds("StringLike", tag("owner"), R"("a*")"));
    BOOST_TEST(holds("StringNotLike", tag("owner"), R"("a*")"));
    BOOST_TEST(!holds("StringNotLike", tag("owner"), R"("A*")"));
    BOOST_TEST(holds("Bool", tag("hold"), "true"));
    BOOST_TEST(!holds("Bool", tag("hold"), R"("false")"));
    BOOST_TEST(!holds("Bool", tag("owner"), "true"));
    BOOST_TEST(holds("NumericGreaterThan", tag("level"), "2.5"));
    BOOST_TEST(!holds("NumericGreaterThan", tag("owner"), "2"));
}

BOOST_AUTO_TEST_CASE(a_key_that_is_not_there_fulfils_only_what_is_negated_or_says_so)
{
    BOOST_TEST(!holds("StringEquals", tag("box"), R"("7")"));
    BOOST_TEST(holds("StringNotEquals", tag("box"), R"("7")"));
    BOOST_TEST(holds("StringNotLike", tag("box"), R"("*")"));
    BOOST_TEST(!holds("NumericLessThan", tag("box"), "7"));
    BOOST_TEST(holds("NumericNotEquals", tag("box"), "7"));
    BOOST_TEST(!holds("Bool", tag("box"), "false"));
    BOOST_TEST(holds("StringEqualsIfExists", tag("box"), R"("7")"));
    BOOST_TEST(!holds("StringEqualsIfExists", tag("owner"), R"("7")"));
    BOOST_TEST(holds("NumericLessThanIfExists", tag("box"), "7"));
    BOOST_TEST(holds("Null", tag("box"), "true"));
    BOOST_TEST(!holds("Null", tag("box"), "false"));
    BOOST_TEST(holds("Null", tag("owner"), "false"));
    BOOST_TEST(!holds("Null", tag("owner"), "true"));
    BOOST_TEST(holds("Null", age, "false"));
    // A request that is not about an archive has no age.
    BOOST_TEST(
        !denies(with_condition(R"({"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}})"), "ListJobs"));
}

BOOST_AUTO_TEST_CASE(all_conditions_of_a_statement_must_hold)
{
    auto const judge = policy_of(with_condition(R"({"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"},
        "StringEquals":{"glacier:ResourceTag/owner":"Ann","glacier:ResourceTag/box":"7"}})"));
    policy_request request = request_for("DeleteArchive");
    request.archive_age_days = 10;
    request.tags = {{"owner", "Ann"}};
    BOOST_TEST(!judge.denies(request));
    request.tags.emplace("box", "7");
    BOOST_TEST(judge.denies(request));
    request.archive_age_days = 365;
    BOOST_TEST(!judge.denies(request));
}

// Nothing is passed over in silence: a lock with it is refused, and elsewhere the statement matches nothing.
BOOST_AUTO_TEST_CASE(what_is_not_understood_cannot_lock_and_denies_nothing)
{
    for (std::string const condition :
         {R"({"DateLessThan":{"glacier:ArchiveAgeInDays":"2026-01-01"}})",
          R"({"numericlessthan":{"glacier:ArchiveAgeInDays":"1"}})",
          R"({"NullIfExists":{"glacier:ResourceTag/a":"true"}})",
          R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", R"({"StringEquals":{"aws:SourceVpc":"x"}})",
          R"({"StringEquals":{"glacier:ResourceTag/":"x"}})",
          R"({"StringEquals":{"glacier:ArchiveAgeInDays":"1"}})",
          R"({"NumericLessThan":{"glacier:ArchiveAgeInDays":"a year"}})",
          R"({"NumericLessThan":{"glacier:ArchiveAgeInDays":["1","1d"]}})",
          R"({"NumericLessThan":{"glacier:ArchiveAgeInDays":"inf"}})",
          R"({"Bool":{"glacier:ResourceTag/a":"1"}})", R"({"Null":{"glacier:ResourceTag/a":"maybe"}})",
          R"({"StringNotEquals":{"glacier:ResourceTag/a":"${aws:username}"}})"}) {
        BOOST_TEST(!policy_of(with_condition(condition)).can_lock(arn), condition);
        BOOST_TEST(!denies(with_condition(condition)), condition);
    }
    auto const variable = with_resource(R"("NotResource":"${aws:x}")");
    BOOST_TEST(!policy_of(variable).can_lock(arn));
    BOOST_TEST(!denies(variable));
}

BOOST_AUTO_TEST_CASE(a_lock_is_about_its_vault_and_about_operations_that_there_are)
{
    BOOST_TEST(policy_of({}).can_lock(arn));
    BOOST_TEST(policy_of(with_resource(R"("Resource":[")" + arn + R"("])")).can_lock(arn));
    BOOST_TEST(!policy_of(with_resource(R"("Resource":[")" + arn + R"(","arn:x"])")).can_lock(arn));
    BOOST_TEST(
        policy_of(with_action(R"("Action":["glacier:UploadMultipartPart","glacier:List*"])")).can_lock(arn));
    BOOST_TEST(!policy_of(with_action(R"("Action":"glacier:DeleteArchives")")).can_lock(arn));
    BOOST_TEST(!policy_of(with_action(R"("Action":["*","s3:GetObject"])")).can_lock(arn));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
