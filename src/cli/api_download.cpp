#include "cli/api_download.hpp"

#include "cli/exit_code.hpp"
#include "cli/file.hpp"
#include "cli/run.hpp"

#include <glacier/tree_hash.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace glacier::cli {

namespace {

[[noreturn]] void fail(std::string const& file, int reason)
{
    throw failure(exit_code::local_file, file + ": " + std::generic_category().message(reason));
}

bool is_special(std::string const& file)
{
    std::error_code ignored;
    auto const type = std::filesystem::status(file, ignored).type();
    return type == std::filesystem::file_type::character || type == std::filesystem::file_type::block ||
           type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::socket;
}

/// Whether the name still stands for the open file: whoever held the lock before may have renamed it.
bool is_same_file(std::string const& file, int descriptor) noexcept
{
    struct stat by_name {};
    struct stat opened {};
    return ::lstat(file.c_str(), &by_name) == 0 && ::fstat(descriptor, &opened) == 0 &&
           by_name.st_dev == opened.st_dev && by_name.st_ino == opened.st_ino;
}

/// Where the bytes go. Destroyed before commit(), it leaves the file's name alone.
class output_target {
public:
    explicit output_target(std::string file) : file_(std::move(file)), is_special_(is_special(file_))
    {
        if (is_special_) {
            descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CLOEXEC);
            if (descriptor_ < 0)
                fail(file_, errno);
        } else {
            open_part();
        }
    }

    output_target(output_target const&) = delete;
    output_target& operator=(output_target const&) = delete;

    ~output_target()
    {
        if (!is_special_ && !is_committed_)
            ::unlink(part().c_str());
        ::close(descriptor_);
    }

    void write(std::span<std::byte const> bytes)
    {
        while (!bytes.empty()) {
            ssize_t const count = ::write(descriptor_, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                fail(file_, errno);
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }

    void commit()
    {
        if (is_special_)
            return;
        if (::fsync(descriptor_) != 0 || ::rename(part().c_str(), file_.c_str()) != 0)
            fail(file_, errno);
        is_committed_ = true;
    }

private:
    std::string part() const { return file_ + ".part"; }

    /// The lock goes with the process, so what a crash left behind can be taken over.
    void open_part()
    {
        while (true) {
            descriptor_ = ::open(part().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
            if (descriptor_ < 0)
                fail(part(), errno);
            int const reason = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
            // Without this, a file that was completed and renamed just now would be truncated.
            if (reason == 0 && is_same_file(part(), descriptor_))
                break;
            ::close(descriptor_);
            if (reason == EWOULDBLOCK)
                throw failure(exit_code::local_file, part() + ": another process is writing to it");
            if (reason != 0)
                fail(part(), reason);
        }
        if (::ftruncate(descriptor_, 0) != 0) {
            int const reason = errno;
            ::close(descriptor_);
            fail(part(), reason);
        }
    }

    std::string file_;
    bool is_special_;
    int descriptor_ = -1;
    bool is_committed_ = false;
};

asio::awaitable<job_output_head> save(client service, get_job_output_request request, std::string file)
{
    constexpr std::size_t block_bytes = 262'144;

    job_output_stream stream = co_await service.get_job_output(std::move(request));
    output_target target(file);
    tree_hasher hasher;
    std::vector<std::byte> buffer(block_bytes);
    while (true) {
        std::size_t const count = co_await stream.read_some(buffer);
        if (count == 0)
            break;
        auto const bytes = std::span(buffer).first(count);
        hasher.update(bytes);
        target.write(bytes);
    }
    job_output_head const& head = stream.head();
    tree_hash const found = hasher.finish();
    if (head.tree_hash && *head.tree_hash != found)
        throw failure(exit_code::not_verified, file + ": the bytes that arrived have the tree hash " +
                                                   found.hex() + " instead of " + head.tree_hash->hex());
    target.commit();
    co_return head;
}

} // namespace

job_output_head save_job_output(asio::io_context& context, client const& service,
                                get_job_output_request request, std::string const& file)
{
    if (!is_special(file))
        check_place(file);
    return run(context, save(service, std::move(request), file));
}

} // namespace glacier::cli
