#include "credentials/child_process.hpp"

#include "async/offload.hpp"
#include "crypto/wipe.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace glacier::credentials_sources {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t error_output_bytes_max = 4'096;

[[noreturn]] void fail(int error, char const* doing)
{
    throw boost::system::system_error(error, boost::system::generic_category(), doing);
}

class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int value) noexcept : value_(value) {}
    descriptor(descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    descriptor& operator=(descriptor other) noexcept
    {
        std::swap(value_, other.value_);
        return *this;
    }
    ~descriptor()
    {
        if (value_ >= 0)
            ::close(value_);
    }

    int get() const noexcept { return value_; }

private:
    int value_ = -1;
};

/// A pipe from the program to us.
struct output_pipe {
    output_pipe()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            fail(errno, "pipe");
        read_end = descriptor(ends[0]);
        write_end = descriptor(ends[1]);
        ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
    }

    descriptor read_end;
    descriptor write_end;
};

/// What a program needs to be started, as the C library wants it.
class spawn_terms {
public:
    spawn_terms(int output, int error_output)
    {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, 1);
        posix_spawn_file_actions_adddup2(&actions_, error_output, 2);
#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
        // Sockets of a server are seldom marked to be closed.
        posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
#endif
#endif
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }

    spawn_terms(spawn_terms const&) = delete;
    spawn_terms& operator=(spawn_terms const&) = delete;

    ~spawn_terms()
    {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    posix_spawn_file_actions_t const* actions() const noexcept
    {
        return &actions_;
    }
    posix_spawnattr_t const* attributes() const noexcept
    {
        return &attributes_;
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// A program that runs. When it goes, the program's group is killed, and the program leaves no zombie.
class child_process {
public:
    /// Blocks until the program has been loaded.
    explicit child_process(std::vector<std::string> const& words)
    {
        std::vector<char*> arguments;
        for (std::string const& word : words)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        spawn_terms const terms(output_.write_end.get(), error_output_.write_end.get());
        int const error = ::posix_spawnp(&id_, arguments.front(), terms.actions(), terms.attributes(),
                                         arguments.data(), environ);
        if (error != 0)
            fail(error, "starting the program");
        output_.write_end = descriptor();
        error_output_.write_end = descriptor();
    }

    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;

    ~child_process()
    {
        crypto::wipe(text_);
        if (lost_)
            return;
        // Whoever was started by the program, and holds its pipes, goes too. Until it is waited for, the number of the
        // group cannot be that of another.
        ::kill(-id_, SIGKILL);
        int status = 0;
        while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {}
    }

    /// Takes what the program has written. False if it is too much.
    bool read(std::size_t output_bytes_max)
    {
        std::array<char, 4'096> block{};
        bool fits = true;
        while (true) {
            auto const count = ::read(output_.read_end.get(), block.data(), block.size());
            if (count <= 0)
                break;
            fits = text_.size() + static_cast<std::size_t>(count) <= output_bytes_max;
            if (!fits)
                break;
            append(text_, std::string_view(block.data(), static_cast<std::size_t>(count)));
        }
        crypto::wipe(block.data(), block.size());
        while (true) {
            auto const count = ::read(error_output_.read_end.get(), block.data(), block.size());
            if (count <= 0)
                break;
            auto const room = error_output_bytes_max - error_text_.size();
            error_text_.append(block.data(), std::min(room, static_cast<std::size_t>(count)));
        }
        return fits;
    }

    /// Whether the program has ended; `result` then gets how.
    bool has_ended(process_result& result)
    {
        siginfo_t about{};
        if (::waitid(P_PID, static_cast<id_t>(id_), &about, WEXITED | WNOHANG | WNOWAIT) != 0) {
            if (errno == EINTR)
                return false;
            // The process ignores SIGCHLD, or something else in it has taken the program's end: its output decides.
            lost_ = true;
            return true;
        }
        if (about.si_pid == 0)
            return false;
        if (about.si_code != CLD_EXITED)
            result.how = process_result::ending::signalled;
        result.exit_status = about.si_status;
        return true;
    }

    void take_output(process_result& result)
    {
        result.output = secret_string(text_);
        result.error_output = error_text_;
    }

private:
    /// Growing leaves no copy behind.
    static void append(std::string& text, std::string_view more)
    {
        if (text.size() + more.size() > text.capacity()) {
            std::string larger;
            larger.reserve(2 * (text.size() + more.size()));
            larger = text;
            text.swap(larger);
            crypto::wipe(larger);
        }
        text += more;
    }

    output_pipe output_;
    output_pipe error_output_;
    pid_t id_ = 0;
    bool lost_ = false;
    std::string text_;
    std::string error_text_;
};

} // namespace

asio::awaitable<process_result> run_process(std::vector<std::string> words, milliseconds limit,
                                            std::size_t output_bytes_max,
                                            std::shared_ptr<async::time_source> time)
{
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    auto const end = time->now() + limit;
    auto start = [words = std::move(words)] { return std::make_unique<child_process>(words); };
    std::unique_ptr<child_process> const child =
        co_await async::offload(async::blocking_executor_of(executor), std::move(start));

    // A look now and then, instead of a signal handler that the whole process would have to share. Programs that give
    // credentials run for some tenths of a second, once an hour.
    constexpr milliseconds pause_max(20);
    milliseconds pause(1);
    auto const timer = time->make_timer(executor);
    process_result result;
    while (true) {
        // In this order: what the program wrote before it ended is then there.
        bool const ended = child->has_ended(result);
        if (!child->read(output_bytes_max)) {
            result.how = process_result::ending::too_much;
            break;
        }
        if (ended)
            break;
        if (time->now() >= end) {
            result.how = process_result::ending::too_slow;
            break;
        }
        co_await timer->wait_until(std::min(end, time->now() + pause));
        pause = std::min(2 * pause, pause_max);
    }
    child->take_output(result);
    co_return result;
}

} // namespace glacier::credentials_sources
