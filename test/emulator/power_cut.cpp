#include "power_cut.hpp"

#include <boost/test/unit_test.hpp>

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <mutex>
#include <system_error>

namespace glacier::emulation {

namespace {

std::mutex mutex;
synced_disk* watching = nullptr;

void tell_of_sync(int descriptor)
{
    std::lock_guard const lock(mutex);
    if (watching != nullptr)
        watching->on_sync(descriptor);
}

} // namespace

synced_disk::named synced_disk::look_at(std::filesystem::path const& path)
{
    struct stat status = {};
    BOOST_TEST_REQUIRE(::lstat(path.c_str(), &status) == 0);
    return {status.st_ino, S_ISDIR(status.st_mode)};
}

synced_disk::synced_disk(std::filesystem::path root)
    : root_(std::filesystem::canonical(root)), root_node_(look_at(root_)), images_(1)
{
    std::lock_guard const lock(mutex);
    watching = this;
}

synced_disk::~synced_disk()
{
    std::lock_guard const lock(mutex);
    watching = nullptr;
}

std::size_t synced_disk::syncs() const
{
    std::lock_guard const lock(mutex);
    return images_.size() - 1;
}

void synced_disk::on_sync(int descriptor)
{
    std::filesystem::path const self = "/proc/self/fd/" + std::to_string(descriptor);
    std::filesystem::path const path = std::filesystem::read_symlink(self);
    if (!path.string().starts_with(root_.string()))
        return;
    struct stat status = {};
    BOOST_TEST_REQUIRE(::fstat(descriptor, &status) == 0);
    auto synced = std::make_shared<node>();
    if (S_ISDIR(status.st_mode)) {
        for (auto const& entry : std::filesystem::directory_iterator(path))
            synced->names[entry.path().filename().string()] = look_at(entry.path());
    } else {
        std::ifstream input(self, std::ios::binary);
        synced->bytes.assign(std::istreambuf_iterator<char>(input), {});
    }
    image next = images_.back();
    next[status.st_ino] = std::move(synced);
    images_.push_back(std::move(next));
}

void synced_disk::restore(std::size_t syncs, std::filesystem::path const& target) const
{
    image disk;
    {
        std::lock_guard const lock(mutex);
        disk = images_.at(syncs);
    }
    restore(disk, root_node_, target);
}

void synced_disk::restore(image const& disk, named what, std::filesystem::path const& target)
{
    // Of what was never synced there is nothing but its name.
    auto const found = disk.find(what.inode);
    node const nothing;
    node const& synced = found == disk.end() ? nothing : *found->second;
    if (!what.is_directory) {
        std::ofstream(target, std::ios::binary) << synced.bytes;
        return;
    }
    std::filesystem::create_directory(target);
    for (auto const& [name, child] : synced.names)
        restore(disk, child, target / name);
}

} // namespace glacier::emulation

// The process's own, found before those of the C library, also by SQLite.

extern "C" __attribute__((visibility("default"))) int fsync(int descriptor)
{
    static auto* const next = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "fsync"));
    int const result = next(descriptor);
    if (result == 0)
        glacier::emulation::tell_of_sync(descriptor);
    return result;
}

extern "C" __attribute__((visibility("default"))) int fdatasync(int descriptor)
{
    static auto* const next = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "fdatasync"));
    int const result = next(descriptor);
    if (result == 0)
        glacier::emulation::tell_of_sync(descriptor);
    return result;
}
