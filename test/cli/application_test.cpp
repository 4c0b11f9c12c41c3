#include "cli/application.hpp"

#include "fixture.hpp"

#include <glacier/version.hpp>

#include <boost/test/unit_test.hpp>

namespace {

using cli_test::message_of;

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_application, cli_test::command)

BOOST_AUTO_TEST_CASE(version)
{
    BOOST_TEST(run({"--version"}) == 0);
    BOOST_TEST(out == "glacier " + std::string(glacier::version) + "\n");
    BOOST_TEST(err.empty());
}

// The help of the program has every exit code; that of a command has its own options.
BOOST_AUTO_TEST_CASE(help)
{
    BOOST_TEST(run({"--help"}) == 0);
    for (char const* const text :
         {"vault",    "upload",       "retrieve",    "job",           "treehash",  "--endpoint-url",
          "--region", "--account-id", "--ca-bundle", "--proxy",       "--profile", "--output",
          "\n  0  ",  "\n  1  ",      "\n  2  ",     "\n  3  ",       "\n  4  ",   "\n  5  ",
          "\n  6  ",  "\n  7  ",      "\n  8  ",     "\n  130, 143  "})
        BOOST_TEST(out.find(text) != std::string::npos, text);
    BOOST_TEST(err.empty());

    BOOST_TEST(run({"upload", "--help"}) == 0);
    for (char const* const text :
         {"--part-size", "--state-file", "--no-resume", "--restart", "--discard", "--mapped",
          "--single-request-max", "--expect-tree-hash", "--size-max", "--limit-rate", "--memory"})
        BOOST_TEST(out.find(text) != std::string::npos, text);
    BOOST_TEST(run({"retrieve", "--help"}) == 0);
    for (char const* const text : {"--state-file", "--no-resume", "--restart", "--new-job", "--range",
                                   "--archive-size", "--limit-rate", "--memory"})
        BOOST_TEST(out.find(text) != std::string::npos, text);
    BOOST_TEST(run({"vault", "create", "-h"}) == 0);
    BOOST_TEST(out.find("NAME") != std::string::npos);

    // Operations in groups, each with its options.
    BOOST_TEST(run({"api", "--help"}) == 0);
    for (char const* const text : {"\nVaults:\n", "\n  describe-vault ", "\nAccount:\n",
                                   "\n  purchase-provisioned-capacity ", "--no-paginate"})
        BOOST_TEST(out.find(text) != std::string::npos, text);
    BOOST_TEST(run({"api", "list-jobs", "--help"}) == 0);
    for (char const* const text : {"--account-id", "--vault-name", "--limit", "--marker", "--statuscode",
                                   "--completed", "--max-items", "--cli-input-json"})
        BOOST_TEST(out.find(text) != std::string::npos, text);
    BOOST_TEST(out.find("--tags") == std::string::npos);
}

// Wrong usage is one line that says where the help is, and nothing on stdout.
BOOST_AUTO_TEST_CASE(wrong_usage)
{
    using line = std::vector<std::string>;
    for (line const& arguments :
         {line{}, line{"vault"}, line{"api"}, line{"job"}, line{"upload"}, line{"upload", "file"},
          line{"vault", "describe"}, line{"retrieve", "id", "--vault", "v"}, line{"treehash"},
          line{"upload", "f", "--vault"}, line{"upload", "f", "--vault", "v", "g"},
          line{"vault", "list", "--", "--region"}, line{"vault", "list", "--tier", "Bulk"},
          line{"upload", "f", "--vault", "v", "--vault", "w"}, line{"--output"},
          // What contradicts itself.
          line{"upload", "f", "--vault", "v", "--no-resume", "--restart"},
          line{"upload", "f", "--vault", "v", "--no-resume", "--state-file", "s"},
          line{"upload", "f", "--vault", "v", "--no-resume", "--discard"},
          line{"upload", "f", "--vault", "v", "--restart", "--discard"},
          line{"retrieve", "a", "--vault", "v", "--output", "f", "--no-resume", "--restart"},
          line{"retrieve", "a", "--vault", "v", "--output", "f", "--no-resume", "--state-file", "s"},
          line{"retrieve", "--job", "j", "--vault", "v", "--output", "f", "--new-job"},
          line{"retrieve", "--job", "j", "--vault", "v", "--output", "f", "--tier", "Bulk"}}) {
        BOOST_TEST(run(arguments) == 2);
        BOOST_TEST(out.empty());
        BOOST_TEST(message_of(err).find("; see glacier") != std::string::npos, err);
    }
    BOOST_TEST(run({"nonsense"}) == 2);
    BOOST_TEST(message_of(err).find("\"nonsense\"") != std::string::npos);
    BOOST_TEST(run({"vault", "list", "--no-such-option"}) == 2);
    BOOST_TEST(message_of(err).find("--no-such-option") != std::string::npos);
    BOOST_TEST(run({"--output", "xml", "vault", "list"}) == 2);
    BOOST_TEST(message_of(err) == "--output \"xml\": json or text");
}

// What is unexpected is named rather than what is missing because of it.
BOOST_AUTO_TEST_CASE(unexpected_before_missing)
{
    BOOST_TEST(run({"upload", "file", "photos"}) == 2);
    BOOST_TEST(message_of(err) == "unexpected argument \"photos\"; see glacier upload --help");
    BOOST_TEST(run({"upload", "file"}) == 2);
    BOOST_TEST(message_of(err).find("--vault is required") == 0U);
}

// Global options stand before the command or after it, and reach the configuration.
BOOST_AUTO_TEST_CASE(global_options)
{
    environment["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE";
    environment["AWS_SECRET_ACCESS_KEY"] = "secret";
    BOOST_TEST(run({"vault", "list"}) == 4);
    BOOST_TEST(message_of(err).find("--region") != std::string::npos);
    using line = std::vector<std::string>;
    for (line const& arguments : {line{"--region", "eu-west-1", "--account-id", "12", "vault", "list"},
                                  line{"vault", "--region=eu-west-1", "list", "--account-id=12"},
                                  line{"vault", "list", "--account-id", "12", "--region", "eu-west-1"}}) {
        BOOST_TEST(run(arguments) == 2);
        BOOST_TEST(message_of(err).find("invalid account id") != std::string::npos);
    }
    for (char const* const flag : {"--fips", "--dualstack"}) {
        BOOST_TEST(run({"vault", "list", flag, "--region", "eu-west-1", "--endpoint-url",
                        "https://127.0.0.1"}) == 2);
        BOOST_TEST(message_of(err).find("and custom endpoint are not supported") != std::string::npos, err);
    }
}

// A message is one line, whatever the arguments hold.
BOOST_AUTO_TEST_CASE(message_is_one_line)
{
    BOOST_TEST(run({"treehash", "no\nsuch\x1b[2J"}) == 3);
    BOOST_TEST(message_of(err) == "no\\x0asuch\\x1b[2J: No such file or directory");
}

BOOST_AUTO_TEST_CASE(broken_output)
{
    out_breaks = true;
    BOOST_TEST(run({"--help"}) == 3);
    BOOST_TEST(message_of(err).find("standard output: ") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
