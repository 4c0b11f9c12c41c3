#include "protocol/http_message.hpp"

#include <algorithm>

namespace glacier::protocol {

namespace {

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string_view to_string(http_method method) noexcept
{
    switch (method) {
    case http_method::get:
        return "GET";
    case http_method::put:
        return "PUT";
    case http_method::post:
        return "POST";
    case http_method::delete_:
        return "DELETE";
    }
    return "";
}

bool equal_names(std::string_view left, std::string_view right) noexcept
{
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

void http_headers::add(std::string name, std::string value)
{
    // Most messages have that many at most.
    if (fields_.empty())
        fields_.reserve(8);
    fields_.emplace_back(std::move(name), std::move(value));
}

void http_headers::set(std::string name, std::string value)
{
    remove(name);
    add(std::move(name), std::move(value));
}

void http_headers::remove(std::string_view name)
{
    std::erase_if(fields_, [name](field const& f) { return equal_names(f.first, name); });
}

std::string const* http_headers::find(std::string_view name) const noexcept
{
    for (field const& f : fields_)
        if (equal_names(f.first, name))
            return &f.second;
    return nullptr;
}

std::string_view http_headers::get(std::string_view name) const noexcept
{
    std::string const* const value = find(name);
    return value != nullptr ? std::string_view(*value) : std::string_view();
}

} // namespace glacier::protocol
