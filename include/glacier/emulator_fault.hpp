#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace glacier {

/// What a fault does to a request. The name on the command line and in JSON stands behind each.
enum class emulator_fault_effect {
    /// `status`: an error answer; the request is not carried out.
    status,
    /// `delay`: the request is carried out, and its answer comes later by emulator_fault::time.
    delay,
    /// `stall-request`: after emulator_fault::bytes of its body, the request is not read on for
    /// emulator_fault::time. Nothing happens to a request without a body.
    stall_request,
    /// `stall-answer`: after emulator_fault::bytes of its body, the answer stops for emulator_fault::time.
    stall_answer,
    /// `reset-before`: the connection is reset, and the request is not carried out.
    reset_before,
    /// `reset-after`: the request is carried out, and the connection is reset instead of an answer.
    reset_after,
    /// `duplicate-answer`: all bytes of the answer are sent twice.
    duplicate_answer,
    /// `cut-body`: the connection is closed after emulator_fault::bytes of the answer's body, whose length
    /// was announced in full.
    cut_body,
    /// `flip-byte`: the byte at emulator_fault::bytes of the answer's body has one bit changed. Nothing happens
    /// to an answer without a body.
    flip_byte,
    /// `wrong-tree-hash`: the tree hash among the answer's headers is another one, if there is one.
    wrong_tree_hash,
    /// `wrong-content-range`: the answer's Content-Range is that of the bytes one further on, if it has one.
    wrong_content_range,
    /// `truncated-json`: half of the answer's JSON is missing, and the announced length is that of the other
    /// half. Nothing happens to other answers.
    truncated_json,
    /// `garbage`: the request is carried out, and its answer is no HTTP.
    garbage,
};

/**
 * Something that goes wrong on purpose: which requests it strikes, and what it does to them.
 *
 * Of the requests of `operation` to `vault`, which are counted from 1, it strikes those from `first` to `last`,
 * and of these each with `probability`. Which ones that are depends on emulator_options::seed, on the place of the
 * fault in the list, and on the number of the request, on nothing else. If several faults would strike a request,
 * the first of the list does; the others count it all the same.
 *
 * Requests are struck before their signature and values are checked.
 */
struct emulator_fault {
    /// A fault of all requests. `effect` can have members that must be set, see there.
    explicit emulator_fault(emulator_fault_effect does) : effect(does) {}

    /// What it does.
    emulator_fault_effect effect;
    /// Such as `UploadMultipartPart`; empty: any.
    std::string operation;
    /// Empty: any, and also requests that are about no vault.
    std::string vault;
    /// Number of the first request that it can strike, 1 or more.
    std::uint64_t first = 1;
    /// Number of the last request that it can strike, `first` or more.
    std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
    /// Above 0, up to 1.
    double probability = 1;
    /// With emulator_fault_effect::status: the HTTP status, 400 to 599. 0: the one that belongs to `code`, or 500.
    int status = 0;
    /// With emulator_fault_effect::status: the service's error code, such as `ThrottlingException`, or any other,
    /// up to 100 printable characters. Empty: one that belongs to `status`.
    std::string code;
    /// With emulator_fault_effect::status: the service's words, up to 1,000 bytes. Empty: a sentence that says
    /// that it is a fault.
    std::string message;
    /// With emulator_fault_effect::status: the header `x-amz-retry-after`, 0 to 1 hour.
    std::optional<std::chrono::milliseconds> retry_after;
    /// With a delay and with stalls, which need it: how long, in real time, above 0, up to 10 minutes.
    std::chrono::milliseconds time{0};
    /// With stalls, emulator_fault_effect::cut_body and emulator_fault_effect::flip_byte: where in the body. Of an
    /// answer with fewer bytes, the last byte is the one that is held back, missing or changed.
    std::uint64_t bytes = 0;
};

/// A fault, and what has come of it since it was set.
struct emulator_fault_count {
    /// As it was set.
    emulator_fault fault;
    /// Requests of its operation and vault.
    std::uint64_t matched = 0;
    /// Requests that it has struck.
    std::uint64_t struck = 0;
};

} // namespace glacier
