#pragma once

#include <csignal>

#include <sys/resource.h>

namespace glacier::test {

/// Lets no file grow above so many bytes, as long as it lives: what a full disk does.
class file_size_limit {
public:
    explicit file_size_limit(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit changed = before_;
        changed.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &changed);
    }

    file_size_limit(file_size_limit const&) = delete;
    file_size_limit& operator=(file_size_limit const&) = delete;

    ~file_size_limit()
    {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, signal_);
    }

private:
    rlimit before_{};
    void (*signal_)(int);
};

} // namespace glacier::test
