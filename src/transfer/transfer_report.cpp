#include "transfer/transfer_report.hpp"

#include <boost/system/system_error.hpp>

#include <system_error>
#include <utility>

namespace glacier::transfer {

namespace {

error_code code_of(std::exception_ptr const& error) noexcept
{
    if (!error)
        return {};
    try {
        std::rethrow_exception(error);
    } catch (boost::system::system_error const& caught) {
        return caught.code();
    } catch (std::system_error const& caught) {
        return caught.code();
    } catch (...) {
        return make_error_code(boost::system::errc::state_not_recoverable);
    }
}

std::chrono::microseconds since(std::chrono::steady_clock::time_point began)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
}

} // namespace

transfer_report::transfer_report(std::shared_ptr<observer> told, transfer_direction direction,
                                 std::uint64_t size)
    : told_(std::move(told)), direction_(direction), size_(size)
{
    if (told_)
        began_ = std::chrono::steady_clock::now();
}

transfer_report::~transfer_report()
{
    if (told_)
        tell(make_error_code(boost::system::errc::operation_canceled));
}

void transfer_report::set_resource(std::string_view vault, std::string_view kind, std::string_view id)
{
    if (!told_)
        return;
    resource_ = "vault " + std::string(vault);
    if (!kind.empty())
        resource_ += ", " + std::string(kind) + " " + std::string(id);
}

void transfer_report::on_started(std::uint64_t part_size, std::uint64_t bytes_resumed) const
{
    if (!told_)
        return;
    transfer_started event;
    event.direction = direction_;
    event.resource = resource_;
    event.size = size_;
    event.part_size = part_size;
    event.bytes_resumed = bytes_resumed;
    told_->on_transfer_started(event);
}

void transfer_report::on_piece_repeated(std::uint64_t piece, int attempt,
                                        std::exception_ptr const& error) const
{
    if (!told_)
        return;
    auto const found = pieces_.find(piece);
    if (found == pieces_.end())
        return;
    transfer_part_repeated event;
    event.direction = direction_;
    event.resource = resource_;
    event.offset = found->second.range.first();
    event.size = found->second.range.size();
    event.attempt = attempt;
    event.error = code_of(error);
    told_->on_transfer_part_repeated(event);
}

void transfer_report::on_pace_changed(std::size_t in_flight_max, error_code error) const
{
    if (!told_)
        return;
    transfer_pace_changed event;
    event.direction = direction_;
    event.resource = resource_;
    event.in_flight_max = in_flight_max;
    event.error = error;
    told_->on_transfer_pace_changed(event);
}

void transfer_report::on_piece_started(std::uint64_t piece, byte_range const& range)
{
    if (told_)
        pieces_.try_emplace(piece, piece_start{range, std::chrono::steady_clock::now()});
}

void transfer_report::on_piece_ended(std::uint64_t piece, std::exception_ptr const& error)
{
    if (!told_)
        return;
    if (auto const ended = pieces_.extract(piece))
        tell(ended.mapped(), code_of(error));
}

void transfer_report::on_ended(std::exception_ptr const& error)
{
    if (told_)
        tell(code_of(error));
}

void transfer_report::tell(piece_start const& piece, error_code error) const
{
    transfer_part_ended event;
    event.direction = direction_;
    event.resource = resource_;
    event.offset = piece.range.first();
    event.size = piece.range.size();
    event.duration = since(piece.time);
    event.error = error;
    told_->on_transfer_part_ended(event);
}

void transfer_report::tell(error_code error)
{
    // Pieces that were under way when the transfer ended were cancelled by that.
    for (auto const& [number, piece] : pieces_)
        tell(piece, make_error_code(boost::system::errc::operation_canceled));
    transfer_ended event;
    event.direction = direction_;
    event.resource = resource_;
    event.size = size_;
    event.duration = since(began_);
    event.error = error;
    std::exchange(told_, nullptr)->on_transfer_ended(event);
}

} // namespace glacier::transfer
