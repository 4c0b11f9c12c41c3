#pragma once

#include <glacier/error.hpp>
#include <glacier/job.hpp>
#include <glacier/sha256_digest.hpp>
#include <glacier/timestamp.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace glacier {

/// An archive as an inventory lists it.
struct inventory_archive {
    /// Id, as the inventory has it, not empty. It comes from outside: glacier::archive_id checks it.
    std::string archive;
    /// Empty if the archive has none. UTF-8, with any characters.
    std::string description;
    /// When its upload was completed, in UTC.
    timestamp creation_date;
    /// Without the service's overhead; up to 2^63 - 1.
    std::uint64_t size_in_bytes = 0;
    /// Of the whole archive.
    glacier::tree_hash tree_hash;

    /// Whether all members are equal.
    friend bool operator==(inventory_archive const&, inventory_archive const&) = default;
};

/// What is known of an inventory before it is read.
struct inventory_options {
    inventory_options() = default;

    /// If nothing, it follows from the content type where there is one, else from the first byte.
    std::optional<inventory_format> format;
    /// Size of the whole inventory, job_description::inventory_size_in_bytes: one that ends before it is
    /// incomplete. inventory_reader takes the length of its stream if there is nothing here.
    std::optional<std::uint64_t> size_in_bytes;
};

/**
 * An inventory that cannot be read to its end.
 *
 * code() is errc::incomplete_inventory if it is cut short, errc::malformed_inventory for anything else. what()
 * is one sentence for a person: the entry, what is wrong with it, and an excerpt in printable characters.
 */
class inventory_error : public boost::system::system_error {
public:
    /// No error. boost::system::result<T, inventory_error> gives it for a result that has a value.
    inventory_error();

    /// `reason` follows the words of the code and the entry; nothing in it is made printable.
    inventory_error(errc code, std::uint64_t entry, std::string const& reason);

    /// The sentence. Valid as long as this object.
    char const* what() const noexcept override { return text_.c_str(); }

    /// The entry that is wrong or missing; the first is 1. 0: what is wrong is before or after the entries.
    std::uint64_t entry() const noexcept { return entry_; }

private:
    std::uint64_t entry_ = 0;
    std::string text_;
};

/// Throws `error`. Makes boost::system::result<T, inventory_error>::value() throw it.
[[noreturn]] void throw_exception_from_error(inventory_error const& error,
                                             boost::source_location const& location);

/**
 * Reads an inventory, the output of an inventory job, from bytes that arrive in pieces of any size:
 *
 *     glacier::inventory_parser parser;
 *     while (std::size_t const count = read(buffer)) {
 *         parser.feed(std::span(buffer).first(count));
 *         while (auto archive = parser.next().value())
 *             use(*archive);
 *     }
 *     parser.finish();
 *     while (auto archive = parser.next().value())
 *         use(*archive);
 *
 * How the bytes are cut into pieces has no influence on the result. Memory does not depend on the length of the
 * inventory: an entry, and a member of the JSON beside the list, may have `entry_bytes_max` bytes.
 *
 * JSON: members may stand in any order, ones that are not known are skipped, and a description may be absent or
 * null. Of two members of the same name the last counts, but a second list is an error.
 *
 * CSV: the first line names the columns, which may stand in any order, with others between them. The service does
 * not escape the backslash, so descriptions are found from both ends of the line: all of them are read as they
 * were written, except those with a line end or with NUL, which CSV cannot hold. Empty lines are skipped.
 *
 * An inventory that ends too early is errc::incomplete_inventory. JSON has an end, so every cut is found. CSV has
 * none: a cut is found if the last line lacks columns, or if its last column is no whole value (for the service's
 * order of columns: no whole hash). Without its size, a cut at the end of a line cannot be found, nor one within
 * a description that reads like the rest of a line, nor one within the last column if that is a size or unknown.
 * So give inventory_options::size_in_bytes, or use inventory_reader, which knows the length of its stream.
 *
 * Thread safety: none; different objects are independent.
 */
class inventory_parser {
public:
    /// Bytes of a JSON entry, or of a line of CSV without its end. The service's entries have less than 3,000.
    static constexpr std::size_t entry_bytes_max = 65'536;
    /// How deep objects and arrays may be nested in a JSON entry, or in a member beside the list.
    static constexpr std::size_t nesting_max = 32;

    /// What next() gives.
    using step_result = boost::system::result<std::optional<inventory_archive>, inventory_error>;

    /// Has seen no bytes yet.
    explicit inventory_parser(inventory_options options = inventory_options());
    /// Takes over what the other one has seen; that may then only be assigned to or destroyed.
    inventory_parser(inventory_parser&&) noexcept;
    /// Takes over what the other one has seen; that may then only be assigned to or destroyed.
    inventory_parser& operator=(inventory_parser&&) noexcept;
    ~inventory_parser();

    /**
     * Gives the bytes that follow those given so far. They must stay valid until next() has given nothing or an
     * error. After an error they are ignored.
     *
     * Errors: throws std::logic_error if bytes given before have not been read to their end, or after finish().
     */
    void feed(std::span<std::byte const> bytes);

    /// Says that no bytes follow.
    void finish() noexcept;

    /**
     * The next archive. Nothing: all bytes given so far are read, and after finish(), the inventory is complete.
     *
     * Errors: those of inventory_error. The parser stays in the error, and gives it again.
     */
    step_result next();

    /// The archives that next() has given.
    std::uint64_t archives() const noexcept;

    /// Bytes given so far.
    std::uint64_t bytes() const noexcept;

    /// Nothing before the first byte, if it was not given.
    std::optional<inventory_format> format() const noexcept;

    /// `VaultARN`, once it was seen; usually before the first archive. CSV has none.
    std::optional<std::string> const& vault_arn() const noexcept;

    /// `InventoryDate`, once it was seen; usually before the first archive. CSV has none.
    std::optional<timestamp> inventory_date() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace glacier
