// An answer of a container, an instance or SSO, the output of a program or a cached token, of any bytes: credentials
// that can go into a header, or an error that shows nothing of it.

#include "credentials/credentials_json.hpp"

#include "base/iso8601.hpp"
#include "credentials/check_credentials.hpp"
#include "fuzz/check_refusal.hpp"
#include "fuzz/property.hpp"

#include <glacier/error.hpp>

#include <boost/json/parse.hpp>

#include <string>
#include <string_view>

namespace {

using namespace glacier;
using namespace glacier::credentials_sources;
using fuzz::check_refusal;
using fuzz::require;

template <class Read>
void read_or_refuse(Read const& read)
{
    try {
        read();
    } catch (operation_error const& error) {
        check_refusal(error);
    }
}

credentials_names container_names()
{
    credentials_names names;
    names.session_token = "Token";
    return names;
}

credentials_names sso_names()
{
    credentials_names names;
    names.access_key_id = "accessKeyId";
    names.secret_access_key = "secretAccessKey";
    names.session_token = "sessionToken";
    names.expiration = {};
    names.account_id = {};
    return names;
}

void check_credentials(secret_json const& document, boost::json::object const& object,
                       credentials_names const& names)
{
    credentials const read = read_credentials(document, object, names, "S");
    require(!fault_of(read) && read.source == "S");
    require(read.access_key_id == document.text(object, names.access_key_id));
    require(read.secret_access_key.reveal() == document.text(object, names.secret_access_key));
    require(read.session_token.reveal() == document.find_text(object, names.session_token).value_or(""));
    require(!names.expiration.empty() || !read.expiration);
    require(!names.account_id.empty() || !read.account_id);
    require(!read.account_id || !read.account_id->empty());
    if (read.expiration)
        require(base::parse_iso8601(base::to_iso8601(*read.expiration)) == read.expiration);
}

/// Values that sources read besides the credentials.
void check_members(secret_json const& document)
{
    for (std::string_view const name : {"Code", "accessToken", "refreshToken", "clientId"})
        read_or_refuse([&] {
            auto const text = document.find_text(document.root(), name);
            require(!text || (!text->empty() && document.text(document.root(), name) == *text));
        });
    for (std::string_view const name : {"Version", "expiresIn", "expiration"})
        read_or_refuse([&] { document.number(document.root(), name); });
    for (std::string_view const name : {"expiresAt", "registrationExpiresAt"})
        read_or_refuse([&] { document.find_time(document.root(), name); });
}

/// What is refused is no object, or nests deeper than any source does.
bool must_be_refused(std::string_view text)
{
    error_code error;
    auto const parsed = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
    return error || !parsed.is_object();
}

void check_document(std::string_view text)
{
    secret_json const document("S", text);
    require(!must_be_refused(text));
    read_or_refuse([&] { check_credentials(document, document.root(), {}); });
    read_or_refuse([&] { check_credentials(document, document.root(), container_names()); });
    for (std::string_view const name : {"roleCredentials", "accessToken"})
        read_or_refuse([&] {
            boost::json::object const& inner = document.object(document.root(), name);
            check_credentials(document, inner, sso_names());
        });
    check_members(document);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text = fuzz::text_of(data, size);
    read_or_refuse([&] { check_document(text); });
    // Each of seven words has at most 200 bytes, each of which may take four, and `...: `.
    std::string const words = error_words(text);
    require(fuzz::is_printable(words) && words.size() <= std::size_t(7) * (4 * 200 + 5));
    return 0;
}
