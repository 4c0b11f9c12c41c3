#include "transfer/journal.hpp"

#include "base/decimal.hpp"
#include "base/uri.hpp"
#include "crypto/sha256.hpp"
#include "transfer/locked_file.hpp"

#include <glacier/error.hpp>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace glacier::transfer {

namespace {

constexpr std::size_t checksum_digits = 16;

[[noreturn]] void refuse(errc reason, std::filesystem::path const& path, std::string message)
{
    error_details details;
    details.operation = "state file";
    details.resource = path.string();
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

/// Closes a file unless it is released.
class file {
public:
    explicit file(int descriptor) noexcept : descriptor_(descriptor) {}
    file(file const&) = delete;
    file& operator=(file const&) = delete;
    ~file()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

    int get() const noexcept { return descriptor_; }
    int release() noexcept { return std::exchange(descriptor_, -1); }

private:
    int descriptor_;
};

void check_is_regular(std::filesystem::path const& path, int descriptor)
{
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        throw_file_error("looking at", path, errno);
    if (!S_ISREG(status.st_mode))
        refuse(errc::state_file_invalid, path, "not a regular file");
}

/// The lock goes with the process, so that what a crash leaves behind can be taken up.
int open_locked(std::filesystem::path const& path)
{
    while (true) {
        // Not to wait for the other end of what is no file.
        file opened(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                           S_IRUSR | S_IWUSR));
        if (opened.get() < 0 && errno == ELOOP)
            refuse(errc::state_file_invalid, path, "a symbolic link, which is not followed");
        if (opened.get() < 0 && (errno == EISDIR || errno == ENXIO))
            refuse(errc::state_file_invalid, path, "not a regular file");
        if (opened.get() < 0)
            throw_file_error("opening the state file", path, errno);
        check_is_regular(path, opened.get());
        if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK)
                refuse(errc::state_file_in_use, path, {});
            throw_file_error("locking the state file", path, errno);
        }
        if (is_same_file(path, opened.get()))
            return opened.release();
    }
}

