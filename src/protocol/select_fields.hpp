#pragma once

#include "protocol/member.hpp"

#include <glacier/select.hpp>

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

// The JSON of select jobs, as their parameters and their descriptions have it.

namespace glacier::protocol {

template <>
struct enum_names<expression_type> {
    static constexpr std::array<std::pair<expression_type, std::string_view>, 1> names{{
        {expression_type::sql, "SQL"},
    }};
};

template <>
struct enum_names<file_header_info> {
    static constexpr std::array<std::pair<file_header_info, std::string_view>, 3> names{{
        {file_header_info::use, "USE"},
        {file_header_info::ignore, "IGNORE"},
        {file_header_info::none, "NONE"},
    }};
};

template <>
struct enum_names<quote_fields> {
    static constexpr std::array<std::pair<quote_fields, std::string_view>, 2> names{{
        {quote_fields::always, "ALWAYS"},
        {quote_fields::as_needed, "ASNEEDED"},
    }};
};

template <>
struct enum_names<encryption_type> {
    static constexpr std::array<std::pair<encryption_type, std::string_view>, 2> names{{
        {encryption_type::aws_kms, "aws:kms"},
        {encryption_type::aes256, "AES256"},
    }};
};

template <>
struct enum_names<canned_acl> {
    static constexpr std::array<std::pair<canned_acl, std::string_view>, 7> names{{
        {canned_acl::private_, "private"},
        {canned_acl::public_read, "public-read"},
        {canned_acl::public_read_write, "public-read-write"},
        {canned_acl::aws_exec_read, "aws-exec-read"},
        {canned_acl::authenticated_read, "authenticated-read"},
        {canned_acl::bucket_owner_read, "bucket-owner-read"},
        {canned_acl::bucket_owner_full_control, "bucket-owner-full-control"},
    }};
};

template <>
struct enum_names<grantee_type> {
    static constexpr std::array<std::pair<grantee_type, std::string_view>, 3> names{{
        {grantee_type::amazon_customer_by_email, "AmazonCustomerByEmail"},
        {grantee_type::canonical_user, "CanonicalUser"},
        {grantee_type::group, "Group"},
    }};
};

template <>
struct enum_names<permission> {
    static constexpr std::array<std::pair<permission, std::string_view>, 5> names{{
        {permission::full_control, "FULL_CONTROL"},
        {permission::write, "WRITE"},
        {permission::write_acp, "WRITE_ACP"},
        {permission::read, "READ"},
        {permission::read_acp, "READ_ACP"},
    }};
};

template <>
struct enum_names<storage_class> {
    static constexpr std::array<std::pair<storage_class, std::string_view>, 3> names{{
        {storage_class::standard, "STANDARD"},
        {storage_class::reduced_redundancy, "REDUCED_REDUNDANCY"},
        {storage_class::standard_ia, "STANDARD_IA"},
    }};
};

template <>
struct json_fields<csv_input> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field("FileHeaderInfo", &csv_input::file_header_info),
        field("Comments", &csv_input::comments),
        field("QuoteEscapeCharacter", &csv_input::quote_escape_character),
        field("RecordDelimiter", &csv_input::record_delimiter),
        field("FieldDelimiter", &csv_input::field_delimiter),
        field("QuoteCharacter", &csv_input::quote_character),
    };
};

template <>
struct json_fields<input_serialization> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{field("csv", &input_serialization::csv)};
};

template <>
struct json_fields<csv_output> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field("QuoteFields", &csv_output::quote_fields),
        field("QuoteEscapeCharacter", &csv_output::quote_escape_character),
        field("RecordDelimiter", &csv_output::record_delimiter),
        field("FieldDelimiter", &csv_output::field_delimiter),
        field("QuoteCharacter", &csv_output::quote_character),
    };
};

template <>
struct json_fields<output_serialization> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{field("csv", &output_serialization::csv)};
};

template <>
struct json_fields<select_parameters> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field<presence::required>("Expression", &select_parameters::expression),
        field<presence::required>("ExpressionType", &select_parameters::expression_type),
        field("InputSerialization", &select_parameters::input_serialization),
        field("OutputSerialization", &select_parameters::output_serialization),
    };
};

template <>
struct json_fields<s3_encryption> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field("EncryptionType", &s3_encryption::encryption_type),
        field("KMSKeyId", &s3_encryption::kms_key_id),
        field("KMSContext", &s3_encryption::kms_context),
    };
};

template <>
struct json_fields<s3_grantee> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field<presence::required>("Type", &s3_grantee::type),
        field("DisplayName", &s3_grantee::display_name),
        field("URI", &s3_grantee::uri),
        field("ID", &s3_grantee::id),
        field("EmailAddress", &s3_grantee::email_address),
    };
};

template <>
struct json_fields<s3_grant> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field("Grantee", &s3_grant::grantee),
        field("Permission", &s3_grant::permission),
    };
};

template <>
struct json_fields<s3_location> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{
        field<presence::required>("BucketName", &s3_location::bucket_name),
        field<presence::required>("Prefix", &s3_location::prefix),
        field("Encryption", &s3_location::encryption),
        field("CannedACL", &s3_location::canned_acl),
        field("AccessControlList", &s3_location::access_control_list),
        field("Tagging", &s3_location::tagging),
        field("UserMetadata", &s3_location::user_metadata),
        field("StorageClass", &s3_location::storage_class),
    };
};

template <>
struct json_fields<output_location> {
    static constexpr absent when_absent = absent::omitted;
    static constexpr auto fields = std::tuple{field("S3", &output_location::s3)};
};

} // namespace glacier::protocol
