// How fast inventories are read, against floors that are measured in the same run, and with how much memory.
//
// The floors do what no reader can leave out, and nothing else:
//   csv_floor   finds the line ends, and decodes the 64 digits of each hash
//   json_floor  lets boost::json::basic_parser check the bytes, with a handler that ignores all it is told
// `floor_ratio` is the time of the reader divided by that of its floor: 1 cannot be beaten by much.

#include "base/hex.hpp"
#include "protocol/inventory.hpp"

#include <glacier/inventory.hpp>

#include <benchmark/benchmark.h>
#include <boost/json/basic_parser_impl.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using glacier::inventory_format;

constexpr std::size_t piece_bytes = 65'536;

std::span<std::byte const> bytes_of(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// An inventory of any length, made of the same thousand entries again and again, so that making it costs nothing.
class generated_inventory {
public:
    explicit generated_inventory(inventory_format format)
    {
        glacier::protocol::inventory_writer writer(format,
                                                   "arn:aws:glacier:eu-west-1:210987654321:vaults/attic",
                                                   glacier::timestamp(std::chrono::seconds(1'770'000'000)));
        begin_ = writer.begin();
        first_ = writer.entry(archive(0));
        for (std::uint64_t i = 0; i < entries_per_block; ++i)
            block_ += writer.entry(archive(i));
        end_ = writer.end();
    }

    /// Calls `use` with pieces as a connection gives them, of 1 + 1,000 * blocks entries.
    template <class Use>
    void generate(std::uint64_t blocks, Use&& use) const
    {
        use(std::string_view(begin_));
        use(std::string_view(first_));
        for (std::uint64_t i = 0; i < blocks; ++i)
            for (std::size_t at = 0; at < block_.size(); at += piece_bytes)
                use(std::string_view(block_).substr(at, piece_bytes));
        use(std::string_view(end_));
    }

    std::size_t bytes(std::uint64_t blocks) const
    {
        return begin_.size() + first_.size() + blocks * block_.size() + end_.size();
    }

    static constexpr std::uint64_t entries_per_block = 1'000;

private:
    /// As they are in real vaults: an id of 138 characters, and a path, a sentence or nothing as description.
    static glacier::inventory_archive archive(std::uint64_t number)
    {
        constexpr std::string_view alphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        std::uint64_t state = number * 0x9e3779b97f4a7c15U + 1;
        auto const next = [&state] {
            return state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        };
        glacier::inventory_archive made;
        for (int i = 0; i < 138; ++i)
            made.archive += alphabet[(next() >> 40U) % alphabet.size()];
        if (number % 3 == 0)
            made.description = "photos/2013/08/IMG_" + std::to_string(number) + ".CR2";
        else if (number % 3 == 1)
            made.description =
                "box " + std::to_string(number) + ", \"slides\" and negatives, scanned at 4800 dpi";
        made.creation_date =
            glacier::timestamp(std::chrono::milliseconds(1'500'000'000'000 + (next() >> 25U)));
        made.size_in_bytes = next() >> 30U;
        std::array<std::byte, 32> hash{};
        for (std::byte& byte : hash)
            byte = static_cast<std::byte>(next() >> 40U);
        made.tree_hash = glacier::tree_hash(hash);
        return made;
    }

    std::string begin_;
    std::string first_;
    std::string block_;
    std::string end_;
};

generated_inventory const& inventory(inventory_format format)
{
    static generated_inventory const csv(inventory_format::csv);
    static generated_inventory const json(inventory_format::json);
    return format == inventory_format::csv ? csv : json;
}

/// Reads an inventory to its end; gives the number of archives.
std::uint64_t read(inventory_format format, std::uint64_t blocks)
{
    glacier::inventory_parser parser;
    std::uint64_t sum = 0;
    auto const drain = [&] {
        while (auto const archive = parser.next().value())
            sum += archive->size_in_bytes + archive->archive.size();
    };
    inventory(format).generate(blocks, [&](std::string_view piece) {
        parser.feed(bytes_of(piece));
        drain();
    });
    parser.finish();
    drain();
    benchmark::DoNotOptimize(sum);
    return parser.archives();
}

// ---------------------------------------------------------------------------------------------------
// Floors

void csv_floor(std::uint64_t blocks)
{
    std::string kept;
    std::array<std::byte, 32> hash{};
    std::uint64_t lines = 0;
    inventory(inventory_format::csv).generate(blocks, [&](std::string_view piece) {
        while (true) {
            auto const* const end = static_cast<char const*>(std::memchr(piece.data(), '\n', piece.size()));
            if (end == nullptr)
                break;
            std::string_view line = piece.substr(0, static_cast<std::size_t>(end - piece.data()));
            piece.remove_prefix(line.size() + 1);
            if (!kept.empty()) {
                kept += line;
                line = kept;
            }
            if (line.size() > 64)
                lines += glacier::base::from_hex(line.substr(line.size() - 64), hash) ? 1U : 0U;
            benchmark::DoNotOptimize(hash);
            kept.clear();
        }
        kept += piece;
    });
    benchmark::DoNotOptimize(lines);
}

/// Takes note of nothing.
struct indifferent_handler {
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

    using error_code = boost::system::error_code;
    using string_view = boost::json::string_view;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_object_end(std::size_t, error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_key_part(string_view, std::size_t, error_code&) { return true; }
    bool on_key(string_view, std::size_t, error_code&) { return true; }
    bool on_string_part(string_view, std::size_t, error_code&) { return true; }
    bool on_string(string_view, std::size_t, error_code&) { return true; }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, string_view, error_code&) { return true; }
    bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
    bool on_double(double, string_view, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }
};

void json_floor(std::uint64_t blocks)
{
    boost::json::basic_parser<indifferent_handler> parser{boost::json::parse_options()};
    boost::system::error_code failed;
    inventory(inventory_format::json).generate(blocks, [&](std::string_view piece) {
        parser.write_some(true, piece.data(), piece.size(), failed);
    });
    parser.write_some(false, nullptr, 0, failed);
    if (failed)
        throw std::logic_error("the generated JSON is wrong: " + failed.message());
}

void floor_of(inventory_format format, std::uint64_t blocks)
{
    if (format == inventory_format::csv)
        csv_floor(blocks);
    else
        json_floor(blocks);
}

// ---------------------------------------------------------------------------------------------------
// Benchmarks

/// Of this thread, so that other programs on the machine count as little as possible.
double cpu_seconds()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// 100,000 archives. Reader and floor take turns, so that a change of the processor's speed hits both.
void read_inventory(benchmark::State& state, inventory_format format)
{
    constexpr std::uint64_t blocks = 100;
    double reading = 0;
    double floor = 0;
    for (auto _ : state) {
        double const begin = cpu_seconds();
        std::uint64_t const archives = read(format, blocks);
        double const middle = cpu_seconds();
        if (archives != 1 + blocks * generated_inventory::entries_per_block)
            state.SkipWithError("archives are missing");

        floor_of(format, blocks);
        floor += cpu_seconds() - middle;
        reading += middle - begin;
        state.SetIterationTime(middle - begin);
    }
    auto const bytes =
        static_cast<double>(inventory(format).bytes(blocks)) * static_cast<double>(state.iterations());
    state.counters["MB/s"] = bytes / reading / 1e6;
    state.counters["floor_MB/s"] = bytes / floor / 1e6;
    state.counters["floor_ratio"] = reading / floor;
}

/// A line of /proc/self/status, in KiB.
std::uint64_t memory_kib(std::string_view name)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name))
            return std::stoull(line.substr(name.size() + 1));
    throw std::runtime_error("/proc/self/status has no line " + std::string(name));
}

/// Ten million archives: the peak of the resident memory must grow by less than 16 MiB.
void memory_of_ten_million(benchmark::State& state, inventory_format format)
{
    constexpr std::uint64_t blocks = 10'000;
    constexpr double growth_max = 16;
    read(format, 1);
    double growth = 0;
    for (auto _ : state) {
        // Forgets the peak of what ran before.
        std::ofstream("/proc/self/clear_refs") << 5;
        std::uint64_t const before = memory_kib("VmRSS");
        read(format, blocks);
        growth = (static_cast<double>(memory_kib("VmHWM")) - static_cast<double>(before)) / 1'024;
        if (growth > growth_max)
            state.SkipWithError("the memory grew by more than 16 MiB");
    }
    state.counters["growth_MiB"] = growth;
    state.counters["inventory_MB"] = static_cast<double>(inventory(format).bytes(blocks)) / 1e6;
}

BENCHMARK_CAPTURE(read_inventory, csv, inventory_format::csv)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_inventory, json, inventory_format::json)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(memory_of_ten_million, csv, inventory_format::csv)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(memory_of_ten_million, json, inventory_format::json)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

} // namespace

BENCHMARK_MAIN();
