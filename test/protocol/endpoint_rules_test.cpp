// The endpoints of all regions against test/data/aws-model/endpoint-rule-set-1.json and partitions.json, which are
// interpreted here.

#include "protocol/endpoint_rules.hpp"

#include "support/data.hpp"
#include "support/printing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::protocol {
namespace {

using namespace std::string_literals;
namespace json = boost::json;

json::value read_model(std::string_view name)
{
    return json::parse(test::read_file(test::data_path("data/aws-model/" + std::string(name))));
}

std::string text_of(json::value const& value)
{
    return std::string(value.as_string().data(), value.as_string().size());
}

/// partitions.json by its own rules: a listed region, else the pattern, else `aws`.
class official_partitions {
public:
    json::object const& of(std::string const& region) const
    {
        for (json::value const& each : partitions())
            if (each.at("regions").as_object().contains(region))
                return each.at("outputs").as_object();
        for (json::value const& each : partitions())
            if (std::regex_match(region, std::regex(text_of(each.at("regionRegex")))))
                return each.at("outputs").as_object();
        for (json::value const& each : partitions())
            if (text_of(each.at("id")) == "aws")
                return each.at("outputs").as_object();
        throw std::logic_error("there is no partition aws");
    }

    json::array const& partitions() const { return document_.at("partitions").as_array(); }

    std::vector<std::string> regions() const
    {
        std::vector<std::string> names;
        for (json::value const& each : partitions())
            for (json::key_value_pair const& region : each.at("regions").as_object())
                names.emplace_back(region.key().data(), region.key().size());
        return names;
    }

private:
    json::value document_ = read_model("partitions.json");
};

/// Interprets as much of the language of rule sets as the one of this service uses; throws for anything else.
class official_rules {
public:
    struct outcome {
        std::string url;
        std::string error;
    };

    explicit official_rules(official_partitions const& partitions) : partitions_(partitions) {}

    outcome resolve(std::optional<std::string> const& region, bool fips, bool dualstack,
                    std::optional<std::string> const& url) const
    {
        scope names;
        if (region)
            names["Region"] = json::value(*region);
        if (url)
            names["Endpoint"] = json::value(*url);
        names["UseFIPS"] = fips;
        names["UseDualStack"] = dualstack;
        auto const found = first_of(document_.at("rules").as_array(), names);
        if (!found)
            throw std::logic_error("no rule applies");
        return *found;
    }

private:
    using scope = std::map<std::string, json::value, std::less<>>;

    std::optional<outcome> first_of(json::array const& rules, scope const& names) const
    {
        for (json::value const& rule : rules)
            if (auto const found = apply(rule.as_object(), names))
                return found;
        return std::nullopt;
    }

    std::optional<outcome> apply(json::object const& rule, scope names) const
    {
        for (json::value const& condition : rule.at("conditions").as_array()) {
            json::value const value = call(condition.as_object(), names);
            if (value.is_null() || (value.is_bool() && !value.get_bool()))
                return std::nullopt;
            if (auto const* const name = condition.as_object().if_contains("assign"))
                names[text_of(*name)] = value;
        }
        std::string const type = text_of(rule.at("type"));
        if (type == "tree")
            return first_of(rule.at("rules").as_array(), names);
        if (type == "error")
            return outcome{"", text_of(rule.at("error"))};
        return outcome{text_of(evaluate(rule.at("endpoint").at("url"), names)), ""};
    }

    json::value call(json::object const& function, scope const& names) const
    {
        std::string const name = text_of(function.at("fn"));
        std::vector<json::value> arguments;
        for (json::value const& each : function.at("argv").as_array())
            arguments.push_back(evaluate(each, names));
        if (name == "isSet")
            return !arguments.at(0).is_null();
        if (name == "booleanEquals" || name == "stringEquals")
            return arguments.at(0) == arguments.at(1);
        if (name == "getAttr")
            return arguments.at(0).at(text_of(arguments.at(1)));
        if (name == "aws.partition")
            return partitions_.of(text_of(arguments.at(0)));
        throw std::logic_error("unknown function " + name);
    }

    json::value evaluate(json::value const& expression, scope const& names) const
    {
        if (expression.is_string())
            return json::value(expand(text_of(expression), names));
        if (!expression.is_object())
            return expression;
        if (expression.as_object().contains("fn"))
            return call(expression.as_object(), names);
        auto const found = names.find(text_of(expression.at("ref")));
        return found == names.end() ? json::value() : found->second;
    }

