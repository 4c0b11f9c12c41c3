#pragma once

#include "base/decimal.hpp"
#include "base/iso8601.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/identifiers.hpp>
#include <glacier/part_size.hpp>
#include <glacier/sha256_digest.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace glacier::protocol {

/// How a value is written as text on the wire: `write(value)` and `read(text)`, which gives nothing for a
/// text that is no such value.
template <class T>
struct text_form;

template <>
struct text_form<std::string> {
    static std::string write(std::string const& value) { return value; }
    static std::optional<std::string> read(std::string_view text) { return std::string(text); }
};

template <>
struct text_form<std::uint64_t> {
    static std::string write(std::uint64_t value) { return std::to_string(value); }
    static std::optional<std::uint64_t> read(std::string_view text) { return base::parse_decimal(text); }
};

template <>
struct text_form<std::uint32_t> {
    static std::string write(std::uint32_t value) { return std::to_string(value); }

    static std::optional<std::uint32_t> read(std::string_view text)
    {
        auto const value = base::parse_decimal(text);
        if (!value || *value > std::numeric_limits<std::uint32_t>::max())
            return std::nullopt;
        return static_cast<std::uint32_t>(*value);
    }
};

template <>
struct text_form<bool> {
    static std::string write(bool value) { return value ? "true" : "false"; }

    static std::optional<bool> read(std::string_view text)
    {
        if (text == "true")
            return true;
        if (text == "false")
            return false;
        return std::nullopt;
    }
};

template <class Rule>
struct text_form<checked_text<Rule>> {
    static std::string write(checked_text<Rule> const& value) { return value.str(); }

    static std::optional<checked_text<Rule>> read(std::string_view text)
    {
        if (!Rule::allows(text))
            return std::nullopt;
        return checked_text<Rule>(text);
    }
};

template <class Kind>
struct text_form<basic_digest<Kind>> {
    static std::string write(basic_digest<Kind> const& value) { return value.hex(); }

    static std::optional<basic_digest<Kind>> read(std::string_view text)
    {
        auto const digest = basic_digest<Kind>::from_hex(text);
        if (!digest)
            return std::nullopt;
        return *digest;
    }
};

template <>
struct text_form<part_size> {
    static std::string write(part_size value) { return std::to_string(value.bytes()); }

    static std::optional<part_size> read(std::string_view text)
    {
        auto const bytes = base::parse_decimal(text);
        if (!bytes)
            return std::nullopt;
        auto const size = part_size::from_bytes(*bytes);
        if (!size)
            return std::nullopt;
        return *size;
    }
};

/// `0-1048575`.
template <>
struct text_form<byte_range> {
    static std::string write(byte_range const& value) { return value.str(); }

    static std::optional<byte_range> read(std::string_view text)
    {
        auto const range = byte_range::parse(text);
        if (!range)
            return std::nullopt;
        return *range;
    }
};

template <>
struct text_form<timestamp> {
    static std::string write(timestamp value) { return base::to_iso8601(value); }
    static std::optional<timestamp> read(std::string_view text) { return base::parse_iso8601(text); }
};

/// A date to the second, as the filters of inventory jobs take it.
struct timestamp_to_the_second {
    static std::string write(timestamp value) { return base::to_iso8601_seconds(value); }
    static std::optional<timestamp> read(std::string_view text) { return base::parse_iso8601(text); }
};

/// `bytes 0-1048575/*`, of a part that is uploaded.
struct content_range_of_part {
    static std::string write(byte_range const& value) { return "bytes " + value.str() + "/*"; }

    static std::optional<byte_range> read(std::string_view text)
    {
        if (!text.starts_with("bytes ") || !text.ends_with("/*"))
            return std::nullopt;
        return text_form<byte_range>::read(text.substr(6, text.size() - 8));
    }
};

/// `bytes=0-1048575` or `bytes=1048576-`, of the Range header.
template <>
struct text_form<output_range> {
    static std::string write(output_range const& value) { return "bytes=" + value.str(); }

    static std::optional<output_range> read(std::string_view text)
    {
        if (!text.starts_with("bytes="))
            return std::nullopt;
        auto const range = output_range::parse(text.substr(6));
        if (!range)
            return std::nullopt;
        return *range;
    }
};

/// The names of an enumeration's values on the wire; `names` of each specialisation lists them once.
template <class Enum>
struct enum_names;

template <class Enum>
requires std::is_enum_v<Enum>
struct text_form<Enum> {
    static std::string write(Enum value)
    {
        for (auto const& [enumerator, name] : enum_names<Enum>::names)
            if (enumerator == value)
                return std::string(name);
        return {};
    }

    static std::optional<Enum> read(std::string_view text)
    {
        for (auto const& [enumerator, name] : enum_names<Enum>::names)
            if (name == text)
                return enumerator;
        return std::nullopt;
    }
};

} // namespace glacier::protocol
