#pragma once

#include "async/transfer_limits.hpp"
#include "support/client_fixture.hpp"
#include "support/manual_time.hpp"
#include "support/temporary_directory.hpp"

#include <glacier/upload.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace glacier::test {

inline constexpr std::uint64_t mib = 1'048'576;

/// Content that is not in memory, which counts how it is used.
class counting_source final : public body_source {
public:
    explicit counting_source(std::string bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes_.size(); }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override
    {
        most_readers = std::max<int>(most_readers, ++readers);
        bytes_read += bytes.size();
        auto const part = as_bytes(bytes_).subspan(offset, bytes.size());
        std::copy(part.begin(), part.end(), bytes.begin());
        --readers;
    }

    void release(std::uint64_t /*offset*/, std::uint64_t size) const override { bytes_released += size; }

    mutable std::atomic<std::uint64_t> bytes_read = 0;
    mutable std::atomic<std::uint64_t> bytes_released = 0;
    mutable std::atomic<int> readers = 0;
    mutable std::atomic<int> most_readers = 0;

private:
    std::string bytes_;
};

/// For uploads in parts of 1 MiB.
struct upload_fixture : client_fixture {
    explicit upload_fixture(client_config config = default_config()) : client_fixture(std::move(config)) {}

    upload_file_request upload_of(std::string const& bytes)
    {
        upload_file_request request(photos, directory.write("file", bytes));
        request.size_of_part = part_size(mib);
        return request;
    }

    upload_body_request upload_of(body content)
    {
        upload_body_request request(photos, std::move(content));
        request.size_of_part = part_size(mib);
        return request;
    }

    /// What happens to the n-th sending of the part that begins at `first`; 0: to each.
    void when_part(std::uint64_t first, fault its_fault, int nth = 0)
    {
        auto const count = std::make_shared<int>(0);
        service->when(
            [first, nth, count](recorded_request const& request) {
                std::string const start = "bytes " + std::to_string(first) + "-";
                bool const is_it = request.id == protocol::operation::upload_multipart_part &&
                                   request.message.headers.get("content-range").starts_with(start);
                return is_it && (++*count == nth || nth == 0);
            },
            std::move(its_fault));
    }

    std::size_t sendings(std::uint64_t first)
    {
        auto const all = service->requests(protocol::operation::upload_multipart_part);
        std::string const start = "bytes " + std::to_string(first) + "-";
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&start](recorded_request const& request) {
                return request.message.headers.get("content-range").starts_with(start);
            }));
    }

    /// Waits between repetitions take no time from now on.
    void time_jumps(client_config config = default_config())
    {
        time = std::make_shared<jumping_time>();
        sut = make_client(std::move(config));
    }

    std::string archive(upload_result const& result) const
    {
        return service->archive("photos", result.archive);
    }

    async::budget& memory() const { return *sut.limits().shared()->memory; }

    temporary_directory directory;
};

} // namespace glacier::test
