#pragma once

#include "credentials/credentials_fixture.hpp"
#include "credentials/sources.hpp"
#include "net/connection.hpp"
#include "support/manual_time.hpp"

#include <glacier/credentials_sources.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::test {

using namespace std::chrono_literals;

/// Gives the answers that a test has put in line, and keeps what was asked.
class fake_http final : public credentials_sources::http_fetcher {
public:
    using answer_function = std::function<protocol::http_response()>;

    fake_http& answer(int status, std::string body)
    {
        answers_.push_back([status, body = std::move(body)] {
            protocol::http_response response;
            response.status = status;
            response.body = body;
            return response;
        });
        return *this;
    }

    fake_http& fail(error_code error)
    {
        answers_.push_back(
            [error]() -> protocol::http_response { throw net::connection_error(error, "detail"); });
        return *this;
    }

    asio::awaitable<protocol::http_response> fetch(credentials_sources::fetch_request request) override
    {
        return next(this, std::move(request));
    }

    std::size_t left() const noexcept { return answers_.size(); }

    std::vector<credentials_sources::fetch_request> requests;

private:
    static asio::awaitable<protocol::http_response> next(fake_http* self,
                                                         credentials_sources::fetch_request request)
    {
        self->requests.push_back(std::move(request));
        if (self->answers_.empty())
            throw std::logic_error("one request too many");
        auto const answer = std::move(self->answers_.front());
        self->answers_.pop_front();
        co_return answer();
    }

    std::deque<answer_function> answers_;
};

/// Always the same bytes: 0 makes every fraction 0.
class fixed_random final : public base::random_source {
public:
    void fill(std::span<std::byte> bytes) override { std::memset(bytes.data(), value, bytes.size()); }

    unsigned char value = 0;
};

/// Keeps what it was told of refreshes.
class refresh_log final : public observer {
public:
    struct entry {
        std::string source;
        std::optional<timestamp> expiration;
        error_code error;
        std::string message;
        bool still_valid;
    };

    void on_credentials_refreshed(credentials_refreshed const& event) noexcept override
    {
        std::lock_guard const lock(mutex_);
        entries.push_back({std::string(event.source), event.expiration, event.error,
                           std::string(event.message), event.still_valid});
    }

    std::vector<entry> entries;

private:
    std::mutex mutex_;
};

/// Everything that a provider works with, in the hands of the test.
struct sources_fixture : credentials_fixture {
    sources_fixture()
    {
        options.environment = environment.reader();
        options.observer = log;
    }

    credentials_sources::source_context context() const
    {
        credentials_sources::source_context made;
        made.options = std::make_shared<credentials_options const>(options);
        made.time = time;
        made.random = random;
        made.http = http;
        return made;
    }

    timestamp today() const { return time->today(); }

    credentials_options options;
    std::shared_ptr<manual_time> time = std::make_shared<manual_time>();
    std::shared_ptr<fixed_random> random = std::make_shared<fixed_random>();
    std::shared_ptr<fake_http> http = std::make_shared<fake_http>();
    std::shared_ptr<refresh_log> log = std::make_shared<refresh_log>();
};

inline bool holds(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// The error of a provider that must fail.
inline operation_error failure_of(std::shared_ptr<credentials_provider> const& provider)
{
    return error_of([&provider] { credentials_of(provider); });
}

/// The message of a source that must fail with errc::credentials_failed. Nothing of what the tests call `hidden` may be
/// in it.
inline std::string failed_message(std::shared_ptr<credentials_provider> const& provider)
{
    operation_error const error = failure_of(provider);
    BOOST_TEST(error.code() == errc::credentials_failed);
    BOOST_TEST(!holds(error.what(), "hidden"));
    return error.details().message;
}

} // namespace glacier::test
