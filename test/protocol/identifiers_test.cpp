#include <glacier/identifiers.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace glacier {
namespace {

using namespace std::string_literals;

template <class Text>
void check_good(std::vector<std::string> const& texts)
{
    for (std::string const& text : texts) {
        auto const parsed = Text::parse(text);
        BOOST_TEST_REQUIRE(parsed.has_value(), "refused: '" << text << "'");
        BOOST_TEST(parsed->str() == text);
        BOOST_TEST(Text(text).str() == text);
        BOOST_TEST(Text(std::string_view(text)).str() == text);
    }
}

template <class Text>
void check_bad(errc expected, std::vector<std::string> const& texts)
{
    for (std::string const& text : texts) {
        auto const parsed = Text::parse(text);
        BOOST_TEST_REQUIRE(parsed.has_error(), "accepted: '" << text << "'");
        BOOST_TEST((parsed.error() == expected));
        BOOST_CHECK_EXCEPTION(Text{text}, invalid_value,
                              [expected](invalid_value const& error) { return error.code() == expected; });
    }
}

/// What no name may have: it would end a header or a request line, or name another resource.
std::vector<std::string> const dangerous{
    "a\r",   "a\n",   "\r\nHost: x", "a\0b"s, "\0"s, "a\tb", "a b", " a",   "a ",   "a/b",
    "/",     "a%2Fb", "a?b",         "a#b",   "a&b", "a=b",  "a:b", "a\\b", "a\"b", "a\x7f",
    "a\x80", "\xff",  "\xc3\xa9",    "a+b",   "a,b", "a;b",  "a~b", "a@b"};

BOOST_AUTO_TEST_SUITE(identifiers_test)

// Names of vaults: letters, digits, `_`, `-` and `.`, up to 255 of them, beginning with any.
BOOST_AUTO_TEST_CASE(vault_names)
{
    check_good<vault_name>({"a", "Z", "0", "_", "-", "attic", "Attic_2.b-c", "-attic", "...", ".a", "a.",
                            "..a", "a..b", "--help", std::string(255, 'x')});
    check_bad<vault_name>(errc::invalid_vault_name, dangerous);
    check_bad<vault_name>(errc::invalid_vault_name, {"", std::string(256, 'x')});
}

// `.` and `..` would be taken out of the path, and the request would be about something else.
BOOST_AUTO_TEST_CASE(dot_segments_are_no_vault_names)
{
    check_bad<vault_name>(errc::invalid_vault_name, {".", ".."});
}

template <class Id>
void check_opaque(errc expected)
{
    check_good<Id>({"a", "-", "_", "-abc", "--", "0", std::string(138, 'A'), std::string(92, '-'),
                    std::string(255, '_')});
    check_bad<Id>(expected, dangerous);
    check_bad<Id>(expected, {"", ".", "..", "a.b", std::string(256, 'a')});
}

// Ids are opaque, but for the characters of base64url; they may begin with `-`.
BOOST_AUTO_TEST_CASE(opaque_ids)
{
    check_opaque<archive_id>(errc::invalid_archive_id);
    check_opaque<job_id>(errc::invalid_job_id);
    check_opaque<upload_id>(errc::invalid_upload_id);
    check_opaque<lock_id>(errc::invalid_lock_id);
}

// A topic is an ARN of six parts, none of them empty, in printable ASCII without spaces.
BOOST_AUTO_TEST_CASE(sns_topics)
{
    std::string const arn = "arn:aws:sns:eu-west-1:210987654321:";
    check_good<sns_topic>(
        {arn + "glacier-jobs", arn + "a", arn + "Jobs_2.fifo", "arn:aws-cn:sns:cn-north-1:210987654321:jobs",
         "arn:aws-us-gov:sns:us-gov-west-1:210987654321:jobs",
         // Samples of the guide have accounts of thirteen digits.
         "arn:aws:sns:us-west-2:0123456789012:mytopic", arn + "!\"#$%&'()*+,-./;<=>?@[]^_`{|}~",
         arn + std::string(1'024 - arn.size(), 'x')});
    check_bad<sns_topic>(
        errc::invalid_sns_topic,
        {"", ":", ":::::", "arn", "arn:", "topic", "arn:aws:sns", arn, arn.substr(0, arn.size() - 1),
         "arn:aws:sns:eu-west-1::jobs", "arn:aws:sns::210987654321:jobs",
         "arn::sns:eu-west-1:210987654321:jobs", "ARN:aws:sns:eu-west-1:210987654321:jobs",
         "arn:aws:SNS:eu-west-1:210987654321:jobs", "arn:aws:sqs:eu-west-1:210987654321:jobs",
         "arn:aws:glacier:sns:210987654321:jobs", "xarn:aws:sns:eu-west-1:210987654321:jobs",
         " " + arn + "jobs",
         // The ARN of a subscription.
         arn + "jobs:9a1f5a0e", arn + "jobs:", arn + "a b", arn + "a ", arn + "a\r\nb", arn + "a\0b"s,
         arn + "a\x7f", arn + "\xc3\xa9", arn + std::string(1'025 - arn.size(), 'x')});
}

// An account is twelve digits, or `-` for that of the credentials.
BOOST_AUTO_TEST_CASE(account_ids)
{
    check_good<account_id>({"-", "210987654321", "000000000000"});
    check_bad<account_id>(errc::invalid_account_id, dangerous);
    check_bad<account_id>(errc::invalid_account_id,
                          {"", "--", "21098765432", "2109876543210", "2109-8765-4321", "21098765432a",
                           " 210987654321", "-210987654321"});
}

// A description is up to 1,024 printable ASCII characters, or nothing.
BOOST_AUTO_TEST_CASE(descriptions)
{
    std::string printable;
    for (char c = 0x20; c < 0x7f; ++c)
        printable += c;
    check_good<description>({"", " ", "  two  blanks ", printable, std::string(1'024, 'x'), "/../?#%&"});
    check_bad<description>(errc::invalid_description,
                           {std::string(1'025, 'x'), "a\r", "a\n", "a\r\nx-amz-date: 1", "a\tb", "a\0b"s,
                            "\0"s, "a\x1f", "a\x7f", "a\x80", "\xff", "\xc3\xa9t\xc3\xa9"});
}

// The error shows the value, with what cannot be shown as \xNN, and the rule.
BOOST_AUTO_TEST_CASE(error_names_value_and_rule)
{
    BOOST_CHECK_EXCEPTION(vault_name("a\r\nb"), invalid_value, [](invalid_value const& error) {
        return error.what() ==
               "\"a\\x0d\\x0ab\": invalid vault name: 1 to 255 characters of a-z A-Z 0-9 _ - . are "
               "allowed, but not . or .. alone"s;
    });
}

// Texts of a kind compare as texts do.
BOOST_AUTO_TEST_CASE(texts_are_compared)
{
    BOOST_TEST((vault_name("a") == vault_name("a")));
    BOOST_TEST((vault_name("a") != vault_name("A")));
    BOOST_TEST((archive_id("a") < archive_id("b")));
}

// One kind of id does not go where another is meant.
BOOST_AUTO_TEST_CASE(kinds_are_kept_apart)
{
    static_assert(!std::is_convertible_v<job_id, archive_id>);
    static_assert(!std::is_constructible_v<archive_id, job_id>);
    static_assert(!std::is_assignable_v<upload_id&, job_id>);
    static_assert(!std::is_convertible_v<lock_id, upload_id>);
    static_assert(!std::is_constructible_v<vault_name, account_id>);
    BOOST_TEST(true);
}

// A text that was never given is empty, which only a description may be.
BOOST_AUTO_TEST_CASE(text_that_was_not_given)
{
    BOOST_TEST(vault_name().str().empty());
    BOOST_TEST(!vault_name_rule::allows(vault_name().str()));
    BOOST_TEST(!archive_id_rule::allows(archive_id().str()));
    BOOST_TEST(!job_id_rule::allows(job_id().str()));
    BOOST_TEST(!upload_id_rule::allows(upload_id().str()));
    BOOST_TEST(!lock_id_rule::allows(lock_id().str()));
    BOOST_TEST(!sns_topic_rule::allows(sns_topic().str()));
    BOOST_TEST(!account_id_rule::allows(account_id().str()));
    BOOST_TEST(description_rule::allows(description().str()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
