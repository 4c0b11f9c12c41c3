#include "cli/api_parameters.hpp"

#include "fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <array>

namespace {

using glacier::cli::api_input;
using glacier::cli::api_kind;
using glacier::cli::api_parameter;
using glacier::cli::api_words;
using glacier::cli::exit_code;
using glacier::cli::failure;
using glacier::cli::option_name;

constexpr std::array<api_parameter, 6> parameters{{
    {"vaultName", api_kind::text, true, "NAME", ""},
    {"archiveDescription", api_kind::text, false, "TEXT", ""},
    {"Policy", api_kind::structure, false, "STRUCTURE", ""},
    {"Tags", api_kind::map, false, "MAP", ""},
    {"TagKeys", api_kind::list, false, "KEY", ""},
    {"body", api_kind::file, false, "FILE", ""},
}};

struct input_fixture {
    api_input read(api_words words, std::optional<std::string> const& json = std::nullopt) const
    {
        words.try_emplace("vaultName", std::vector<std::string>{"photos"});
        return read_only(words, json);
    }

    api_input read_only(api_words const& words, std::optional<std::string> const& json = std::nullopt) const
    {
        return api_input(parameters, words, json, [this](std::string const& name) {
            return name == "HOME" ? std::optional<std::string>(place.file("")) : std::nullopt;
        });
    }

    /// The value of a member in JSON.
    std::string value(std::string const& member, std::vector<std::string> const& words) const
    {
        return boost::json::serialize(read({{member, words}}).json(member));
    }

    std::string error(api_words const& words, std::optional<std::string> const& json = std::nullopt,
                      exit_code code = exit_code::usage) const
    {
        try {
            read(words, json);
            return "no error";
        } catch (failure const& failed) {
            BOOST_TEST((failed.code() == code));
            return failed.what();
        }
    }

