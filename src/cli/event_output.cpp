#include "cli/event_output.hpp"

#include "cli/exit_code.hpp"

#include <glacier/json_observer.hpp>
#include <glacier/log_observer.hpp>
#include <glacier/observer_list.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::cli {

/// Shared with the client, which may live longer than the command.
struct event_output::state {
    void show(std::string_view line)
    {
        std::lock_guard const lock(mutex);
        if (tell != nullptr)
            tell->note(line);
    }

    void write(std::string_view line)
    {
        std::lock_guard const lock(mutex);
        if (!file.is_open())
            return;
        file << line << '\n' << std::flush;
        if (file)
            return;
        // Once is enough, and the command goes on.
        file.close();
        if (tell != nullptr)
            tell->note(file_name + ": events can no longer be written");
    }

    std::mutex mutex;
    console* tell = nullptr;
    std::string file_name;
    std::ofstream file;
};

event_output::event_output(console& tell, bool trace, std::optional<std::string> const& file)
    : state_(std::make_shared<state>())
{
    state_->tell = &tell;
    std::vector<std::shared_ptr<observer>> observers;
    if (trace)
        observers.push_back(
            log_observer([shown = state_](std::string_view line) { shown->show(line); }, event_level::trace));
    if (file) {
        state_->file_name = *file;
        errno = 0;
        state_->file.open(*file, std::ios::binary | std::ios::app);
        if (!state_->file)
            throw failure(exit_code::local_file, *file + ": " + std::strerror(errno));
        observers.push_back(json_observer([written = state_](std::string_view line) { written->write(line); },
                                          event_level::trace));
    }
    if (!observers.empty())
        observer_ = observer_list(std::move(observers));
}

event_output::~event_output()
{
    std::lock_guard const lock(state_->mutex);
    state_->tell = nullptr;
}

} // namespace glacier::cli
