#include "credentials/shared_files.hpp"

#include "credentials/credentials_fixture.hpp"

namespace glacier::credentials_files {

namespace {

std::string value_of(sections const& parsed, std::string const& section_title, std::string const& key)
{
    auto const found = parsed.find(section_title);
    if (found == parsed.end())
        return "(no section)";
    auto const value = found->second.find(key);
    return value != found->second.end() ? value->second : "(no key)";
}

/// The message of the fault in a text.
std::string fault_of(std::string_view text)
{
    operation_error const error = test::error_of([text] { parse(text, "FILE"); });
    BOOST_TEST(error.code() == errc::invalid_profile);
    return error.details().message;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(shared_files_test, test::credentials_fixture)

// Keys are compared without regard to case, and values are trimmed; with the line ends of any system.
BOOST_AUTO_TEST_CASE(keys_and_values)
{
    for (std::string const end : {"\n", "\r\n"}) {
        sections const parsed =
            parse("[default]" + end + "Region=eu-west-1" + end + "aws_access_key_id\t =  A B \t" + end +
                      "equals = a=b==" + end + "empty =" + end + "[ other ]" + end + "region = x",
                  "FILE");
        BOOST_TEST(parsed.size() == 2U);
        BOOST_TEST(value_of(parsed, "default", "region") == "eu-west-1");
        BOOST_TEST(value_of(parsed, "default", "aws_access_key_id") == "A B");
        BOOST_TEST(value_of(parsed, "default", "equals") == "a=b==");
        BOOST_TEST(value_of(parsed, "default", "empty").empty());
        BOOST_TEST(value_of(parsed, "other", "region") == "x");
    }
    BOOST_TEST(parse("", "FILE").empty());
    BOOST_TEST(parse("\n\n", "FILE").empty());
}

// Lines of comment may stand anywhere, also indented and before the first section; within a line `#` is text.
BOOST_AUTO_TEST_CASE(comments)
{
    sections const parsed =
        parse("# one\n; two\n[default]\n  # three\n#region = no\nregion = a#b ;c\n", "FILE");
    BOOST_TEST(parsed.at("default").size() == 1U);
    BOOST_TEST(value_of(parsed, "default", "region") == "a#b ;c");
}

// The name of a profile may be quoted, and stand after any blanks.
BOOST_AUTO_TEST_CASE(section_names)
{
    sections const parsed = parse("[profile \"my name\"]\na = 1\n[profile\t two]\na = 2\n[\"three\"]\na = "
                                  "3\n[profile   four ] # x\na = 4\n"
                                  "[profiles five]\na = 5\n",
                                  "FILE");
    BOOST_TEST(value_of(parsed, "profile my name", "a") == "1");
    BOOST_TEST(value_of(parsed, "profile two", "a") == "2");
    BOOST_TEST(value_of(parsed, "three", "a") == "3");
    BOOST_TEST(value_of(parsed, "profile four", "a") == "4");
    BOOST_TEST(value_of(parsed, "profiles five", "a") == "5");
}

// Lines that are indented further than a key without a value are its own (nested keys); they are no keys of the
// section. After a value they mean nothing.
BOOST_AUTO_TEST_CASE(nested_keys)
{
    sections const services =
        parse("[services local]\nglacier =\n  Endpoint_URL = http://a\n  # note\n  x = y\n"
              "sts = \n\tendpoint_url=http://b\nplain = 1\n  more = 2\n",
              "FILE");
    BOOST_TEST(value_of(services, "services local", "glacier.endpoint_url") == "http://a");
    BOOST_TEST(value_of(services, "services local", "glacier.x") == "y");
    BOOST_TEST(value_of(services, "services local", "sts.endpoint_url") == "http://b");
    BOOST_TEST(value_of(services, "services local", "plain") == "1");
    BOOST_TEST(value_of(services, "services local", "plain.more") == "(no key)");
    sections const parsed =
        parse("[default]\ns3 =\n  region = nested\n\taws_access_key_id = nested\nregion = real\n", "FILE");
    BOOST_TEST(value_of(parsed, "default", "region") == "real");
    BOOST_TEST(value_of(parsed, "default", "aws_access_key_id") == "(no key)");
}

// A section whose keys are all indented alike is read like any other.
BOOST_AUTO_TEST_CASE(indented_section)
{
    sections const parsed = parse(
        "  [default]\n  region = a\n  s3 =\n    region = nested\n  output = b\n[next]\n    region = c\n",
        "FILE");
    BOOST_TEST(value_of(parsed, "default", "region") == "a");
    BOOST_TEST(value_of(parsed, "default", "output") == "b");
    BOOST_TEST(value_of(parsed, "next", "region") == "c");
}

// A section that comes twice is one; the later value of a key wins.
BOOST_AUTO_TEST_CASE(repeated)
{
    sections const parsed = parse("[a]\nx = 1\ny = 1\n[b]\n[a]\nx = 2\n", "FILE");
    BOOST_TEST(value_of(parsed, "a", "x") == "2");
    BOOST_TEST(value_of(parsed, "a", "y") == "1");
}

// A fault names the file and the line, and never shows the line: it may hold a secret.
BOOST_AUTO_TEST_CASE(faults)
{
    BOOST_TEST(fault_of("[default]\n\n# x\nhidden\n").find("FILE, line 4:") == 0U);
    BOOST_TEST(fault_of("[default\nregion = x\n").find("FILE, line 1:") == 0U);
    BOOST_TEST(fault_of("\nregion = hidden\n[default]\n").find("FILE, line 2:") == 0U);
    BOOST_TEST(fault_of("[default]\nkey =\n  hidden\n").find("FILE, line 3:") == 0U);
    BOOST_TEST(fault_of("[profile \"a]\n").find("FILE, line 1:") == 0U);
    BOOST_TEST(fault_of("[]\n").find("FILE, line 1:") == 0U);
    BOOST_TEST(fault_of("[default]\n= x\n").find("FILE, line 2:") == 0U);
    BOOST_TEST(fault_of("[default]\nhidden\n").find("hidden") == std::string::npos);
    BOOST_TEST(fault_of("[default]\nkey =\n  hidden\n").find("hidden") == std::string::npos);
    BOOST_TEST(fault_of("region = hidden\n").find("hidden") == std::string::npos);
}

// A profile is put together from both files; the credentials file wins, key by key.
BOOST_AUTO_TEST_CASE(merge)
{
    write_config(
        "[profile backup]\nregion = eu-west-1\naws_access_key_id = config\n[backup]\nregion = wrong\n");
    write_credentials("[backup]\naws_access_key_id = credentials\naws_secret_access_key = s\n[profile "
                      "backup]\nregion = no\n");
    profile const loaded = load_profile("backup", environment.reader());
    BOOST_TEST(loaded.found);
    BOOST_TEST(loaded.name == "backup");
    BOOST_TEST(loaded.get("region").value() == "eu-west-1");
    BOOST_TEST(loaded.get("aws_access_key_id").value() == "credentials");
    BOOST_TEST(!loaded.get("output").has_value());
}

// A pair of keys comes from one file: half a pair in the one is not made whole out of the other.
BOOST_AUTO_TEST_CASE(keys_are_not_mixed)
{
    write_config("[default]\naws_access_key_id = config\naws_secret_access_key = hidden\n"
                 "aws_session_token = t\nregion = r\n");
    profile loaded = load_profile("default", environment.reader());
    BOOST_TEST(!loaded.keys_in_credentials_file);
    BOOST_TEST(static_keys_of(loaded)->session_token.reveal() == "t");
    write_credentials("[default]\naws_access_key_id = credentials\n");
    loaded = load_profile("default", environment.reader());
    BOOST_TEST(loaded.keys_in_credentials_file);
    BOOST_TEST(loaded.get("region").value() == "r");
    operation_error const error = test::error_of([&loaded] { static_keys_of(loaded); });
    BOOST_TEST(error.code() == errc::invalid_profile);
    BOOST_TEST(std::string(error.what()).find("hidden") == std::string::npos);

    write_credentials("[default]\naws_access_key_id = credentials\naws_secret_access_key = s\n");
    loaded = load_profile("default", environment.reader());
    BOOST_TEST(static_keys_of(loaded)->access_key_id == "credentials");
    BOOST_TEST(static_keys_of(loaded)->session_token.empty());
}

// What is left of a pair in the other file, a token or nothing after the `=`, leaves the pair as it is.
BOOST_AUTO_TEST_CASE(keys_without_a_pair)
{
    write_config("[default]\naws_access_key_id = config\naws_secret_access_key = s\n");
    for (std::string const rest : {"aws_session_token = t\n", "aws_security_token = t\n",
                                   "aws_access_key_id =\n", "aws_secret_access_key =\n"}) {
        write_credentials("[default]\n" + rest);
        profile const loaded = load_profile("default", environment.reader());
        BOOST_TEST(!loaded.keys_in_credentials_file);
        auto const keys = static_keys_of(loaded);
        BOOST_TEST_REQUIRE(keys.has_value());
        BOOST_TEST(keys->access_key_id == "config");
        BOOST_TEST(keys->secret_access_key.reveal() == "s");
        BOOST_TEST(keys->session_token.empty());
    }
}

// The token's older name, and the account.
BOOST_AUTO_TEST_CASE(other_keys)
{
    write_credentials(
        "[default]\naws_access_key_id = A\naws_secret_access_key = s\naws_security_token = old\n"
        "aws_account_id = 123456789012\n");
    auto const keys = static_keys_of(load_profile("default", environment.reader()));
    BOOST_TEST(keys->session_token.reveal() == "old");
    BOOST_TEST(keys->account_id.value() == "123456789012");
}

// Sections of other kinds are found by kind and name, in the config file only.
BOOST_AUTO_TEST_CASE(other_sections)
{
    write_config(
        "[sso-session 'my session']\nsso_region = x\n[services local]\nglacier =\n  endpoint_url = u\n");
    write_credentials("[services credentials]\nx = y\n");
    shared_files const files = shared_files::load(environment.reader());
    section const* const session = files.find_section("sso-session", "my session");
    BOOST_TEST_REQUIRE(session != nullptr);
    BOOST_TEST(session->at("sso_region") == "x");
    BOOST_TEST(files.find_section("services", "local")->at("glacier.endpoint_url") == "u");
    BOOST_TEST(files.find_section("services", "credentials") == nullptr);
    BOOST_TEST(files.find_section("sso-session", "local") == nullptr);
    BOOST_TEST(!files.get_profile("my session").found);
}

// The default profile needs no `profile` before its name; where both forms stand, that one wins.
BOOST_AUTO_TEST_CASE(default_profile)
{
    write_config("[default]\nregion = plain\noutput = plain\n");
    BOOST_TEST(load_profile("default", environment.reader()).get("region").value() == "plain");
    write_config("[profile default]\nregion = prefixed\n[default]\nregion = plain\noutput = plain\n");
    profile const both = load_profile("default", environment.reader());
    BOOST_TEST(both.get("region").value() == "prefixed");
    BOOST_TEST(both.get("output").value() == "plain");
}

// An empty value is none.
BOOST_AUTO_TEST_CASE(empty_value)
{
    write_config("[default]\nregion =\n");
    profile const loaded = load_profile("default", environment.reader());
    BOOST_TEST(loaded.found);
    BOOST_TEST(!loaded.get("region").has_value());
}

// Missing files are no error, nor is a missing directory; there is just no profile.
BOOST_AUTO_TEST_CASE(missing_files)
{
    BOOST_TEST(!load_profile("default", environment.reader()).found);
    environment.set("HOME", (home / "nowhere").string());
    BOOST_TEST(!load_profile("default", environment.reader()).found);
}

// The files can be elsewhere, also below the home directory; an empty variable is as good as none.
BOOST_AUTO_TEST_CASE(named_files)
{
    environment.set("AWS_CONFIG_FILE", home.write("c", "[default]\nregion = a\n").string());
    environment.set("AWS_SHARED_CREDENTIALS_FILE", "~/k");
    home.write("k", "[default]\naws_access_key_id = b\n");
    profile loaded = load_profile("default", environment.reader());
    BOOST_TEST(loaded.get("region").value() == "a");
    BOOST_TEST(loaded.get("aws_access_key_id").value() == "b");

    write_config("[default]\nregion = home\n");
    environment.set("AWS_CONFIG_FILE", "");
    BOOST_TEST(load_profile("default", environment.reader()).get("region").value() == "home");
}

// The variables that name files may have variables and the home directory in them.
BOOST_AUTO_TEST_CASE(expanded_paths)
{
    environment.set("HOME", "/users/me");
    environment.set("DIR", "d");
    auto const expand = [this](std::string const& path) {
        return expand_path(path, environment.reader())->string();
    };
    for (auto const& [path, expanded] : std::map<std::string, std::string>{{"~/x", "/users/me/x"},
                                                                           {"~", "/users/me/"},
                                                                           {"~other/x", "~other/x"},
                                                                           {"$HOME/$DIR/x", "/users/me/d/x"},
                                                                           {"${DIR}x", "dx"},
                                                                           {"$DIRx", "$DIRx"},
                                                                           {"${NONE}/x", "${NONE}/x"},
                                                                           {"${DIR", "${DIR"},
                                                                           {"a$", "a$"},
                                                                           {"a$/~/x", "a$/~/x"}})
        BOOST_TEST(expand(path) == expanded, path);
    environment.unset("HOME");
    BOOST_TEST(!expand_path("~/x", environment.reader()).has_value());
}

// Without a home directory no file is read: least of all one below the working directory.
BOOST_AUTO_TEST_CASE(without_home)
{
    write_config("[default]\nregion = trap\n");
    std::filesystem::path const before = std::filesystem::current_path();
    std::filesystem::current_path(home.path());
    environment.set("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/config");
    for (bool const empty : {false, true}) {
        environment.unset("HOME");
        if (empty)
            environment.set("HOME", "");
        BOOST_TEST(!load_profile("default", environment.reader()).found);
    }
    std::filesystem::current_path(before);
}

// /dev/null stands for no file.
BOOST_AUTO_TEST_CASE(null_device)
{
    write_config("[default]\nregion = home\n");
    environment.set("AWS_CONFIG_FILE", "/dev/null");
    environment.set("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    BOOST_TEST(!load_profile("default", environment.reader()).found);
}

// A file that is none, or is larger than 1 MiB, is refused by its name.
BOOST_AUTO_TEST_CASE(unusable_files)
{
    std::filesystem::create_directory(home / "directory");
    std::filesystem::path const large = home.write("large", "[default]\n" + std::string(1'048'576, '#'));
    for (std::filesystem::path const& path : {home / "directory", large}) {
        environment.set("AWS_CONFIG_FILE", path.string());
        operation_error const error =
            test::error_of([this] { load_profile("default", environment.reader()); });
        BOOST_TEST(error.code() == errc::invalid_profile);
        BOOST_TEST(error.details().message.find(path.string()) == 0U);
    }
    environment.set("AWS_CONFIG_FILE",
                    home.write("largest", "[default]\n" + std::string(1'048'566, '#')).string());
    BOOST_TEST(load_profile("default", environment.reader()).found);
}

// The keys of a profile are credentials, which say where they come from.
BOOST_AUTO_TEST_CASE(keys_of_a_profile)
{
    write_credentials(
        "[backup]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s/+=\naws_session_token = t\n");
    auto const provider = profile_credentials("backup", environment.reader());
    // Read once.
    write_credentials("[backup]\naws_access_key_id = other\naws_secret_access_key = other\n");
    credentials const got = test::credentials_of(provider);
    BOOST_TEST(got.access_key_id == "AKIDEXAMPLE");
    BOOST_TEST(got.secret_access_key.reveal() == "s/+=");
    BOOST_TEST(got.session_token.reveal() == "t");
    BOOST_TEST(got.source == "profile backup");
}

// Half a pair of keys, no keys and no profile are different errors, and each names the profile.
BOOST_AUTO_TEST_CASE(no_keys)
{
    write_config("[profile region]\nregion = x\n");
    write_credentials("[id]\naws_access_key_id = hidden\n[secret]\naws_secret_access_key = hidden\n"
                      "[empty]\naws_access_key_id = hidden\naws_secret_access_key =\n");
    for (auto const& [name, code] : std::map<std::string, errc>{{"id", errc::invalid_profile},
                                                                {"secret", errc::invalid_profile},
                                                                {"empty", errc::invalid_profile},
                                                                {"missing", errc::invalid_profile},
                                                                {"region", errc::no_credentials}}) {
        std::string const asked = name;
        operation_error const error =
            test::error_of([&] { profile_credentials(asked, environment.reader()); });
        BOOST_TEST(error.code() == code, name);
        BOOST_TEST(error.details().message.find("profile " + name) != std::string::npos);
        BOOST_TEST(std::string(error.what()).find("hidden") == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_files
