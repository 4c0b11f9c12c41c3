// Boost.JSON, of which Debian has no compiled library, compiled once.
#include <boost/json/src.hpp>
