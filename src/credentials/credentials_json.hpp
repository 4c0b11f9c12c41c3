#pragma once

#include <glacier/credentials.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::credentials_sources {

/**
 * A JSON object with secrets in it: its memory is wiped when it goes.
 *
 * Whatever is wrong with it is an operation_error with errc::credentials_failed, `SOURCE: ...`, which names members
 * and never shows their values.
 */
class secret_json {
public:
    /// `source`: for messages. The text is the caller's to wipe.
    secret_json(std::string source, std::string_view text);

    boost::json::object const& root() const noexcept { return value_->get_object(); }

    /// A member that may be missing or null: nothing then, nor if it is empty. Other types are an error.
    std::optional<std::string_view> find_text(boost::json::object const& object, std::string_view name) const;
    /// A member that must be there and not empty.
    std::string_view text(boost::json::object const& object, std::string_view name) const;
    /// An object that must be there.
    boost::json::object const& object(boost::json::object const& object, std::string_view name) const;
    /// A whole number that must be there.
    std::int64_t number(boost::json::object const& object, std::string_view name) const;
    /// A moment in ISO 8601 that may be missing.
    std::optional<timestamp> find_time(boost::json::object const& object, std::string_view name) const;

private:
    std::optional<boost::json::value> value_;
    std::string source_;
};

/// How the members of credentials are named.
struct credentials_names {
    std::string_view access_key_id = "AccessKeyId";
    std::string_view secret_access_key = "SecretAccessKey";
    std::string_view session_token = "SessionToken";
    std::string_view expiration = "Expiration";
    std::string_view account_id = "AccountId";
};

/// Credentials out of a document, checked. A name that is empty stands for a member that is not read.
credentials read_credentials(secret_json const& document, boost::json::object const& object,
                             credentials_names const& names, std::string const& source);

/// The code and the message of an error document in any of the spellings that are in use, printable; empty if it is
/// none.
std::string error_words(std::string_view text);

} // namespace glacier::credentials_sources
