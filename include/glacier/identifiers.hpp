#pragma once

#include <glacier/error.hpp>

#include <compare>
#include <string>
#include <string_view>
#include <utility>

namespace glacier {

/**
 * A text that the service has a rule for, checked when it is made.
 *
 * `Rule` has the error and the check. Each rule makes a type of its own, so that a job id cannot be
 * passed where an archive id is meant.
 *
 * Errors: the constructors throw invalid_value; parse() returns the error instead.
 */
template <class Rule>
class checked_text {
public:
    /// What decides which texts are allowed.
    using rule = Rule;

    /// None. A request with it is refused before anything is sent.
    checked_text() = default;

    /// Throws invalid_value with the rule's error for a text that is not allowed.
    checked_text(std::string text) : text_(std::move(text))
    {
        if (!Rule::allows(text_))
            throw invalid_value(Rule::error, text_);
    }

    /// Throws invalid_value with the rule's error for a text that is not allowed.
    checked_text(std::string_view text) : checked_text(std::string(text)) {}
    /// Throws invalid_value with the rule's error for a text that is not allowed.
    checked_text(char const* text) : checked_text(std::string(text)) {}

    /// Fails with the rule's error for a text that is not allowed.
    static result<checked_text> parse(std::string_view text)
    {
        if (!Rule::allows(text))
            return error_code(Rule::error);
        return checked_text(text);
    }

    /// The text; empty if none was given. Valid as long as this object.
    std::string const& str() const noexcept { return text_; }

    friend bool operator==(checked_text const&, checked_text const&) = default;
    friend std::strong_ordering operator<=>(checked_text const&, checked_text const&) = default; // NOLINT

private:
    std::string text_;
};

/// The rule of account_id.
struct account_id_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_account_id;
    /// Whether the text is one.
    static bool allows(std::string_view text) noexcept;
};

/// The rule of vault_name.
struct vault_name_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_vault_name;
    /// Whether the text is one.
    static bool allows(std::string_view text) noexcept;
};

/// The rule of archive_id.
struct archive_id_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_archive_id;
    /// Whether the text is one.
    static bool allows(std::string_view text) noexcept;
};

/// The rule of job_id.
struct job_id_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_job_id;
    /// Whether the text is one.
    static bool allows(std::string_view text) noexcept;
};

/// The rule of upload_id.
struct upload_id_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_upload_id;
    /// Whether the text is one.
    static bool allows(std::string_view text) noexcept;
};

/// The rule of lock_id.
struct lock_id_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_lock_id;
    /// Whether the text is one.
    static bool allows(std::string_view text) noexcept;
};

/// The rule of sns_topic.
struct sns_topic_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_sns_topic;
    /// Whether the text is one.
    static bool allows(std::string_view text) noexcept;
};

/// The rule of description.
struct description_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_description;
    /// Whether the text is one.
    static bool allows(std::string_view text) noexcept;
};

/// Twelve digits, or `-` for the account of the credentials that sign the request.
using account_id = checked_text<account_id_rule>;

/// 1 to 255 characters of `a-z A-Z 0-9 _ - .`, but not `.` or `..`.
using vault_name = checked_text<vault_name_rule>;

/// Opaque: 1 to 255 characters of `a-z A-Z 0-9 _ -`. The service's have 138 and may begin with `-`.
using archive_id = checked_text<archive_id_rule>;

/// Opaque: 1 to 255 characters of `a-z A-Z 0-9 _ -`. The service's have 92 and may begin with `-`.
using job_id = checked_text<job_id_rule>;

/// Opaque: 1 to 255 characters of `a-z A-Z 0-9 _ -`. The service's have 92 and may begin with `-`.
using upload_id = checked_text<upload_id_rule>;

/// Opaque: 1 to 255 characters of `a-z A-Z 0-9 _ -`. The service's have 24 and may begin with `-`.
using lock_id = checked_text<lock_id_rule>;

/// ARN of an SNS topic, `arn:PARTITION:sns:REGION:ACCOUNT:NAME`: up to 1,024 printable ASCII characters
/// without spaces. Whether the topic exists, and may be published to, the service does not check either.
using sns_topic = checked_text<sns_topic_rule>;

/// Description of an archive or a job: up to 1,024 printable ASCII characters (0x20 to 0x7E). The
/// service drops leading spaces.
using description = checked_text<description_rule>;

} // namespace glacier
