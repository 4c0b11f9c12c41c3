#pragma once

#include "emulator/output.hpp"
#include "emulator/service_context.hpp"
#include "protocol/codec.hpp"
#include "protocol/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace glacier::emulation {

/// An answer: its body is in the response, or, if there is an output, streamed from there.
struct reply {
    protocol::http_response response;
    std::shared_ptr<output> bytes;
};

/// An upload whose body is arriving.
class upload_in_progress {
public:
    upload_in_progress() = default;
    upload_in_progress(upload_in_progress const&) = delete;
    upload_in_progress& operator=(upload_in_progress const&) = delete;
    virtual ~upload_in_progress() = default;

    virtual void write(std::span<std::byte const> bytes) = 0;
    virtual service_result<reply> finish() = 0;
};

/// How the emulator carries out an operation. Exactly one of the two functions is there.
struct operation_handler {
    /// For operations whose request fits into memory.
    service_result<reply> (*answer)(service_context&, protocol::routed_request const&) = nullptr;
    /// For uploads: what can be refused before the body is read, is.
    service_result<std::unique_ptr<upload_in_progress>> (*begin)(
        service_context&, protocol::routed_request const&,
        std::optional<std::uint64_t> content_length) = nullptr;
};

operation_handler const& handler_of(protocol::operation id) noexcept;

} // namespace glacier::emulation
