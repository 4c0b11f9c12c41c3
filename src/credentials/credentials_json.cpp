#include "credentials/credentials_json.hpp"

#include "base/iso8601.hpp"
#include "base/printable.hpp"
#include "credentials/check_credentials.hpp"
#include "credentials/failure.hpp"
#include "crypto/wipe.hpp"

#include <boost/json/memory_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/storage_ptr.hpp>

#include <array>
#include <new>
#include <utility>

namespace glacier::credentials_sources {

namespace {

/// No document of credentials nests deeper than two levels.
constexpr std::size_t depth_max = 8;

class wiping_memory final : public boost::json::memory_resource {
private:
    // Boost.JSON gives memory back with another alignment than it asked for; neither is above that of all types.
    void* do_allocate(std::size_t bytes, std::size_t /*alignment*/) override { return ::operator new(bytes); }

    void do_deallocate(void* memory, std::size_t bytes, std::size_t /*alignment*/) override
    {
        crypto::wipe(memory, bytes);
        ::operator delete(memory);
    }

    bool do_is_equal(boost::json::memory_resource const& other) const noexcept override
    {
        return this == &other;
    }
};

/// Nothing if it is no JSON.
std::optional<boost::json::value> parse(std::string_view text)
{
    auto const memory = boost::json::make_shared_resource<wiping_memory>();
    boost::json::parse_options options;
    options.max_depth = depth_max;
    // The parser works in this, and else on the stack of the caller.
    std::array<unsigned char, 1'024> room{};
    std::optional<boost::json::value> parsed;
    {
        boost::json::parser reading(memory, options, room.data(), room.size());
        reading.reset(memory);
        error_code error;
        reading.write(boost::json::string_view(text.data(), text.size()), error);
        if (!error)
            parsed.emplace(reading.release());
    }
    crypto::wipe(room.data(), room.size());
    return parsed;
}

boost::json::value const* find(boost::json::object const& object, std::string_view name)
{
    boost::json::value const* const found =
        object.if_contains(boost::json::string_view(name.data(), name.size()));
    return found == nullptr || found->is_null() ? nullptr : found;
}

} // namespace

secret_json::secret_json(std::string source, std::string_view text)
    : value_(parse(text)), source_(std::move(source))
{
    if (!value_ || !value_->is_object())
        fail_source(source_, "no JSON object with credentials");
}

std::optional<std::string_view> secret_json::find_text(boost::json::object const& object,
                                                       std::string_view name) const
{
    boost::json::value const* const found = find(object, name);
    if (found == nullptr)
        return std::nullopt;
    if (!found->is_string())
        fail_source(source_, std::string(name) + " is no text");
    boost::json::string const& text = found->get_string();
    if (text.empty())
        return std::nullopt;
    return std::string_view(text.data(), text.size());
}

std::string_view secret_json::text(boost::json::object const& object, std::string_view name) const
{
    auto const found = find_text(object, name);
    if (!found)
        fail_source(source_, "the answer lacks " + std::string(name));
    return *found;
}

boost::json::object const& secret_json::object(boost::json::object const& object, std::string_view name) const
{
    boost::json::value const* const found = find(object, name);
    if (found == nullptr || !found->is_object())
        fail_source(source_, "the answer lacks the object " + std::string(name));
    return found->get_object();
}

std::int64_t secret_json::number(boost::json::object const& object, std::string_view name) const
{
    boost::json::value const* const found = find(object, name);
    error_code error;
    std::int64_t const value = found == nullptr ? 0 : found->to_number<std::int64_t>(error);
    if (found == nullptr || error)
        fail_source(source_, std::string(name) + " is no whole number");
    return value;
}

std::optional<timestamp> secret_json::find_time(boost::json::object const& object,
                                                std::string_view name) const
{
    auto const text = find_text(object, name);
    if (!text)
        return std::nullopt;
    auto const moment = base::parse_iso8601(*text);
    if (!moment)
        fail_source(source_, std::string(name) + " is no time such as 2026-01-31T12:00:00Z");
    return moment;
}

credentials read_credentials(secret_json const& document, boost::json::object const& object,
                             credentials_names const& names, std::string const& source)
{
    std::string id(document.text(object, names.access_key_id));
    credentials read(std::move(id), secret_string(document.text(object, names.secret_access_key)));
    if (auto const token = document.find_text(object, names.session_token))
        read.session_token = secret_string(*token);
    if (!names.expiration.empty())
        read.expiration = document.find_time(object, names.expiration);
    if (!names.account_id.empty())
        if (auto const account = document.find_text(object, names.account_id))
            read.account_id = std::string(*account);
    read.source = source;
    if (auto const fault = fault_of(read))
        fail_source(source, *fault);
    return read;
}

std::string error_words(std::string_view text)
{
    constexpr std::size_t length_max = 200;
    auto const parsed = parse(text);
    if (!parsed || !parsed->is_object())
        return {};
    std::string words;
    for (std::string_view const name :
         {"code", "Code", "__type", "error", "message", "Message", "error_description"}) {
        boost::json::value const* const found = find(parsed->get_object(), name);
        if (found == nullptr || !found->is_string())
            continue;
        boost::json::string const& value = found->get_string();
        words += (words.empty() ? "" : ": ") +
                 base::printable(std::string_view(value.data(), value.size()), length_max);
    }
    return words;
}

} // namespace glacier::credentials_sources
