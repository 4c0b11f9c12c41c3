#include "emulator/inferred_request.hpp"

#include "emulator/dispatch.hpp"
#include "fixture.hpp"

namespace glacier::emulation {

namespace {

struct inferred_request_fixture : service_fixture {
    /// What the handler of the operation makes of the request that is behind the options.
    service_result<reply> carry_out(protocol::operation id, std::string const& vault,
                                    std::string_view content = {})
    {
        auto services = context();
        protocol::routed_request request{
            id, {{"accountId", "-"}, {"vaultName", vault}}, query_parameters, headers, content};
        apply_inferred(services, request);
        return handler_of(id).answer(services, request);
    }

    protocol::parameters query_parameters;
    protocol::http_headers headers;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(inferred_request, inferred_request_fixture)

BOOST_AUTO_TEST_CASE(vault_names_of_another_case_can_be_the_same)
{
    using enum protocol::operation;
    make_vault("Attic");
    BOOST_TEST(error_text(carry_out(describe_vault, "aTTIC")) ==
               "404 Vault not found for ARN: arn:aws:glacier:us-east-1:123456789012:vaults/aTTIC");
    options.inferred.case_sensitive_vault_names = false;
    auto const described = carry_out(describe_vault, "aTTIC");
    BOOST_TEST_REQUIRE(described.has_value());
    BOOST_TEST(described->response.body.find(R"("VaultName":"Attic")") != std::string::npos);
    BOOST_TEST(carry_out(create_vault, "ATTIC")->response.headers.get("location") ==
               "/123456789012/vaults/Attic");
    BOOST_TEST(data->begin().count_vaults() == 1U);
    BOOST_TEST(carry_out(delete_vault, "attic").has_value());
    BOOST_TEST(data->begin().count_vaults() == 0U);
    BOOST_TEST(carry_out(create_vault, "attic")->response.headers.get("location") ==
               "/123456789012/vaults/attic");
}

BOOST_AUTO_TEST_CASE(members_that_nobody_knows_can_be_refused)
{
    using enum protocol::operation;
    make_vault("attic");
    options.inventory_period = 0ms;
    std::string_view const tags = R"({"Tags":{"owner":"ann"},"Colour":"red"})";
    std::string_view const job =
        R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":"5","Order":"date"}})";
    BOOST_TEST(carry_out(add_tags_to_vault, "attic", tags).has_value());
    BOOST_TEST(carry_out(initiate_job, "attic", job).has_value());

    options.inferred.ignore_unknown_members = false;
    BOOST_TEST(error_text(carry_out(add_tags_to_vault, "attic", tags)) ==
               "400 Invalid Colour: there is no such member");
    BOOST_TEST(error_text(carry_out(initiate_job, "attic", job)) ==
               "400 Invalid Order: there is no such member");
    BOOST_TEST(carry_out(add_tags_to_vault, "attic", R"({"Tags":{"Colour":"red"}})").has_value());
    BOOST_TEST(carry_out(initiate_job, "attic",
                         R"({"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":"5"},)"
                         R"("ArchiveId":null,"Description":"all"})")
                   .has_value());
}

BOOST_AUTO_TEST_CASE(limits_of_more_than_32_bits_count_as_the_most_or_are_refused)
{
    using enum protocol::operation;
    make_vault("attic");
    for (std::string const limit : {"4294967295", "4294967296", "99999999999999999999999"}) {
        query_parameters.insert_or_assign("limit", limit);
        options.inferred.clamp_huge_limits = true;
        BOOST_TEST(carry_out(list_jobs, "attic").has_value(), limit);
        options.inferred.clamp_huge_limits = false;
        auto const answer = carry_out(list_jobs, "attic");
        if (limit == "4294967295")
            BOOST_TEST(answer.has_value());
        else
            BOOST_TEST(error_text(answer) == "400 Invalid limit: " + limit);
    }
    options.inferred.clamp_huge_limits = true;
    for (std::string const limit : {"0", "-4294967296", "4294967296x", ""}) {
        query_parameters.insert_or_assign("limit", limit);
        BOOST_TEST(error_text(carry_out(list_jobs, "attic")) == "400 Invalid limit: " + limit);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
