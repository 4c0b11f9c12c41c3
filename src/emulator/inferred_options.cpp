#include "emulator/inferred_options.hpp"

#include "base/decimal.hpp"
#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <variant>

namespace glacier::emulation {

namespace {

/// A status that is one of two.
struct status_member {
    int inferred_behaviour::*pointer;
    int usual;
    int other;
};

using flag_member = bool inferred_behaviour::*;
using number_member = std::uint64_t inferred_behaviour::*;

struct row {
    std::string_view name;
    std::variant<status_member, flag_member, number_member> member;
    std::string_view meaning;
};

constexpr std::array rows{
    row{"unsatisfiable_range_status",
        status_member{&inferred_behaviour::unsatisfiable_range_status, 400, 416},
        "GetJobOutput with a range behind the end of the output"},
    row{"inventory_before_first_status",
        status_member{&inferred_behaviour::inventory_before_first_status, 404, 400},
        "an inventory job before the vault's first inventory"},
    row{"complete_lock_without_lock_status",
        status_member{&inferred_behaviour::complete_lock_without_lock_status, 404, 400},
        "CompleteVaultLock without a lock in progress"},
    row{"complete_expired_lock_status",
        status_member{&inferred_behaviour::complete_expired_lock_status, 404, 400},
        "CompleteVaultLock of a lock that has expired"},
    row{"initiate_locked_status", status_member{&inferred_behaviour::initiate_locked_status, 403, 400},
        "InitiateVaultLock of a vault that is locked"},
    row{"list_parts_after_complete_status",
        status_member{&inferred_behaviour::list_parts_after_complete_status, 404, 400},
        "ListParts of an upload that was completed"},
    row{"abort_after_complete_status",
        status_member{&inferred_behaviour::abort_after_complete_status, 404, 400},
        "AbortMultipartUpload of an upload that was completed"},
    row{"delete_unset_notifications_status",
        status_member{&inferred_behaviour::delete_unset_notifications_status, 204, 404},
        "DeleteVaultNotifications of a vault without notifications"},
    row{"insufficient_capacity_status",
        status_member{&inferred_behaviour::insufficient_capacity_status, 503, 400},
        "status of an InsufficientCapacityException"},
    row{"invalid_signature_status", status_member{&inferred_behaviour::invalid_signature_status, 403, 400},
        "status of an InvalidSignatureException"},
    row{"delete_vault_with_uploads", &inferred_behaviour::delete_vault_with_uploads,
        "a vault can be deleted while uploads to it are in progress"},
    row{"zero_before_first_inventory", &inferred_behaviour::zero_before_first_inventory,
        "the counts of a vault before its first inventory are 0, not null"},
    row{"settings_survive_deletion", &inferred_behaviour::settings_survive_deletion,
        "a deleted vault leaves its notifications and tags to the next one of its name"},
    row{"case_sensitive_vault_names", &inferred_behaviour::case_sensitive_vault_names,
        "vault names that differ in case only are different names"},
    row{"ignore_unknown_members", &inferred_behaviour::ignore_unknown_members,
        "unknown members of a JSON body are ignored, not refused"},
    row{"clamp_huge_limits", &inferred_behaviour::clamp_huge_limits,
        "a limit above 4294967295 counts as the most, and is not refused"},
    row{"routing_before_signature", &inferred_behaviour::routing_before_signature,
        "an operation that there is none of is reported before a wrong signature, not after it"},
    row{"version_before_signature", &inferred_behaviour::version_before_signature,
        "a missing version header is reported before a wrong signature, not after it"},
    row{"missing_before_vault", &inferred_behaviour::missing_before_vault,
        "a missing header or member is reported before a missing vault, not after it"},
    row{"vault_before_values", &inferred_behaviour::vault_before_values,
        "a missing vault is reported before a wrong value, not after it"},
    row{"short_pages", &inferred_behaviour::short_pages,
        "0: pages of lists are full; else the seed by which they have fewer items, or none"},
};

// Each way to a member: what it allows, how its value is written, and how it is read.

std::string allowed(status_member const& member)
{
    return std::to_string(member.usual) + "|" + std::to_string(member.other);
}

std::string allowed(flag_member /*member*/)
{
    return "true|false";
}

std::string allowed(number_member /*member*/)
{
    return "NUMBER";
}

std::string write(inferred_behaviour const& behaviour, status_member const& member)
{
    return std::to_string(behaviour.*member.pointer);
}

std::string write(inferred_behaviour const& behaviour, flag_member member)
{
    return behaviour.*member ? "true" : "false";
}

std::string write(inferred_behaviour const& behaviour, number_member member)
{
    return std::to_string(behaviour.*member);
}

bool read(std::string_view value, inferred_behaviour& behaviour, status_member const& member)
{
    for (int const status : {member.usual, member.other}) {
        if (value == std::to_string(status)) {
            behaviour.*member.pointer = status;
            return true;
        }
    }
    return false;
}

bool read(std::string_view value, inferred_behaviour& behaviour, flag_member member)
{
    behaviour.*member = value == "true";
    return value == "true" || value == "false";
}

bool read(std::string_view value, inferred_behaviour& behaviour, number_member member)
{
    auto const number = base::parse_decimal(value);
    behaviour.*member = number.value_or(0);
    return number.has_value();
}

void set(inferred_behaviour& behaviour, row const& option, std::string_view value)
{
    std::visit(
        [&](auto const& member) {
            if (!read(value, behaviour, member))
                throw std::invalid_argument("the inferred behaviour " + std::string(option.name) + " is " +
                                            allowed(member) + ", not '" + base::printable(value, 40) + "'");
        },
        option.member);
}

} // namespace

void set_inferred(inferred_behaviour& behaviour, std::string_view setting)
{
    auto const equals = setting.find('=');
    std::string_view const name = setting.substr(0, equals);
    auto const* const option =
        std::find_if(rows.begin(), rows.end(), [name](row const& each) { return each.name == name; });
    if (option == rows.end())
        throw std::invalid_argument("there is no inferred behaviour '" + base::printable(name, 40) +
                                    "'; 'list' shows all");
    set(behaviour, *option, equals == std::string_view::npos ? "" : setting.substr(equals + 1));
}

void check_inferred(inferred_behaviour const& behaviour)
{
    inferred_behaviour copy;
    for (row const& option : rows)
        set(copy, option,
            std::visit([&](auto const& member) { return write(behaviour, member); }, option.member));
}

std::string list_inferred(inferred_behaviour const& behaviour)
{
    std::string lines;
    for (row const& option : rows) {
        lines += lines.empty() ? "" : "\n";
        std::visit(
            [&](auto const& member) {
                lines += std::string(option.name) + "=" + write(behaviour, member) + " (" + allowed(member) +
                         "): ";
            },
            option.member);
        lines += option.meaning;
    }
    return lines;
}

} // namespace glacier::emulation
