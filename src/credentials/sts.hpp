#pragma once

#include "credentials/sources.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::credentials_sources {

/// The form of a request to STS: `Action=...&Version=2011-06-15&...`. May hold secrets, which are wiped.
class sts_form {
public:
    explicit sts_form(std::string_view action);
    sts_form(sts_form&& other) noexcept = default;
    sts_form& operator=(sts_form&&) = delete;
    ~sts_form();

    void add(std::string_view name, std::string_view value);
    void add(std::string_view name, std::optional<std::string> const& value);

    std::string const& action() const noexcept { return action_; }
    std::string const& text() const noexcept { return text_; }

private:
    std::string action_;
    std::string text_;
};

/// STS refused a request.
class sts_refusal : public operation_error {
public:
    sts_refusal(error_details details, std::string sts_code)
        : operation_error(errc::credentials_failed, std::move(details)), sts_code_(std::move(sts_code))
    {}

    /// Such as `ExpiredTokenException`; empty if the answer has none.
    std::string const& sts_code() const noexcept { return sts_code_; }

private:
    std::string sts_code_;
};

/// Sends a request to STS, signed by `identity` if there is one, and repeats it a few times where STS asks for that.
/// Returns the body of the answer, which is the caller's to wipe. Throws operation_error with errc::credentials_failed,
/// and sts_refusal for an error answer. Cancellation: terminal.
asio::awaitable<std::string> call_sts(source_context context, std::string source_name, sts_form form,
                                      std::optional<credentials> identity);

/// Checks what both ways to take on a role have in common. Throws invalid_value with errc::invalid_option.
void check_role(std::string const& role_arn, std::optional<std::string> const& session_name,
                std::optional<std::chrono::seconds> duration);

/// The name of the session, made from the time if none is given.
std::string session_name_of(std::optional<std::string> const& given, source_context const& context);

} // namespace glacier::credentials_sources
