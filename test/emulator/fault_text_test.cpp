#include "emulator/fault_text.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace glacier::emulation {

namespace {

using namespace std::chrono_literals;
using effect = emulator_fault_effect;

std::string message_of(std::string_view text)
{
    auto const fault = parse_fault(text);
    return fault ? "none" : fault.error().message;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fault_text_suite)

BOOST_AUTO_TEST_CASE(a_fault_of_the_command_line)
{
    auto const fault =
        parse_fault("operation=UploadMultipartPart,vault=attic,first=2,last=9,probability=0.25,"
                    "effect=status,status=400,code=ThrottlingException,message=Rate exceeded,"
                    "retry_after=2s");
    BOOST_TEST_REQUIRE(fault.has_value());
    BOOST_TEST((fault->effect == effect::status));
    BOOST_TEST(fault->operation == "UploadMultipartPart");
    BOOST_TEST(fault->vault == "attic");
    BOOST_TEST(fault->first == 2U);
    BOOST_TEST(fault->last == 9U);
    BOOST_TEST(fault->probability == 0.25);
    BOOST_TEST(fault->status == 400);
    BOOST_TEST(fault->code == "ThrottlingException");
    BOOST_TEST(fault->message == "Rate exceeded");
    BOOST_TEST((fault->retry_after == 2'000ms));

    auto const stall = parse_fault("effect=stall-answer,time=250ms,bytes=1048576");
    BOOST_TEST_REQUIRE(stall.has_value());
    BOOST_TEST((stall->effect == effect::stall_answer));
    BOOST_TEST((stall->time == 250ms));
    BOOST_TEST(stall->bytes == 1'048'576U);
    BOOST_TEST(stall->operation.empty());
    BOOST_TEST(stall->probability == 1);
}

BOOST_AUTO_TEST_CASE(errors_name_the_member)
{
    BOOST_TEST(message_of("") == "'' is not NAME=VALUE");
    BOOST_TEST(message_of("effect=garbage,") == "'' is not NAME=VALUE");
    BOOST_TEST(message_of("garbage") == "'garbage' is not NAME=VALUE");
    BOOST_TEST(
        message_of("operation=ListVaults").starts_with("effect: is missing; it is one of status, delay, "));
    BOOST_TEST(
        message_of("effect=explode").starts_with("effect: explode is not allowed; it is one of status"));
    BOOST_TEST(message_of("effect=garbage,color=red\n")
                   .starts_with("there is no member color; there are effect, operation, vault, first"));
    BOOST_TEST(message_of("effect=garbage,effect=delay") == "effect: is there twice");
    BOOST_TEST(message_of("effect=garbage,first=1st") == "first: 1st is not allowed; it is a whole number");
    BOOST_TEST(message_of("effect=garbage,last=-1") == "last: -1 is not allowed; it is a whole number");
    BOOST_TEST(message_of("effect=garbage,probability=often") ==
               "probability: often is not allowed; it is a number");
    BOOST_TEST(message_of("effect=garbage,probability=nan").starts_with("probability: nan is not allowed"));
    BOOST_TEST(message_of("effect=status,status=0") == "status: 0 is not allowed; it is 400 to 599");
    BOOST_TEST(message_of("effect=status,status=200") == "status: 200 is not allowed; it is 400 to 599");
    BOOST_TEST(message_of("effect=delay,time=5") ==
               "time: 5 is not allowed; it is a duration such as 250ms, 2s or 1min");
    BOOST_TEST(message_of("effect=garbage,vault=a b") ==
               "vault: a b is not allowed; it is the name of a vault");
}

// As JSON has it: a number where text belongs is an error, and the other way round.
BOOST_AUTO_TEST_CASE(kinds_are_strict)
{
    auto const message = [](fault_member member) {
        auto const fault = parse_fault({{"effect", fault_member_kind::text, "garbage"}, std::move(member)});
        return fault ? "none" : fault.error().message;
    };
    BOOST_TEST(message({"first", fault_member_kind::number, "2"}) == "none");
    BOOST_TEST(message({"first", fault_member_kind::text, "2"}) ==
               "first: 2 is not allowed; it is a whole number");
    BOOST_TEST(message({"vault", fault_member_kind::number, "2"}) == "vault: 2 is not allowed; it is text");
}

BOOST_AUTO_TEST_CASE(members_read_back_as_the_same_fault)
{
    for (std::string_view const text :
         {"effect=reset-after", "operation=InitiateJob,first=2,last=3,effect=reset-before",
          "vault=attic,probability=0.1,effect=status,status=503,code=X,message=m,retry_after=1500ms",
          "effect=stall-request,time=1min,bytes=17"}) {
        auto const fault = parse_fault(text);
        BOOST_TEST_REQUIRE(fault.has_value());
        auto const members = members_of(*fault);
        auto const again = parse_fault(members);
        BOOST_TEST_REQUIRE(again.has_value());
        auto const members_again = members_of(*again);
        BOOST_TEST_REQUIRE(members.size() == members_again.size());
        for (std::size_t i = 0; i < members.size(); ++i) {
            BOOST_TEST(members[i].name == members_again[i].name);
            BOOST_TEST(members[i].value == members_again[i].value);
        }
        // No more is written than was given.
        BOOST_TEST(members.size() == static_cast<std::size_t>(std::count(text.begin(), text.end(), '=')));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
