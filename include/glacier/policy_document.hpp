#pragma once

#include <glacier/identifiers.hpp>

#include <string_view>

namespace glacier {

struct policy_document_rule {
    static constexpr errc error = errc::invalid_policy_document;
    static bool allows(std::string_view text);
};

/// A policy in the language of IAM, for vault access and vault locks: the text of one JSON object, at most
/// 20,480 bytes. It is sent and kept as it is, spaces included; what it says is the service's to judge.
using policy_document = checked_text<policy_document_rule>;

} // namespace glacier
