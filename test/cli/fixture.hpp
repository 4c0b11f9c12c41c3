#pragma once

#include "cli/application.hpp"
#include "cli/exit_code.hpp"
#include "cli/run.hpp"

#include <glacier/client.hpp>
#include <glacier/config.hpp>
#include <glacier/emulator.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace cli_test {

namespace cli = glacier::cli;
namespace asio = boost::asio;

/// A directory that goes with the test.
class scratch_directory {
public:
    scratch_directory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "glacier-cli-test.XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no temporary directory");
        path_ = name;
    }

    scratch_directory(scratch_directory const&) = delete;
    scratch_directory& operator=(scratch_directory const&) = delete;

    ~scratch_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string file(std::string const& name) const { return (path_ / name).string(); }

    /// Makes a file whose bytes depend on its size only.
    std::string make_file(std::string const& name, std::size_t bytes) const
    {
        std::string content(bytes, '\0');
        std::uint32_t state = 1;
        for (char& c : content) {
            state = state * 1'664'525 + 1'013'904'223;
            c = static_cast<char>(state >> 24U);
        }
        return make_file(name, content);
    }

    std::string make_file(std::string const& name, std::string const& content) const
    {
        std::ofstream stream(file(name), std::ios::binary);
        stream << content;
        return file(name);
    }

private:
    std::filesystem::path path_;
};

inline std::string content_of(std::string const& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Keeps what is written, and calls a function once when a text has come.
class watched_buffer final : public std::stringbuf {
public:
    void when(std::string text, std::function<void()> action)
    {
        text_ = std::move(text);
        action_ = std::move(action);
    }

protected:
    int sync() override
    {
        if (action_ && str().find(text_) != std::string::npos)
            std::exchange(action_, nullptr)();
        return 0;
    }

private:
    std::string text_;
    std::function<void()> action_;
};

/// Runs the command in this process.
class command {
public:
    command() = default;

    /// Returns the exit code; `out` and `err` then hold what was written.
    int run(std::vector<std::string> const& arguments)
    {
        asio::io_context context(1);
        std::ostringstream out_stream;
        if (out_breaks)
            out_stream.setstate(std::ios::badbit);
        err_buffer_.str("");
        std::ostream err_stream(&err_buffer_);
        cli::surroundings const world{
            .context = context,
            .out = out_stream,
            .err = err_stream,
            .in_descriptor = in_descriptor,
            .out_descriptor = out_descriptor,
            .err_columns = [this] { return columns; },
            .environment = [this](std::string const& name) -> std::optional<std::string> {
                auto const found = environment.find(name);
                return found == environment.end() ? std::nullopt : std::optional<std::string>(found->second);
            }};
        int const code = cli::run_application(arguments, world);
        out = out_stream.str();
        err = err_buffer_.str();
        return code;
    }

    /// Calls a function once, as soon as a text is written to `err`.
    void when_told(std::string text, std::function<void()> action)
    {
        err_buffer_.when(std::move(text), std::move(action));
    }

    /// Nothing of the machine's own settings.
    std::map<std::string, std::string> environment{{"AWS_CONFIG_FILE", "/dev/null"},
                                                   {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"},
                                                   {"AWS_EC2_METADATA_DISABLED", "true"},
                                                   {"HOME", "/nonexistent"}};
    /// Width of the terminal that `err` is.
    std::optional<std::size_t> columns;
    /// Nothing can be written to `out`.
    bool out_breaks = false;
    /// Where an archive comes from or goes to if it is `-`. None, so that no test waits for the terminal.
    int in_descriptor = -1;
    int out_descriptor = -1;
    std::string out;
    std::string err;

private:
    watched_buffer err_buffer_;
};

/// The command with an emulator whose jobs are ready at once.
class service_fixture : public command {
public:
    explicit service_fixture(std::chrono::milliseconds job_delay = std::chrono::milliseconds(0))
        : emulator_(options(job_delay))
    {
        environment["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE";
        environment["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        environment["AWS_REGION"] = "us-east-1";
        environment["AWS_ENDPOINT_URL_GLACIER"] = emulator_.endpoint_url();
        environment["XDG_STATE_HOME"] = place.file("state");
    }

    /// Does something with a client of its own, past the command.
    template <class T>
    T ask(std::function<asio::awaitable<T>(glacier::client)> question)
    {
        asio::io_context context(1);
        glacier::client_config config = glacier::load_client_config({}, [this](std::string const& name) {
            auto const found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional<std::string>(found->second);
        });
        glacier::client service(context.get_executor(), std::move(config));
        return cli::run(context, question(service));
    }

    /// The names of what is in the place for state files.
    std::vector<std::string> state_files() const
    {
        std::vector<std::string> names;
        std::error_code ignored;
        for (auto const& entry : std::filesystem::directory_iterator(place.file("state/glacier"), ignored))
            names.push_back(entry.path().filename().string());
        return names;
    }

    glacier::emulator& service() noexcept { return emulator_; }

    scratch_directory place;

private:
    glacier::emulator_options options(std::chrono::milliseconds job_delay) const
    {
        glacier::emulator_options chosen(data_.file("data"));
        chosen.job_delay = job_delay;
        chosen.inventory_period = std::chrono::hours(0);
        chosen.threads = 2;
        return chosen;
    }

    scratch_directory data_;
    glacier::emulator emulator_;
};

/// A pipe whose ends are closed with it. Writing to one that nobody reads is an error, as in the program, and no signal.
class pipe_ends {
public:
    pipe_ends()
    {
        std::signal(SIGPIPE, SIG_IGN);
        if (::pipe2(ends_, O_CLOEXEC) != 0)
            throw std::runtime_error("no pipe");
    }

    pipe_ends(pipe_ends const&) = delete;
    pipe_ends& operator=(pipe_ends const&) = delete;

    ~pipe_ends()
    {
        close_reading();
        close_writing();
    }

    int reading() const noexcept { return ends_[0]; }
    int writing() const noexcept { return ends_[1]; }
    void close_reading() noexcept { close(ends_[0]); }
    void close_writing() noexcept { close(ends_[1]); }

    /// Writes all, in another thread, and closes the end.
    std::future<void> feed(std::string text)
    {
        return std::async(std::launch::async, [this, content = std::move(text)] {
            std::size_t written = 0;
            while (written < content.size()) {
                ssize_t const count = ::write(ends_[1], content.data() + written, content.size() - written);
                if (count <= 0)
                    break;
                written += static_cast<std::size_t>(count);
            }
            close_writing();
        });
    }

    /// Reads all until the other end is closed, in another thread.
    std::future<std::string> drain()
    {
        return std::async(std::launch::async, [this] {
            std::string found;
            std::vector<char> buffer(65'536);
            while (true) {
                ssize_t const count = ::read(ends_[0], buffer.data(), buffer.size());
                if (count <= 0)
                    return found;
                found.append(buffer.data(), static_cast<std::size_t>(count));
            }
        });
    }

private:
    static void close(int& end) noexcept
    {
        if (end >= 0)
            ::close(end);
        end = -1;
    }

    int ends_[2] = {-1, -1};
};

/// The message of a failure: the last line of `err`, which must be the only one of its kind.
inline std::string message_of(std::string const& err)
{
    std::string const start = "glacier: ";
    auto const found = err.find(start);
    bool const at_line_start = found == 0 || (found != std::string::npos && err[found - 1] == '\n');
    if (!at_line_start || err.find('\n', found) != err.size() - 1)
        return "no single message at the end: " + err;
    return err.substr(found + start.size(), err.size() - found - start.size() - 1);
}

} // namespace cli_test
