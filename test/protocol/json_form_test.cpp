#include "protocol/json_form.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

struct inner {
    std::optional<std::string> text;
    std::uint64_t number = 0;
};

/// `unknown` stands for names that this version does not know.
enum class color { unknown, red, dark_green };

/// All its names are known for good.
enum class side { left, right };

struct outer {
    std::string name;
    std::optional<bool> flag;
    std::optional<std::uint64_t> number;
    std::optional<timestamp> date;
    std::optional<inner> nested;
    std::vector<inner> list;
};

/// Written without the members that have no value, and made from two of its members.
struct made_from_arguments {
    made_from_arguments(std::string its_first, std::uint64_t its_second)
        : first(std::move(its_first)), second(its_second)
    {}

    std::string first;
    std::uint64_t second;
    std::optional<std::string> third;
};

/// Goes both ways: what it lacks is shown by the service only.
struct with_enumerations {
    color paint = color::unknown;
    std::optional<color> other_paint;
    std::vector<color> paints;
    std::optional<side> hand;
};

struct with_maps {
    std::map<std::string, std::string> texts;
    std::optional<std::map<vault_name, std::uint64_t>> numbers;
    std::map<std::string, inner> objects;
    std::map<std::string, color> paints;
};

struct with_required {
    std::string text;
    std::optional<inner> nested;
};

} // namespace

template <>
struct enum_names<color> {
    static constexpr std::array<std::pair<color, std::string_view>, 2> names{{
        {color::red, "Red"},
        {color::dark_green, "DarkGreen"},
    }};
};

template <>
struct enum_names<side> {
    static constexpr std::array<std::pair<side, std::string_view>, 2> names{{
        {side::left, "LEFT"},
        {side::right, "RIGHT"},
    }};
};

template <>
struct json_fields<with_enumerations> {
    static constexpr absent when_absent = absent::null_in_answers;
    static constexpr auto fields = std::tuple{
        field("Paint", &with_enumerations::paint),
        field("OtherPaint", &with_enumerations::other_paint),
        field("Paints", &with_enumerations::paints),
        field("Hand", &with_enumerations::hand),
    };
};

template <>
struct json_fields<with_maps> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field("Texts", &with_maps::texts),
        field("Numbers", &with_maps::numbers),
        field("Objects", &with_maps::objects),
        field("Paints", &with_maps::paints),
    };
};

template <>
struct json_fields<with_required> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field<presence::required>("Text", &with_required::text),
        field<presence::required>("Nested", &with_required::nested),
    };
};

template <>
struct json_fields<inner> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{field("Text", &inner::text), field("Number", &inner::number)};
};

template <>
struct json_fields<outer> {
    static constexpr absent when_absent = absent::null;
    static constexpr auto fields = std::tuple{
        field("Name", &outer::name),
        field("Flag", &outer::flag),
        field("Number", &outer::number),
        field<presence::optional, timestamp_to_the_second>("Date", &outer::date),
        field("Nested", &outer::nested),
        field("List", &outer::list),
    };
};

template <>
struct json_fields<made_from_arguments> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field<presence::argument>("First", &made_from_arguments::first),
        field("Third", &made_from_arguments::third),
        field<presence::argument>("Second", &made_from_arguments::second),
    };
};

namespace {

template <class T>
decoded<T> read(std::string_view text, reading how = reading::strict)
{
    return read_json_document<T>(text, how);
}

/// A document that must be good.
outer good(std::string_view text)
{
    auto value = read<outer>(text);
    BOOST_TEST_REQUIRE(value.has_value());
    return *value;
}

std::string written(auto const& value)
{
    return boost::json::serialize(write_json(value));
}

BOOST_AUTO_TEST_SUITE(json_form_test)

// Members are written in the order of the list, with null for what has no value.
BOOST_AUTO_TEST_CASE(writes_null_for_absent)
{
    BOOST_TEST(written(outer()) ==
               R"({"Name":"","Flag":null,"Number":null,"Date":null,"Nested":null,"List":[]})");
    outer value;
    value.name = "a \"b\" \\ / \xc3\xa9";
    value.flag = false;
    value.number = std::numeric_limits<std::uint64_t>::max();
    value.date = timestamp(std::chrono::milliseconds(999));
    value.nested.emplace();
    value.list.resize(2);
    value.list[1].text = "x";
    BOOST_TEST(
        written(value) ==
        R"({"Name":"a \"b\" \\ / )"
        "\xc3\xa9"
        R"(","Flag":false,"Number":18446744073709551615,"Date":"1970-01-01T00:00:00Z","Nested":{"Text":null,"Number":0},)"
        R"("List":[{"Text":null,"Number":0},{"Text":"x","Number":0}]})");
}

