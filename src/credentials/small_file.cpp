#include "credentials/small_file.hpp"

#include "async/offload.hpp"
#include "credentials/failure.hpp"
#include "crypto/wipe.hpp"

#include <boost/asio/this_coro.hpp>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace glacier::credentials_sources {

namespace {

constexpr std::size_t token_bytes_max = std::size_t(64) * 1'024;

error_code last_error()
{
    return {errno, boost::system::generic_category()};
}

class descriptor {
public:
    explicit descriptor(int value) noexcept : value_(value) {}
    descriptor(descriptor const&) = delete;
    descriptor& operator=(descriptor const&) = delete;
    ~descriptor() { close(); }

    int get() const noexcept { return value_; }

    bool close() noexcept
    {
        int const closed = std::exchange(value_, -1);
        return closed < 0 || ::close(closed) == 0;
    }

private:
    int value_;
};

[[noreturn]] void fail_file(std::string const& source, std::filesystem::path const& path,
                            std::string const& what)
{
    fail_source(source, path.string() + ": " + what);
}

std::optional<secret_string> read_now(std::string const& source, std::filesystem::path const& path,
                                      std::size_t bytes_max)
{
    // A pipe without a writer would never open.
    descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        error_code const error = last_error();
        if (error == boost::system::errc::no_such_file_or_directory ||
            error == boost::system::errc::not_a_directory)
            return std::nullopt;
        fail_file(source, path, error.message());
    }
    struct stat about {};
    if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode))
        fail_file(source, path, "is no file");
    std::string text(bytes_max + 1, '\0');
    crypto::wiper const wiped(text);
    std::size_t size = 0;
    while (size < text.size()) {
        auto const count = ::read(file.get(), text.data() + size, text.size() - size);
        if (count < 0)
            fail_file(source, path, last_error().message());
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    if (size > bytes_max)
        fail_file(source, path, "is larger than " + std::to_string(bytes_max) + " bytes");
    return secret_string(std::string_view(text.data(), size));
}

bool write_all(int file, std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        auto const count = ::write(file, bytes.data(), bytes.size());
        if (count < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

error_code replace_now(std::filesystem::path const& path, secret_string const& content)
{
    std::string temporary = path.string() + ".XXXXXX";
    // Mode 0600.
    descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (file.get() < 0)
        return last_error();
    if (!write_all(file.get(), content.reveal()) || ::fsync(file.get()) != 0 || !file.close() ||
        ::rename(temporary.c_str(), path.c_str()) != 0) {
        error_code const error = last_error();
        ::unlink(temporary.c_str());
        return error;
    }
    return {};
}

std::string_view trim(std::string_view text) noexcept
{
    constexpr std::string_view blanks = " \t\r\n";
    auto const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

asio::awaitable<asio::any_io_executor> blocking_executor()
{
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    co_return async::blocking_executor_of(executor);
}

} // namespace

asio::awaitable<std::optional<secret_string>> read_small_file(std::string source, std::filesystem::path path,
                                                              std::size_t bytes_max)
{
    asio::any_io_executor const blocking = co_await blocking_executor();
    auto read = [source = std::move(source), path = std::move(path), bytes_max] {
        return read_now(source, path, bytes_max);
    };
    co_return co_await async::offload(blocking, std::move(read));
}

asio::awaitable<secret_string> read_token_file(std::string source, std::filesystem::path path)
{
    std::optional<secret_string> const text = co_await read_small_file(source, path, token_bytes_max);
    if (!text)
        fail_file(source, path, "there is no such file");
    std::string_view const token = trim(text->reveal());
    if (token.empty())
        fail_file(source, path, "is empty");
    co_return secret_string(token);
}

asio::awaitable<error_code> replace_small_file(std::filesystem::path path, secret_string content)
{
    asio::any_io_executor const blocking = co_await blocking_executor();
    auto replace = [path = std::move(path), content = std::move(content)] {
        return replace_now(path, content);
    };
    co_return co_await async::offload(blocking, std::move(replace));
}

} // namespace glacier::credentials_sources
