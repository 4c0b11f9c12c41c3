#include "emulator/vault_lock_service.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

namespace {

struct lock_fixture : service_fixture {
    lock_fixture() { make_vault("attic"); }

    service_result<initiate_vault_lock_result> try_initiate(std::string const& vault = "attic")
    {
        auto services = context();
        return initiate_vault_lock(services, initiate_vault_lock_request(vault, policy));
    }

    std::string initiate()
    {
        auto const initiated = try_initiate();
        BOOST_TEST_REQUIRE(initiated.has_value());
        return initiated->lock.str();
    }

    service_result<protocol::no_result> complete(std::string const& lock, std::string const& vault = "attic")
    {
        auto services = context();
        return complete_vault_lock(services, complete_vault_lock_request(vault, lock));
    }

    service_result<protocol::no_result> abort(std::string const& vault = "attic")
    {
        auto services = context();
        return abort_vault_lock(services, abort_vault_lock_request(vault));
    }

    service_result<vault_lock_description> get(std::string const& vault = "attic")
    {
        auto services = context();
        return get_vault_lock(services, get_vault_lock_request(vault));
    }

    std::string const policy = R"({ "Statement":[] })";
    std::string const none = "404 No vault lock policy is set for: attic";
    std::string const in_progress = "403 A vault lock is in progress already, to be completed or aborted: "
                                    "arn:aws:glacier:us-east-1:123456789012:vaults/attic";
    std::string const locked =
        "403 The vault is locked, and its lock policy can neither be changed nor removed: "
        "arn:aws:glacier:us-east-1:123456789012:vaults/attic";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(vault_lock_service, lock_fixture)

BOOST_AUTO_TEST_CASE(a_vault_without_a_lock)
{
    BOOST_TEST(error_text(get()) == none);
    BOOST_TEST(error_text(complete("AAAABBBBCCCCDDDDEEEEFFFF")) == none);
    BOOST_TEST(abort().has_value());
    BOOST_TEST(initiate().size() == 24U);
}

BOOST_AUTO_TEST_CASE(a_lock_in_progress_is_shown_and_only_its_id_completes_it)
{
    std::string const lock = initiate();
    auto const shown = get();
    BOOST_TEST_REQUIRE(shown.has_value());
    BOOST_TEST(shown->policy == policy);
    BOOST_TEST((shown->state == vault_lock_state::in_progress));
    BOOST_TEST((shown->creation_date == clock.now()));
    BOOST_TEST((shown->expiration_date == clock.now() + 24h));

    auto const again = try_initiate();
    BOOST_TEST(error_text(again) == in_progress);
    BOOST_TEST(again.error().code_text == "AccessDeniedException");
    auto const wrong = complete(lock + "x");
    BOOST_TEST(error_text(wrong) == "400 Invalid lock ID: " + lock + "x");
    BOOST_TEST(wrong.error().code_text == "InvalidParameterValueException");
    BOOST_TEST((get()->state == vault_lock_state::in_progress));
}

BOOST_AUTO_TEST_CASE(an_aborted_lock_is_none_and_its_id_dead)
{
    std::string const lock = initiate();
    BOOST_TEST(abort().has_value());
    BOOST_TEST(error_text(get()) == none);
    BOOST_TEST(error_text(complete(lock)) == none);
    std::string const next = initiate();
    BOOST_TEST(next != lock);
    BOOST_TEST(error_text(complete(lock)) == "400 Invalid lock ID: " + lock);
    BOOST_TEST(complete(next).has_value());
}

BOOST_AUTO_TEST_CASE(a_lock_that_is_not_completed_within_a_day_is_none)
{
    std::string const late = initiate();
    clock.advance(24h);
    BOOST_TEST(error_text(get()) == none);
    BOOST_TEST(error_text(complete(late)) == none);
    BOOST_TEST(abort().has_value());
    std::string const in_time = initiate();
    clock.advance(24h - 1ms);
    BOOST_TEST(error_text(complete(late)) == "400 Invalid lock ID: " + late);
    BOOST_TEST(complete(in_time).has_value());
}

// The next lock replaces one that has expired without being aborted.
BOOST_AUTO_TEST_CASE(an_expired_lock_does_not_stand_in_the_way)
{
    std::string const late = initiate();
    clock.advance(25h);
    BOOST_TEST(initiate() != late);
    BOOST_TEST((get()->creation_date == clock.now()));
}

BOOST_AUTO_TEST_CASE(locked_is_for_ever)
{
    timestamp const created = clock.now();
    std::string const lock = initiate();
    clock.advance(1h);
    BOOST_TEST(complete(lock).has_value());
    clock.advance(24h * 10'000);
    auto const shown = get();
    BOOST_TEST_REQUIRE(shown.has_value());
    BOOST_TEST((shown->state == vault_lock_state::locked));
    BOOST_TEST(!shown->expiration_date.has_value());
    BOOST_TEST((shown->creation_date == created));
    BOOST_TEST(shown->policy == policy);

    BOOST_TEST(complete(lock).has_value());
    BOOST_TEST(error_text(complete(lock + "x")) == locked);
    BOOST_TEST(error_text(try_initiate()) == locked);
    BOOST_TEST(error_text(abort()) == locked);
    BOOST_TEST(abort().error().code_text == "AccessDeniedException");
    BOOST_TEST((get()->state == vault_lock_state::locked));
}

BOOST_AUTO_TEST_CASE(a_restart_keeps_the_id_and_the_lock)
{
    std::string const lock = initiate();
    reopen();
    BOOST_TEST(error_text(try_initiate()) == in_progress);
    BOOST_TEST(complete(lock).has_value());
    reopen();
    BOOST_TEST((get()->state == vault_lock_state::locked));
    BOOST_TEST(complete(lock).has_value());
    BOOST_TEST(error_text(abort()) == locked);
}

BOOST_AUTO_TEST_CASE(a_vault_is_needed_and_has_its_own_lock)
{
    std::string const absent =
        "404 Vault not found for ARN: arn:aws:glacier:us-east-1:123456789012:vaults/cellar";
    std::string const lock = initiate();
    BOOST_TEST(error_text(try_initiate("cellar")) == absent);
    BOOST_TEST(error_text(complete(lock, "cellar")) == absent);
    BOOST_TEST(error_text(abort("cellar")) == absent);
    BOOST_TEST(error_text(get("cellar")) == absent);
    make_vault("cellar");
    BOOST_TEST(error_text(complete(lock, "cellar")) == "404 No vault lock policy is set for: cellar");
    BOOST_TEST(abort("cellar").has_value());
    BOOST_TEST(complete(lock).has_value());
}

BOOST_AUTO_TEST_CASE(a_deleted_vault_leaves_nothing_to_the_next_one_of_its_name)
{
    BOOST_TEST(complete(initiate()).has_value());
    auto services = context();
    BOOST_TEST(delete_vault(services, delete_vault_request("attic")).has_value());
    make_vault("attic");
    BOOST_TEST(error_text(get()) == none);
}

BOOST_AUTO_TEST_CASE(a_policy_that_cannot_be_enforced_as_it_stands_is_refused)
{
    auto services = context();
    auto const refusal = [&services](std::string const& text) {
        auto const initiated = initiate_vault_lock(services, initiate_vault_lock_request("attic", text));
        return initiated ? std::string("accepted") : error_text(initiated);
    };
    auto const with = [](std::string const& action, std::string const& resource,
                         std::string const& condition = "{}") {
        return R"({"Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":")" + action +
               R"(","Resource":")" + resource + R"(","Condition":)" + condition + "}}";
    };
    std::string const arn = "arn:aws:glacier:us-east-1:123456789012:vaults/attic";
    std::string const invalid = "400 The specified vault lock policy is invalid. Provide a valid policy.";
    BOOST_TEST(refusal("{}") == invalid);
    BOOST_TEST(refusal(R"({"Version":"1","Statement":[]})") == invalid);
    BOOST_TEST(refusal(R"({"Statement":[{"Effect":"Deny"}]})") == invalid);
    BOOST_TEST(refusal(with("glacier:DeleteArchive", arn + "s")) == invalid);
    BOOST_TEST(refusal(with("glacier:Shred", arn)) == invalid);
    BOOST_TEST(refusal(with("glacier:DeleteArchive", arn, R"({"StringEquals":{"aws:SourceVpc":"x"}})")) ==
               invalid);
    BOOST_TEST(error_text(get()) == none);
    BOOST_TEST(refusal(with("glacier:DeleteArchive", arn)) == "accepted");
    // The form comes before the state.
    BOOST_TEST(refusal("{}") == invalid);
}

