#include "net/warm_up.hpp"

#include "async/run_on.hpp"
#include "async/task_group.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/strand.hpp>

#include <exception>
#include <utility>

namespace glacier::net {

namespace {

asio::awaitable<void> open(std::shared_ptr<dialer> dials, asio::any_io_executor strand, lease held)
{
    held.set_connection(co_await dials->dial(strand));
    held.mark_reusable();
}

/// Fills the pool, and leaves the first error.
asio::awaitable<void> open_all(async::task_group& group, asio::any_io_executor executor,
                               std::shared_ptr<connection_pool> pool, std::shared_ptr<dialer> dials,
                               std::size_t connections, std::size_t& opened, std::exception_ptr& first_error)
{
    std::size_t const idle = pool->statistics().idle;
    for (std::size_t i = idle; i < connections; ++i) {
        auto place = pool->acquire_ahead();
        if (!place)
            break;
        asio::any_io_executor const strand = asio::make_strand(executor);
        group.start(i, async::run_on(strand, open(dials, strand, std::move(*place))));
    }
    while (group.size() > 0) {
        auto const ended = co_await group.next();
        if (!ended)
            throw boost::system::system_error(asio::error::operation_aborted);
        if (!ended->error)
            ++opened;
        else if (!first_error)
            first_error = ended->error;
    }
}

asio::awaitable<std::size_t> warm_up_on_strand(asio::any_io_executor strand, asio::any_io_executor executor,
                                               std::shared_ptr<connection_pool> pool,
                                               std::shared_ptr<dialer> dials, std::size_t connections)
{
    async::task_group group(strand);
    std::size_t opened = 0;
    std::exception_ptr first_error;
    co_await group.run(open_all(group, executor, pool, dials, connections, opened, first_error));
    if (first_error)
        std::rethrow_exception(first_error);
    co_return opened;
}

} // namespace

asio::awaitable<std::size_t> warm_up(asio::any_io_executor executor, std::shared_ptr<connection_pool> pool,
                                     std::shared_ptr<dialer> dials, std::size_t connections)
{
    asio::any_io_executor const strand = asio::make_strand(executor);
    return async::run_on(strand, warm_up_on_strand(strand, std::move(executor), std::move(pool),
                                                   std::move(dials), connections));
}

} // namespace glacier::net
