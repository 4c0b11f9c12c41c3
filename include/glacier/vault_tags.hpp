#pragma once

#include <glacier/identifiers.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier {

struct tag_key_rule {
    static constexpr errc error = errc::invalid_tag_key;
    static bool allows(std::string_view text) noexcept;
};

struct tag_value_rule {
    static constexpr errc error = errc::invalid_tag_value;
    static bool allows(std::string_view text) noexcept;
};

/// 1 to 128 Unicode characters in UTF-8: letters, digits, space and `_ . : / = + - @`. Upper and lower case
/// differ. A key may not begin with `aws:`, in any case of its letters.
using tag_key = checked_text<tag_key_rule>;

/// 0 to 255 Unicode characters in UTF-8: letters, digits, space and `_ . : / = + - @`.
using tag_value = checked_text<tag_value_rule>;

/// For client::add_tags_to_vault().
struct add_tags_to_vault_request {
    add_tags_to_vault_request(vault_name its_vault, std::map<tag_key, tag_value> its_tags)
        : vault(std::move(its_vault)), tags(std::move(its_tags))
    {}

    vault_name vault;
    /// 1 to 10. The value of a key that the vault has already is replaced. A vault may have 50 tags.
    std::map<tag_key, tag_value> tags;
};

/// For client::remove_tags_from_vault().
struct remove_tags_from_vault_request {
    remove_tags_from_vault_request(vault_name its_vault, std::vector<tag_key> its_keys)
        : vault(std::move(its_vault)), keys(std::move(its_keys))
    {}

    vault_name vault;
    /// 1 to 10. Keys that the vault does not have are no error.
    std::vector<tag_key> keys;
};

/// For client::list_tags_for_vault().
struct list_tags_for_vault_request {
    explicit list_tags_for_vault_request(vault_name its_vault) : vault(std::move(its_vault)) {}

    vault_name vault;
};

struct list_tags_for_vault_result {
    /// All tags of the vault, by key.
    std::map<std::string, std::string> tags;
};

} // namespace glacier