void write_all(int descriptor, std::uint64_t offset, std::string_view text, std::filesystem::path const& path)
{
    while (!text.empty()) {
        ssize_t const count = ::pwrite(descriptor, text.data(), text.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw_file_error("writing", path, errno);
        text.remove_prefix(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

std::string read_all(int descriptor, std::filesystem::path const& path)
{
    std::string content(4'096, '\0');
    std::size_t size = 0;
    while (true) {
        ssize_t const count =
            ::pread(descriptor, content.data() + size, content.size() - size, static_cast<off_t>(size));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw_file_error("reading", path, errno);
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
        if (size > journal::bytes_max)
            refuse(errc::state_file_invalid, path,
                   "more than " + std::to_string(journal::bytes_max) + " bytes");
        if (size == content.size())
            content.resize(2 * size);
    }
    content.resize(size);
    return content;
}

std::string checksum_of(std::string_view text)
{
    return crypto::sha256_of(text).hex().substr(0, checksum_digits);
}

std::string line_of(journal::record const& written)
{
    std::string text = base::encode_uri_component(written.type);
    for (auto const& [name, value] : written.fields)
        text += ' ' + base::encode_uri_component(name) + '=' + base::encode_uri_component(value);
    return checksum_of(text) + ' ' + text + '\n';
}

/// The next word of a line, which loses it.
std::string_view take_word(std::string_view& text) noexcept
{
    std::string_view const word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

/// A line without its end.
std::optional<journal::record> parse_line(std::string_view line)
{
    std::string_view const checksum = take_word(line);
    if (checksum != checksum_of(line))
        return std::nullopt;
    auto type = base::decode_uri_component(take_word(line));
    if (!type || type->empty())
        return std::nullopt;
    journal::record read(std::move(*type));
    while (!line.empty()) {
        std::string_view const word = take_word(line);
        auto const equals = word.find('=');
        if (equals == std::string_view::npos)
            return std::nullopt;
        auto name = base::decode_uri_component(word.substr(0, equals));
        auto value = base::decode_uri_component(word.substr(equals + 1));
        if (!name || !value || !read.fields.emplace(std::move(*name), std::move(*value)).second)
            return std::nullopt;
    }
    return read;
}

/// The lines of a file, and how many bytes they take: the rest was cut off by a crash.
std::pair<std::vector<journal::record>, std::uint64_t> parse(std::string_view content,
                                                             std::filesystem::path const& path)
{
    std::vector<journal::record> records;
    std::size_t offset = 0;
    while (offset < content.size()) {
        std::string_view const rest = content.substr(offset);
        auto const end = rest.find('\n');
        // The first line is written at once: a file without one was never a journal.
        bool const torn =
            end == std::string_view::npos && !records.empty() && rest.size() <= journal::line_bytes_max;
        if (torn)
            break;
        std::optional<journal::record> read;
        if (end != std::string_view::npos && end < journal::line_bytes_max)
            read = parse_line(rest.substr(0, end));
        if (!read)
            refuse(errc::state_file_invalid, path,
                   "line " + std::to_string(records.size() + 1) + " is not as it was written");
        records.push_back(std::move(*read));
        offset += end + 1;
    }
    return {std::move(records), offset};
}

std::filesystem::path replacement_of(std::filesystem::path const& path)
{
    std::filesystem::path replacement = path;
    replacement += ".new";
    return replacement;
}

} // namespace

journal::record& journal::record::set(std::string name, std::string value)
{
    fields.insert_or_assign(std::move(name), std::move(value));
    return *this;
}

journal::record& journal::record::set(std::string name, std::uint64_t value)
{
    return set(std::move(name), std::to_string(value));
}

std::string_view journal::record::get(std::string_view name) const noexcept
{
    auto const found = fields.find(name);
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::uint64_t> journal::record::number(std::string_view name) const noexcept
{
    return base::parse_decimal(get(name));
}

journal::journal(std::filesystem::path path) : path_(std::move(path))
{
    file opened(open_locked(path_));
    std::string const content = read_all(opened.get(), path_);
    auto parsed = parse(content, path_);
    if (parsed.second < content.size() && ::ftruncate(opened.get(), static_cast<off_t>(parsed.second)) != 0)
        throw_file_error("writing", path_, errno);
    records_ = std::move(parsed.first);
    size_ = parsed.second;
    descriptor_ = opened.release();
}

journal::~journal()
{
    if (descriptor_ < 0)
        return;
    if (size_ == 0 && is_same_file(path_, descriptor_))
        ::unlink(path_.c_str());
    ::close(descriptor_);
}

void journal::append(record added)
{
    if (size_ == 0)
        return replace(std::vector<record>(1, std::move(added)));
    std::string const line = line_of(added);
    check_fits(line.size(), size_ + line.size());
    records_.push_back(std::move(added));
    try {
        write_all(descriptor_, size_, line, path_);
        if (::fdatasync(descriptor_) != 0)
            throw_file_error("syncing", path_, errno);
    } catch (std::filesystem::filesystem_error const&) {
        records_.pop_back();
        // What stays of the line is cut off when the file is opened again, if not now. But nothing may follow it.
        if (descriptor_ >= 0 && ::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0)
            ::close(std::exchange(descriptor_, -1));
        throw;
    }
    size_ += line.size();
}

void journal::replace(std::vector<record> records)
{
    std::string content;
    for (record const& each : records) {
        std::string const line = line_of(each);
        check_fits(line.size(), content.size() + line.size());
        content += line;
    }
    std::filesystem::path const temporary = replacement_of(path_);
    // Only who has the lock makes it, so what is there was left behind by a crash.
    if (::unlink(temporary.c_str()) != 0 && errno != ENOENT)
        throw_file_error("removing", temporary, errno);
    file made(
        ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (made.get() < 0)
        throw_file_error("creating", temporary, errno);
    try {
        write_all(made.get(), 0, content, path_);
        // Before it has the name, so that nobody comes between.
        if (::flock(made.get(), LOCK_EX | LOCK_NB) != 0)
            throw_file_error("locking", path_, errno);
        if (::fsync(made.get()) != 0)
            throw_file_error("syncing", path_, errno);
        if (descriptor_ < 0)
            throw_file_error("replacing", path_, EBADF);
        if (::rename(temporary.c_str(), path_.c_str()) != 0)
            throw_file_error("replacing", path_, errno);
    } catch (std::filesystem::filesystem_error const&) {
        ::unlink(temporary.c_str());
        throw;
    }
    ::close(std::exchange(descriptor_, made.release()));
    records_ = std::move(records);
    size_ = content.size();
    sync_directory_of(path_);
}

void journal::remove()
{
    file const removed(std::exchange(descriptor_, -1));
    if (removed.get() < 0 || !is_same_file(path_, removed.get()))
        return;
    if (::unlink(path_.c_str()) != 0)
        throw_file_error("removing", path_, errno);
    // What has ended would be taken up again after a crash.
    sync_directory_of(path_);
}

bool journal::exists(std::filesystem::path const& path)
{
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0;
}

bool journal::would_use(std::filesystem::path const& path, std::filesystem::path const& other)
{
    return lead_to_one_file(path, other) || lead_to_one_file(replacement_of(path), other);
}

void journal::check_fits(std::size_t line_bytes, std::uint64_t file_bytes) const
{
    if (line_bytes > line_bytes_max)
        refuse(errc::state_file_invalid, path_,
               "a line of " + std::to_string(line_bytes) + " bytes, " + std::to_string(line_bytes_max) +
                   " are allowed");
    if (file_bytes > bytes_max)
        refuse(errc::state_file_invalid, path_,
               "it would have more than " + std::to_string(bytes_max) + " bytes");
}

} // namespace glacier::transfer
