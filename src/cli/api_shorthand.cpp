#include "cli/api_shorthand.hpp"

#include "cli/exit_code.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace glacier::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 32;

bool is_space(char c) noexcept
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_key_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.#/:").find(c) != std::string_view::npos;
}

/// Where a word stands decides what ends it: the words of a list may hold brackets, a single one may hold `=`.
enum class word_place { first, following };

bool may_begin_word(char c) noexcept
{
    return !is_space(c) && std::string_view("\"',=[{").find(c) == std::string_view::npos;
}

bool may_continue_word(char c, word_place place) noexcept
{
    std::string_view const ends = place == word_place::first ? "\"',]}" : "\"',=";
    return ends.find(c) == std::string_view::npos;
}

class reader {
public:
    explicit reader(std::string_view text) : text_(text) {}

    json::object read_all()
    {
        json::object members;
        add_member(members, read_key(), [this] { return read_member_value(); });
        while (!at_end()) {
            expect(',');
            skip_space();
            add_member(members, read_key(), [this] { return read_member_value(); });
        }
        return members;
    }

private:
    template <class Read>
    void add_member(json::object& members, std::string const& key, Read read)
    {
        skip_space();
        expect('=');
        skip_space();
        if (members.if_contains(key) != nullptr)
            fail("the key " + key + " stands there twice");
        members.emplace(key, read());
    }

    std::string read_key()
    {
        std::size_t const start = at_;
        while (!at_end() && is_key_character(text_[at_]))
            ++at_;
        if (at_ == start)
            fail("a key is expected");
        return std::string(text_.substr(start, at_ - start));
    }

    json::value read_member_value()
    {
        if (is_next('['))
            return read_list();
        if (is_next('{'))
            return read_object();
        return read_words();
    }

    /// `a`, or `a,b,c` as a list. Where a comma is followed by `key=`, it separates members instead.
    json::value read_words()
    {
        json::string const first = read_word(word_place::first);
        json::array words{first};
        while (true) {
            skip_space();
            if (!is_next(','))
                break;
            std::size_t const comma = at_++;
            skip_space();
            auto next = read_following_word();
            if (!next) {
                at_ = comma;
                break;
            }
            words.push_back(std::move(*next));
        }
        return words.size() == 1 ? json::value(first) : json::value(std::move(words));
    }

    /// Nothing if it is a key.
    std::optional<json::string> read_following_word()
    {
        if (at_end())
            fail("a value is expected");
        bool const is_quoted = is_next('"') || is_next('\'');
        if (!is_quoted && !may_begin_word(text_[at_]))
            return std::nullopt;
        json::string word = read_word(word_place::following);
        skip_space();
        if (!at_end() && !is_next(','))
            return std::nullopt;
        return word;
    }

    json::value read_list()
    {
        enter();
        expect('[');
        skip_space();
        json::array elements;
        while (!is_next(']')) {
            elements.push_back(read_element());
            end_element(']');
        }
        expect(']');
        --depth_;
        return elements;
    }

    json::value read_object()
    {
        enter();
        expect('{');
        skip_space();
        json::object members;
        while (!is_next('}')) {
            add_member(members, read_key(), [this] { return read_element(); });
            end_element('}');
        }
        expect('}');
        --depth_;
        return members;
    }

    json::value read_element()
    {
        if (is_next('['))
            return read_list();
        if (is_next('{'))
            return read_object();
        if (at_end())
            fail("a value is expected");
        return read_word(word_place::first);
    }

    void end_element(char bracket)
    {
        skip_space();
        if (is_next(bracket))
            return;
        expect(',');
        skip_space();
    }

    json::string read_word(word_place place)
    {
        if (is_next('"') || is_next('\''))
            return read_quoted();
        json::string word;
        while (!at_end()) {
            bool const is_escaped_comma = text_.substr(at_, 2) == "\\,";
            if (is_escaped_comma) {
                ++at_;
            } else {
                bool const belongs =
                    word.empty() ? may_begin_word(text_[at_]) : may_continue_word(text_[at_], place);
                if (!belongs)
                    break;
            }
            word.push_back(text_[at_++]);
        }
        while (!word.empty() && is_space(word.back()))
            word.pop_back();
        return word;
    }

    json::string read_quoted()
    {
        char const quote = text_[at_++];
        json::string word;
        while (!at_end() && text_[at_] != quote) {
            std::string_view const two = text_.substr(at_, 2);
            bool const is_escape = two.size() == 2 && two[0] == '\\' && (two[1] == quote || two[1] == '\\');
            if (is_escape)
                ++at_;
            word.push_back(text_[at_++]);
        }
        expect(quote);
        return word;
    }

    bool at_end() const noexcept { return at_ >= text_.size(); }
    bool is_next(char c) const noexcept { return !at_end() && text_[at_] == c; }

    void skip_space() noexcept
    {
        while (!at_end() && is_space(text_[at_]))
            ++at_;
    }

    void expect(char c)
    {
        if (!is_next(c))
            fail(std::string("\"") + c + "\" is expected");
        ++at_;
    }

    void enter()
    {
        if (++depth_ > depth_max)
            fail("more than " + std::to_string(depth_max) + " levels");
    }

    [[noreturn]] void fail(std::string const& what) const
    {
        constexpr std::size_t shown_max = 60;
        std::string const rest(text_.substr(at_, shown_max));
        throw failure(exit_code::usage,
                      what + (at_end() ? " at the end" : " at \"" + rest + "\"") + " of the short form");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

} // namespace

json::object parse_shorthand(std::string_view text)
{
    return reader(text).read_all();
}

} // namespace glacier::cli