    /// `{Region}` and `{PartitionResult#dnsSuffix}`.
    static std::string expand(std::string text, scope const& names)
    {
        for (auto open = text.find('{'); open != std::string::npos; open = text.find('{')) {
            auto const close = text.find('}', open);
            std::string const name = text.substr(open + 1, close - open - 1);
            auto const hash = name.find('#');
            json::value value = names.at(name.substr(0, hash));
            if (hash != std::string::npos)
                value = json::value(value.at(name.substr(hash + 1)));
            text.replace(open, close + 1 - open, text_of(value));
        }
        return text;
    }

    official_partitions const& partitions_;
    json::value document_ = read_model("endpoint-rule-set-1.json");
};

/// The URL, or the words of the rules.
std::string resolved(endpoint_parameters const& parameters)
{
    auto const found = resolve_endpoint(parameters);
    if (found)
        return found->where.str() + found->where.path_prefix;
    if (found.error().reason == errc::no_region)
        return "Invalid Configuration: Missing Region";
    BOOST_TEST(found.error().reason == errc::invalid_option);
    return found.error().message;
}

struct rules_fixture {
    official_partitions partitions;
    official_rules rules{partitions};
};

endpoint_parameters parameters_of(std::string region, bool fips = false, bool dualstack = false)
{
    endpoint_parameters parameters(std::move(region));
    parameters.use_fips = fips;
    parameters.use_dualstack = dualstack;
    return parameters;
}

BOOST_FIXTURE_TEST_SUITE(endpoint_rules_test, rules_fixture)

// Every region that is listed, and names that look like regions of each partition or nearly so, with every choice:
// the same URL or the same words as the official rules.
BOOST_AUTO_TEST_CASE(endpoints_are_those_of_the_rule_set)
{
    std::vector<std::string> regions = partitions.regions();
    BOOST_TEST_REQUIRE(regions.size() > 40U);
    std::set<std::string> prefixes{"us",       "eu",   "ap",      "xx",     "us-gov-x",
                                   "us-iso-x", "cn-x", "us-isoz", "eusc-fr"};
    for (std::string const& region : partitions.regions())
        for (auto dash = region.find('-'); dash != std::string::npos; dash = region.find('-', dash + 1))
            prefixes.insert(region.substr(0, dash));
    for (std::string const& prefix : prefixes)
        for (char const* const ending : {"", "-", "-1", "-west", "-west-1", "-west-12", "-west-1a", "-west-",
                                         "-1-1", "--1", "-west-1-1", "-west1-1", "west-1"})
            if (auto const name = prefix + ending; !name.ends_with('-'))
                regions.push_back(name);

    int compared = 0;
    for (std::string const& region : regions)
        for (bool const fips : {false, true})
            for (bool const dualstack : {false, true})
                for (auto const& url :
                     {std::optional<std::string>(), std::optional("https://example.org:8443/a"s)}) {
                    auto const expected = rules.resolve(region, fips, dualstack, url);
                    auto parameters = parameters_of(region, fips, dualstack);
                    parameters.url = url;
                    std::string const wanted = expected.url.empty() ? expected.error
                                               : url                ? expected.url
                                                                    : expected.url + ":443";
                    std::string const got = resolved(parameters);
                    BOOST_TEST(got == wanted,
                               region << (fips ? " FIPS" : "") << (dualstack ? " dual stack" : "")
                                      << (url ? " URL" : "") << ": " << got << ", not " << wanted);
                    ++compared;
                }
    BOOST_TEST(compared > 2'000);
}

// Without a region and a URL the rules have an error; with a URL they have none, but nothing could be signed.
BOOST_AUTO_TEST_CASE(no_region)
{
    for (bool const fips : {false, true})
        for (bool const dualstack : {false, true})
            BOOST_TEST(resolved(parameters_of("", fips, dualstack)) ==
                       rules.resolve(std::nullopt, fips, dualstack, std::nullopt).error);
    auto parameters = parameters_of("");
    parameters.url = "https://example.org";
    BOOST_TEST(resolve_endpoint(parameters).error().reason == errc::no_region);
    parameters.use_fips = true;
    BOOST_TEST(resolved(parameters) == rules.resolve(std::nullopt, true, false, "x"s).error);
}

// The table has all partitions with what the official one says of them. All have every variant: if one had not, the
// rules would have errors that are not here.
BOOST_AUTO_TEST_CASE(partitions_are_the_official_ones)
{
    BOOST_TEST(partitions.partitions().size() == 8U);
    for (json::value const& each : partitions.partitions()) {
        json::object const& outputs = each.at("outputs").as_object();
        BOOST_TEST(outputs.at("supportsFIPS").as_bool());
        BOOST_TEST(outputs.at("supportsDualStack").as_bool());
        for (json::key_value_pair const& region : each.at("regions").as_object()) {
            partition const& found = partition_of(std::string(region.key()));
            BOOST_TEST(found.name == text_of(outputs.at("name")));
            BOOST_TEST(found.dns_suffix == text_of(outputs.at("dnsSuffix")));
            BOOST_TEST(found.dualstack_dns_suffix == text_of(outputs.at("dualStackDnsSuffix")));
        }
    }
    BOOST_TEST(partition_of("").name == "aws");
}

// The old names for FIPS hosts are the region with FIPS, and the region signs.
BOOST_AUTO_TEST_CASE(names_of_fips_hosts)
{
    for (std::string const& name : {"fips-us-east-1"s, "us-east-1-fips"s}) {
        auto const found = resolve_endpoint(parameters_of(name));
        BOOST_TEST_REQUIRE(found.has_value());
        BOOST_TEST(found->where.host == "glacier-fips.us-east-1.amazonaws.com");
        BOOST_TEST(found->signing_region == "us-east-1");
        BOOST_TEST(resolve_endpoint(parameters_of(name, false, true))->where.host ==
                   "glacier-fips.us-east-1.api.aws");
        auto parameters = parameters_of(name);
        parameters.url = "https://example.org";
        BOOST_TEST(resolved(parameters) == rules.resolve("us-east-1"s, true, false, "x"s).error);
    }
    BOOST_TEST(resolve_endpoint(parameters_of("fips-us-gov-west-1"))->where.host ==
               "glacier.us-gov-west-1.amazonaws.com");
    BOOST_TEST(resolve_endpoint(parameters_of("eu-west-1"))->signing_region == "eu-west-1");
}

// Scheme, port and prefix of a URL are kept; the region signs.
BOOST_AUTO_TEST_CASE(urls)
{
    auto parameters = parameters_of("eu-west-1");
    parameters.url = "http://[::1]:8080/base//path/";
    auto const found = resolve_endpoint(parameters);
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(!found->where.tls);
    BOOST_TEST(found->where.host_header() == "[::1]:8080");
    BOOST_TEST(found->where.path_prefix == "/base/path");
    BOOST_TEST(found->signing_region == "eu-west-1");
    parameters.url = "ftp://example.org";
    BOOST_TEST(resolve_endpoint(parameters).error().reason == errc::invalid_endpoint);
    BOOST_TEST(resolve_endpoint(parameters).error().message == "ftp://example.org");
}

// A region that cannot be one label of a host name would send the request elsewhere.
BOOST_AUTO_TEST_CASE(bad_regions_are_refused)
{
    for (std::string const& region :
         {"US-EAST-1"s, "us east 1"s, "us-east-1.evil.example"s, "us-east-1/x"s, "us-east-1:80"s,
          "us-east-1#"s, "us-east-1@evil.example"s, "us_east_1"s, "us-east-1\n"s, "us\0east"s,
          "r\xc3\xa9gion"s, "-us-east-1"s, "us-east-1-"s, "fips-"s, "-fips"s, "fips-x.evil.example"s, "123"s,
          "-"s, std::string(64, 'a')}) {
        auto parameters = parameters_of(region);
        BOOST_TEST(resolve_endpoint(parameters).error().reason == errc::invalid_endpoint,
                   "accepted: " << region);
        BOOST_TEST(resolve_endpoint(parameters).error().message == "region " + region);
        BOOST_TEST((host_of_service("sts", parameters).error() == errc::invalid_endpoint));
        // It signs, so a URL does not make it harmless.
        if (region.find("fips") == std::string::npos) {
            parameters.url = "https://example.org";
            BOOST_TEST(resolve_endpoint(parameters).error().reason == errc::invalid_endpoint);
        }
    }
    BOOST_TEST(resolve_endpoint(parameters_of(std::string(63, 'a'))).has_value());
}

// Other services have hosts by the same rules.
BOOST_AUTO_TEST_CASE(hosts_of_other_services)
{
    BOOST_TEST(host_of_service("sts", parameters_of("eu-west-1")).value() == "sts.eu-west-1.amazonaws.com");
    BOOST_TEST(host_of_service("sts", parameters_of("eu-west-1", true)).value() ==
               "sts-fips.eu-west-1.amazonaws.com");
    BOOST_TEST(host_of_service("sts", parameters_of("us-gov-east-1", true)).value() ==
               "sts.us-gov-east-1.amazonaws.com");
    BOOST_TEST(host_of_service("oidc", parameters_of("cn-north-1")).value() ==
               "oidc.cn-north-1.amazonaws.com.cn");
    BOOST_TEST(host_of_service("portal.sso", parameters_of("eu-west-1", true, true)).value() ==
               "portal.sso-fips.eu-west-1.api.aws");
    BOOST_TEST(host_of_service("sts", parameters_of("fips-us-east-1")).value() ==
               "sts-fips.us-east-1.amazonaws.com");
    BOOST_TEST((host_of_service("sts", parameters_of("")).error() == errc::no_region));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
