#include "cli/treehash_command.hpp"

#include "cli/file.hpp"
#include "cli/run.hpp"
#include "cli/text.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace glacier::cli {

namespace {

struct file_hash {
    glacier::tree_hash hash;
    std::uint64_t bytes = 0;
};

asio::awaitable<file_hash> hash_file(std::string file)
{
    constexpr std::size_t block_bytes = 1'048'576;

    auto const executor = co_await asio::this_coro::executor;
    file_reader reader(std::move(file));
    tree_hasher hasher;
    std::vector<std::byte> block(block_bytes);
    file_hash found;
    for (;;) {
        auto const count = reader.read_some(block);
        if (count == std::size_t(0))
            break;
        if (count) {
            hasher.update(std::span<std::byte const>(block).first(*count));
            found.bytes += *count;
        }
        // Lets signals in.
        co_await asio::post(executor, asio::use_awaitable);
    }
    found.hash = hasher.finish();
    co_return found;
}

} // namespace

void print_tree_hashes(session& session, std::vector<std::string> const& files)
{
    for (std::string const& file : files) {
        file_hash const found = run(session.context(), hash_file(file));
        if (session.out().form() == output_form::json)
            session.out().line(
                boost::json::serialize(boost::json::object{{"Path", valid_utf8(file)},
                                                           {"SizeInBytes", found.bytes},
                                                           {"SHA256TreeHash", found.hash.hex()}}));
        else
            session.out().line(found.hash.hex() + "  " + file);
    }
}

} // namespace glacier::cli
