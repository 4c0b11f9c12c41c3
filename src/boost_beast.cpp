// Boost.Beast's HTTP, compiled once.
#include <boost/beast/src.hpp>
