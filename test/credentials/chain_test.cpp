#include "credentials/chain.hpp"

#include "credentials/profile_chain.hpp"
#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

namespace {

/// Every source of the chain is configured; a test takes them away from the front.
struct chain_fixture : test::sources_fixture {
    chain_fixture()
    {
        environment.set("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
        environment.set("AWS_SECRET_ACCESS_KEY", "hidden");
        environment.set("AWS_WEB_IDENTITY_TOKEN_FILE", (home / "missing-token").string());
        environment.set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web");
        environment.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/container");
        write_credentials("[default]\naws_access_key_id = FILE\naws_secret_access_key = hidden\n"
                          "[chosen]\naws_access_key_id = CHOSEN\naws_secret_access_key = hidden\n");
    }

    std::shared_ptr<credentials_provider> chain()
    {
        auto const files = credentials_files::shared_files::load(options.environment);
        auto const profile = find_profile(files, chosen_profile(options));
        return make_default_chain(context(), files, profile);
    }

    /// The key, or the beginning of the message of the source that failed.
    std::string outcome()
    {
        auto const provider = chain();
        try {
            return test::credentials_of(provider).access_key_id;
        } catch (operation_error const& error) {
            BOOST_TEST(error.code() == errc::credentials_failed);
            BOOST_TEST(!test::holds(error.what(), "hidden"));
            std::string const message = error.details().message;
            return message.substr(0, message.find(": "));
        }
    }

    /// The default profile of the config file.
    void configure(std::string const& keys) { write_config("[default]\n" + keys); }
};

std::string const role = "role_arn = arn:aws:iam::123456789012:role/one\nsource_profile = default\n";
std::string const web = "web_identity_token_file = /missing\n";
std::string const sso =
    "sso_account_id = 123456789012\nsso_role_name = R\nsso_region = x\nsso_start_url = https://u\n";
std::string const login = "login_session = s\n";
std::string const process = "credential_process = /no/such/program\n";
std::string const keys = "aws_access_key_id = CONFIG\naws_secret_access_key = hidden\n";

} // namespace

BOOST_FIXTURE_TEST_SUITE(chain_test, chain_fixture)

// The documented order: each source that is configured hides all that follow, even if it fails.
BOOST_AUTO_TEST_CASE(order)
{
    configure(role + sso + login + process + keys);
    BOOST_TEST(outcome() == "ENVIRONMENT");
    environment.unset("AWS_ACCESS_KEY_ID");
    environment.unset("AWS_SECRET_ACCESS_KEY");
    http->answer(403, "");
    BOOST_TEST(outcome() == "profile default, role arn:aws:iam::123456789012:role/one");
    configure(sso + login + process + keys);
    BOOST_TEST(outcome() == "web identity for role arn:aws:iam::123456789012:role/web");
    environment.unset("AWS_WEB_IDENTITY_TOKEN_FILE");
    configure("role_arn = arn:aws:iam::123456789012:role/x\n" + web + sso + login + process + keys);
    BOOST_TEST(outcome() == "profile default, web identity for role arn:aws:iam::123456789012:role/x");
    configure(sso + login + process + keys);
    BOOST_TEST(outcome() == "profile default, SSO role R");
    configure(login + process + keys);
    BOOST_TEST(outcome() == "FILE");
    write_credentials("");
    BOOST_TEST(outcome() == "profile default, login session");
    configure(process + keys);
    BOOST_TEST(outcome() == "profile default, credential_process");
    configure(keys);
    BOOST_TEST(outcome() == "CONFIG");
    configure("region = x\n");
    http->answer(200, R"({"AccessKeyId":"CONTAINER","SecretAccessKey":"hidden","Token":"t"})");
    BOOST_TEST(outcome() == "CONTAINER");
    environment.unset("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    http->answer(200, "token")
        .answer(200, "r")
        .answer(200, R"({"Code":"Success","AccessKeyId":"INSTANCE","SecretAccessKey":"hidden","Token":"t"})");
    BOOST_TEST(outcome() == "INSTANCE");
    BOOST_TEST(http->left() == 0U);
}

// A profile that is chosen in code goes before the keys and the web identity of the environment; AWS_PROFILE does not.
BOOST_AUTO_TEST_CASE(chosen_profile)
{
    environment.set("AWS_PROFILE", "chosen");
    BOOST_TEST(outcome() == "ENVIRONMENT");
    environment.unset("AWS_PROFILE");
    environment.set("AWS_DEFAULT_PROFILE", "chosen");
    environment.unset("AWS_ACCESS_KEY_ID");
    environment.unset("AWS_SECRET_ACCESS_KEY");
    environment.unset("AWS_WEB_IDENTITY_TOKEN_FILE");
    BOOST_TEST(outcome() == "CHOSEN");
    environment.set("AWS_PROFILE", "default");
    BOOST_TEST(outcome() == "FILE");

    environment.set("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
    environment.set("AWS_SECRET_ACCESS_KEY", "hidden");
    environment.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/missing");
    options.profile = "chosen";
    BOOST_TEST(outcome() == "CHOSEN");
    options.profile = "missing";
    BOOST_TEST(test::error_of([this] { chain(); }).code() == errc::invalid_profile);
}

// Half of what a source needs is an error, not a reason to take another.
BOOST_AUTO_TEST_CASE(halves)
{
    auto const fault = [this] {
        operation_error const error = test::error_of([this] { chain(); });
        BOOST_TEST(!test::holds(error.what(), "hidden"));
        return error;
    };
    environment.unset("AWS_SECRET_ACCESS_KEY");
    BOOST_TEST(fault().code() == errc::credentials_failed);
    BOOST_TEST(test::holds(fault().details().message, "AWS_SECRET_ACCESS_KEY is not"));
    environment.set("AWS_SECRET_ACCESS_KEY", "hidden");
    environment.unset("AWS_ACCESS_KEY_ID");
    BOOST_TEST(test::holds(fault().details().message, "AWS_ACCESS_KEY_ID is not"));
    environment.unset("AWS_SECRET_ACCESS_KEY");
    environment.unset("AWS_ROLE_ARN");
    BOOST_TEST(test::holds(fault().details().message, "AWS_ROLE_ARN is not"));
    environment.set("AWS_ROLE_ARN", "nonsense");
    BOOST_TEST(test::holds(fault().details().message, "role_arn nonsense"));
    environment.unset("AWS_WEB_IDENTITY_TOKEN_FILE");
    write_credentials("[default]\naws_secret_access_key = hidden\n");
    BOOST_TEST(fault().code() == errc::invalid_profile);
}

// With nothing at all the error says what was looked for. Turned off, the instance is not even asked.
BOOST_AUTO_TEST_CASE(nothing)
{
    for (std::string const name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                   "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"})
        environment.unset(name);
    write_credentials("");
    http->fail(errc::connect_timeout);
    auto const provider = chain();
    operation_error error = test::failure_of(provider);
    BOOST_TEST(error.code() == errc::no_credentials);
    for (std::string const part :
         {"AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "the profile default in the shared files",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI", "instance metadata: http://169.254.169.254:80"})
        BOOST_TEST(test::holds(error.details().message, part), part);

    environment.set("AWS_EC2_METADATA_DISABLED", "true");
    error = test::error_of([this] { chain(); });
    BOOST_TEST(error.code() == errc::no_credentials);
    BOOST_TEST(test::holds(error.details().message, "AWS_EC2_METADATA_DISABLED"));
    BOOST_TEST(http->requests.size() == 1U);

    write_config("[profile chosen]\nregion = x\n");
    options.profile = "chosen";
    error = test::error_of([this] { chain(); });
    BOOST_TEST(test::holds(error.details().message, "the profile chosen, which has none"));
    BOOST_TEST(!test::holds(error.details().message, "AWS_ACCESS_KEY_ID"));
}

// An instance that answers with nonsense is an error of its own: it is there.
BOOST_AUTO_TEST_CASE(instance_fails)
{
    for (std::string const name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                   "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"})
        environment.unset(name);
    write_credentials("");
    http->answer(403, "");
    BOOST_TEST(outcome() == "instance metadata");
}

// The public function, with files and environment as they are given.
BOOST_AUTO_TEST_CASE(public_function)
{
    BOOST_TEST(test::credentials_of(default_credentials(options)).access_key_id == "ENVIRONMENT");
    options.profile = "chosen";
    BOOST_TEST(test::credentials_of(default_credentials(options)).access_key_id == "CHOSEN");
    options.answer_bytes_max = 0;
    BOOST_CHECK_THROW(default_credentials(options), invalid_value);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
