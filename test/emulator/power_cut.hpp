#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace glacier::emulation {

/**
 * A disk that forgets everything that was not synced when the power goes.
 *
 * As long as it lives it sees every fsync() and fdatasync() of the process, SQLite's included, below a
 * directory, and keeps what the disk surely has then: of a file its bytes, of a directory its names. After
 * each of them the power can be cut in thought: restore() makes what is there when the machine comes back.
 *
 * That is the harshest disk: a real one may have written more. Only one at a time.
 */
class synced_disk {
public:
    /// The directory is there, and nothing in it.
    explicit synced_disk(std::filesystem::path root);
    synced_disk(synced_disk const&) = delete;
    synced_disk& operator=(synced_disk const&) = delete;
    ~synced_disk();

    /// How often something below the directory was synced so far.
    std::size_t syncs() const;

    /// Makes what a cut right after so many syncs leaves. The target must not exist.
    void restore(std::size_t syncs, std::filesystem::path const& target) const;

    /// Called by the process's fsync() and fdatasync().
    void on_sync(int descriptor);

private:
    struct named {
        ino_t inode = 0;
        bool is_directory = false;
    };
    /// What one sync has brought to the disk: the bytes of a file, or the names of a directory.
    struct node {
        std::string bytes;
        std::map<std::string, named> names;
    };
    using image = std::map<ino_t, std::shared_ptr<node const>>;

    static named look_at(std::filesystem::path const& path);
    static void restore(image const& disk, named what, std::filesystem::path const& target);

    std::filesystem::path root_;
    named root_node_;
    // One after each sync, and the empty one before the first.
    std::vector<image> images_;
};

} // namespace glacier::emulation
