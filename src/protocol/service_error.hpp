#pragma once

#include "protocol/http_message.hpp"

#include <glacier/error.hpp>

#include <string>
#include <string_view>

namespace glacier::protocol {

/// An error answer of the service.
struct service_error {
    service_errc code = service_errc::unknown;
    /// The code as the service wrote it; empty if the answer has none.
    std::string code_text;
    /// The service's words, or an excerpt of the body if it has none that can be read.
    std::string message;
    std::string request_id;
    int status = 0;
};

/// The id under which the service, or else what stands before it, knows the request; empty if there is none.
std::string_view request_id_of(http_headers const& headers) noexcept;

/// How a body begins, for a person: some 200 characters, in printable ASCII, without the tags of HTML or XML.
std::string excerpt_of(std::string_view body);

/// `ResourceNotFoundException` and so on; empty for service_errc::unknown.
std::string_view code_text_of(service_errc code) noexcept;

/// The status with which the service sends the code.
int status_of(service_errc code) noexcept;

/// Reads an error answer of any form: the code from the header or the body, HTML, nothing at all.
service_error parse_service_error(http_response const& response);

/// The service's form of an error answer.
http_response to_response(service_error const& error);

} // namespace glacier::protocol
