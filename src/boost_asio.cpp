// Boost.Asio and its TLS layer, compiled once for everything that links this library.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