// Where absent members are left out, nothing is written for them.
BOOST_AUTO_TEST_CASE(leaves_out_absent)
{
    made_from_arguments value("a", 1);
    BOOST_TEST(written(value) == R"({"First":"a","Second":1})");
    value.third = "c";
    BOOST_TEST(written(value) == R"({"First":"a","Third":"c","Second":1})");
}

// What is written is read again.
BOOST_AUTO_TEST_CASE(round_trip)
{
    std::string const text =
        R"({"Name":"n","Flag":true,"Number":9223372036854775807,"Date":"2026-02-03T04:05:06Z",)"
        R"("Nested":{"Text":"t","Number":1},"List":[{"Text":null,"Number":2}]})";
    auto const value = read<outer>(text);
    BOOST_TEST_REQUIRE(value.has_value());
    BOOST_TEST(written(*value) == text);
}

// Null, absent and unknown members are all right, in any order and depth.
BOOST_AUTO_TEST_CASE(lenient_about_members)
{
    for (std::string_view const text :
         {"{}", R"({"Name":null,"Flag":null,"Number":null,"Date":null,"Nested":null,"List":null})",
          R"({"Other":{"Name":[1,2,{"x":null}]},"name":"n"})"}) {
        auto const value = read<outer>(text);
        BOOST_TEST_REQUIRE(value.has_value());
        BOOST_TEST(value->name.empty());
        BOOST_TEST(!value->flag.has_value());
        BOOST_TEST(!value->number.has_value());
        BOOST_TEST(!value->date.has_value());
        BOOST_TEST(!value->nested.has_value());
        BOOST_TEST(value->list.empty());
    }
    auto const nested = read<outer>(R"({"Nested":{"Other":1},"List":[{},{"Number":null}]})");
    BOOST_TEST_REQUIRE(nested.has_value());
    BOOST_TEST(nested->nested.has_value());
    BOOST_TEST(nested->list.size() == 2U);
}

// A member of another type is an error that names it and shows what stood there.
BOOST_AUTO_TEST_CASE(strict_about_types)
{
    for (auto const& [text, member, shown] : {
             std::tuple{R"({"Name":1})", "Name", "1"},
             std::tuple{R"({"Name":["a"]})", "Name", "[\"a\"]"},
             std::tuple{R"({"Flag":"true"})", "Flag", "\"true\""},
             std::tuple{R"({"Flag":1})", "Flag", "1"},
             std::tuple{R"({"Number":"1"})", "Number", "\"1\""},
             std::tuple{R"({"Number":-1})", "Number", "-1"},
             std::tuple{R"({"Number":1.5})", "Number", "1.5E0"},
             std::tuple{R"({"Number":true})", "Number", "true"},
             std::tuple{R"({"Date":"soon"})", "Date", "\"soon\""},
             std::tuple{R"({"Date":5})", "Date", "5"},
             std::tuple{R"({"Nested":[]})", "Nested", "[]"},
             std::tuple{R"({"Nested":{"Text":{}}})", "Text", "{}"},
             std::tuple{R"({"List":{}})", "List", "{}"},
             std::tuple{R"({"List":[{"Number":"x"}]})", "Number", "\"x\""},
             std::tuple{R"({"List":[1]})", "List", "1"},
             std::tuple{"5", "body", "5"},
             std::tuple{"null", "body", "null"},
         }) {
        auto const value = read<outer>(text);
        BOOST_TEST_REQUIRE(value.has_error(), "read: " << text);
        BOOST_TEST((value.error().why == member_error::reason::invalid));
        BOOST_TEST(value.error().member == member);
        BOOST_TEST(value.error().text == shown);
    }
}

