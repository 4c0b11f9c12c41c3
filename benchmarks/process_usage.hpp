#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <fstream>

namespace benchmark_support {

/// Seconds.
struct elapsed {
    double wall = 0;
    double user = 0;
    double system = 0;
};

inline elapsed processor_time() noexcept
{
    auto const seconds = [](timeval const& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    elapsed time;
    time.user = seconds(usage.ru_utime);
    time.system = seconds(usage.ru_stime);
    return time;
}

/// Measures this process, all its threads, from its construction on.
class stopwatch {
public:
    elapsed read() const noexcept
    {
        elapsed now = processor_time();
        now.user -= begin_.user;
        now.system -= begin_.system;
        now.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_begin_).count();
        return now;
    }

private:
    elapsed begin_ = processor_time();
    std::chrono::steady_clock::time_point wall_begin_ = std::chrono::steady_clock::now();
};

inline std::uint64_t peak_resident_bytes() noexcept
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1'024;
}

inline std::uint64_t resident_bytes()
{
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace benchmark_support