    cli_test::scratch_directory place;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_api_parameters, input_fixture)

BOOST_AUTO_TEST_CASE(names_of_options)
{
    BOOST_TEST(option_name("vaultName") == "--vault-name");
    BOOST_TEST(option_name("TagKeys") == "--tag-keys");
    BOOST_TEST(option_name("statuscode") == "--statuscode");
    BOOST_TEST(option_name("vaultNotificationConfig") == "--vault-notification-config");
}

BOOST_AUTO_TEST_CASE(texts)
{
    api_input const input = read({{"archiveDescription", {"{\"a\":1}"}}});
    BOOST_TEST(input.text("vaultName") == "photos");
    BOOST_TEST(input.text("archiveDescription") == "{\"a\":1}");
    BOOST_TEST(!read({}).optional_text("archiveDescription"));
    BOOST_CHECK_EXCEPTION(read_only({}), failure, [](failure const& failed) {
        return failed.code() == exit_code::usage && failed.what() == std::string("--vault-name is missing");
    });
}

BOOST_AUTO_TEST_CASE(structures)
{
    BOOST_TEST(value("Policy", {R"( {"Rules":[]})"}) == R"({"Rules":[]})");
    BOOST_TEST(value("Policy", {"Rules=[{Strategy=BytesPerHour,BytesPerHour=1024}]"}) ==
               R"({"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1024}]})");
    BOOST_TEST(value("Policy", {"Rules={Strategy=None}"}) == R"({"Rules":[{"Strategy":"None"}]})");
    BOOST_TEST(value("Policy", {"Events=a,S3={Tagging={Events=b}}"}) ==
               R"({"Events":["a"],"S3":{"Tagging":{"Events":"b"}}})");
    BOOST_TEST(error({{"Policy", {"{"}}}).starts_with("--policy: no JSON: "));
    BOOST_TEST(error({{"Policy", {"[]"}}}) == "--policy: an object is expected");
    BOOST_TEST(error({{"Policy", {"text"}}}).starts_with("--policy: \"=\" is expected"));
    BOOST_TEST(error({{"Policy", {std::string(10'000, '[')}}}).starts_with("--policy: no JSON: "));
}

// The names in a map are nobody's business.
BOOST_AUTO_TEST_CASE(maps)
{
    BOOST_TEST(value("Tags", {"a=b,Events=c"}) == R"({"a":"b","Events":"c"})");
    BOOST_TEST(value("Tags", {R"({"a b":"c"})"}) == R"({"a b":"c"})");
    BOOST_TEST(error({{"Tags", {R"({"a":1})"}}}) == "--tags: an object of texts is expected");
    BOOST_TEST(error({{"Tags", {"a=b,c"}}}) == "--tags: an object of texts is expected");
}

BOOST_AUTO_TEST_CASE(lists)
{
    BOOST_TEST(value("TagKeys", {"a", "b c"}) == R"(["a","b c"])");
    BOOST_TEST(value("TagKeys", {"a"}) == R"(["a"])");
    BOOST_TEST(value("TagKeys", {R"(["a","b"])"}) == R"(["a","b"])");
    BOOST_TEST(error({{"TagKeys", {"[1]"}}}) == "--tag-keys: an array of texts is expected");
}

BOOST_AUTO_TEST_CASE(values_in_files)
{
    std::string const text = place.make_file("text", std::string("two\nlines"));
    std::string const json = place.make_file("json", std::string(R"({"Rules":[]})"));
    BOOST_TEST(read({{"archiveDescription", {"file://" + text}}}).text("archiveDescription") == "two\nlines");
    BOOST_TEST(value("Policy", {"file://" + json}) == R"({"Rules":[]})");
    BOOST_TEST(value("Policy", {"fileb://" + json}) == R"({"Rules":[]})");
    BOOST_TEST(value("Policy", {"file://~/json"}) == R"({"Rules":[]})");
    BOOST_TEST(error({{"Policy", {"file://" + place.file("none")}}}, {}, exit_code::local_file) ==
               place.file("none") + ": No such file or directory");
    std::string const large = place.make_file("large", 1'048'577);
    BOOST_TEST(
        error({{"Policy", {"file://" + large}}}, {}, exit_code::local_file).find("more than 1048576") !=
        std::string::npos);
}

BOOST_AUTO_TEST_CASE(json_for_all)
{
    api_input const input = read_only({}, R"({"vaultName":"films","Tags":{"a":"b"},"body":"bytes"})");
    BOOST_TEST(input.text("vaultName") == "films");
    BOOST_TEST(boost::json::serialize(input.json("Tags")) == R"({"a":"b"})");
    BOOST_TEST(input.content().size() == 5U);
    // What an option says counts.
    BOOST_TEST(read({}, R"({"vaultName":"films"})").text("vaultName") == "photos");
    std::string const file = place.make_file("input", std::string(R"({"vaultName":"films"})"));
    BOOST_TEST(read_only({}, "file://" + file).text("vaultName") == "films");

    BOOST_TEST(error({}, "[]") == "--cli-input-json: an object is expected");
    BOOST_TEST(error({}, "{").starts_with("--cli-input-json: no JSON: "));
    BOOST_TEST(error({}, R"({"VaultName":"films"})") == "--cli-input-json: there is no parameter VaultName");
    BOOST_TEST(error({}, R"({"Tags":[]})") == "--cli-input-json: Tags: an object of texts is expected");
    BOOST_TEST(error({}, R"({"archiveDescription":null})") ==
               "--cli-input-json: archiveDescription: a text is expected");
}

BOOST_AUTO_TEST_CASE(content)
{
    std::string const file = place.make_file("content", 1'234);
    BOOST_TEST(read({{"body", {file}}}).content().size() == 1'234U);
    BOOST_TEST(read({{"body", {"~/content"}}}, R"({"body":"other"})").content().size() == 1'234U);
    BOOST_CHECK_EXCEPTION(read({{"body", {place.file("none")}}}).content(), failure,
                          [](failure const& failed) { return failed.code() == exit_code::local_file; });
}

BOOST_AUTO_TEST_CASE(set)
{
    api_input input = read({});
    BOOST_TEST(!input.has("marker"));
    input.set("marker", "m");
    BOOST_TEST(input.text("marker") == "m");
}

BOOST_AUTO_TEST_SUITE_END()
