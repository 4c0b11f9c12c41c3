#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace glacier {

// Parameters of select jobs, which run a query over an archive of CSV text and write the result to S3. The
// model of the service still has them; whether it carries them out is its own matter. In each enumeration,
// `unknown` stands for a name that this version does not know, and is refused in requests.

enum class expression_type { unknown, sql };
/// What the first line of the text is: names to use, a line to ignore, or data.
enum class file_header_info { unknown, use, ignore, none };
enum class quote_fields { unknown, always, as_needed };
enum class encryption_type { unknown, aws_kms, aes256 };
enum class canned_acl {
    unknown,
    private_,
    public_read,
    public_read_write,
    aws_exec_read,
    authenticated_read,
    bucket_owner_read,
    bucket_owner_full_control,
};
enum class grantee_type { unknown, amazon_customer_by_email, canonical_user, group };
enum class permission { unknown, full_control, write, write_acp, read, read_acp };
enum class storage_class { unknown, standard, reduced_redundancy, standard_ia };

/// How the archive's text is to be read.
struct csv_input {
    csv_input() = default;

    std::optional<glacier::file_header_info> file_header_info;
    /// Character with which a line to ignore begins.
    std::optional<std::string> comments;
    std::optional<std::string> quote_escape_character;
    std::optional<std::string> record_delimiter;
    std::optional<std::string> field_delimiter;
    std::optional<std::string> quote_character;
};

struct input_serialization {
    input_serialization() = default;

    std::optional<csv_input> csv;
};

/// How the result is to be written.
struct csv_output {
    csv_output() = default;

    std::optional<glacier::quote_fields> quote_fields;
    std::optional<std::string> quote_escape_character;
    std::optional<std::string> record_delimiter;
    std::optional<std::string> field_delimiter;
    std::optional<std::string> quote_character;
};

struct output_serialization {
    output_serialization() = default;

    std::optional<csv_output> csv;
};

struct select_parameters {
    select_parameters() = default;

    /// The query, required: up to 128,000 characters.
    std::string expression;
    /// Required; the service has SQL only.
    glacier::expression_type expression_type = glacier::expression_type::sql;
    std::optional<glacier::input_serialization> input_serialization;
    std::optional<glacier::output_serialization> output_serialization;
};

struct s3_encryption {
    s3_encryption() = default;

    std::optional<glacier::encryption_type> encryption_type;
    /// Key for `aws:kms`.
    std::optional<std::string> kms_key_id;
    /// Encryption context for `aws:kms`.
    std::optional<std::string> kms_context;
};

struct s3_grantee {
    s3_grantee() = default;

    /// Required.
    grantee_type type = grantee_type::unknown;
    std::optional<std::string> display_name;
    /// Of a group.
    std::optional<std::string> uri;
    /// Canonical user id.
    std::optional<std::string> id;
    std::optional<std::string> email_address;
};

struct s3_grant {
    s3_grant() = default;

    std::optional<s3_grantee> grantee;
    std::optional<glacier::permission> permission;
};

struct s3_location {
    s3_location() = default;

    /// Required.
    std::string bucket_name;
    /// Required: up to 512 bytes. The result lies below `PREFIX/JOB-ID/`.
    std::string prefix;
    std::optional<s3_encryption> encryption;
    std::optional<glacier::canned_acl> canned_acl;
    std::optional<std::vector<s3_grant>> access_control_list;
    std::optional<std::map<std::string, std::string>> tagging;
    std::optional<std::map<std::string, std::string>> user_metadata;
    std::optional<glacier::storage_class> storage_class;
};

/// Where a select job writes its result.
struct output_location {
    output_location() = default;

    std::optional<s3_location> s3;
};

} // namespace glacier
