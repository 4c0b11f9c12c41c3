#include "protocol/text_form.hpp"

#include "protocol/data_retrieval_policy_operations.hpp"
#include "protocol/job_operations.hpp"
#include "protocol/vault_lock_operations.hpp"
#include "protocol/vault_notification_operations.hpp"

#include <glacier/policy_document.hpp>
#include <glacier/vault_tags.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace glacier::protocol {
namespace {

BOOST_AUTO_TEST_SUITE(text_form_test)

// Text is itself, empty or not.
BOOST_AUTO_TEST_CASE(text)
{
    using form = text_form<std::string>;
    BOOST_TEST(form::write(" a ") == " a ");
    BOOST_TEST(form::read("").value().empty());
    BOOST_TEST(form::read(" a ").value() == " a ");
}

// Numbers are decimal; those of 32 bits do not take more.
BOOST_AUTO_TEST_CASE(numbers)
{
    BOOST_TEST(text_form<std::uint64_t>::write(std::numeric_limits<std::uint64_t>::max()) ==
               "18446744073709551615");
    BOOST_TEST(text_form<std::uint64_t>::read("18446744073709551615").value() ==
               std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(text_form<std::uint32_t>::write(4'294'967'295U) == "4294967295");
    BOOST_TEST(text_form<std::uint32_t>::read("4294967295").value() == 4'294'967'295U);
    BOOST_TEST(!text_form<std::uint32_t>::read("4294967296").has_value());
    for (std::string_view const bad : {"", "-1", "x", "1 ", "18446744073709551616"}) {
        BOOST_TEST(!text_form<std::uint64_t>::read(bad).has_value());
        BOOST_TEST(!text_form<std::uint32_t>::read(bad).has_value());
    }
}

// Booleans are `true` and `false`, and nothing else.
BOOST_AUTO_TEST_CASE(booleans)
{
    BOOST_TEST(text_form<bool>::write(true) == "true");
    BOOST_TEST(text_form<bool>::write(false) == "false");
    BOOST_TEST(text_form<bool>::read("true").value());
    BOOST_TEST(!text_form<bool>::read("false").value());
    for (std::string_view const bad : {"", "True", "FALSE", "1", "0", "yes", "true "})
        BOOST_TEST(!text_form<bool>::read(bad).has_value());
}

// Checked texts are read by their rule.
BOOST_AUTO_TEST_CASE(checked_texts)
{
    BOOST_TEST(text_form<vault_name>::write("attic") == "attic");
    BOOST_TEST(text_form<vault_name>::read("attic").value().str() == "attic");
    BOOST_TEST(!text_form<vault_name>::read("..").has_value());
    BOOST_TEST(!text_form<job_id>::read("a.b").has_value());
    BOOST_TEST(text_form<tag_value>::read("").value().str().empty());
    BOOST_TEST(!text_form<tag_key>::read("aws:x").has_value());
    BOOST_TEST(text_form<policy_document>::read(" {} ").value().str() == " {} ");
    BOOST_TEST(!text_form<policy_document>::read("[]").has_value());
}

// Hashes are 64 digits, part sizes numbers, ranges two numbers.
BOOST_AUTO_TEST_CASE(hashes_sizes_and_ranges)
{
    std::string const hex(64, 'a');
    BOOST_TEST(text_form<tree_hash>::write(text_form<tree_hash>::read(hex).value()) == hex);
    BOOST_TEST(!text_form<sha256_digest>::read("abc").has_value());
    BOOST_TEST(text_form<part_size>::write(part_size(4'294'967'296)) == "4294967296");
    BOOST_TEST(text_form<part_size>::read("1048576").value().bytes() == 1'048'576U);
    BOOST_TEST(!text_form<part_size>::read("1048577").has_value());
    BOOST_TEST(!text_form<part_size>::read("x").has_value());
    BOOST_TEST(text_form<byte_range>::write(byte_range(1, 2)) == "1-2");
    BOOST_TEST(text_form<byte_range>::read("1-2").value().size() == 2U);
    BOOST_TEST(!text_form<byte_range>::read("2-1").has_value());
}

// Dates have milliseconds, but in the filters of inventories.
BOOST_AUTO_TEST_CASE(dates)
{
    timestamp const time(std::chrono::milliseconds(1'363'799'023'221));
    BOOST_TEST(text_form<timestamp>::write(time) == "2013-03-20T17:03:43.221Z");
    BOOST_TEST((text_form<timestamp>::read("2013-03-20T17:03:43.221Z") == time));
    BOOST_TEST(!text_form<timestamp>::read("2013-03-20").has_value());
    BOOST_TEST(timestamp_to_the_second::write(time) == "2013-03-20T17:03:43Z");
    BOOST_TEST((timestamp_to_the_second::read("2013-03-20T17:03:43.221Z") == time));
    BOOST_TEST(!timestamp_to_the_second::read("").has_value());
}

// The range of a part: `bytes`, one space, the range, `/*`.
BOOST_AUTO_TEST_CASE(range_of_a_part)
{
    BOOST_TEST(content_range_of_part::write(byte_range(0, 1'048'575)) == "bytes 0-1048575/*");
    BOOST_TEST(content_range_of_part::read("bytes 0-1048575/*").value().str() == "0-1048575");
    for (std::string_view const bad :
         {"", "bytes", "bytes ", "bytes /*", "bytes/*", "/*", "bytes 0-1", "bytes 0-1/2", "bytes=0-1/*",
          "0-1/*", "bytes  0-1/*", "bytes 0-1 /*", "bytes 1-0/*", "bytes */*", "bytes 0-1/* ", "Bytes 0-1/*"})
        BOOST_TEST(!content_range_of_part::read(bad).has_value(), "accepted: " << bad);
}

// The range of an output: `bytes=` and the range, whose end may be left out.
BOOST_AUTO_TEST_CASE(range_of_an_output)
{
    using form = text_form<output_range>;
    BOOST_TEST(form::write(byte_range(5, 9)) == "bytes=5-9");
    BOOST_TEST(form::write(output_range::from(5)) == "bytes=5-");
    BOOST_TEST((form::read("bytes=5-9") == output_range(byte_range(5, 9))));
    BOOST_TEST((form::read("bytes=5-") == output_range::from(5)));
    for (std::string_view const bad :
         {"", "bytes=", "bytes 5-9", "5-9", "5-", "bytes=9-5", "bytes=-", "bytes=-5", "bytes=1-2,4-5",
          "bytes=1-,4-", "bytes=5-9 ", "bytes=5- ", "bytes= 5-9", "bytes=5--", "BYTES=5-9", "bytes=5-9/10",
          "bytes=18446744073709551616-"})
        BOOST_TEST(!form::read(bad).has_value(), "accepted: " << bad);
}

/// Each name of the enumeration means its value, and `count` values have one.
template <class Enum>
void check_names(std::size_t count)
{
    BOOST_TEST(enum_names<Enum>::names.size() == count);
    for (auto const& [value, name] : enum_names<Enum>::names) {
        BOOST_TEST(text_form<Enum>::write(value) == name);
        BOOST_TEST((text_form<Enum>::read(name) == value));
    }
    for (std::string_view const bad : {"", "unknown", "Unknown", "x"})
        BOOST_TEST(!text_form<Enum>::read(bad).has_value());
}

// Enumerations have the names that the service uses, in its own spelling.
BOOST_AUTO_TEST_CASE(enumerations)
{
    check_names<job_type>(3);
    check_names<tier>(3);
    check_names<inventory_format>(2);
    check_names<job_action>(3);
    check_names<job_status>(3);
    check_names<expression_type>(1);
    check_names<file_header_info>(3);
    check_names<quote_fields>(2);
    check_names<encryption_type>(2);
    check_names<canned_acl>(7);
    check_names<grantee_type>(3);
    check_names<permission>(5);
    check_names<storage_class>(3);
    check_names<notification_event>(2);
    check_names<vault_lock_state>(2);
    check_names<data_retrieval_strategy>(3);
    BOOST_TEST(text_form<job_type>::write(job_type::archive_retrieval) == "archive-retrieval");
    BOOST_TEST(text_form<job_type>::write(job_type::inventory_retrieval) == "inventory-retrieval");
    BOOST_TEST(text_form<job_type>::write(job_type::select) == "select");
    BOOST_TEST(text_form<job_action>::write(job_action::archive_retrieval) == "ArchiveRetrieval");
    BOOST_TEST(text_form<job_action>::write(job_action::inventory_retrieval) == "InventoryRetrieval");
    BOOST_TEST(text_form<job_action>::write(job_action::select) == "Select");
    BOOST_TEST(text_form<job_status>::write(job_status::in_progress) == "InProgress");
    BOOST_TEST(text_form<job_status>::write(job_status::succeeded) == "Succeeded");
    BOOST_TEST(text_form<job_status>::write(job_status::failed) == "Failed");
    BOOST_TEST(text_form<tier>::write(tier::expedited) == "Expedited");
    BOOST_TEST(text_form<tier>::write(tier::standard) == "Standard");
    BOOST_TEST(text_form<tier>::write(tier::bulk) == "Bulk");
    BOOST_TEST(text_form<inventory_format>::write(inventory_format::csv) == "CSV");
    BOOST_TEST(text_form<inventory_format>::write(inventory_format::json) == "JSON");
    BOOST_TEST(!text_form<tier>::read("standard").has_value());
    BOOST_TEST(text_form<notification_event>::write(notification_event::archive_retrieval_completed) ==
               "ArchiveRetrievalCompleted");
    BOOST_TEST(text_form<notification_event>::write(notification_event::inventory_retrieval_completed) ==
               "InventoryRetrievalCompleted");
    BOOST_TEST(text_form<vault_lock_state>::write(vault_lock_state::in_progress) == "InProgress");
    BOOST_TEST(text_form<vault_lock_state>::write(vault_lock_state::locked) == "Locked");
    BOOST_TEST(text_form<data_retrieval_strategy>::write(data_retrieval_strategy::bytes_per_hour) ==
               "BytesPerHour");
    BOOST_TEST(text_form<data_retrieval_strategy>::write(data_retrieval_strategy::free_tier) == "FreeTier");
    BOOST_TEST(text_form<data_retrieval_strategy>::write(data_retrieval_strategy::none) == "None");
}

// Those of select jobs, which S3 names.
BOOST_AUTO_TEST_CASE(enumerations_of_select_jobs)
{
    BOOST_TEST(text_form<expression_type>::write(expression_type::sql) == "SQL");
    BOOST_TEST(text_form<file_header_info>::write(file_header_info::use) == "USE");
    BOOST_TEST(text_form<file_header_info>::write(file_header_info::ignore) == "IGNORE");
    BOOST_TEST(text_form<file_header_info>::write(file_header_info::none) == "NONE");
    BOOST_TEST(text_form<quote_fields>::write(quote_fields::always) == "ALWAYS");
    BOOST_TEST(text_form<quote_fields>::write(quote_fields::as_needed) == "ASNEEDED");
    BOOST_TEST(text_form<encryption_type>::write(encryption_type::aws_kms) == "aws:kms");
    BOOST_TEST(text_form<encryption_type>::write(encryption_type::aes256) == "AES256");
    BOOST_TEST(text_form<canned_acl>::write(canned_acl::private_) == "private");
    BOOST_TEST(text_form<canned_acl>::write(canned_acl::public_read) == "public-read");
    BOOST_TEST(text_form<canned_acl>::write(canned_acl::public_read_write) == "public-read-write");
    BOOST_TEST(text_form<canned_acl>::write(canned_acl::aws_exec_read) == "aws-exec-read");
    BOOST_TEST(text_form<canned_acl>::write(canned_acl::authenticated_read) == "authenticated-read");
    BOOST_TEST(text_form<canned_acl>::write(canned_acl::bucket_owner_read) == "bucket-owner-read");
    BOOST_TEST(text_form<canned_acl>::write(canned_acl::bucket_owner_full_control) ==
               "bucket-owner-full-control");
    BOOST_TEST(text_form<grantee_type>::write(grantee_type::amazon_customer_by_email) ==
               "AmazonCustomerByEmail");
    BOOST_TEST(text_form<grantee_type>::write(grantee_type::canonical_user) == "CanonicalUser");
    BOOST_TEST(text_form<grantee_type>::write(grantee_type::group) == "Group");
    BOOST_TEST(text_form<permission>::write(permission::full_control) == "FULL_CONTROL");
    BOOST_TEST(text_form<permission>::write(permission::write) == "WRITE");
    BOOST_TEST(text_form<permission>::write(permission::write_acp) == "WRITE_ACP");
    BOOST_TEST(text_form<permission>::write(permission::read) == "READ");
    BOOST_TEST(text_form<permission>::write(permission::read_acp) == "READ_ACP");
    BOOST_TEST(text_form<storage_class>::write(storage_class::standard) == "STANDARD");
    BOOST_TEST(text_form<storage_class>::write(storage_class::reduced_redundancy) == "REDUCED_REDUNDANCY");
    BOOST_TEST(text_form<storage_class>::write(storage_class::standard_ia) == "STANDARD_IA");
}

// What no name means has none.
BOOST_AUTO_TEST_CASE(unknown_has_no_name)
{
    BOOST_TEST(text_form<tier>::write(tier::unknown).empty());
    BOOST_TEST(text_form<permission>::write(permission::unknown).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
