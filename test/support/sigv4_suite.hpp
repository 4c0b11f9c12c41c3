#pragma once

#include "base/iso8601.hpp"
#include "protocol/http_message.hpp"
#include "protocol/sigv4.hpp"
#include "support/data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::test {

/// The inputs that all cases of the suite share.
inline timestamp const suite_time = *base::parse_iso8601_basic("20150830T123600Z");
inline protocol::signing_scope const suite_scope{"us-east-1", "service"};

inline credentials suite_identity()
{
    return credentials("AKIDEXAMPLE", secret_string("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
}

/// A case of test/data/sigv4-suite.
struct suite_case {
    std::string name;
    protocol::http_request request;
    std::string canonical_request;
    std::string string_to_sign;
    std::string authorization;
    /// The request as it is sent, with its signature.
    protocol::http_request signed_request;
};

/// Reads a `.req` file. A line that begins with white space goes on with the header before; the body comes
/// after an empty line, which may be missing.
inline protocol::http_request parse_suite_request(std::string_view text)
{
    protocol::http_request request;
    auto const take_line = [&text] {
        std::string_view const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        return line;
    };
    std::string_view const first = take_line();
    BOOST_TEST_REQUIRE(first.ends_with(" HTTP/1.1"));
    std::string_view const method = first.substr(0, first.find(' '));
    BOOST_TEST_REQUIRE((method == "GET" || method == "POST"));
    request.method = method == "GET" ? protocol::http_method::get : protocol::http_method::post;
    // The target may hold spaces of its own.
    request.target = first.substr(method.size() + 1, first.size() - method.size() - 1 - 9);

    std::vector<std::pair<std::string, std::string>> headers;
    while (!text.empty()) {
        std::string_view const line = take_line();
        if (line.empty())
            break;
        if (line.front() == ' ') {
            headers.back().second += " " + std::string(line);
            continue;
        }
        auto const colon = line.find(':');
        headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
    for (auto& [name, value] : headers)
        request.headers.add(std::move(name), std::move(value));
    request.body = text;
    return request;
}

inline std::vector<suite_case> read_suite()
{
    std::vector<suite_case> cases;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(data_path("data/sigv4-suite"))) {
        if (entry.path().extension() != ".req")
            continue;
        auto const file = [&entry](char const* extension) {
            return read_file(std::filesystem::path(entry.path()).replace_extension(extension));
        };
        suite_case read;
        read.name = entry.path().stem().string();
        read.request = parse_suite_request(file(".req"));
        read.canonical_request = file(".creq");
        read.string_to_sign = file(".sts");
        read.authorization = file(".authz");
        read.signed_request = parse_suite_request(file(".sreq"));
        cases.push_back(std::move(read));
    }
    return cases;
}

/// What the case adds to the shared identity: a session token.
inline credentials identity_of(suite_case const& tested)
{
    credentials identity = suite_identity();
    if (tested.name == "get-vanilla-with-session-token")
        identity.session_token =
            secret_string("6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267");
    else if (tested.name == "post-sts-header-before")
        identity.session_token = secret_string(tested.request.headers.get("x-amz-security-token"));
    // In post-sts-header-after the token is added to the signed request, so the signer knows nothing of it.
    return identity;
}

} // namespace glacier::test
