#pragma once

#include <glacier/data_retrieval_policy.hpp>
#include <glacier/job.hpp>
#include <glacier/vault_notifications.hpp>

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace glacier {

// The JSON that the service takes in requests, by the names of its model, as configuration files and other tools
// have it. Reading is strict: a member that the model does not have is an error, and so is a name that an
// enumeration does not have. null counts as absent. Rules that span several members are checked by the operation.

/// Why a JSON text is not the value that it should be.
struct json_input_error {
    /// Kinds of errors.
    enum class reason {
        /// The text is longer than 1 MiB.
        too_long,
        /// The text is no JSON, or deeper than 32 levels.
        malformed,
        /// A member that must be there is not.
        missing,
        /// There is no member of that name.
        unknown,
        /// The value of the member, or the whole, is not of its kind or not allowed.
        invalid,
    };

    /// What is wrong.
    reason why;
    /// The member, such as `InventoryRetrievalParameters.Limit` or `Rules[0].Strategy`; empty for the whole.
    std::string member;
    /// What stands there, or what is wrong with it. As it was given: untrusted.
    std::string text;
    /// What may stand there, if that is a few names.
    std::string allowed;

    /// All of it in one sentence, with the text cut and made safe to show.
    std::string message() const;
};

/// Throws a system_error of the generic invalid_argument with the message.
[[noreturn]] void throw_exception_from_error(json_input_error const& error,
                                             boost::source_location const& location);

/// What was read, or why it could not be.
template <class T>
using json_input = boost::system::result<T, json_input_error>;

/// The body of InitiateJob, such as `{"Type":"archive-retrieval","ArchiveId":"...","Tier":"Bulk"}`.
json_input<job_parameters> parse_job_parameters(std::string_view json);

/// The body of SetVaultNotifications: `{"SNSTopic":"arn:...","Events":["ArchiveRetrievalCompleted"]}`.
json_input<vault_notification_config> parse_vault_notification_config(std::string_view json);

/// The policy in the body of SetDataRetrievalPolicy: `{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1}]}`.
json_input<data_retrieval_policy> parse_data_retrieval_policy(std::string_view json);

} // namespace glacier
