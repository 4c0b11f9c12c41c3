#pragma once

#include <glacier/error.hpp>

#include <cstdint>

namespace glacier {

/// Part size of a multipart upload: a power of two from 1 MiB to 4 GiB, as the service requires.
class part_size {
public:
    /// The smallest part size: 1 MiB.
    static constexpr std::uint64_t bytes_min = 1'048'576;
    /// The largest part size: 4 GiB.
    static constexpr std::uint64_t bytes_max = 4'294'967'296;

    /// Parts that an upload may have.
    static constexpr std::uint64_t parts_max = 10'000;

    /// Throws invalid_value with errc::invalid_part_size for any other value.
    explicit part_size(std::uint64_t bytes);

    /// Fails with errc::invalid_part_size for any other value.
    static result<part_size> from_bytes(std::uint64_t bytes);

    /// The smallest part size of at least `bytes_at_least` with which an archive of `archive_bytes` fits
    /// into 10,000 parts. Fails with errc::archive_too_large above 10,000 x 4 GiB.
    static result<part_size> for_archive(std::uint64_t archive_bytes,
                                         part_size at_least = part_size(bytes_min));

    /// The size in bytes.
    std::uint64_t bytes() const noexcept { return bytes_; }

    friend bool operator==(part_size const&, part_size const&) = default;

private:
    std::uint64_t bytes_;
};

} // namespace glacier
