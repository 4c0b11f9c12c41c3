#include <glacier/secret_string.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iosfwd>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

/// The blocks that were freed while it exists, with what was in them.
class freed_blocks {
public:
    freed_blocks() { current = this; }
    freed_blocks(freed_blocks const&) = delete;
    freed_blocks& operator=(freed_blocks const&) = delete;
    ~freed_blocks() { current = nullptr; }

    static void note(void* block, std::size_t size) noexcept
    {
        freed_blocks* const observer = std::exchange(current, nullptr);
        if (observer == nullptr)
            return;
        observer->contents_.append(static_cast<char const*>(block), size);
        current = observer;
    }

    bool contains(std::string_view text) const { return contents_.find(text) != std::string::npos; }
    bool empty() const { return contents_.empty(); }

private:
    static inline thread_local freed_blocks* current = nullptr;

    std::string contents_;
};

} // namespace

// Each block has its size before it, so that its content can be looked at when it is freed.
void* operator new(std::size_t size)
{
    auto* const block = static_cast<std::byte*>(std::malloc(size + alignof(std::max_align_t)));
    if (block == nullptr)
        throw std::bad_alloc();
    std::memcpy(block, &size, sizeof size);
    return block + alignof(std::max_align_t);
}

void operator delete(void* memory) noexcept
{
    if (memory == nullptr)
        return;
    auto* const block = static_cast<std::byte*>(memory) - alignof(std::max_align_t);
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof size);
    freed_blocks::note(memory, size);
    std::free(block);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept
{
    operator delete(memory);
}

namespace glacier {
namespace {

constexpr std::string_view short_secret = "k3y-of-9";
constexpr std::string_view long_secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// What is in the memory of an object that has its place here.
class place {
public:
    secret_string* get() noexcept { return std::launder(reinterpret_cast<secret_string*>(bytes_.data())); }

    template <class... Arguments>
    secret_string& make(Arguments&&... arguments)
    {
        return *new (bytes_.data()) secret_string(std::forward<Arguments>(arguments)...);
    }

    bool contains(std::string_view text) const
    {
        std::string_view const bytes(reinterpret_cast<char const*>(bytes_.data()), bytes_.size());
        // The first characters may have made room for something else.
        return bytes.find(text.substr(2)) != std::string_view::npos;
    }

private:
    alignas(secret_string) std::array<std::byte, sizeof(secret_string)> bytes_{};
};

template <class T>
concept printable = requires(std::ostream& stream, T const& value)
{
    stream << value;
};

BOOST_AUTO_TEST_SUITE(secret_string_test)

// The secret is given on request only, and an empty one says so.
BOOST_AUTO_TEST_CASE(reveals_what_it_was_given)
{
    using namespace std::string_view_literals;
    BOOST_TEST(secret_string(long_secret).reveal() == long_secret);
    BOOST_TEST(secret_string("a\0b"sv).reveal() == "a\0b"sv);
    BOOST_TEST(!secret_string(short_secret).empty());
    BOOST_TEST(secret_string().empty());
    BOOST_TEST(secret_string("").empty());
    BOOST_TEST(secret_string().reveal().empty());
}

// Nothing turns a secret into text by accident, and no text becomes one without being asked to.
BOOST_AUTO_TEST_CASE(cannot_be_printed)
{
    static_assert(!printable<secret_string>);
    static_assert(!std::is_convertible_v<secret_string, std::string>);
    static_assert(!std::is_convertible_v<secret_string, std::string_view>);
    static_assert(!std::is_constructible_v<std::string, secret_string>);
    static_assert(!std::is_convertible_v<std::string_view, secret_string>);
    BOOST_TEST(true);
}

// Copies are independent of each other.
BOOST_AUTO_TEST_CASE(copies_are_independent)
{
    secret_string first(long_secret);
    secret_string const second(first);
    first = secret_string(short_secret);
    BOOST_TEST(first.reveal() == short_secret);
    BOOST_TEST(second.reveal() == long_secret);

    secret_string third;
    third = second;
    BOOST_TEST(third.reveal() == long_secret);
    BOOST_TEST(second.reveal() == long_secret);
}

// Assigning a secret to itself keeps it.
BOOST_AUTO_TEST_CASE(self_assignment_keeps_it)
{
    secret_string secret(long_secret);
    secret_string const& same = secret;
    secret = same;
    BOOST_TEST(secret.reveal() == long_secret);
}

// What was moved from is empty, and nothing of the secret stays in its memory: a short one included, which
// a std::string would keep inside the object.
BOOST_AUTO_TEST_CASE(moving_leaves_nothing_behind)
{
    for (std::string_view const text : {short_secret, long_secret}) {
        place from;
        secret_string const to(std::move(from.make(text)));
        BOOST_TEST(to.reveal() == text);
        BOOST_TEST(from.get()->empty());
        BOOST_TEST(!from.contains(text), "left behind: " << text);
        from.get()->~secret_string();
        BOOST_TEST(!from.contains(text), "left behind after its end: " << text);
    }
}

// The object's own memory holds nothing of the secret when it has gone.
BOOST_AUTO_TEST_CASE(destruction_wipes_the_object)
{
    for (std::string_view const text : {short_secret, long_secret}) {
        place here;
        here.make(text);
        here.get()->~secret_string();
        BOOST_TEST(!here.contains(text), "left behind: " << text);
    }
}

// The memory that is given back holds nothing of the secret, in whatever way it was given up.
BOOST_AUTO_TEST_CASE(freed_memory_is_wiped)
{
    for (std::string_view const text : {short_secret, long_secret}) {
        freed_blocks const freed;
        {
            auto first = std::make_unique<secret_string>(text);
            auto const copy = std::make_unique<secret_string>(*first);
            auto const moved = std::make_unique<secret_string>(std::move(*first));
            *first = secret_string("x");
            *first = *copy;
            *first = secret_string(text);
            *first = secret_string();
            std::vector<secret_string> grown;
            for (int i = 0; i < 10; ++i)
                grown.emplace_back(text);
        }
        BOOST_TEST(!freed.empty());
        BOOST_TEST(!freed.contains(text.substr(2)), "freed without being wiped: " << text);
    }
}

// The test above sees it when plain text is freed.
BOOST_AUTO_TEST_CASE(freed_text_would_be_seen)
{
    freed_blocks const freed;
    {
        auto const plain = std::make_unique<std::string>(long_secret);
        BOOST_TEST(!plain->empty());
    }
    BOOST_TEST(freed.contains(long_secret.substr(16)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier
