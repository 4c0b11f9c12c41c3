#include "credentials/shell_words.hpp"

#include <utility>

namespace glacier::credentials_sources {

namespace {

bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// In double quotes a backslash is one unless one of these follows.
bool is_escapable_in_quotes(char c) noexcept
{
    return c == '"' || c == '\\' || c == '$' || c == '`';
}

} // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text)
{
    std::vector<std::string> words;
    // A quotation without content is a word too.
    std::optional<std::string> word;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (quote == 0 && is_blank(c)) {
            if (word)
                words.push_back(std::move(*word));
            word.reset();
            continue;
        }
        if (!word)
            word.emplace();
        if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        } else if (c == '\\' && quote != '\'') {
            if (i + 1 == text.size())
                return std::nullopt;
            char const next = text[++i];
            if (quote != 0 && !is_escapable_in_quotes(next))
                *word += c;
            *word += next;
        } else {
            *word += c;
        }
    }
    if (quote != 0)
        return std::nullopt;
    if (word)
        words.push_back(std::move(*word));
    return words;
}

} // namespace glacier::credentials_sources
