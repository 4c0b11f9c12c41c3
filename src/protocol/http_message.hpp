#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::protocol {

enum class http_method : std::uint8_t { get, put, post, delete_ };

/// `GET`, `PUT`, `POST`, `DELETE`.
std::string_view to_string(http_method method) noexcept;

/// Header fields in the order in which they were added. Names compare without regard to case.
class http_headers {
public:
    using field = std::pair<std::string, std::string>;

    /// Appends a field, even if there is one of that name.
    void add(std::string name, std::string value);

    /// Replaces all fields of that name by one.
    void set(std::string name, std::string value);

    void remove(std::string_view name);

    /// The value of the first field of that name; null if there is none.
    std::string const* find(std::string_view name) const noexcept;

    /// The value of the first field of that name, or an empty text.
    std::string_view get(std::string_view name) const noexcept;

    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }
    std::size_t size() const noexcept { return fields_.size(); }

private:
    std::vector<field> fields_;
};

/// Compares header names: without regard to the case of ASCII letters.
bool equal_names(std::string_view left, std::string_view right) noexcept;

/// A request without its transport headers. The body of an upload is not here: it is streamed.
struct http_request {
    http_method method = http_method::get;
    /// Path and query as they go on the wire.
    std::string target;
    http_headers headers;
    std::string body;
};

/// An answer. The body of a job's output is not here: it is streamed.
struct http_response {
    int status = 0;
    http_headers headers;
    std::string body;
};

} // namespace glacier::protocol
