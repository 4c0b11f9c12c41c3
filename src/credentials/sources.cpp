#include "credentials/sources.hpp"

#include "base/printable.hpp"
#include "credentials/credentials_json.hpp"
#include "net/connection.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace glacier::credentials_sources {

source_context make_context(credentials_options const& options)
{
    if (options.answer_bytes_max == 0)
        throw invalid_value(errc::invalid_option, "answer_bytes_max = 0");
    source_context context;
    context.options = std::make_shared<credentials_options const>(options);
    context.time = async::system_time();
    context.random = std::make_shared<base::system_random>();
    context.http = make_http_fetcher(options.tls, options.proxy, options.connection_factory,
                                     options.answer_bytes_max, context.time);
    return context;
}

operation_error describe(std::string const& source, protocol::endpoint const& where, error_code const& error,
                         std::string const& detail)
{
    error_details details;
    details.message = source + ": " + where.str() + ": " + error.message();
    if (!detail.empty())
        details.message += ": " + base::printable(detail, 200);
    return operation_error(errc::credentials_failed, std::move(details));
}

asio::awaitable<protocol::http_response> fetch_for(std::string source, std::shared_ptr<http_fetcher> http,
                                                   fetch_request request)
{
    protocol::endpoint const where = request.target;
    try {
        co_return co_await http->fetch(std::move(request));
    } catch (net::connection_error const& error) {
        throw describe(source, where, error.code(), error.detail());
    }
}

std::string describe_answer(protocol::http_response const& answer)
{
    std::string text = "answered " + std::to_string(answer.status);
    if (std::string_view const location = answer.headers.get("location"); !location.empty())
        text += ", a redirection, which is not followed";
    std::string const words = error_words(answer.body);
    return words.empty() ? text : text + ": " + words;
}

} // namespace glacier::credentials_sources
