#include "emulator/fault_text.hpp"

#include "emulator/duration.hpp"

#include "base/decimal.hpp"
#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace glacier::emulation {

namespace {

/// A member of emulator_fault: how it is read, and written if it is not at its default.
struct member_row {
    std::string_view name;
    fault_member_kind kind;
    /// What it may be.
    std::string_view form;
    bool (*read)(emulator_fault& fault, std::string_view value);
    std::string (*write)(emulator_fault const& fault);
};

constexpr std::string_view form_of_duration = "a duration such as 250ms, 2s or 1min";
constexpr std::string_view form_of_number = "a whole number";

std::optional<emulator_fault_effect> effect_of(std::string_view name) noexcept
{
    for (int i = 0; i <= static_cast<int>(emulator_fault_effect::garbage); ++i)
        if (auto const effect = static_cast<emulator_fault_effect>(i); to_string(effect) == name)
            return effect;
    return std::nullopt;
}

std::string names_of_effects()
{
    std::string names;
    for (int i = 0; i <= static_cast<int>(emulator_fault_effect::garbage); ++i) {
        names += i == 0 ? "one of " : ", ";
        names += to_string(static_cast<emulator_fault_effect>(i));
    }
    return names;
}

template <std::string emulator_fault::*Member>
bool read_text(emulator_fault& fault, std::string_view value)
{
    fault.*Member = value;
    return true;
}

template <std::string emulator_fault::*Member>
std::string write_text(emulator_fault const& fault)
{
    return fault.*Member;
}

template <std::uint64_t emulator_fault::*Member>
bool read_number(emulator_fault& fault, std::string_view value)
{
    auto const number = base::parse_decimal(value);
    fault.*Member = number.value_or(0);
    return number.has_value();
}

template <std::uint64_t emulator_fault::*Member>
std::string write_number(emulator_fault const& fault)
{
    emulator_fault const usual(fault.effect);
    return fault.*Member == usual.*Member ? std::string() : std::to_string(fault.*Member);
}

bool read_probability(emulator_fault& fault, std::string_view value)
{
    char const* const end = value.data() + value.size();
    auto const parsed = std::from_chars(value.data(), end, fault.probability);
    return parsed.ec == std::errc() && parsed.ptr == end;
}

std::string write_probability(emulator_fault const& fault)
{
    if (fault.probability == 1)
        return {};
    std::array<char, 40> text{};
    auto const written = std::to_chars(text.data(), text.data() + text.size(), fault.probability);
    return {text.data(), written.ptr};
}

bool read_status(emulator_fault& fault, std::string_view value)
{
    auto const number = base::parse_decimal(value);
    // Zero would say that none was given.
    if (!number || *number == 0 || *number > 999)
        return false;
    fault.status = static_cast<int>(*number);
    return true;
}

std::string write_status(emulator_fault const& fault)
{
    return fault.status == 0 ? std::string() : std::to_string(fault.status);
}

bool read_time(emulator_fault& fault, std::string_view value)
{
    auto const time = parse_duration(value);
    fault.time = time.value_or(std::chrono::milliseconds(0));
    return time.has_value();
}

std::string write_time(emulator_fault const& fault)
{
    return fault.time == std::chrono::milliseconds(0) ? std::string() : to_string(fault.time);
}

bool read_retry_after(emulator_fault& fault, std::string_view value)
{
    fault.retry_after = parse_duration(value);
    return fault.retry_after.has_value();
}

std::string write_retry_after(emulator_fault const& fault)
{
    return fault.retry_after ? to_string(*fault.retry_after) : std::string();
}

using kind = fault_member_kind;
using fault = emulator_fault;

constexpr std::array rows{
    member_row{"operation", kind::text, "text", read_text<&fault::operation>, write_text<&fault::operation>},
    member_row{"vault", kind::text, "text", read_text<&fault::vault>, write_text<&fault::vault>},
    member_row{"first", kind::number, form_of_number, read_number<&fault::first>,
               write_number<&fault::first>},
    member_row{"last", kind::number, form_of_number, read_number<&fault::last>, write_number<&fault::last>},
    member_row{"probability", kind::number, "a number", read_probability, write_probability},
    member_row{"status", kind::number, "400 to 599", read_status, write_status},
    member_row{"code", kind::text, "text", read_text<&fault::code>, write_text<&fault::code>},
    member_row{"message", kind::text, "text", read_text<&fault::message>, write_text<&fault::message>},
    member_row{"retry_after", kind::text, form_of_duration, read_retry_after, write_retry_after},
    member_row{"time", kind::text, form_of_duration, read_time, write_time},
    member_row{"bytes", kind::number, form_of_number, read_number<&fault::bytes>,
               write_number<&fault::bytes>},
};

member_row const* find_row(std::string_view name) noexcept
{
    auto const* const found =
        std::find_if(rows.begin(), rows.end(), [name](member_row const& row) { return row.name == name; });
    return found != rows.end() ? found : nullptr;
}

std::string names_of_members()
{
    std::string names = "effect";
    for (member_row const& row : rows) {
        names += ", ";
        names += row.name;
    }
    return names;
}

fault_error not_allowed(fault_member const& member, std::string_view form)
{
    std::string message = member.name + ": " + base::printable(member.value, 100) + " is not allowed; it is ";
    message += form;
    return {member.name, std::move(message)};
}

/// The effect, which a fault cannot be made without.
read_fault begin_fault(std::vector<fault_member> const& members)
{
    auto const given = std::find_if(members.begin(), members.end(),
                                    [](fault_member const& member) { return member.name == "effect"; });
    if (given == members.end())
        return fault_error{"effect", "effect: is missing; it is " + names_of_effects()};
    auto const effect = effect_of(given->value);
    if (given->kind != kind::text || !effect)
        return not_allowed(*given, names_of_effects());
    return emulator_fault(*effect);
}

} // namespace