// Numbers are exact over the whole of 64 bits, and beyond they are no numbers.
BOOST_AUTO_TEST_CASE(numbers_are_exact)
{
    for (std::uint64_t const number :
         {std::uint64_t(0), std::uint64_t(9'007'199'254'740'993), std::uint64_t(9'223'372'036'854'775'807),
          std::numeric_limits<std::uint64_t>::max()})
        BOOST_TEST(good("{\"Number\":" + std::to_string(number) + "}").number.value() == number);
    BOOST_TEST(good(R"({"Number":2500.0})").number.value() == 2'500U);
    BOOST_TEST(read<outer>(R"({"Number":18446744073709551616})").has_error());
    BOOST_TEST(read<outer>(R"({"Number":1e30})").has_error());
}

// Arguments of the constructor must be there, whatever the order in the text.
BOOST_AUTO_TEST_CASE(arguments_must_be_there)
{
    auto const value = read<made_from_arguments>(R"({"Second":2,"Third":"c","First":"a"})");
    BOOST_TEST_REQUIRE(value.has_value());
    BOOST_TEST(value->first == "a");
    BOOST_TEST(value->second == 2U);
    BOOST_TEST(value->third.value() == "c");

    for (auto const& [text, member] :
         {std::pair{R"({"Second":2})", "First"}, std::pair{R"({"First":null,"Second":2})", "First"},
          std::pair{R"({"First":"a"})", "Second"}, std::pair{"{}", "First"}}) {
        auto const missing = read<made_from_arguments>(text);
        BOOST_TEST_REQUIRE(missing.has_error());
        BOOST_TEST((missing.error().why == member_error::reason::missing));
        BOOST_TEST(missing.error().member == member);
    }
    BOOST_TEST(read<made_from_arguments>(R"({"First":"a","Second":"b"})").error().member == "Second");
}

// What must be there, though it is no argument, is demanded of requests, not of answers.
BOOST_AUTO_TEST_CASE(required_members)
{
    BOOST_TEST(read<with_required>(R"({"Nested":{},"Text":""})").has_value());
    for (auto const& [text, member] :
         {std::pair{R"({"Nested":{}})", "Text"}, std::pair{R"({"Text":null,"Nested":{}})", "Text"},
          std::pair{R"({"Text":"a"})", "Nested"}, std::pair{"{}", "Text"}}) {
        auto const missing = read<with_required>(text);
        BOOST_TEST_REQUIRE(missing.has_error(), "read: " << text);
        BOOST_TEST((missing.error().why == member_error::reason::missing));
        BOOST_TEST(missing.error().member == member);
        BOOST_TEST(read<with_required>(text, reading::lenient).has_value());
    }
}

// A name that nobody knows is `unknown` to a client, in each place; a service refuses it. An enumeration whose
// names are all known refuses it both ways.
BOOST_AUTO_TEST_CASE(unknown_names)
{
    for (auto const& [text, member] :
         {std::pair{R"({"Paint":"Blue"})", "Paint"}, std::pair{R"({"OtherPaint":"red"})", "OtherPaint"},
          std::pair{R"({"Paints":["Red",""]})", "Paints"}, std::pair{R"({"Paint":"unknown"})", "Paint"}}) {
        auto const refused = read<with_enumerations>(text);
        BOOST_TEST_REQUIRE(refused.has_error(), "read: " << text);
        BOOST_TEST((refused.error().why == member_error::reason::invalid));
        BOOST_TEST(refused.error().member == member);
    }
    auto const value = read<with_enumerations>(
        R"({"Paint":"Blue","OtherPaint":"red","Paints":["Red","","DarkGreen"],"Hand":"LEFT"})",
        reading::lenient);
    BOOST_TEST_REQUIRE(value.has_value());
    BOOST_TEST((value->paint == color::unknown));
    BOOST_TEST((value->other_paint == color::unknown));
    BOOST_TEST((value->paints == std::vector{color::red, color::unknown, color::dark_green}));
    BOOST_TEST((value->hand == side::left));
    for (reading const how : {reading::strict, reading::lenient}) {
        BOOST_TEST(read<with_enumerations>(R"({"Hand":"left"})", how).error().member == "Hand");
        // What is no text is no name.
        BOOST_TEST(read<with_enumerations>(R"({"Paint":5})", how).error().member == "Paint");
        BOOST_TEST(read<with_enumerations>(R"({"Paints":[null]})", how).error().member == "Paints");
        BOOST_TEST(read<with_enumerations>(R"({"Paints":"Red"})", how).error().member == "Paints");
        BOOST_TEST((read<with_enumerations>(R"({"Paint":"DarkGreen"})", how)->paint == color::dark_green));
    }
}

// `unknown` is written as null, and what a struct of both ways lacks is null in answers and left out in requests.
BOOST_AUTO_TEST_CASE(writes_enumerations)
{
    with_enumerations value;
    BOOST_TEST(written(value) == R"({"Paint":null,"OtherPaint":null,"Paints":[],"Hand":null})");
    BOOST_TEST(boost::json::serialize(write_json(value, writing::request)) ==
               R"({"Paint":null,"Paints":[]})");
    value.paint = color::dark_green;
    value.other_paint = color::red;
    value.paints = {color::red, color::unknown};
    value.hand = side::right;
    for (writing const what : {writing::request, writing::answer})
        BOOST_TEST(boost::json::serialize(write_json(value, what)) ==
                   R"({"Paint":"DarkGreen","OtherPaint":"Red","Paints":["Red",null],"Hand":"RIGHT"})");
}

// Maps are objects: their keys follow the rules of their type, and are written in order.
BOOST_AUTO_TEST_CASE(maps)
{
    std::string const text = R"({"Texts":{"":"empty","\"a\"":"b","z":""},"Numbers":{"Attic":1,"attic":2},)"
                             R"("Objects":{"o":{"Text":"t","Number":3}},"Paints":{"p":"Red"}})";
    auto const value = read<with_maps>(text);
    BOOST_TEST_REQUIRE(value.has_value());
    BOOST_TEST(value->texts.size() == 3U);
    BOOST_TEST(value->texts.at("\"a\"") == "b");
    BOOST_TEST(value->numbers->at(vault_name("attic")) == 2U);
    BOOST_TEST(value->objects.at("o").number == 3U);
    BOOST_TEST((value->paints.at("p") == color::red));
    BOOST_TEST(written(*value) == text);
    BOOST_TEST(written(*read<with_maps>(R"({"Texts":{"b":"2","a":"1"}})")) ==
               R"({"Texts":{"a":"1","b":"2"},"Objects":{},"Paints":{}})");
}

