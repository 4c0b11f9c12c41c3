#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace glacier {

// Parameters of select jobs, which run a query over an archive of CSV text and write the result to S3. The
// model of the service still has them; whether it carries them out is its own matter. In each enumeration,
// `unknown` stands for a name that this version does not know, and is refused in requests.

/// The language of the query: `SQL`.
enum class expression_type { unknown, sql };
/// What the first line of the text is: names to use, a line to ignore, or data (`USE`, `IGNORE`, `NONE`).
enum class file_header_info { unknown, use, ignore, none };
/// Which fields of the result stand in quotes: all, or those that need it (`ALWAYS`, `ASNEEDED`).
enum class quote_fields { unknown, always, as_needed };
/// How S3 encrypts the result: with a key of KMS, or with one of its own (`aws:kms`, `AES256`).
enum class encryption_type { unknown, aws_kms, aes256 };
/// One of S3's ready-made lists of grants, such as `bucket-owner-full-control`.
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
/// How a grantee is named (`AmazonCustomerByEmail`, `CanonicalUser`, `Group`).
enum class grantee_type { unknown, amazon_customer_by_email, canonical_user, group };
/// What a grantee may do with the result (`FULL_CONTROL`, `WRITE`, `WRITE_ACP`, `READ`, `READ_ACP`).
enum class permission { unknown, full_control, write, write_acp, read, read_acp };
/// Storage class of the result in S3 (`STANDARD`, `REDUCED_REDUNDANCY`, `STANDARD_IA`).
enum class storage_class { unknown, standard, reduced_redundancy, standard_ia };

/// How the archive's text is to be read.
struct csv_input {
    csv_input() = default;

    /// What the first line is.
    std::optional<glacier::file_header_info> file_header_info;
    /// Character with which a line to ignore begins.
    std::optional<std::string> comments;
    /// Character that stands before a quote inside a quoted field.
    std::optional<std::string> quote_escape_character;
    /// What separates lines.
    std::optional<std::string> record_delimiter;
    /// What separates fields.
    std::optional<std::string> field_delimiter;
    /// Character around a field that holds a delimiter.
    std::optional<std::string> quote_character;
};

/// The form of the archive's text.
struct input_serialization {
    input_serialization() = default;

    /// CSV, the only form that the service reads.
    std::optional<csv_input> csv;
};

/// How the result is to be written. What is not set is the service's choice.
struct csv_output {
    csv_output() = default;

    /// Which fields stand in quotes.
    std::optional<glacier::quote_fields> quote_fields;
    /// Character that stands before a quote inside a quoted field.
    std::optional<std::string> quote_escape_character;
    /// What separates lines.
    std::optional<std::string> record_delimiter;
    /// What separates fields.
    std::optional<std::string> field_delimiter;
    /// Character around a quoted field.
    std::optional<std::string> quote_character;
};

/// The form of the result.
struct output_serialization {
    output_serialization() = default;

    /// CSV, the only form that the service writes.
    std::optional<csv_output> csv;
};

/// The query of a select job. In the enumerations below it, `unknown` stands for a name that this version
/// does not know. Errors: errc::invalid_job_parameters for what is required and not set, or too long.
struct select_parameters {
    select_parameters() = default;

    /// The query, required: up to 128,000 bytes.
    std::string expression;
    /// Required; the service has SQL only.
    glacier::expression_type expression_type = glacier::expression_type::sql;
    /// Nothing: the service's choice.
    std::optional<glacier::input_serialization> input_serialization;
    /// Nothing: the service's choice.
    std::optional<glacier::output_serialization> output_serialization;
};

/// How S3 encrypts the result.
struct s3_encryption {
    s3_encryption() = default;

    /// With whose key. Errors: errc::invalid_job_parameters for `unknown`.
    std::optional<glacier::encryption_type> encryption_type;
    /// Key for `aws:kms`.
    std::optional<std::string> kms_key_id;
    /// Encryption context for `aws:kms`.
    std::optional<std::string> kms_context;
};

/// Who gets a permission: named by the members that belong to its type.
struct s3_grantee {
    s3_grantee() = default;

    /// Required. Errors: errc::invalid_job_parameters for `unknown`.
    grantee_type type = grantee_type::unknown;
    /// Name to show.
    std::optional<std::string> display_name;
    /// Of a group.
    std::optional<std::string> uri;
    /// Canonical user id.
    std::optional<std::string> id;
    /// Of an Amazon customer.
    std::optional<std::string> email_address;
};

/// One entry of an access control list.
struct s3_grant {
    s3_grant() = default;

    /// Who gets the permission.
    std::optional<s3_grantee> grantee;
    /// What it allows. Errors: errc::invalid_job_parameters for `unknown`.
    std::optional<glacier::permission> permission;
};

/// A place in S3, and what becomes of the result there. Errors: errc::invalid_job_parameters for what is
/// required and not set, too long, or `unknown`.
struct s3_location {
    s3_location() = default;

    /// The bucket, required.
    std::string bucket_name;
    /// Required: up to 512 bytes. The result lies below `PREFIX/JOB-ID/`.
    std::string prefix;
    /// Nothing: as the bucket says.
    std::optional<s3_encryption> encryption;
    /// Nothing: S3's default.
    std::optional<glacier::canned_acl> canned_acl;
    /// Who else may use the result. Nothing: nobody.
    std::optional<std::vector<s3_grant>> access_control_list;
    /// Tags of the result, by key. Nothing: none.
    std::optional<std::map<std::string, std::string>> tagging;
    /// Metadata of the result, by name. Nothing: none.
    std::optional<std::map<std::string, std::string>> user_metadata;
    /// Nothing: S3's default.
    std::optional<glacier::storage_class> storage_class;
};

/// Where a select job writes its result.
struct output_location {
    output_location() = default;

    /// A place in S3, required. Errors: errc::invalid_job_parameters if it is not set.
    std::optional<s3_location> s3;
};

} // namespace glacier
