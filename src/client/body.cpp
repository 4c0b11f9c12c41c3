#include <glacier/body.hpp>

#include <glacier/error.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace glacier {

namespace {

template <class Container>
class owned_bytes final : public body_source {
public:
    explicit owned_bytes(Container bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size() const override { return bytes_.size(); }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override
    {
        auto const all = std::as_bytes(std::span(bytes_));
        auto const part = all.subspan(offset, bytes.size());
        std::copy(part.begin(), part.end(), bytes.begin());
    }

    std::optional<std::span<std::byte const>> in_memory() const override
    {
        return std::as_bytes(std::span(bytes_));
    }

private:
    Container bytes_;
};

/// A file that was opened once: renaming or replacing it later does not change what is read.
class opened_file {
public:
    // Without O_NONBLOCK, opening a pipe would wait for a writer. For regular files it has no effect.
    explicit opened_file(std::filesystem::path const& path)
        : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
    {
        if (descriptor_ < 0)
            fail(errno);
        struct stat status {};
        if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
            int const reason = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
            ::close(descriptor_);
            fail(reason);
        }
        size_ = static_cast<std::uint64_t>(status.st_size);
    }

    opened_file(opened_file const&) = delete;
    opened_file& operator=(opened_file const&) = delete;
    ~opened_file() { ::close(descriptor_); }

    std::uint64_t size() const noexcept { return size_; }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const
    {
        while (!bytes.empty()) {
            ssize_t const count =
                ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                fail(errno);
            if (count == 0) {
                error_details details;
                details.message = path_.string() + " became shorter";
                throw operation_error(errc::file_changed, std::move(details));
            }
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }

    /// The whole, which must not be empty.
    std::byte const* map() const
    {
        void* const address =
            ::mmap(nullptr, static_cast<std::size_t>(size_), PROT_READ, MAP_SHARED, descriptor_, 0);
        if (address == MAP_FAILED)
            fail(errno);
        return static_cast<std::byte const*>(address);
    }

private:
    [[noreturn]] void fail(int reason) const
    {
        throw std::filesystem::filesystem_error("reading", path_,
                                                std::error_code(reason, std::generic_category()));
    }

    std::filesystem::path path_;
    int descriptor_;
    std::uint64_t size_ = 0;
};

class file_source final : public body_source {
public:
    explicit file_source(std::filesystem::path const& path) : file_(path) {}

    std::uint64_t size() const override { return file_.size(); }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override { file_.read(offset, bytes); }

private:
    opened_file file_;
};

class mapped_source final : public body_source {
public:
    explicit mapped_source(std::filesystem::path const& path)
    {
        opened_file const file(path);
        // Nothing cannot be mapped.
        if (file.size() != 0)
            bytes_ = std::span(file.map(), static_cast<std::size_t>(file.size()));
    }

    mapped_source(mapped_source const&) = delete;
    mapped_source& operator=(mapped_source const&) = delete;

    ~mapped_source() override
    {
        if (!bytes_.empty())
            ::munmap(address_of(0), bytes_.size());
    }

    std::uint64_t size() const override { return bytes_.size(); }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override
    {
        auto const part = bytes_.subspan(offset, bytes.size());
        std::copy(part.begin(), part.end(), bytes.begin());
    }

    std::optional<std::span<std::byte const>> in_memory() const override { return bytes_; }

    void release(std::uint64_t offset, std::uint64_t size) const override
    {
        // Only whole pages: others of the file may still be in use. The last one ends with the file.
        auto const page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        std::uint64_t const first = (offset + page - 1) / page * page;
        std::uint64_t const end =
            offset + size == bytes_.size() ? bytes_.size() : (offset + size) / page * page;
        if (first < end)
            ::madvise(address_of(first), static_cast<std::size_t>(end - first), MADV_DONTNEED);
    }

private:
    void* address_of(std::uint64_t offset) const noexcept
    {
        return const_cast<std::byte*>(bytes_.data() + offset);
    }

    std::span<std::byte const> bytes_;
};

class sliced_source final : public body_source {
public:
    sliced_source(std::shared_ptr<body_source const> whole, std::uint64_t offset, std::uint64_t size)
        : whole_(std::move(whole)), offset_(offset), size_(size)
    {}

    std::uint64_t size() const override { return size_; }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override
    {
        whole_->read(offset_ + offset, bytes);
    }

    std::optional<std::span<std::byte const>> in_memory() const override
    {
        auto const bytes = whole_->in_memory();
        if (!bytes)
            return std::nullopt;
        return bytes->subspan(offset_, size_);
    }

    void release(std::uint64_t offset, std::uint64_t size) const override
    {
        whole_->release(offset_ + offset, size);
    }

private:
    std::shared_ptr<body_source const> whole_;
    std::uint64_t offset_;
    std::uint64_t size_;
};

class borrowed_bytes final : public body_source {
public:
    explicit borrowed_bytes(std::span<std::byte const> bytes) noexcept : bytes_(bytes) {}

    std::uint64_t size() const override { return bytes_.size(); }

    void read(std::uint64_t offset, std::span<std::byte> bytes) const override
    {
        auto const part = bytes_.subspan(offset, bytes.size());
        std::copy(part.begin(), part.end(), bytes.begin());
    }

    std::optional<std::span<std::byte const>> in_memory() const override { return bytes_; }

private:
    std::span<std::byte const> bytes_;
};

} // namespace

body::body(std::shared_ptr<body_source const> source) noexcept : source_(std::move(source)) {}

body::body(std::string bytes) : source_(std::make_shared<owned_bytes<std::string>>(std::move(bytes))) {}

body::body(std::vector<std::byte> bytes)
    : source_(std::make_shared<owned_bytes<std::vector<std::byte>>>(std::move(bytes)))
{}

body body::view(std::span<std::byte const> bytes)
{
    return body(std::make_shared<borrowed_bytes>(bytes));
}

body body::file(std::filesystem::path const& path, std::uint64_t offset, std::uint64_t size)
{
    body const whole = file(path);
    if (offset > whole.size() || size > whole.size() - offset) {
        error_details details;
        details.message = path.string() + " has only " + std::to_string(whole.size()) + " bytes";
        throw operation_error(errc::file_changed, std::move(details));
    }
    return whole.slice(offset, size);
}

body body::file(std::filesystem::path const& path)
{
    return body(std::make_shared<file_source>(path));
}

body body::mapped_file(std::filesystem::path const& path)
{
    return body(std::make_shared<mapped_source>(path));
}

body body::slice(std::uint64_t offset, std::uint64_t slice_size) const
{
    if (offset > size() || slice_size > size() - offset)
        throw invalid_value(errc::invalid_byte_range, std::to_string(offset) + "+" +
                                                          std::to_string(slice_size) + " of " +
                                                          std::to_string(size()) + " bytes");
    if (!source_)
        return body();
    return body(std::make_shared<sliced_source>(source_, offset, slice_size));
}

} // namespace glacier
