#pragma once

#include "cli/event_output.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"

#include <glacier/client.hpp>
#include <glacier/config.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <unistd.h>

namespace glacier::cli {

namespace asio = boost::asio;

/// What the command works with. The program gives it those of the process, a test its own.
struct surroundings {
    /// Run by no other thread.
    asio::io_context& context;
    std::ostream& out;
    std::ostream& err;
    /// Where an archive is read from, and written to, if it is not a file but `-`.
    int in_descriptor = STDIN_FILENO;
    int out_descriptor = STDOUT_FILENO;
    /// The width of the terminal that `err` is; nothing if it is none.
    std::function<std::optional<std::size_t>()> err_columns = [] { return std::nullopt; };
    environment_reader environment = process_environment();
};

/// The options that all commands have.
struct global_options {
    std::optional<std::string> endpoint_url;
    std::optional<std::string> region;
    std::optional<std::string> account_id;
    std::optional<std::string> ca_bundle;
    std::optional<std::string> proxy;
    std::optional<std::string> profile;
    bool fips = false;
    bool dualstack = false;
    /// A line on stderr for each event of the client.
    bool trace = false;
    /// A file that gets a JSON line for each.
    std::optional<std::string> log;
    /// If it was given; else text.
    std::optional<output_form> form;
};

/// One run of the command.
class session {
public:
    /// Errors: failure(local_file) if the file for events cannot be opened.
    session(surroundings const& world, global_options options)
        : world_(world), options_(std::move(options)),
          out_(world.out, options_.form.value_or(output_form::text)), console_(world.err, world.err_columns),
          events_(console_, options_.trace, options_.log)
    {}

    asio::io_context& context() const noexcept { return world_.context; }
    output& out() noexcept { return out_; }
    environment_reader const& environment() const noexcept { return world_.environment; }
    console& tell() noexcept { return console_; }
    int in_descriptor() const noexcept { return world_.in_descriptor; }
    int out_descriptor() const noexcept { return world_.out_descriptor; }

    /// What options, environment and files describe; `account`: another owner of the vaults, if there is one.
    client_config configure(std::optional<std::string> const& account = std::nullopt) const;

    /// Makes the client that options, environment and files describe, with room for so many transfers of
    /// parts at once.
    client connect(std::size_t concurrency = 1) const;
    /// The same for another owner of the vaults, if there is one.
    client connect(std::size_t concurrency, std::optional<std::string> const& account) const;
    /// The same with a configuration that was changed.
    client connect(std::size_t concurrency, client_config config) const;

private:
    surroundings world_;
    global_options options_;
    output out_;
    console console_;
    event_output events_;
};

} // namespace glacier::cli
