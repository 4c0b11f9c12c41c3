#include "cli/transfer_options.hpp"

#include "cli/exit_code.hpp"
#include "cli/size.hpp"

namespace glacier::cli {

namespace {

constexpr std::uint64_t mib = 1'048'576;
// Nobody has more of either; it keeps sums of them far from the end of 64 bits.
constexpr std::uint64_t bytes_max = std::uint64_t(1) << 50U;

} // namespace

std::size_t concurrency_of(transfer_options const& options)
{
    constexpr std::size_t usual = 4;
    return options.concurrency ? parse_count("--concurrency", *options.concurrency, 1, concurrency_max)
                               : usual;
}

std::uint64_t rate_of(transfer_options const& options)
{
    return options.limit_rate ? parse_bytes("--limit-rate", *options.limit_rate, 1, bytes_max) : 0;
}

void check_values(transfer_options const& options)
{
    concurrency_of(options);
    rate_of(options);
    transfer_settings unused;
    set_memory(unused, options);
}

part_size parse_part_size(std::string const& option, std::string const& text)
{
    auto const bytes = parse_size(text);
    auto const size = bytes ? part_size::from_bytes(*bytes) : result<part_size>(errc::invalid_part_size);
    if (!size)
        throw failure(exit_code::usage,
                      option + " \"" + text +
                          "\": a power of two from 1MiB to 4GiB, in bytes or with KiB, MiB or GiB");
    return *size;
}

void set_memory(transfer_settings& settings, transfer_options const& options)
{
    if (options.memory)
        settings.memory_max =
            static_cast<std::size_t>(parse_bytes("--memory", *options.memory, mib, bytes_max));
}

} // namespace glacier::cli
