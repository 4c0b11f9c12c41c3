#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace glacier {

/**
 * Bytes to send that can be read more than once: for their hashes, for sending, for sending again.
 *
 * Thread safety: read() is called from one thread at a time, on the blocking executor of the client and
 * never on the event loop, so it may wait for a disk.
 */
class body_source {
public:
    /// For derived classes.
    body_source() = default;
    body_source(body_source const&) = delete;
    body_source& operator=(body_source const&) = delete;
    virtual ~body_source() = default;

    /// Bytes in all. The same at every call.
    virtual std::uint64_t size() const = 0;

    /// Fills all of `bytes` from `offset` on; offset + bytes.size() is never above size(). Throws if it
    /// cannot, for instance because a file became shorter.
    virtual void read(std::uint64_t offset, std::span<std::byte> bytes) const = 0;

    /// The whole, if it lies in memory; it is then hashed and sent in place.
    virtual std::optional<std::span<std::byte const>> in_memory() const { return std::nullopt; }

    /// A range was sent and will hardly be read again, so that what was kept of it for speed can be let go. Does
    /// nothing where nothing is kept.
    virtual void release(std::uint64_t /*offset*/, std::uint64_t /*size*/) const {}
};

/// The body of an upload. A cheap handle; copies share the source.
class body {
public:
    /// No bytes.
    body() = default;

    /// Reads from `source`, which all copies share. Null: no bytes.
    explicit body(std::shared_ptr<body_source const> source) noexcept;

    /// Takes the bytes over.
    explicit body(std::string bytes);
    /// Takes the bytes over.
    explicit body(std::vector<std::byte> bytes);

    /// Bytes that stay the caller's: they must stay valid and unchanged until the operation completes.
    static body view(std::span<std::byte const> bytes);

    /**
     * `size` bytes of a file from `offset` on. The file is opened at once and read in blocks, never mapped:
     * one that is truncated meanwhile is an error, not a crash.
     *
     * Errors: a system_error if the file cannot be opened or is no regular file; errc::file_changed if it
     * ends before offset + size.
     */
    static body file(std::filesystem::path const& path, std::uint64_t offset, std::uint64_t size);

    /// A whole file, with the size that it has now. Errors: as above.
    static body file(std::filesystem::path const& path);

    /**
     * A whole file, mapped into memory: in_memory() gives it, so that it is hashed and sent in place. Nobody may
     * truncate it meanwhile: the system ends a process that reads a mapped page beyond the end (SIGBUS).
     *
     * Errors: as above.
     */
    static body mapped_file(std::filesystem::path const& path);

    /// `slice_size` bytes from `offset` on, without copying them. Throws invalid_value with
    /// errc::invalid_byte_range for bytes that the body does not have.
    body slice(std::uint64_t offset, std::uint64_t slice_size) const;

    /// Bytes in all.
    std::uint64_t size() const { return source_ ? source_->size() : 0; }

    /// The source; null for a body without bytes.
    std::shared_ptr<body_source const> const& source() const noexcept { return source_; }

private:
    std::shared_ptr<body_source const> source_;
};

} // namespace glacier
