#pragma once

#include <glacier/identifiers.hpp>

#include <string_view>

namespace glacier {

/// What a policy may be. The limit of 20 KB is the service's.
struct policy_document_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_policy_document;
    /// Whether the text is one JSON object of at most 20,480 bytes.
    static bool allows(std::string_view text);
};

/// A policy in the language of IAM, for vault access and vault locks: the text of one JSON object, at most
/// 20,480 bytes. It is sent and kept as it is, spaces included; what it says is the service's to judge.
using policy_document = checked_text<policy_document_rule>;

} // namespace glacier
