// An answer of STS of any bytes: credentials that can go into a header, or an error that shows nothing of it; and values
// that an answer is made of are those that are read.
//
// Is the first byte even, the rest is the answer; otherwise its lines are the values in one.

#include "credentials/sts_response.hpp"

#include "base/iso8601.hpp"
#include "credentials/check_credentials.hpp"
#include "fuzz/check_refusal.hpp"
#include "fuzz/property.hpp"

#include <glacier/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace glacier;
using namespace glacier::credentials_sources;
using fuzz::check_refusal;
using fuzz::require;

std::optional<credentials> read_role(std::string_view answer)
{
    try {
        credentials read = parse_assumed_role("S", "AssumeRole", answer);
        require(!fault_of(read) && read.expiration && !read.session_token.empty());
        require(!read.account_id || (read.account_id->size() == 12 &&
                                     read.account_id->find_first_not_of("0123456789") == std::string::npos));
        return read;
    } catch (operation_error const& error) {
        check_refusal(error);
        return std::nullopt;
    }
}

void check_identity(std::string_view answer)
{
    // Each byte of the 2048 that are shown may take four, and `...` may follow.
    constexpr std::size_t shown_max = std::size_t(4) * 2'048 + 3;
    try {
        caller_identity const read = parse_caller_identity("S", answer);
        for (std::string const& each : {read.account_id, read.arn, read.user_id})
            require(!each.empty() && each.size() <= shown_max && fuzz::is_printable(each));
    } catch (operation_error const& error) {
        check_refusal(error);
    }
}

void check_error(std::string_view answer)
{
    sts_error const read = parse_sts_error(answer);
    for (std::string const& each : {read.code, read.message, read.request_id})
        require(each.size() <= std::size_t(4) * 300 + 3 && fuzz::is_printable(each));
}

std::string element(char const* name, std::string_view value)
{
    std::string text = "<" + std::string(name) + ">";
    for (char const c : value) {
        if (c == '<')
            text += "&lt;";
        else if (c == '&')
            text += "&amp;";
        else
            text += c;
    }
    return text + "</" + name + ">";
}

/// What stands between the fourth and the fifth colon of `arn:aws:sts::ACCOUNT:...`.
std::string account_in(std::string_view arn)
{
    for (int i = 0; i < 4; ++i) {
        auto const colon = arn.find(':');
        if (colon == std::string_view::npos)
            return {};
        arn.remove_prefix(colon + 1);
    }
    return std::string(arn.substr(0, arn.find(':')));
}

void check_values(std::string_view values)
{
    std::string_view const id = fuzz::take_line(values);
    std::string_view const secret = fuzz::take_line(values);
    std::string_view const token = fuzz::take_line(values);
    std::string_view const expiration = fuzz::take_line(values);
    std::string_view const arn = fuzz::take_line(values);
    std::string const answer = "<AssumeRoleResponse><AssumeRoleResult><Credentials>" +
                               element("AccessKeyId", id) + element("SecretAccessKey", secret) +
                               element("SessionToken", token) + element("Expiration", expiration) +
                               "</Credentials><AssumedRoleUser>" + element("Arn", arn) +
                               "</AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>";
    auto const read = read_role(answer);
    // The parser trims blanks, and a NUL ends the text for it.
    for (std::string_view const each : {id, secret, token, expiration, arn})
        if (!fuzz::is_visible(each))
            return;
    credentials expected{std::string(id), secret_string(secret)};
    expected.session_token = secret_string(token);
    auto const ends_at = base::parse_iso8601(expiration);
    require(read.has_value() == (!token.empty() && ends_at && !fault_of(expected)));
    if (!read)
        return;
    require(read->access_key_id == id && read->secret_access_key.reveal() == secret);
    require(read->session_token.reveal() == token && read->expiration == ends_at);
    require(!read->account_id || *read->account_id == account_in(arn));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const text = fuzz::text_of(data, size).substr(1);
    if (data[0] % 2 != 0) {
        check_values(text);
        return 0;
    }
    read_role(text);
    check_identity(text);
    check_error(text);
    return 0;
}