BOOST_AUTO_TEST_CASE(inferred_errors_of_locks_can_be_the_other_ones)
{
    options.inferred.complete_lock_without_lock_status = 400;
    options.inferred.initiate_locked_status = 400;
    auto const without = complete("AAAABBBBCCCCDDDDEEEEFFFF");
    BOOST_TEST(error_text(without) == "400 No vault lock policy is set for: attic");
    BOOST_TEST(without.error().code_text == "InvalidParameterValueException");
    BOOST_TEST(error_text(get()) == none);
    BOOST_TEST(complete(initiate()).has_value());
    auto const again = try_initiate();
    BOOST_TEST(error_text(again).starts_with("400 The vault is locked"));
    BOOST_TEST(again.error().code_text == "InvalidParameterValueException");
    BOOST_TEST(error_text(abort()) == locked);
}

BOOST_AUTO_TEST_CASE(completing_an_expired_lock_can_have_a_status_of_its_own)
{
    options.inferred.complete_expired_lock_status = 400;
    BOOST_TEST(error_text(complete("AAAABBBBCCCCDDDDEEEEFFFF")) == none);
    std::string const id = initiate();
    clock.advance(24h);
    BOOST_TEST(error_text(complete(id)) == "400 No vault lock policy is set for: attic");
    options.inferred.complete_expired_lock_status = 404;
    BOOST_TEST(error_text(complete(id)) == none);
    // An aborted one is as good as none.
    BOOST_TEST(abort().has_value());
    options.inferred.complete_expired_lock_status = 400;
    BOOST_TEST(error_text(complete(id)) == none);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
