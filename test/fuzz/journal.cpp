// A state file of any bytes: it is refused and stays as it is, or loses at most a line that was cut off, and what was
// read is read again, also after a record was added and after all were replaced.
//
// Is the first byte even, the rest is the file; otherwise it is the lines of one, without their checksums.

#include "transfer/journal.hpp"

#include "fuzz/journal_lines.hpp"
#include "fuzz/property.hpp"
#include "fuzz/scratch_directory.hpp"

#include <glacier/error.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace glacier;
using fuzz::require;
using transfer::journal;
using records = std::vector<journal::record>;

bool are_same(records const& one, records const& other)
{
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](journal::record const& a, journal::record const& b) {
                          return a.type == b.type && a.fields == b.fields;
                      });
}

/// Nothing if the file is refused.
std::optional<records> read(std::filesystem::path const& path)
{
    try {
        return journal(path).records();
    } catch (operation_error const& error) {
        require(error.code() == errc::state_file_invalid);
        require(error.details().resource == path.string());
        require(fuzz::is_printable(error.details().message));
        return std::nullopt;
    }
}

void check_kept(std::string_view before, std::string_view kept, records const& found)
{
    require(before.starts_with(kept));
    std::string_view const cut = before.substr(kept.size());
    require(cut.size() <= journal::line_bytes_max && cut.find('\n') == std::string_view::npos);
    require(kept.empty() || kept.back() == '\n');
    require(static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n')) == found.size());
    for (journal::record const& each : found)
        require(!each.type.empty());
}

/// Encoding can make a line longer than may be written, if it was not this program that wrote it.
bool may_grow_too_long(std::string_view content)
{
    return 3 * content.size() > journal::line_bytes_max;
}

/// Whether the change was made.
template <class Change>
bool change(std::filesystem::path const& path, std::string_view content, Change const& make)
{
    journal file(path);
    try {
        make(file);
        return true;
    } catch (operation_error const& error) {
        require(error.code() == errc::state_file_invalid && may_grow_too_long(content));
        return false;
    }
}

void check_changes(std::filesystem::path const& path, std::string_view content, records const& found)
{
    journal::record added("added");
    added.set("text", std::string(content.substr(0, 100))).set("number", content.size());
    records expected = found;
    if (change(path, content, [&](journal& file) { file.append(added); }))
        expected.push_back(added);
    auto const appended = read(path);
    require(appended && are_same(*appended, expected));
    require(expected.size() == found.size() || appended->back().number("number") == content.size());

    std::reverse(expected.begin(), expected.end());
    if (!change(path, content, [&](journal& file) { file.replace(expected); }))
        return;
    auto const replaced = read(path);
    require(replaced && are_same(*replaced, expected));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    static fuzz::scratch_directory const directory;
    std::string_view const text = fuzz::text_of(data, size).substr(1);
    std::string const content = data[0] % 2 == 0 ? std::string(text) : fuzz::with_checksums(text);
    std::filesystem::path const path = directory.write("state", content);
    auto const found = read(path);
    std::string const kept = fuzz::content_of(path);
    if (!found) {
        require(kept == content);
        return 0;
    }
    check_kept(content, kept, *found);
    check_changes(path, content, *found);
    return 0;
}
