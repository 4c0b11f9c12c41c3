// A program of somebody who uses the library: it builds with nothing but what glacier::glacier passes on.

#include <glacier/tree_hash.hpp>
#include <glacier/version.hpp>

#include <cstdio>
#include <span>
#include <string>
#include <string_view>

int main()
{
    static_assert(GLACIER_VERSION > 0);

    std::string_view const text = "abc";
    std::string const hash = glacier::tree_hash_of(std::as_bytes(std::span(text))).hex();
    std::printf("glacier %.*s: %s\n", static_cast<int>(glacier::version.size()), glacier::version.data(),
                hash.c_str());
    return 0;
}
