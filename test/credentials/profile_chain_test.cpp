#include "credentials/profile_chain.hpp"

#include "credentials/sources_fixture.hpp"

namespace glacier::credentials_sources {

namespace {

/// What a profile of the config file is said to be wrong with.
struct profile_fixture : test::sources_fixture {
    std::shared_ptr<credentials_provider> provider_of(std::string const& name)
    {
        auto const files = credentials_files::shared_files::load(options.environment);
        auto const found = files.get_profile(name);
        return profile_chain(context(), files).all_of(found);
    }

    std::string fault_of(std::string_view config, std::string const& name = "a")
    {
        write_config(config);
        operation_error const error = test::error_of([&] { provider_of(name); });
        BOOST_TEST(error.code() == errc::invalid_profile);
        BOOST_TEST(test::holds(error.details().message, "profile "));
        return error.details().message;
    }

    /// An answer of STS with these credentials.
    void answer_role(std::string const& key)
    {
        http->answer(200, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" + key +
                              "</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token"
                              "</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>"
                              "</AssumeRoleResult></AssumeRoleResponse>");
    }

    std::string authorization_of(std::size_t request) const
    {
        return std::string(http->requests.at(request).message.headers.get("authorization"));
    }
};

constexpr std::string_view keys = "aws_access_key_id = BASE\naws_secret_access_key = hidden\n";
constexpr std::string_view role = "role_arn = arn:aws:iam::123456789012:role/one\n";

std::string join(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (std::string_view const part : parts)
        text += part;
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(profile_chain_test, profile_fixture)

// A role is taken on with the keys of another profile, and with all that the profile says.
BOOST_AUTO_TEST_CASE(role_by_another_profile)
{
    write_config(join({"[profile a]\n", role,
                       "source_profile = base\nexternal_id = ext\nrole_session_name = me@host\n"
                       "duration_seconds = 900\n[profile base]\n",
                       keys}));
    answer_role("ROLE");
    credentials const got = test::credentials_of(provider_of("a"));
    BOOST_TEST(got.access_key_id == "ROLE");
    BOOST_TEST(got.source == "profile a, role arn:aws:iam::123456789012:role/one");
    BOOST_TEST(test::holds(authorization_of(0), "Credential=BASE/"));
    std::string const body = http->requests.at(0).message.body;
    BOOST_TEST(body ==
               "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fone"
               "&RoleSessionName=me%40host&DurationSeconds=900&ExternalId=ext");
}

// A role by a role by keys.
BOOST_AUTO_TEST_CASE(chain_of_roles)
{
    write_config(join({"[profile a]\n", role, "source_profile = b\n[profile b]\nsource_profile = c\n",
                       "role_arn = arn:aws:iam::123456789012:role/two\n[profile c]\n", keys}));
    answer_role("INNER");
    answer_role("OUTER");
    BOOST_TEST(test::credentials_of(provider_of("a")).access_key_id == "OUTER");
    BOOST_TEST(test::holds(authorization_of(0), "Credential=BASE/"));
    BOOST_TEST(test::holds(http->requests.at(0).message.body, "role%2Ftwo"));
    BOOST_TEST(test::holds(authorization_of(1), "Credential=INNER/"));
    BOOST_TEST(test::holds(http->requests.at(1).message.body, "role%2Fone"));
}

// A profile may be its own source, if it has keys; and a source with keys is used as it is, though it has a role.
BOOST_AUTO_TEST_CASE(keys_beside_a_role)
{
    write_config(join({"[profile a]\n", role, "source_profile = a\n", keys, "[profile b]\n", role,
                       "source_profile = a\n"}));
    for (std::string const name : {"a", "b"}) {
        answer_role("ROLE");
        BOOST_TEST(test::credentials_of(provider_of(name)).access_key_id == "ROLE");
        BOOST_TEST(test::holds(authorization_of(http->requests.size() - 1), "Credential=BASE/"));
    }
}

// The source of a role may be the environment.
BOOST_AUTO_TEST_CASE(credential_source)
{
    environment.set("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
    environment.set("AWS_SECRET_ACCESS_KEY", "s");
    for (std::string const name : {"Environment", "ENVIRONMENT", "environment"}) {
        write_config(join({"[profile a]\n", role, "credential_source = ", name, "\n"}));
        answer_role("ROLE");
        BOOST_TEST(test::credentials_of(provider_of("a")).access_key_id == "ROLE");
        BOOST_TEST(test::holds(authorization_of(http->requests.size() - 1), "Credential=ENVIRONMENT/"));
    }
}

// Or the container, or the instance.
BOOST_AUTO_TEST_CASE(machine_as_source)
{
    environment.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c");
    write_config(join({"[profile a]\n", role, "credential_source = EcsContainer\n[profile b]\n", role,
                       "credential_source = Ec2InstanceMetadata\n"}));
    http->answer(200, R"({"AccessKeyId":"CONTAINER","SecretAccessKey":"s","Token":"t"})");
    answer_role("ROLE");
    BOOST_TEST(test::credentials_of(provider_of("a")).access_key_id == "ROLE");
    BOOST_TEST(test::holds(authorization_of(1), "Credential=CONTAINER/"));

    http->answer(200, "token")
        .answer(200, "r")
        .answer(200, R"({"Code":"Success","AccessKeyId":"INSTANCE","SecretAccessKey":"s","Token":"t"})");
    answer_role("ROLE");
    BOOST_TEST(test::credentials_of(provider_of("b")).access_key_id == "ROLE");
    BOOST_TEST(test::holds(authorization_of(5), "Credential=INSTANCE/"));
}

// What contradicts itself is refused by the name of the profile and the key.
BOOST_AUTO_TEST_CASE(faults_of_roles)
{
    std::string const a = join({"[profile a]\n", role});
    BOOST_TEST(test::holds(fault_of(a), "exactly one of source_profile and credential_source"));
    BOOST_TEST(
        test::holds(fault_of(a + "source_profile = b\ncredential_source = Environment\n"), "exactly one"));
    BOOST_TEST(test::holds(fault_of(a + "credential_source = Moon\n"), "\"Moon\"; Environment,"));
    BOOST_TEST(test::holds(fault_of(a + "source_profile = none\n"), "there is no profile none"));
    BOOST_TEST(
        test::holds(fault_of(a + "source_profile = b\n[profile b]\nregion = x\n"), "has no credentials"));
    BOOST_TEST(test::holds(fault_of(a + "source_profile = a\n"), "no aws_access_key_id"));
    BOOST_TEST(test::holds(fault_of(join({a, "source_profile = b\n[profile b]\nsource_profile = a\n", role})),
                           "circle: a -> b -> a"));
    BOOST_TEST(test::holds(fault_of(join({"[profile x]\n", role, "source_profile = a\n", a,
                                          "source_profile = b\n[profile b]\n", role, "source_profile = a\n"}),
                                    "x"),
                           "circle: x -> a -> b -> a"));
    std::string const with_source = join({"[profile base]\n", keys, a, "source_profile = base\n"});
    BOOST_TEST(test::holds(fault_of(with_source + "duration_seconds = long\n"), "900 to 43200"));
    BOOST_TEST(test::holds(fault_of(with_source + "duration_seconds = 899\n"), "900 to 43200"));
    BOOST_TEST(test::holds(fault_of(with_source + "duration_seconds = 43201\n"), "900 to 43200"));
    BOOST_TEST(test::holds(fault_of(with_source + "role_session_name = a b\n"), "role_session_name"));
    BOOST_TEST(test::holds(fault_of(with_source + "role_arn = x\n"), "role_arn x"));
    BOOST_TEST(test::holds(fault_of(join({with_source, "[profile outer]\n", role,
                                          "source_profile = a\nduration_seconds = 3601\n"}),
                                    "outer"),
                           "above 3600"));
    BOOST_TEST(http->requests.empty());
}

// A web identity needs a role, and goes before everything that is no role of its own.
BOOST_AUTO_TEST_CASE(web_identity)
{
    BOOST_TEST(test::holds(fault_of("[profile a]\nweb_identity_token_file = /x\n"), "needs role_arn"));
    auto const file = home.write("token", "web-token\n");
    write_config(join({"[profile a]\n", role, "web_identity_token_file = ", file.string(), "\n", keys}));
    http->answer(200, "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                      "<AccessKeyId>WEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t"
                      "</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>"
                      "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>");
    BOOST_TEST(test::credentials_of(provider_of("a")).access_key_id == "WEB");
    BOOST_TEST(authorization_of(0).empty());
}

// SSO goes before keys; the section of the session has what the profile does not say, and must not contradict it.
BOOST_AUTO_TEST_CASE(sso)
{
    std::string const profile =
        "[profile a]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\n";
    std::string const session = "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://u\n";
    write_config(profile + std::string(keys) + session);
    std::string const message = test::failed_message(provider_of("a"));
    BOOST_TEST(test::holds(message, "profile a, SSO role R: there is no token"));
    BOOST_TEST(test::holds(message, "aws sso login --sso-session s"));

    BOOST_TEST(test::holds(fault_of(profile), "no section [sso-session s]"));
    BOOST_TEST(test::holds(fault_of(profile + "[sso-session s]\nsso_region = x\n"), "lacks sso_start_url"));
    BOOST_TEST(
        test::holds(fault_of(profile + "sso_region = other\n" + session), "sso_region is another one"));
    BOOST_TEST(test::holds(fault_of("[profile a]\nsso_role_name = R\n"), "sso_account_id"));
    BOOST_TEST(test::holds(fault_of("[profile a]\nsso_role_name = R\nsso_account_id = 1\nsso_region = x\n"),
                           "SSO needs sso_session, or"));
    write_config(profile + "sso_region = eu-west-1\nsso_start_url = https://u\n" + session);
    BOOST_TEST(provider_of("a") != nullptr);
    write_config("[profile a]\nsso_session = s\n" + session);
    BOOST_TEST(provider_of("a") == nullptr);
}

// Keys of the credentials file, a login session, a process, keys of the config file: in this order.
BOOST_AUTO_TEST_CASE(order_of_the_rest)
{
    std::string const process = "credential_process = /no/such/program\n";
    std::string const login = "login_session = s\n";
    std::string const config = "[profile a]\n" + std::string(keys);
    write_config(config + process + login);
    write_credentials("[a]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    BOOST_TEST(test::credentials_of(provider_of("a")).access_key_id == "FILE");
    write_credentials("");
    BOOST_TEST(test::holds(test::failed_message(provider_of("a")), "profile a, login session: "));
    write_config(config + process);
    BOOST_TEST(test::holds(test::failed_message(provider_of("a")), "profile a, credential_process: "));
    write_config(config);
    BOOST_TEST(test::credentials_of(provider_of("a")).access_key_id == "BASE");
    write_config("[profile a]\nregion = x\n");
    BOOST_TEST(provider_of("a") == nullptr);
    BOOST_TEST(test::holds(fault_of("[profile a]\ncredential_process = 'x\n"), "is no command"));
}

// The profile says what no variable says.
BOOST_AUTO_TEST_CASE(settings_of_the_profile)
{
    write_config("[profile a]\nregion = of-profile\nec2_metadata_service_endpoint = http://of-profile\n"
                 "metadata_service_timeout = 5\n");
    options.profile = "a";
    credentials_options merged = with_profile_settings(options);
    BOOST_TEST(merged.region.value() == "of-profile");
    BOOST_TEST(merged.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value() == "http://of-profile");
    BOOST_TEST(merged.environment("AWS_METADATA_SERVICE_TIMEOUT").value() == "5");
    BOOST_TEST(!merged.environment("AWS_METADATA_SERVICE_NUM_ATTEMPTS").has_value());
    environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://of-variable");
    environment.set("AWS_DEFAULT_REGION", "of-variable");
    merged = with_profile_settings(options);
    BOOST_TEST(merged.region.value() == "of-variable");
    BOOST_TEST(merged.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value() == "http://of-variable");
    environment.set("AWS_REGION", "first");
    BOOST_TEST(with_profile_settings(options).region.value() == "first");
    options.region = "in-code";
    BOOST_TEST(with_profile_settings(options).region.value() == "in-code");
}

// The public function: no profile, none with credentials, one with.
BOOST_AUTO_TEST_CASE(by_name)
{
    write_config("[profile a]\nregion = x\n");
    BOOST_TEST(test::error_of([this] { profile_credentials("b", options); }).code() == errc::invalid_profile);
    operation_error const error = test::error_of([this] { profile_credentials("a", options); });
    BOOST_TEST(error.code() == errc::no_credentials);
    BOOST_TEST(test::holds(error.details().message, "profile a has no credentials"));
    write_config("[profile a]\n" + std::string(keys));
    BOOST_TEST(test::credentials_of(profile_credentials("a", options)).access_key_id == "BASE");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