// A member of a map that is wrong is an error of the map, which shows what was wrong.
BOOST_AUTO_TEST_CASE(wrong_maps)
{
    for (auto const& [text, member, shown] : {
             std::tuple{R"({"Texts":[]})", "Texts", "[]"},
             std::tuple{R"({"Texts":"a"})", "Texts", "\"a\""},
             std::tuple{R"({"Texts":{"a":5}})", "Texts", "5"},
             std::tuple{R"({"Texts":{"a":null}})", "Texts", "null"},
             std::tuple{R"({"Numbers":{"a":"5"}})", "Numbers", "\"5\""},
             std::tuple{R"({"Numbers":{"a b":5}})", "Numbers", "a b"},
             std::tuple{R"({"Objects":{"o":[]}})", "Objects", "[]"},
             std::tuple{R"({"Objects":{"o":{"Number":"x"}}})", "Number", "\"x\""},
             std::tuple{R"({"Paints":{"p":"Blue"}})", "Paints", "\"Blue\""},
         }) {
        auto const value = read<with_maps>(text);
        BOOST_TEST_REQUIRE(value.has_error(), "read: " << text);
        BOOST_TEST((value.error().why == member_error::reason::invalid));
        BOOST_TEST(value.error().member == member);
        BOOST_TEST(value.error().text == shown);
    }
    BOOST_TEST(
        (read<with_maps>(R"({"Paints":{"p":"Blue"}})", reading::lenient)->paints.at("p") == color::unknown));
    // Null is absent.
    BOOST_TEST(read<with_maps>(R"({"Texts":null,"Numbers":null})")->texts.empty());
}

// What is no JSON document is told apart from one with a wrong member.
BOOST_AUTO_TEST_CASE(malformed_documents)
{
    using namespace std::string_literals;
    for (std::string const& text :
         {""s, " "s, "{"s, "}"s, "{]"s, "{\"Name\"}"s, "{\"Name\":}"s, "{'Name':'n'}"s, "{\"Name\":\"n\",}"s,
          "{} {}"s, "{}x"s, "{\"Name\":\"\xff\"}"s, "{\"Name\":\"a\nb\"}"s, "{\"Name\":\"\\ud800\"}"s,
          "{\"Name\":nul}"s, "\xef\xbb\xbf{}"s, "{}\0"s, std::string(1'000, '['),
          "{\"Other\":" + std::string(1'000, '[') + std::string(1'000, ']') + "}"}) {
        auto const value = read<outer>(text);
        BOOST_TEST_REQUIRE(value.has_error(), "read: " << text);
        BOOST_TEST((value.error().why == member_error::reason::malformed_json));
        BOOST_TEST(value.error().member == "body");
    }
    // White space around it is all right.
    BOOST_TEST(good(" \r\n\t{ \"Name\" : \"n\" }\n").name == "n");
}

// Escapes are read, those of characters outside of the basic plane included.
BOOST_AUTO_TEST_CASE(escapes_are_read)
{
    BOOST_TEST(good(R"({"Name":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"})").name ==
               "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
