#include "support/data.hpp"

namespace glacier::test {

std::filesystem::path data_path(std::string_view name)
{
    return std::filesystem::path(GLACIER_TEST_DATA) / name;
}

} // namespace glacier::test
