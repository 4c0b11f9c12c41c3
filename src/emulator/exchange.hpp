#pragma once

#include "emulator/dispatch.hpp"
#include "emulator/fault_plan.hpp"
#include "emulator/head_parser.hpp"
#include "emulator/service_context.hpp"
#include "emulator/verifier.hpp"
#include "emulator/virtual_clock.hpp"
#include "protocol/http_message.hpp"
#include "protocol/route.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace glacier::emulation {

/// What requests are carried out with.
struct application {
    service_context services;
    virtual_clock& time;
    /// The time of day, by which signatures are judged.
    base::clock const& wall_clock;
    verifier signatures;
    fault_plan faults{};
    /// The most that the body of a request may have that is no upload.
    std::uint64_t body_bytes_max = 1'048'576;
};

/**
 * One request from its head to its answer. It is told what arrives, and knows no socket.
 *
 *     exchange e(app, head);
 *     while (!e.refused() && there is more) e.on_body(more);
 *     reply r = e.finish();
 */
class exchange {
public:
    exchange(application& app, request_head head);

    /// The answer is known before the whole body was read: what is left of it does not matter.
    bool refused() const noexcept { return refusal_.has_value(); }

    void on_body(std::span<std::byte const> bytes);

    /// The answer, to be asked for once: when the body is complete, or when refused. With a request id.
    reply finish();

    /// Of the operation, such as `DescribeVault`; empty if there is none.
    std::string_view operation_name() const noexcept;

    /// What goes wrong on purpose. The exchange sees to what concerns the request and its answer, and whoever has the
    /// connection to the rest; it does not ask for an answer if the request is not to be carried out.
    std::optional<emulator_fault> const& fault() const noexcept { return fault_; }

    /// What went wrong inside, for the log; empty if nothing did.
    std::string const& failure() const noexcept { return failure_; }

private:
    /// Runs `step`; its errors and exceptions become the answer.
    template <class Step>
    void attempt(Step step);

    std::optional<protocol::service_error> on_head();
    void decide_fault();
    std::optional<protocol::service_error> check_request(std::string_view payload_sha256) const;
    std::optional<protocol::service_error> check_version() const;
    protocol::routed_request routed() const;
    service_result<reply> carry_out();

    application& app_;
    protocol::http_request request_;
    std::string method_;
    std::optional<std::uint64_t> content_length_;
    std::optional<protocol::route> route_;
    // Of the route, null without one.
    operation_handler const* handler_ = nullptr;
    std::unique_ptr<upload_in_progress> upload_;
    std::optional<protocol::service_error> refusal_;
    std::optional<emulator_fault> fault_;
    std::string failure_;
};

} // namespace glacier::emulation
