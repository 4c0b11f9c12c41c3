#pragma once

#include <glacier/error.hpp>
#include <glacier/inventory.hpp>

#include <boost/system/result.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace glacier::protocol {

/// Why an inventory cannot be read further.
struct inventory_failure {
    errc code = errc::malformed_inventory;
    std::string reason;
    /// It is about the entry that would have been the next.
    bool in_entry = false;
};

/// An archive; or nothing, if more bytes are needed or the inventory is complete; or what is wrong.
using inventory_step = boost::system::result<std::optional<inventory_archive>, inventory_failure>;

/// The most that a message shows of an inventory.
inline constexpr std::size_t inventory_excerpt_max = 80;

/// The bytes of an inventory that have not been read, and how units of them (a line, an entry) are taken off their
/// front. A unit that arrived in several pieces is joined, so that its reader sees all of it at once.
class inventory_input {
public:
    static constexpr std::size_t npos = std::string_view::npos;

    enum class unit_state { whole, unfinished, too_long };

    struct unit {
        unit_state state;
        /// Valid until the next call of take() or feed(). Of a unit that is not whole: its beginning.
        std::string_view text;
    };

    void feed(std::string_view bytes) noexcept { rest_ = bytes; }
    void finish() noexcept { finished_ = true; }

    bool empty() const noexcept { return rest_.empty(); }
    bool finished() const noexcept { return finished_; }

    char front() const noexcept { return rest_.front(); }
    void skip() noexcept { rest_.remove_prefix(1); }

    void skip_space() noexcept
    {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    }

    /// Whether the front is in the middle of a unit.
    bool in_unit() const noexcept { return unfinished_; }

    /// Takes a unit of at most `bytes_max` bytes. `find_end` is called with what follows of it, and gives where it
    /// ends or npos; across calls, it sees every byte once.
    template <class FindEnd>
    unit take(std::size_t bytes_max, FindEnd&& find_end)
    {
        if (!unfinished_)
            kept_.clear();
        // One more shows that it is too long.
        std::string_view const window = rest_.substr(0, bytes_max - kept_.size() + 1);
        std::size_t const end = find_end(window);
        if (end == npos ? kept_.size() + window.size() > bytes_max : kept_.size() + end > bytes_max) {
            kept_.append(window.substr(0, inventory_excerpt_max + 1));
            return {unit_state::too_long, kept_};
        }
        if (end != npos && !unfinished_) {
            std::string_view const text = window.substr(0, end);
            rest_.remove_prefix(end);
            return {unit_state::whole, text};
        }
        std::size_t const length = std::min(end, window.size());
        kept_.append(window.substr(0, length));
        rest_.remove_prefix(length);
        unfinished_ = end == npos;
        return {unfinished_ ? unit_state::unfinished : unit_state::whole, kept_};
    }

    /// Takes the unit that the end of the inventory has cut.
    std::string_view take_unfinished() noexcept
    {
        unfinished_ = false;
        return kept_;
    }

private:
    std::string_view rest_;
    /// The beginning of a unit, of which the pieces are gone.
    std::string kept_;
    bool unfinished_ = false;
    bool finished_ = false;
};

} // namespace glacier::protocol
