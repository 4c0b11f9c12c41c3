#include "emulator/fault_effect.hpp"

#include "base/decimal.hpp"

#include <string>
#include <string_view>

namespace glacier::emulation {

namespace {

service_errc code_of_text(std::string_view text) noexcept
{
    for (int i = 1; i < static_cast<int>(service_errc::unknown); ++i)
        if (auto const code = static_cast<service_errc>(i); protocol::code_text_of(code) == text)
            return code;
    return service_errc::unknown;
}

service_errc code_of_status(int status) noexcept
{
    switch (status) {
    case 403:
        return service_errc::access_denied;
    case 404:
        return service_errc::resource_not_found;
    case 408:
        return service_errc::request_timeout;
    case 429:
        return service_errc::throttling;
    default:
        return status >= 500 || status == 0 ? service_errc::service_unavailable : service_errc::bad_request;
    }
}

void set_wrong_tree_hash(protocol::http_headers& headers)
{
    constexpr std::string_view name = "x-amz-sha256-tree-hash";
    std::string const* const right = headers.find(name);
    if (right == nullptr || right->empty())
        return;
    std::string wrong = *right;
    wrong.front() = wrong.front() == '0' ? '1' : '0';
    headers.set(std::string(name), std::move(wrong));
}

/// Of `bytes 10-19/100` it makes `bytes 11-20/100`.
void set_wrong_content_range(protocol::http_headers& headers)
{
    constexpr std::string_view unit = "bytes ";
    std::string const* const right = headers.find("content-range");
    if (right == nullptr || !right->starts_with(unit))
        return;
    std::string_view const range = std::string_view(*right).substr(unit.size());
    auto const hyphen = range.find('-');
    auto const slash = range.find('/');
    if (hyphen == std::string_view::npos || slash == std::string_view::npos || slash < hyphen)
        return;
    auto const first = base::parse_decimal(range.substr(0, hyphen));
    auto const last = base::parse_decimal(range.substr(hyphen + 1, slash - hyphen - 1));
    if (!first || !last)
        return;
    std::string wrong(unit);
    wrong += std::to_string(*first + 1) + "-" + std::to_string(*last + 1);
    wrong += range.substr(slash);
    headers.set("Content-Range", std::move(wrong));
}

void truncate_json(reply& answer)
{
    if (!answer.response.headers.get("content-type").starts_with("application/json"))
        return;
    answer.response.body.resize(answer.response.body.size() / 2);
    if (answer.bytes)
        answer.bytes->shorten(answer.bytes->size() / 2);
}

} // namespace

std::optional<protocol::service_error> refusal_of(emulator_fault const& fault)
{
    if (fault.effect != emulator_fault_effect::status)
        return std::nullopt;
    protocol::service_error error;
    error.code = fault.code.empty() ? code_of_status(fault.status) : code_of_text(fault.code);
    error.code_text = fault.code.empty() ? std::string(protocol::code_text_of(error.code)) : fault.code;
    error.message = fault.message.empty() ? "This is a fault on request." : fault.message;
    error.status = fault.status != 0 ? fault.status : protocol::status_of(error.code);
    return error;
}

void damage(reply& answer, emulator_fault const& fault)
{
    protocol::http_headers& headers = answer.response.headers;
    switch (fault.effect) {
    case emulator_fault_effect::status:
        if (fault.retry_after)
            headers.set("x-amz-retry-after", std::to_string(fault.retry_after->count()));
        break;
    case emulator_fault_effect::wrong_tree_hash:
        set_wrong_tree_hash(headers);
        break;
    case emulator_fault_effect::wrong_content_range:
        set_wrong_content_range(headers);
        break;
    case emulator_fault_effect::truncated_json:
        truncate_json(answer);
        break;
    default:
        break;
    }
}

} // namespace glacier::emulation