read_fault parse_fault(std::vector<fault_member> const& members)
{
    for (std::size_t i = 0; i < members.size(); ++i) {
        std::string const& name = members[i].name;
        if (name != "effect" && find_row(name) == nullptr)
            return fault_error{base::printable(name, 100), "there is no member " +
                                                               base::printable(name, 100) + "; there are " +
                                                               names_of_members()};
        for (std::size_t earlier = 0; earlier < i; ++earlier)
            if (members[earlier].name == name)
                return fault_error{name, name + ": is there twice"};
    }
    auto made = begin_fault(members);
    if (!made)
        return made;
    for (fault_member const& member : members) {
        member_row const* const row = find_row(member.name);
        if (row != nullptr && (member.kind != row->kind || !row->read(*made, member.value)))
            return not_allowed(member, row->form);
    }
    if (auto error = find_error(*made))
        return *error;
    return made;
}

read_fault parse_fault(std::string_view text)
{
    std::vector<fault_member> members;
    while (true) {
        auto const comma = std::min(text.find(','), text.size());
        std::string_view const item = text.substr(0, comma);
        auto const equals = item.find('=');
        if (equals == std::string_view::npos)
            return fault_error{{}, "'" + base::printable(item, 100) + "' is not NAME=VALUE"};
        fault_member member;
        member.name = item.substr(0, equals);
        member.value = item.substr(equals + 1);
        if (member_row const* const row = find_row(member.name))
            member.kind = row->kind;
        members.push_back(std::move(member));
        if (comma == text.size())
            return parse_fault(members);
        text.remove_prefix(comma + 1);
    }
}

std::vector<fault_member> members_of(emulator_fault const& fault)
{
    std::vector<fault_member> members;
    for (member_row const& row : rows)
        if (std::string value = row.write(fault); !value.empty())
            members.push_back({std::string(row.name), row.kind, std::move(value)});
    members.push_back({"effect", kind::text, std::string(to_string(fault.effect))});
    return members;
}

} // namespace glacier::emulation
