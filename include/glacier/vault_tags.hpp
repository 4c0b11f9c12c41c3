#pragma once

#include <glacier/identifiers.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier {

/// What a tag's key may be. The rules are the service's.
struct tag_key_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_tag_key;
    /// Whether it has 1 to 128 allowed characters and does not begin with `aws:`.
    static bool allows(std::string_view text) noexcept;
};

/// What a tag's value may be. The rules are the service's.
struct tag_value_rule {
    /// Of a text that the rule does not allow.
    static constexpr errc error = errc::invalid_tag_value;
    /// Whether it has at most 255 allowed characters.
    static bool allows(std::string_view text) noexcept;
};

/// 1 to 128 Unicode characters in UTF-8: letters, digits, space, dot, at sign, and `_ : / = + -`. Upper and
/// lower case differ. A key may not begin with `aws:`, in any case of its letters.
using tag_key = checked_text<tag_key_rule>;

/// 0 to 255 Unicode characters in UTF-8: letters, digits, space, dot, at sign, and `_ : / = + -`.
using tag_value = checked_text<tag_value_rule>;

/// For client::add_tags_to_vault().
struct add_tags_to_vault_request {
    /// The vault and 1 to 10 tags.
    add_tags_to_vault_request(vault_name its_vault, std::map<tag_key, tag_value> its_tags)
        : vault(std::move(its_vault)), tags(std::move(its_tags))
    {}

    /// The vault that gets the tags.
    vault_name vault;
    /// 1 to 10: the service's limit for one request. The value of a key that the vault has already is
    /// replaced. A vault may have 50 tags. Errors: errc::invalid_tag_count; errc::invalid_tag_key for an
    /// empty key.
    std::map<tag_key, tag_value> tags;
};

/// For client::remove_tags_from_vault().
struct remove_tags_from_vault_request {
    /// The vault and 1 to 10 keys.
    remove_tags_from_vault_request(vault_name its_vault, std::vector<tag_key> its_keys)
        : vault(std::move(its_vault)), keys(std::move(its_keys))
    {}

    /// The vault that loses the tags.
    vault_name vault;
    /// 1 to 10: the service's limit for one request. Keys that the vault does not have are no error. Errors:
    /// errc::invalid_tag_count; errc::invalid_tag_key for an empty key.
    std::vector<tag_key> keys;
};

/// For client::list_tags_for_vault().
struct list_tags_for_vault_request {
    /// The vault's name.
    explicit list_tags_for_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    /// The vault whose tags are asked for.
    vault_name vault;
};

/// What ListTagsForVault answers.
struct list_tags_for_vault_result {
    /// All tags of the vault, by key; empty if it has none. The service gives no pages here.
    std::map<std::string, std::string> tags;
};

} // namespace glacier
