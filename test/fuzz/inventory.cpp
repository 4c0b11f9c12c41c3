// An inventory of any bytes: no crash, and the same result in one piece and in pieces.
//
// The first bytes of the input say how the rest is cut.

#include "fuzz/property.hpp"

#include <glacier/inventory.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

using glacier::fuzz::is_printable;
using glacier::fuzz::require;

struct outcome {
    std::vector<glacier::inventory_archive> archives;
    std::string error;

    friend bool operator==(outcome const&, outcome const&) = default;
};

bool read_available(glacier::inventory_parser& parser, outcome& result)
{
    while (true) {
        auto archive = parser.next();
        if (!archive) {
            result.error = archive.error().what();
            return false;
        }
        if (!*archive)
            return true;
        result.archives.push_back(std::move(**archive));
    }
}

outcome read(std::string_view text, std::size_t piece)
{
    glacier::inventory_parser parser;
    outcome result;
    while (!text.empty()) {
        // A copy, so that the sanitizer sees a read beyond its end.
        std::vector<char> const bytes(
            text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(piece, text.size())));
        parser.feed(std::as_bytes(std::span(bytes)));
        if (!read_available(parser, result))
            return result;
        text.remove_prefix(bytes.size());
    }
    parser.finish();
    read_available(parser, result);
    return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const text(reinterpret_cast<char const*>(data) + 1, size - 1);
    outcome const whole = read(text, std::max<std::size_t>(text.size(), 1));
    require(read(text, 1 + data[0] % 64U) == whole);
    for (glacier::inventory_archive const& archive : whole.archives) {
        require(!archive.archive.empty());
        require(archive.size_in_bytes <= std::numeric_limits<std::int64_t>::max());
    }
    require(is_printable(whole.error));

    // An inventory in JSON without its last character is never complete.
    if (whole.error.empty() && text.find_first_not_of(" \t\r\n") == text.find('{'))
        require(!read(text.substr(0, text.rfind('}')), text.size()).error.empty());
    return 0;
}
