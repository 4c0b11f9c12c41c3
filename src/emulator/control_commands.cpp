#include "emulator/control_commands.hpp"

#include "emulator/control_service.hpp"
#include "emulator/duration.hpp"
#include "emulator/fault_text.hpp"

#include "base/iso8601.hpp"
#include "base/printable.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace glacier::emulation {

namespace {

namespace json = boost::json;

struct command_error {
    int status = 400;
    std::string message;
};

template <class T>
using command_result = boost::system::result<T, command_error>;

std::string_view view_of(json::string_view text) noexcept
{
    return {text.data(), text.size()};
}

std::string shown(json::value const& value)
{
    return base::printable(json::serialize(value), 100);
}

command_error error_of(protocol::service_error const& error)
{
    return {error.status, error.message};
}

command_error not_allowed(std::string_view member, json::value const& value, std::string_view rule)
{
    std::string message(member);
    message += ": " + shown(value) + " is not allowed; it is ";
    message += rule;
    return {400, std::move(message)};
}

command_result<json::value> parse(std::string_view body)
{
    boost::system::error_code failed;
    json::value document = json::parse(json::string_view(body.data(), body.size()), failed);
    if (failed)
        return command_error{400, "the body is no JSON: " + failed.message()};
    return document;
}

/// The body of a command, an object with no other members than these. No body is an empty object.
command_result<json::object> parse_members(std::string_view body, std::vector<std::string_view> const& names)
{
    if (body.empty())
        return json::object();
    auto document = parse(body);
    if (!document)
        return document.error();
    if (!document->is_object())
        return command_error{400, "the body is " + shown(*document) + "; an object is needed"};
    for (auto const& member : document->get_object()) {
        if (std::find(names.begin(), names.end(), view_of(member.key())) != names.end())
            continue;
        std::string message = "there is no member " + base::printable(view_of(member.key()), 100);
        message += names.empty() ? "; none is allowed" : "; there may be ";
        for (std::string_view const name : names) {
            message += name == names.front() ? "" : ", ";
            message += name;
        }
        return command_error{400, std::move(message)};
    }
    return std::move(document->get_object());
}

/// A member that is text, or nothing if it is not there. `required`: it must be there.
enum class need : bool { optional, required };

command_result<std::optional<std::string>> text_of(json::object const& members, std::string_view name,
                                                   need how = need::optional)
{
    json::value const* const found = members.if_contains(json::string_view(name.data(), name.size()));
    if (found == nullptr) {
        if (how == need::required)
            return command_error{400, std::string(name) + ": is missing"};
        return std::optional<std::string>();
    }
    if (!found->is_string())
        return not_allowed(name, *found, "text");
    return std::optional<std::string>(std::string(view_of(found->get_string())));
}

// --- The clock -----------------------------------------------------------------------------------------------

/// What the commands work on.
struct parts {
    application& app;
    request_history const& history;
};

using outcome = command_result<json::value>;

/// Whole numbers without an exponent, for people.
json::value number_of(double number)
{
    auto const whole = static_cast<std::int64_t>(number);
    return static_cast<double>(whole) == number ? json::value(whole) : json::value(number);
}

outcome get_clock(parts const& all, std::string_view body)
{
    auto const members = parse_members(body, {});
    if (!members)
        return members.error();
    return json::object{
        {"time", base::to_iso8601(std::min(all.app.time.now(), clock_end - std::chrono::milliseconds(1)))},
        {"scale", number_of(all.app.time.scale())}};
}

service_result<protocol::no_result> run_clock(virtual_clock& time, std::string_view name,
                                              json::value const& value, std::optional<command_error>& wrong)
{
    std::string_view const text = value.is_string() ? view_of(value.get_string()) : std::string_view();
    if (name == "step") {
        if (auto const by = parse_duration(text))
            return step_clock(time, *by);
        wrong = not_allowed(name, value, "a duration such as \"90s\", \"4h\" or \"2d\"");
    } else if (name == "set") {
        if (auto const moment = base::parse_iso8601(text))
            return set_clock(time, *moment);
        wrong = not_allowed(name, value, "a time such as \"2026-11-26T12:00:00Z\"");
    } else {
        boost::system::error_code failed;
        double const scale = value.to_number<double>(failed);
        if (!failed)
            return set_clock_scale(time, scale);
        wrong = not_allowed(name, value, "a number");
    }
    return protocol::no_result();
}

outcome post_clock(parts const& all, std::string_view body)
{
    auto const members = parse_members(body, {"step", "set", "scale"});
    if (!members)
        return members.error();
    if (members->size() != 1)
        return command_error{400, "one of step, set and scale is needed"};
    auto const& [name, value] = *members->begin();
    std::optional<command_error> wrong;
    auto const done = run_clock(all.app.time, view_of(name), value, wrong);
    if (wrong)
        return *wrong;
    if (!done)
        return error_of(done.error());
    return get_clock(all, {});
}

// --- Inventories, jobs and uploads ---------------------------------------------------------------------------

outcome count_of(std::string_view name, service_result<std::size_t> const& result)
{
    if (!result)
        return error_of(result.error());
    json::object counted;
    counted[json::string_view(name.data(), name.size())] = *result;
    return json::value(std::move(counted));
}

outcome post_inventory(parts const& all, std::string_view body)
{
    auto const members = parse_members(body, {"vault"});
    if (!members)
        return members.error();
    auto const vault = text_of(*members, "vault");
    if (!vault)
        return vault.error();
    return count_of("inventories", take_inventories(all.app.services, all.app.time, *vault));
}

/// `vault` and the member that has the id.
command_result<selection> selection_of(json::object const& members, std::string_view name,
                                       need how = need::optional)
{
    selection which;
    auto vault = text_of(members, "vault", how);
    if (!vault)
        return vault.error();
    auto id = text_of(members, name, how);
    if (!id)
        return id.error();
    which.vault = std::move(*vault);
    which.id = std::move(*id);
    if (which.id && !which.vault)
        return command_error{400, "vault: is missing; it goes with " + std::string(name)};
    return which;
}

outcome change(parts const& all, std::string_view body, std::string_view member, std::string_view counted,
               service_result<std::size_t> (*carry_out)(service_context&, selection const&))
{
    auto const members = parse_members(body, {"vault", member});
    if (!members)
        return members.error();
    auto const which = selection_of(*members, member);
    if (!which)
        return which.error();
    return count_of(counted, carry_out(all.app.services, *which));
}

outcome post_jobs_complete(parts const& all, std::string_view body)
{
    return change(all, body, "job", "jobs", complete_jobs);
}

outcome post_jobs_expire(parts const& all, std::string_view body)
{
    return change(all, body, "job", "jobs", expire_jobs);
}

outcome post_uploads_expire(parts const& all, std::string_view body)
{
    return change(all, body, "upload", "uploads", expire_uploads);
}

outcome post_jobs_fail(parts const& all, std::string_view body)
{
    auto const members = parse_members(body, {"vault", "job", "message"});
    if (!members)
        return members.error();
    auto const which = selection_of(*members, "job", need::required);
    if (!which)
        return which.error();
    auto const message = text_of(*members, "message", need::required);
    if (!message)
        return message.error();
    return count_of("jobs", fail_jobs(all.app.services, *which, **message));
}

// --- Faults --------------------------------------------------------------------------------------------------

command_result<emulator_fault> read_fault_at(json::value const& value, std::string const& path)
{
    if (!value.is_object())
        return command_error{400, path + shown(value) + " is no fault; an object is needed"};
    std::vector<fault_member> members;
    for (auto const& [name, member] : value.get_object()) {
        fault_member read;
        read.name = view_of(name);
        read.kind = member.is_string() ? fault_member_kind::text : fault_member_kind::number;
        read.value = member.is_string() ? std::string(view_of(member.get_string())) : json::serialize(member);
        members.push_back(std::move(read));
    }
    auto fault = parse_fault(members);
    if (!fault)
        return command_error{400, path + fault.error().message};
    return std::move(*fault);
}

json::object to_json(emulator_fault_count const& counted)
{
    json::object fault;
    for (fault_member const& member : members_of(counted.fault))
        fault[member.name] =
            member.kind == fault_member_kind::text ? json::value(member.value) : json::parse(member.value);
    return {{"fault", std::move(fault)}, {"matched", counted.matched}, {"struck", counted.struck}};
}

outcome get_faults(parts const& all, std::string_view body)
{
    auto const members = parse_members(body, {});
    if (!members)
        return members.error();
    json::array faults;
    for (emulator_fault_count const& counted : all.app.faults.counts())
        faults.push_back(to_json(counted));
    return json::object{{"seed", all.app.faults.seed()}, {"faults", std::move(faults)}};
}

outcome put_faults(parts const& all, std::string_view body)
{
    auto const document = parse(body);
    if (!document)
        return document.error();
    if (!document->is_array())
        return command_error{400, "the body is " + shown(*document) + "; an array of faults is needed"};
    std::vector<emulator_fault> faults;
    for (json::value const& value : document->get_array()) {
        auto fault = read_fault_at(value, "faults[" + std::to_string(faults.size()) + "].");
        if (!fault)
            return fault.error();
        faults.push_back(std::move(*fault));
    }
    auto const done = replace_faults(all.app.faults, std::move(faults));
    if (!done)
        return error_of(done.error());
    return get_faults(all, {});
}

outcome post_faults(parts const& all, std::string_view body)
{
    auto const document = parse(body);
    if (!document)
        return document.error();
    auto fault = read_fault_at(*document, {});
    if (!fault)
        return fault.error();
    if (!all.app.faults.add(std::move(*fault)))
        return command_error{400, "there are " + std::to_string(fault_plan::faults_max) +
                                      " faults already, and no more are allowed"};
    return get_faults(all, {});
}

outcome delete_faults(parts const& all, std::string_view body)
{
    auto const members = parse_members(body, {});
    if (!members)
        return members.error();
    all.app.faults.set({});
    return get_faults(all, {});
}

// --- Requests ------------------------------------------------------------------------------------------------

outcome get_requests(parts const& all, std::string_view body)
{
    auto const members = parse_members(body, {});
    if (!members)
        return members.error();
    json::array requests;
    for (emulator_request const& request : all.history.last(request_history::requests_max))
        requests.push_back(json::object{{"time", base::to_iso8601(request.time)},
                                        {"method", request.method},
                                        {"target", request.target},
                                        {"operation", request.operation},
                                        {"status", request.status},
                                        {"bytes_received", request.bytes_received},
                                        {"bytes_sent", request.bytes_sent},
                                        {"microseconds", std::int64_t{request.duration.count()}},
                                        {"request_id", request.request_id},
                                        {"failure", base::printable(request.failure, 1'000)},
                                        {"fault", request.fault}});
    return json::object{{"requests", std::move(requests)}};
}

// --- All of them ---------------------------------------------------------------------------------------------

struct command_row {
    std::string_view method;
    std::string_view path;
    outcome (*carry_out)(parts const& all, std::string_view body);
};

constexpr std::array commands{
    command_row{"GET", "/clock", get_clock},
    command_row{"POST", "/clock", post_clock},
    command_row{"POST", "/inventory", post_inventory},
    command_row{"POST", "/jobs/complete", post_jobs_complete},
    command_row{"POST", "/jobs/fail", post_jobs_fail},
    command_row{"POST", "/jobs/expire", post_jobs_expire},
    command_row{"POST", "/uploads/expire", post_uploads_expire},
    command_row{"GET", "/faults", get_faults},
    command_row{"PUT", "/faults", put_faults},
    command_row{"POST", "/faults", post_faults},
    command_row{"DELETE", "/faults", delete_faults},
    command_row{"GET", "/requests", get_requests},
};

control_answer not_found(std::string_view method, std::string_view path)
{
    std::string methods;
    std::string all;
    for (command_row const& command : commands) {
        std::string const name(command.method);
        if (command.path == path)
            methods += (methods.empty() ? "" : ", ") + name;
        all += (all.empty() ? "" : ", ") + name + " " + std::string(command.path);
    }
    if (methods.empty())
        return control_failure(404, "there is no command " + base::printable(method, 32) + " " +
                                        base::printable(path, 200) + "; there are " + all);
    control_answer answer = control_failure(405, std::string(path) + " has no method " +
                                                     base::printable(method, 32) + "; it has " + methods);
    answer.allow = std::move(methods);
    return answer;
}

} // namespace

control_answer control_failure(int status, std::string_view message)
{
    control_answer answer;
    answer.status = status;
    answer.body = json::serialize(json::object{{"error", json::string_view(message.data(), message.size())}});
    return answer;
}

control_answer control_commands::carry_out(std::string_view method, std::string_view target,
                                           std::string_view body)
{
    auto const* const command = std::find_if(commands.begin(), commands.end(), [&](command_row const& row) {
        return row.method == method && row.path == target;
    });
    if (command == commands.end())
        return not_found(method, target);
    try {
        auto const result = command->carry_out(parts{app_, history_}, body);
        if (!result)
            return control_failure(result.error().status, result.error().message);
        control_answer done;
        done.body = json::serialize(*result);
        return done;
    } catch (std::exception const& error) {
        return control_failure(500, base::printable(error.what(), 1'000));
    }
}

} // namespace glacier::emulation
