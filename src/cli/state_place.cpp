#include "cli/state_place.hpp"

#include "cli/exit_code.hpp"

#include <glacier/tree_hash.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <span>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace glacier::cli {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(fs::path const& path, int reason)
{
    throw failure(exit_code::local_file, path.string() + ": " + std::generic_category().message(reason));
}

std::optional<fs::path> absolute_path(environment_reader const& environment, std::string const& variable)
{
    auto const value = environment(variable);
    if (!value || !fs::path(*value).is_absolute())
        return std::nullopt;
    return fs::path(*value);
}

/// A file begins with the checksum of its first record, and what that is.
bool begins_as_state_file(int descriptor)
{
    constexpr std::size_t checksum_digits = 16;
    constexpr std::string_view type = " transfer ";
    std::array<char, checksum_digits + type.size()> read{};
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    ssize_t const count = ::pread(descriptor, read.data(), read.size(), 0);
    if (count < 0)
        return false;
    // A crash may have cut it off.
    std::string_view const begin(read.data(), static_cast<std::size_t>(count));
    std::string_view const checksum = begin.substr(0, checksum_digits);
    return checksum.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
           type.starts_with(begin.substr(checksum.size()));
}

} // namespace

std::optional<fs::path> state_directory(environment_reader const& environment)
{
    if (auto const state = absolute_path(environment, "XDG_STATE_HOME"))
        return *state / "glacier";
    if (auto const home = absolute_path(environment, "HOME"))
        return *home / ".local" / "state" / "glacier";
    return std::nullopt;
}

std::string state_file_name(client const& service, vault_name const& vault, std::string const& file)
{
    std::error_code ignored;
    fs::path path = fs::weakly_canonical(fs::absolute(file, ignored), ignored);
    if (path.empty())
        path = file;
    // The path is last, and alone may have line ends in it.
    std::string const identity = service.get_endpoint() + "\n" + service.get_region() + "\n" +
                                 service.get_account().str() + "\n" + vault.str() + "\n" + path.string();
    // Of less than 1 MiB it is the plain SHA-256.
    return "upload-" + tree_hash_of(std::as_bytes(std::span(identity))).hex();
}

void make_private_directory(fs::path const& directory)
{
    std::error_code error;
    if (fs::is_directory(directory, error))
        return;
    if (directory.has_relative_path() && directory.has_parent_path())
        make_private_directory(directory.parent_path());
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        fail(directory, errno);
    if (!fs::is_directory(directory, error))
        fail(directory, ENOTDIR);
}

bool is_state_file(fs::path const& file)
{
    int const descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return false;
    bool const is_one = begins_as_state_file(descriptor);
    ::close(descriptor);
    return is_one;
}

void remove_state_file(fs::path const& file)
{
    int const descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0 && errno == ENOENT)
        return;
    if (descriptor < 0)
        fail(file, errno);
    // A transfer holds this lock for as long as it runs.
    int reason = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    bool const is_one = begins_as_state_file(descriptor);
    if (reason == 0 && is_one && ::unlink(file.c_str()) != 0)
        reason = errno;
    ::close(descriptor);
    if (!is_one)
        throw failure(exit_code::local_file, file.string() + ": not a state file of a transfer, so it stays");
    if (reason == EWOULDBLOCK)
        throw failure(exit_code::local_file,
                      file.string() + ": " + error_code(errc::state_file_in_use).message());
    if (reason != 0)
        fail(file, reason);
}

} // namespace glacier::cli
