#pragma once

#include "protocol/codec.hpp"
#include "protocol/service_error.hpp"

#include <glacier/inferred_behaviour.hpp>
#include <glacier/sha256_digest.hpp>

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace glacier::emulation {

/// What a service answers: a result, or an error answer.
template <class T>
using service_result = boost::system::result<T, protocol::service_error>;

/// An error answer with the status that belongs to the code.
protocol::service_error error_of(service_errc code, std::string message);

/// An error answer with the code that goes with the status, see inferred_behaviour.
protocol::service_error error_with_status(int status, std::string message);

/// Gives an error whose status is inferred the one that was chosen.
void apply_inferred(inferred_behaviour const& behaviour, protocol::service_error& error) noexcept;

// The service's words for each situation.

protocol::service_error vault_not_found(std::string_view arn);
protocol::service_error archive_not_found(std::string_view id);
protocol::service_error job_not_found(std::string_view id);
protocol::service_error upload_not_found(std::string_view id);
protocol::service_error parameter_missing(std::string_view name);

/// `Invalid NAME: VALUE`.
protocol::service_error invalid_parameter(std::string_view name, std::string_view value);

/// The answer to a body that is not the one that was signed.
protocol::service_error payload_mismatch(sha256_digest const& computed, std::string_view sent);

/// The answer to a request with a member that is missing or wrong.
protocol::service_error error_of(protocol::operation id, protocol::member_error const& wrong);

/// The answer to a method and path that are no operation of the service.
protocol::service_error unknown_operation(std::string_view method, std::string_view target);

} // namespace glacier::emulation
