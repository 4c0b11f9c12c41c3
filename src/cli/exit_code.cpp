#include "cli/exit_code.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>

namespace glacier::cli {

namespace {

exit_code exit_code_of(errc code) noexcept
{
    switch (code) {
    case errc::invalid_account_id:
    case errc::invalid_vault_name:
    case errc::invalid_archive_id:
    case errc::invalid_job_id:
    case errc::invalid_upload_id:
    case errc::invalid_description:
    case errc::invalid_part_size:
    case errc::invalid_byte_range:
    case errc::invalid_hash:
    case errc::invalid_limit:
    case errc::invalid_header_value:
    case errc::invalid_archive_size:
    case errc::invalid_lock_id:
    case errc::invalid_sns_topic:
    case errc::invalid_notification_events:
    case errc::invalid_policy_document:
    case errc::invalid_tag_key:
    case errc::invalid_tag_value:
    case errc::invalid_tag_count:
    case errc::invalid_retrieval_policy:
    case errc::invalid_job_parameters:
    case errc::invalid_option:
        return exit_code::usage;
    case errc::invalid_endpoint:
    case errc::no_region:
    case errc::no_credentials:
    case errc::credentials_failed:
    case errc::invalid_profile:
    case errc::invalid_ca_bundle:
    case errc::invalid_client_certificate:
    case errc::invalid_proxy:
    case errc::memory_limit_too_low:
        return exit_code::configuration;
    case errc::resolve_timeout:
    case errc::connect_timeout:
    case errc::tls_handshake_timeout:
    case errc::response_timeout:
    case errc::transfer_stalled:
    case errc::throughput_too_low:
    case errc::operation_timeout:
    case errc::certificate_untrusted:
    case errc::certificate_host_mismatch:
    case errc::certificate_expired:
    case errc::certificate_not_yet_valid:
    case errc::certificate_self_signed:
    case errc::certificate_chain_incomplete:
    case errc::certificate_weak:
    case errc::certificate_purpose:
    case errc::tls_version_unsupported:
    case errc::tls_failed:
    case errc::proxy_failed:
    case errc::proxy_authentication_required:
    case errc::connection_closed:
    case errc::invalid_http_message:
    case errc::response_too_large:
    case errc::too_many_waiting:
    case errc::connection_wait_timeout:
        return exit_code::not_reached;
    case errc::malformed_response:
    case errc::unexpected_status:
    case errc::job_failed:
    case errc::malformed_inventory:
    case errc::malformed_notification:
    case errc::repeated_marker:
    case errc::too_many_items:
    case errc::wait_timeout:
        return exit_code::refused;
    case errc::incomplete_inventory:
    case errc::tree_hash_mismatch:
    case errc::length_mismatch:
        return exit_code::not_verified;
    case errc::file_empty:
    case errc::file_changed:
    case errc::archive_too_large:
    case errc::state_file_in_use:
    case errc::state_file_invalid:
    case errc::state_file_mismatch:
        return exit_code::local_file;
    case errc::upload_gone:
        return exit_code::outcome_unknown;
    }
    return exit_code::internal_error;
}

bool is_of_system(error_code const& code) noexcept
{
    return code.category() == boost::system::system_category() ||
           code.category() == boost::system::generic_category();
}

/// Errors of files that no socket reports.
bool is_of_files_only(error_code const& code) noexcept
{
    if (!is_of_system(code))
        return false;
    switch (code.value()) {
    case EDQUOT:
    case EEXIST:
    case EFBIG:
    case EIO:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case ENOENT:
    case ENOSPC:
    case ENOTDIR:
    case ENXIO:
    case EROFS:
    case ESTALE:
    case ETXTBSY:
        return true;
    default:
        return false;
    }
}

/// What the user can do about it, to be put after the message.
std::string_view hint_for(error_code const& code) noexcept
{
    if (code == errc::certificate_untrusted)
        return "; if the service has an authority of its own, name its certificate with --ca-bundle";
    if (code == errc::certificate_expired)
        return "; check this machine's clock too";
    if (code == errc::no_region)
        return "; on the command line: --region";
    if (code == errc::no_credentials)
        return "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile";
    if (code == service_errc::invalid_signature)
        return "; check the secret access key and this machine's clock";
    if (code == service_errc::insufficient_capacity)
        return "; try again later or without --tier Expedited";
    if (code == errc::memory_limit_too_low)
        return "; on the command line: --memory, or smaller parts (--part-size) or ranges (--range-size)";
    return {};
}

/// A system_error's text ends with category, number and place in the source, which tell a user nothing.
std::string message_of(boost::system::system_error const& error)
{
    std::string const text = error.what();
    std::string const ending = error.code().what();
    if (text.size() <= ending.size() || !text.ends_with(ending))
        return error.code().message();
    return text.substr(0, text.size() - ending.size()) + error.code().message();
}

std::string message_of(std::filesystem::filesystem_error const& error)
{
    std::string const path = error.path1().string();
    return (path.empty() ? "" : path + ": ") + error.code().message();
}

std::string with_hint(std::string message, error_code const& code)
{
    message += hint_for(code);
    return message;
}

} // namespace

exit_code exit_code_of(error_code const& code) noexcept
{
    if (code.category() == glacier::error_category())
        return exit_code_of(static_cast<errc>(code.value()));
    if (code.category() == service_error_category())
        return exit_code::refused;
    if (code == boost::system::errc::operation_canceled)
        return exit_code::internal_error;
    if (is_of_system(code))
        return code == condition::transport ? exit_code::not_reached : exit_code::local_file;
    // Name look-ups, ends of streams and TLS have categories of their own.
    if (std::string_view(code.category().name()).starts_with("asio."))
        return exit_code::not_reached;
    return exit_code::internal_error;
}

exit_code exit_code_of(operation_error const& error) noexcept
{
    error_code const code = error.code();
    if (error.outcome_unknown())
        return exit_code::outcome_unknown;
    // In a request, a number that files and sockets share, such as EACCES, is the socket's.
    if (is_of_system(code) && code != boost::system::errc::operation_canceled && !is_of_files_only(code))
        return exit_code::not_reached;
    return exit_code_of(code);
}

error_code code_of(std::exception_ptr const& error) noexcept
{
    try {
        std::rethrow_exception(error);
    } catch (boost::system::system_error const& known) {
        return known.code();
    } catch (...) {
        return {};
    }
}

failure failure_of(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (failure const& known) {
        return known;
    } catch (operation_error const& known) {
        return {exit_code_of(known), with_hint(known.what(), known.code())};
    } catch (invalid_value const& known) {
        return {exit_code_of(known.code()), known.what()};
    } catch (boost::system::system_error const& known) {
        return {exit_code_of(known.code()), with_hint(message_of(known), known.code())};
    } catch (std::filesystem::filesystem_error const& known) {
        return {exit_code::local_file, message_of(known)};
    } catch (std::system_error const& known) {
        return {exit_code::local_file, known.what()};
    } catch (std::bad_alloc const&) {
        return {exit_code::internal_error, "out of memory"};
    } catch (std::exception const& known) {
        return {exit_code::internal_error, std::string("internal error: ") + known.what()};
    } catch (...) {
        return {exit_code::internal_error, "internal error"};
    }
}

failure failure_of(std::exception_ptr const& error, std::string const& file)
{
    failure known = failure_of(error);
    std::string const message = known.what();
    if (known.code() != exit_code::local_file || message.find(file) != std::string::npos)
        return known;
    return {known.code(), file + ": " + message};
}

} // namespace glacier::cli
