#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

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

/// Of this program alone: ru_maxrss counts from before exec on, so that it includes whoever has started the program.
inline std::uint64_t peak_resident_bytes()
{
    std::ifstream status("/proc/self/status");
    std::string name;
    std::uint64_t kibibytes = 0;
    while (status >> name && name != "VmHWM:") {}
    status >> kibibytes;
    return kibibytes * 1'024;
}

inline std::uint64_t resident_bytes()
{
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// For the drivers: what was moved and what it took. `start_s` is the CPU that the process had used before.
inline void print_transfer(std::uint64_t bytes, elapsed const& took)
{
    elapsed const all = processor_time();
    std::printf("bytes %llu seconds %.4f user_s %.4f system_s %.4f start_s %.4f peak_rss_mib %.1f\n",
                static_cast<unsigned long long>(bytes), took.wall, took.user, took.system,
                all.user + all.system - took.user - took.system,
                static_cast<double>(peak_resident_bytes()) / 1'048'576);
}

} // namespace benchmark_support
