#pragma once

#include <glacier/credentials.hpp>
#include <glacier/credentials_sources.hpp>

#include <string>
#include <string_view>

namespace glacier::credentials_sources {

/// The credentials in an answer of AssumeRole or AssumeRoleWithWebIdentity: `action`. Throws operation_error with
/// errc::credentials_failed, `SOURCE: ...`, which shows nothing of the answer. The text is the caller's to wipe.
credentials parse_assumed_role(std::string const& source, std::string const& action, std::string_view xml);

/// The answer of GetCallerIdentity. Errors: the same.
caller_identity parse_caller_identity(std::string const& source, std::string_view xml);

/// An error answer of STS.
struct sts_error {
    /// Empty if the text is no such answer.
    std::string code;
    /// Printable.
    std::string message;
    std::string request_id;
};

/// Never fails: a proxy's HTML is an error without a code.
sts_error parse_sts_error(std::string_view xml);

} // namespace glacier::credentials_sources
