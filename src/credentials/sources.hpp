#pragma once

#include "async/timer.hpp"
#include "base/random.hpp"
#include "credentials/http_fetch.hpp"

#include <glacier/credentials_sources.hpp>
#include <glacier/error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::credentials_sources {

/// What providers work with and reach the world through. Cheap to copy.
struct source_context {
    source_context() = default;

    std::shared_ptr<credentials_options const> options;
    std::shared_ptr<async::time_source> time;
    std::shared_ptr<base::random_source> random;
    std::shared_ptr<http_fetcher> http;
};

/// Network, clock and random numbers of the machine.
source_context make_context(credentials_options const& options);

/// `SOURCE: WHERE: ...` of a request that got no answer.
operation_error describe(std::string const& source, protocol::endpoint const& where, error_code const& error,
                         std::string const& detail);

/// Sends a request and turns its failures into errors of the source. Cancellation: terminal.
asio::awaitable<protocol::http_response> fetch_for(std::string source, std::shared_ptr<http_fetcher> http,
                                                   fetch_request request);

/// `answered 403: ...` with the words of the answer, if it is an error document. The rest is not shown: it may be
/// credentials.
std::string describe_answer(protocol::http_response const& answer);

// The providers of each source, without the cache around them. See <glacier/credentials_sources.hpp>.

std::shared_ptr<credentials_provider> make_assume_role_provider(source_context context,
                                                                std::shared_ptr<credentials_provider> source,
                                                                assume_role_settings settings,
                                                                std::string source_name);
std::shared_ptr<credentials_provider> make_web_identity_provider(source_context context,
                                                                 web_identity_settings settings,
                                                                 std::string source_name);
std::shared_ptr<credentials_provider> make_process_provider(source_context context,
                                                            std::string const& command,
                                                            std::string source_name);
std::shared_ptr<credentials_provider> make_sso_provider(source_context context, sso_settings settings,
                                                        std::string source_name);
std::shared_ptr<credentials_provider> make_login_session_provider(source_context context,
                                                                  std::string login_session,
                                                                  std::string source_name);
std::shared_ptr<credentials_provider> make_container_provider(source_context context);
std::shared_ptr<credentials_provider> make_instance_provider(source_context context);

/// As cached_credentials().
std::shared_ptr<credentials_provider> make_cached_provider(source_context context,
                                                           std::shared_ptr<credentials_provider> source);

} // namespace glacier::credentials_sources
