#include "emulator/fault_effect.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

namespace {

using effect = emulator_fault_effect;

std::string text_of(emulator_fault const& fault)
{
    auto const error = refusal_of(fault);
    if (!error)
        return "none";
    return std::to_string(error->status) + " " + error->code_text + ": " + error->message;
}

reply with_header(std::string name, std::string value)
{
    reply answer;
    answer.response.headers.add(std::move(name), std::move(value));
    return answer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fault_effect_suite)

BOOST_AUTO_TEST_CASE(a_status_has_a_code_and_a_code_has_a_status)
{
    emulator_fault fault(effect::status);
    BOOST_TEST(text_of(fault) == "500 ServiceUnavailableException: This is a fault on request.");
    fault.status = 408;
    BOOST_TEST(text_of(fault) == "408 RequestTimeoutException: This is a fault on request.");
    fault.status = 503;
    fault.message = "Later.";
    BOOST_TEST(text_of(fault) == "503 ServiceUnavailableException: Later.");
    fault.status = 400;
    BOOST_TEST(text_of(fault) == "400 BadRequest: Later.");
    fault.status = 0;
    fault.code = "ThrottlingException";
    BOOST_TEST(text_of(fault) == "400 ThrottlingException: Later.");
    fault.code = "InsufficientCapacityException";
    fault.status = 503;
    BOOST_TEST(text_of(fault) == "503 InsufficientCapacityException: Later.");
    fault.code = "SomethingNew";
    fault.status = 0;
    BOOST_TEST(text_of(fault) == "500 SomethingNew: Later.");
    BOOST_TEST(text_of(emulator_fault(effect::garbage)) == "none");
}

BOOST_AUTO_TEST_CASE(the_client_is_told_when_to_come_again)
{
    emulator_fault fault(effect::status);
    reply answer;
    damage(answer, fault);
    BOOST_TEST(answer.response.headers.find("x-amz-retry-after") == nullptr);
    fault.retry_after = 1'500ms;
    damage(answer, fault);
    BOOST_TEST(answer.response.headers.get("x-amz-retry-after") == "1500");
}

BOOST_AUTO_TEST_CASE(a_wrong_tree_hash_is_a_hash)
{
    emulator_fault const fault(effect::wrong_tree_hash);
    for (char const digit : {'0', '1', 'f'}) {
        std::string const right = std::string(1, digit) + std::string(63, 'a');
        auto answer = with_header("x-amz-sha256-tree-hash", right);
        damage(answer, fault);
        auto const wrong = answer.response.headers.get("x-amz-sha256-tree-hash");
        BOOST_TEST(wrong != right);
        BOOST_TEST(wrong.size() == 64U);
        BOOST_TEST(answer.response.headers.size() == 1U);
    }
    reply without;
    damage(without, fault);
    BOOST_TEST(without.response.headers.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_wrong_content_range_is_one_further_on)
{
    emulator_fault const fault(effect::wrong_content_range);
    auto answer = with_header("Content-Range", "bytes 10-19/100");
    damage(answer, fault);
    BOOST_TEST(answer.response.headers.get("content-range") == "bytes 11-20/100");
    BOOST_TEST(answer.response.headers.size() == 1U);
    for (std::string const unreadable : {"items 1-2/3", "bytes */100", "bytes 1-2"}) {
        auto other = with_header("Content-Range", unreadable);
        damage(other, fault);
        BOOST_TEST(other.response.headers.get("content-range") == unreadable);
    }
}

BOOST_FIXTURE_TEST_CASE(only_json_is_truncated, service_fixture)
{
    emulator_fault const fault(effect::truncated_json);
    auto answer = with_header("Content-Type", "application/json");
    answer.response.body = R"({"a":12})";
    damage(answer, fault);
    BOOST_TEST(answer.response.body == R"({"a")");

    auto streamed = with_header("Content-Type", "application/json");
    streamed.bytes = std::make_shared<output>(*data, std::vector<segment_record>(), 0, 101);
    damage(streamed, fault);
    BOOST_TEST(streamed.bytes->size() == 50U);

    auto archive = with_header("Content-Type", "application/octet-stream");
    archive.bytes = std::make_shared<output>(*data, std::vector<segment_record>(), 0, 101);
    damage(archive, fault);
    BOOST_TEST(archive.bytes->size() == 101U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
