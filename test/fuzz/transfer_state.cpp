// What transfers make of the records of a state file: an upload or a retrieval that can be, or an error that a terminal
// can show.
//
// The input is the lines of a state file, without their checksums.

#include "fuzz/journal_lines.hpp"
#include "fuzz/property.hpp"
#include "fuzz/scratch_directory.hpp"
#include "transfer/journal.hpp"
#include "transfer/retrieval_state.hpp"
#include "transfer/upload_journal.hpp"

#include <glacier/client.hpp>
#include <glacier/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace glacier {

// The identity of a new transfer is made of a client. That of these is read, so that no client is linked.
std::string client::get_endpoint() const
{
    std::abort();
}

std::string const& client::get_region() const noexcept
{
    std::abort();
}

account_id const& client::get_account() const noexcept
{
    std::abort();
}

} // namespace glacier

namespace {

using namespace glacier;
using fuzz::require;
using transfer::journal;
using records = std::vector<journal::record>;

void check_refusal(operation_error const& error, std::filesystem::path const& path)
{
    require(error.code() == errc::state_file_invalid || error.code() == errc::state_file_mismatch ||
            error.code() == errc::file_changed);
    require(error.details().resource == path.string());
    require(fuzz::is_printable(error.details().message));
}

void check_comparison(transfer::recorded_upload const& recorded, std::filesystem::path const& path)
{
    transfer::check_same(recorded, recorded.identity, path);
    transfer::upload_identity other = recorded.identity;
    ++other.source.size;
    other.description += "other";
    try {
        transfer::check_same(recorded, other, path);
        std::abort();
    } catch (operation_error const& error) {
        require(error.code() == errc::state_file_mismatch);
        check_refusal(error, path);
    }
}

void check_upload(records const& found, std::filesystem::path const& path)
{
    auto const recorded = transfer::read_upload(found, path);
    require(recorded.has_value() == !found.empty());
    if (!recorded)
        return;
    std::uint64_t const bytes = recorded->identity.source.size;
    require(bytes > 0);
    std::uint64_t const last = (bytes - 1) / recorded->size.bytes();
    require(last < part_size::parts_max);
    require(recorded->parts.empty() || recorded->parts.rbegin()->first <= last);
    require(recorded->upload || (recorded->parts.empty() && !recorded->completing && !recorded->archive));
    require(vault_name::parse(recorded->identity.vault).has_value());
    check_comparison(*recorded, path);
}

/// Each range is one that the output has, with the hashes that were written last.
void check_ranges(transfer::retrieval_state const& state, records const& found)
{
    std::map<std::uint64_t, journal::record const*> last_of;
    std::uint64_t last = 0;
    for (journal::record const& each : found) {
        if (each.type == "output") {
            auto const output = byte_range::parse(each.get("range"));
            require(output.has_value());
            last = (output->size() - 1) / each.number("size_of_range").value();
        } else if (each.type == "range") {
            last_of[each.number("number").value()] = &each;
        }
    }
    require(state.ranges() == last_of.size());
    for (auto const& [number, record] : last_of) {
        transfer::range_hashes const* const hashes = state.range(number);
        require(number <= last && hashes != nullptr);
        require(hashes->whole == tree_hash::from_hex(record->get("tree_hash")).value());
        require(hashes->kept.has_value() == !record->get("kept").empty());
    }
}

void check_retrieval(std::unique_ptr<journal> file)
{
    records const found = file->records();
    transfer::retrieval_state const state({}, std::move(file));
    require(!(state.is_starting_job() && state.job()));
    require(state.is_empty() == (!state.is_starting_job() && !state.job() && state.ranges() == 0));
    require(found.empty() || (found.front().type == "transfer" && found.front().get("kind") == "retrieval"));
    check_ranges(state, found);
}

template <class Check>
void check_or_refuse(std::filesystem::path const& path, Check const& check)
{
    try {
        check();
    } catch (operation_error const& error) {
        check_refusal(error, path);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    static fuzz::scratch_directory const directory;
    std::filesystem::path const path =
        directory.write("state", fuzz::with_checksums(fuzz::text_of(data, size)));
    check_or_refuse(path, [&] {
        auto file = std::make_unique<journal>(path);
        check_or_refuse(path, [&] { check_upload(file->records(), path); });
        check_retrieval(std::move(file));
    });
    return 0;
}
