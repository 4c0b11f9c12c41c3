// What a client does, as log lines, as JSON lines in a file, and as metrics that a server of its own gives out.

#include "local_service.hpp"

#include <glacier/client.hpp>
#include <glacier/json_observer.hpp>
#include <glacier/log_observer.hpp>
#include <glacier/observer_list.hpp>
#include <glacier/prometheus_observer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

std::shared_ptr<glacier::observer> log_to_stderr()
{
    // One write for a line, so that lines of several threads do not mix.
    return glacier::log_observer([](std::string_view line) { std::cerr << std::string(line) + '\n'; });
}

std::shared_ptr<glacier::observer> json_lines_to(std::filesystem::path const& path)
{
    struct log_file {
        std::mutex mutex;
        std::ofstream stream;
    };
    auto const file = std::make_shared<log_file>();
    file->stream.open(path, std::ios::app);
    return glacier::json_observer([file](std::string_view line) {
        std::lock_guard const lock(file->mutex);
        file->stream << line << '\n';
    });
}

/// Spans of a tracing system: attempts belong to their call by the invocation id.
class span_observer final : public glacier::observer {
public:
    void on_attempt_ended(glacier::attempt_ended const& event) noexcept override
    {
        std::lock_guard const lock(mutex_);
        ++attempts_[std::string(event.invocation_id)];
    }

    void on_operation_ended(glacier::operation_ended const& event) noexcept override
    {
        // Here a span would be exported: it ends now and began `duration` ago.
        std::lock_guard const lock(mutex_);
        attempts_.erase(std::string(event.invocation_id));
    }

private:
    std::mutex mutex_;
    std::map<std::string, int> attempts_;
};

asio::awaitable<void> answer_scrape(tcp::socket socket, std::shared_ptr<glacier::prometheus_observer> metrics)
{
    boost::beast::flat_buffer buffer;
    http::request<http::empty_body> request;
    co_await http::async_read(socket, buffer, request, asio::use_awaitable);

    http::response<http::string_body> response;
    response.version(request.version());
    response.keep_alive(false);
    if (request.target() == "/metrics") {
        response.set(http::field::content_type, std::string(glacier::prometheus_observer::content_type));
        response.body() = metrics->text();
    } else {
        response.result(http::status::not_found);
    }
    response.prepare_payload();
    co_await http::async_write(socket, response, asio::use_awaitable);
}

asio::awaitable<void> serve_metrics(tcp::acceptor& acceptor,
                                    std::shared_ptr<glacier::prometheus_observer> metrics)
{
    while (true) {
        tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), answer_scrape(std::move(socket), metrics), asio::detached);
    }
}

/// What Prometheus does every few seconds.
asio::awaitable<std::string> scrape(tcp::endpoint server)
{
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(server, asio::use_awaitable);
    http::request<http::empty_body> request(http::verb::get, "/metrics", 11);
    request.set(http::field::host, "localhost");
    co_await http::async_write(socket, request, asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    co_await http::async_read(socket, buffer, response, asio::use_awaitable);
    co_return response.body();
}

asio::awaitable<void> run(glacier::client client, tcp::acceptor& acceptor)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));
    co_await client.upload_archive(
        glacier::upload_archive_request("photos", glacier::body(std::string("an archive"))));

    std::string const metrics = co_await scrape(acceptor.local_endpoint());
    acceptor.close();
    std::cout << metrics;
    if (metrics.find("glacier_operations_total{operation=\"UploadArchive\",outcome=\"success\"} 1\n") ==
        std::string::npos)
        throw std::runtime_error("the upload was not counted");
}

int main()
{
    local_service const service;
    asio::io_context context;

    glacier::client_config config = service.config();
    auto const metrics = std::make_shared<glacier::prometheus_observer>();
    config.observer =
        glacier::observer_list({log_to_stderr(), json_lines_to(service.directory() / "events.jsonl"), metrics,
                                std::make_shared<span_observer>()});

    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::co_spawn(context, serve_metrics(acceptor, metrics), asio::detached);
    std::exception_ptr failure;
    asio::co_spawn(context, run(glacier::client(context.get_executor(), std::move(config)), acceptor),
                   [&failure](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
}
