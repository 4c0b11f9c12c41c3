#include <glacier/part_size.hpp>

#include <bit>
#include <string>

namespace glacier {

namespace {

bool is_part_size(std::uint64_t bytes) noexcept
{
    return std::has_single_bit(bytes) && bytes >= part_size::bytes_min && bytes <= part_size::bytes_max;
}

} // namespace

part_size::part_size(std::uint64_t bytes) : bytes_(bytes)
{
    if (!is_part_size(bytes))
        throw invalid_value(errc::invalid_part_size, std::to_string(bytes));
}

result<part_size> part_size::from_bytes(std::uint64_t bytes)
{
    if (!is_part_size(bytes))
        return error_code(errc::invalid_part_size);
    return part_size(bytes);
}

result<part_size> part_size::for_archive(std::uint64_t archive_bytes, part_size at_least)
{
    if (archive_bytes > bytes_max * parts_max)
        return error_code(errc::archive_too_large);
    std::uint64_t bytes = at_least.bytes();
    while (bytes * parts_max < archive_bytes)
        bytes *= 2;
    return part_size(bytes);
}

} // namespace glacier
