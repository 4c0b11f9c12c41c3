#include "credentials/sts_response.hpp"

#include "base/iso8601.hpp"
#include "base/printable.hpp"
#include "credentials/check_credentials.hpp"
#include "credentials/failure.hpp"
#include "crypto/wipe.hpp"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include <optional>
#include <sstream>
#include <utility>

namespace glacier::credentials_sources {

namespace {

using tree = boost::property_tree::ptree;

// Answers of STS nest four levels.
constexpr int depth_max = 16;
constexpr std::size_t bytes_max = std::size_t(256) * 1'024;

/// The end of the tag that begins at `start`: the place of its `>`, past quoted values. None for quotes elsewhere, with
/// which one could hide tags from this.
std::size_t end_of_tag(std::string_view text, std::size_t start) noexcept
{
    char quote = 0;
    for (std::size_t i = start; i < text.size(); ++i) {
        char const c = text[i];
        if (quote != 0) {
            if (c == quote)
                quote = 0;
        } else if (c == '"' || c == '\'') {
            if (text[i - 1] != '=')
                return std::string_view::npos;
            quote = c;
        } else if (c == '>') {
            return i;
        }
    }
    return std::string_view::npos;
}

/// Whether the parser may see the text. It calls itself for each level, knows no limits, and would take document types
/// for text; STS sends neither these nor comments.
bool is_harmless(std::string_view text) noexcept
{
    if (text.size() > bytes_max)
        return false;
    int depth = 0;
    for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
        if (text.compare(at, 2, "<!") == 0)
            return false;
        bool const is_instruction = text.compare(at, 2, "<?") == 0;
        auto const end = is_instruction ? text.find("?>", at) : end_of_tag(text, at);
        if (end == std::string_view::npos)
            return false;
        if (text.compare(at, 2, "</") == 0)
            --depth;
        else if (!is_instruction && text[end - 1] != '/')
            ++depth;
        if (depth < 0 || depth > depth_max)
            return false;
        at = end;
    }
    return depth == 0;
}

void wipe(tree& node)
{
    crypto::wipe(node.data());
    for (auto& [name, child] : node)
        wipe(child);
}

/// A document whose texts are wiped when it goes.
class xml_document {
public:
    xml_document() = default;
    xml_document(xml_document const&) = delete;
    xml_document& operator=(xml_document const&) = delete;
    ~xml_document() { wipe(root_); }

    bool parse(std::string_view text)
    {
        if (!is_harmless(text))
            return false;
        try {
            std::istringstream stream{std::string(text)};
            boost::property_tree::read_xml(stream, root_, boost::property_tree::xml_parser::trim_whitespace);
            return true;
        } catch (boost::property_tree::xml_parser_error const&) {
            return false;
        }
    }

    /// The text of an element; nothing if it is missing or empty. `path`: names with dots between them.
    std::optional<std::string> text(std::string const& path) const
    {
        auto const found = root_.get_child_optional(path);
        if (!found || found->data().empty())
            return std::nullopt;
        return found->data();
    }

private:
    tree root_;
};

std::string require(xml_document const& document, std::string const& source, std::string const& path)
{
    auto found = document.text(path);
    if (!found)
        fail_source(source, "the answer lacks " + path);
    return std::move(*found);
}

secret_string require_secret(xml_document const& document, std::string const& source, std::string const& path)
{
    std::string text = require(document, source, path);
    secret_string secret(text);
    crypto::wipe(text);
    return secret;
}

/// The account in `arn:aws:sts::123456789012:assumed-role/NAME/SESSION`.
std::optional<std::string> account_of(std::string_view arn)
{
    for (int colons = 0; colons < 4; ++colons) {
        auto const colon = arn.find(':');
        if (colon == std::string_view::npos)
            return std::nullopt;
        arn.remove_prefix(colon + 1);
    }
    std::string_view const account = arn.substr(0, arn.find(':'));
    if (account.size() != 12 || account.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    return std::string(account);
}

} // namespace

credentials parse_assumed_role(std::string const& source, std::string const& action, std::string_view xml)
{
    xml_document document;
    if (!document.parse(xml))
        fail_source(source, "no answer of STS");
    std::string const within = action + "Response." + action + "Result.";
    std::string const inner = within + "Credentials.";
    credentials read(require(document, source, inner + "AccessKeyId"),
                     require_secret(document, source, inner + "SecretAccessKey"));
    read.session_token = require_secret(document, source, inner + "SessionToken");
    auto const expiration = base::parse_iso8601(require(document, source, inner + "Expiration"));
    if (!expiration)
        fail_source(source, "Expiration is no time such as 2026-01-31T12:00:00Z");
    read.expiration = expiration;
    read.source = source;
    read.account_id = account_of(document.text(within + "AssumedRoleUser.Arn").value_or(""));
    if (auto const fault = fault_of(read))
        fail_source(source, *fault);
    return read;
}

caller_identity parse_caller_identity(std::string const& source, std::string_view xml)
{
    xml_document document;
    if (!document.parse(xml))
        fail_source(source, "no answer of STS");
    std::string const inner = "GetCallerIdentityResponse.GetCallerIdentityResult.";
    constexpr std::size_t length_max = 2'048;
    caller_identity identity;
    identity.account_id = base::printable(require(document, source, inner + "Account"), length_max);
    identity.arn = base::printable(require(document, source, inner + "Arn"), length_max);
    identity.user_id = base::printable(require(document, source, inner + "UserId"), length_max);
    return identity;
}

sts_error parse_sts_error(std::string_view xml)
{
    sts_error error;
    xml_document document;
    if (!document.parse(xml))
        return error;
    error.code = base::printable(document.text("ErrorResponse.Error.Code").value_or(""), 100);
    error.message = base::printable(document.text("ErrorResponse.Error.Message").value_or(""), 300);
    error.request_id = base::printable(document.text("ErrorResponse.RequestId").value_or(""), 100);
    return error;
}

} // namespace glacier::credentials_sources
