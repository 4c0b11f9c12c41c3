#include "emulator/policy_enforcement.hpp"

#include "emulator/vault_access_policy_service.hpp"
#include "emulator/vault_lock_service.hpp"
#include "emulator/vault_tag_service.hpp"
#include "fixture.hpp"

namespace glacier::emulation {

namespace {

using protocol::operation;

struct enforcement_fixture : service_fixture {
    enforcement_fixture() { make_vault("attic"); }

    std::string lock(std::string const& policy)
    {
        auto services = context();
        auto const initiated = initiate_vault_lock(services, initiate_vault_lock_request("attic", policy));
        BOOST_TEST_REQUIRE(initiated.has_value());
        return initiated->lock.str();
    }

    void set_access_policy(std::string const& policy)
    {
        auto services = context();
        BOOST_TEST_REQUIRE(
            set_vault_access_policy(services, set_vault_access_policy_request("attic", policy)).has_value());
    }

    void tag(std::string const& key, std::string const& value)
    {
        auto services = context();
        BOOST_TEST_REQUIRE(add_tags_to_vault(services, add_tags_to_vault_request(
                                                           "attic", {{tag_key(key), tag_value(value)}}))
                               .has_value());
    }

    bool denied(operation id, std::optional<std::string> const& archive = std::nullopt,
                std::string const& vault = "attic")
    {
        auto services = context();
        std::optional<archive_id> about;
        if (archive)
            about = archive_id(*archive);
        return denial(services, id, vault_name(vault), about).has_value();
    }

    static std::string denying(std::string const& action, std::string const& condition = "{}")
    {
        return R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"glacier:)" +
               action + R"(","Resource":"arn:aws:glacier:us-east-1:123456789012:vaults/attic","Condition":)" +
               condition + "}]}";
    }

    std::string const for_a_year =
        denying("DeleteArchive", R"({"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}})");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(policy_enforcement, enforcement_fixture)

BOOST_AUTO_TEST_CASE(a_denial_says_who_may_not_do_what_and_why)
{
    lock(denying("Delete*"));
    auto services = context();
    auto const refused = denial(services, operation::delete_vault, vault_name("attic"), std::nullopt);
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST(refused->status == 403);
    BOOST_TEST(refused->code_text == "AccessDeniedException");
    BOOST_TEST(refused->message ==
               "User: arn:aws:iam::123456789012:root is not authorized to perform: "
               "glacier:DeleteVault on resource: "
               "arn:aws:glacier:us-east-1:123456789012:vaults/attic with an explicit deny "
               "in the vault lock policy");
    BOOST_TEST(!denied(operation::list_jobs));
    BOOST_TEST(denied(operation::delete_archive));
}

BOOST_AUTO_TEST_CASE(a_lock_is_in_force_while_it_is_in_progress_and_when_it_is_locked)
{
    auto services = context();
    lock(denying("ListJobs"));
    BOOST_TEST(denied(operation::list_jobs));
    clock.advance(24h);
    BOOST_TEST(!denied(operation::list_jobs));
    lock(denying("ListJobs"));
    BOOST_TEST(abort_vault_lock(services, abort_vault_lock_request("attic")).has_value());
    BOOST_TEST(!denied(operation::list_jobs));
    std::string const kept = lock(denying("ListJobs"));
    BOOST_TEST(complete_vault_lock(services, complete_vault_lock_request("attic", kept)).has_value());
    clock.advance(24h * 1'000);
    reopen();
    BOOST_TEST(denied(operation::list_jobs));
    make_vault("cellar");
    BOOST_TEST(!denied(operation::list_jobs, std::nullopt, "cellar"));
    BOOST_TEST(!denied(operation::list_jobs, std::nullopt, "absent"));
}

BOOST_AUTO_TEST_CASE(the_age_of_an_archive_counts_whole_days_since_its_creation)
{
    auto services = context();
    std::string const id = lock(for_a_year);
    BOOST_TEST(complete_vault_lock(services, complete_vault_lock_request("attic", id)).has_value());
    std::string const archive = upload("attic", "content");
    BOOST_TEST(denied(operation::delete_archive, archive));
    clock.advance(24h * 365 - 1ms);
    BOOST_TEST(denied(operation::delete_archive, archive));
    clock.advance(1ms);
    BOOST_TEST(!denied(operation::delete_archive, archive));
    BOOST_TEST(denied(operation::delete_archive, upload("attic", "younger")));
    BOOST_TEST(!denied(operation::initiate_job, upload("attic", "younger")));
}

// Such a request has no age to be denied for, and is answered as without a policy.
BOOST_AUTO_TEST_CASE(an_archive_that_is_not_there_has_no_age)
{
    make_vault("cellar");
    std::string const archive = upload("attic", "content");
    std::string const elsewhere = upload("cellar", "content");
    remove("attic", archive);
    lock(for_a_year);
    BOOST_TEST(!denied(operation::delete_archive, "unknown"));
    BOOST_TEST(!denied(operation::delete_archive, archive));
    BOOST_TEST(!denied(operation::delete_archive, elsewhere));
}

BOOST_AUTO_TEST_CASE(tags_of_the_vault_count_as_they_are_now)
{
    lock(denying("*", R"({"StringLike":{"glacier:ResourceTag/LegalHold":["true",""]}})"));
    BOOST_TEST(!denied(operation::delete_vault));
    tag("LegalHold", "");
    BOOST_TEST(denied(operation::delete_vault));
    tag("LegalHold", "false");
    BOOST_TEST(!denied(operation::delete_vault));
}

BOOST_AUTO_TEST_CASE(access_policies_are_enforced_only_if_that_is_asked_for)
{
    set_access_policy(denying("GetJobOutput"));
    BOOST_TEST(!denied(operation::get_job_output));
    options.enforce_access_policies = true;
    BOOST_TEST(denied(operation::get_job_output));
    BOOST_TEST(!denied(operation::list_jobs));
    auto services = context();
    auto const refused = denial(services, operation::get_job_output, vault_name("attic"), std::nullopt);
    BOOST_TEST(refused->message.ends_with("with an explicit deny in the vault access policy"));
    // Both count, and each names itself.
    lock(denying("Get*"));
    auto const by_lock = denial(services, operation::get_job_output, vault_name("attic"), std::nullopt);
    BOOST_TEST(by_lock->message.ends_with("with an explicit deny in the vault lock policy"));
    // An access policy is not validated: what it does not say in the language of policies denies nothing.
    set_access_policy(R"({"Effect":"Deny"})");
    BOOST_TEST(!denied(operation::list_jobs));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
