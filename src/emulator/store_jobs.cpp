#include "emulator/store.hpp"

#include "emulator/store_rows.hpp"

#include <string>

namespace glacier::emulation {

namespace {

constexpr std::string_view select_job =
    "SELECT number, vault, id, description, sns_topic, created, completion, failed, archive, archive_id, "
    "archive_bytes, archive_hash, range_first, range_last, range_hash, tier, format, start_date, end_date, "
    "item_limit, marker, content, content_bytes, select_request, failure FROM job ";

constexpr std::string_view select_delivery =
    "SELECT number, message_id, topic, message, created, attempts FROM delivery ";

job_record read_job(query const& row)
{
    job_record job;
    row.read(job.number, job.vault, job.id, job.description, job.sns_topic, job.created, job.completion,
             job.failed, job.archive, job.archive_id, job.archive_bytes, job.archive_hash, job.range_first,
             job.range_last, job.range_hash, job.tier, job.format, job.start_date, job.end_date, job.limit,
             job.marker, job.content, job.content_bytes, job.select_request, job.failure);
    return job;
}

delivery_record read_delivery(query const& row)
{
    delivery_record delivery;
    row.read(delivery.number, delivery.message_id, delivery.topic, delivery.message, delivery.created,
             delivery.attempts);
    return delivery;
}

} // namespace

std::optional<job_record> transaction::find_job(std::int64_t vault, std::string_view id)
{
    static std::string const sql = std::string(select_job) + "WHERE id = ? AND vault = ?";
    query rows(*store_.index_, sql, id, vault);
    return read_one(rows, read_job);
}

std::vector<job_record> transaction::jobs_after(std::int64_t vault, std::int64_t after, std::size_t count)
{
    static std::string const sql =
        std::string(select_job) + "WHERE vault = ? AND number > ? ORDER BY number LIMIT ?";
    query rows(*store_.index_, sql, vault, after, std::uint64_t{count});
    return read_all(rows, read_job);
}

void transaction::insert_job(job_record& job)
{
    query(*store_.index_,
          "INSERT INTO job (vault, id, description, sns_topic, created, completion, failed, archive, "
          "archive_id, "
          "archive_bytes, archive_hash, range_first, range_last, range_hash, tier, format, start_date, "
          "end_date, "
          "item_limit, marker, content, content_bytes, select_request) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          job.vault, job.id, job.description, job.sns_topic, job.created, job.completion, job.failed,
          job.archive, job.archive_id, job.archive_bytes, job.archive_hash, job.range_first, job.range_last,
          job.range_hash, job.tier, job.format, job.start_date, job.end_date, job.limit, job.marker,
          job.content, job.content_bytes, job.select_request)
        .run();
    job.number = store_.index_->last_row();
}

std::uint64_t transaction::bytes_retrieved(std::string_view tier, timestamp after)
{
    // A job completes after its start, and there is an index of completions.
    query rows(*store_.index_,
               "SELECT coalesce(sum(range_last - range_first + 1), 0) FROM job "
               "WHERE completion > ?2 AND created > ?2 AND archive IS NOT NULL AND tier = ?1",
               tier, after);
    std::uint64_t bytes = 0;
    if (rows.next())
        rows.read(bytes);
    return bytes;
}

void transaction::update_job(job_record const& job)
{
    query(*store_.index_, "UPDATE job SET completion = ?, failed = ?, failure = ? WHERE number = ?",
          job.completion, job.failed, job.failure, job.number)
        .run();
}

std::vector<job_record> transaction::unannounced_jobs(timestamp ended_until, std::size_t count)
{
    static std::string const sql =
        std::string(select_job) + "WHERE announced = 0 AND completion <= ? ORDER BY completion LIMIT ?";
    query rows(*store_.index_, sql, ended_until, std::uint64_t{count});
    return read_all(rows, read_job);
}

void transaction::mark_announced(std::int64_t job)
{
    query(*store_.index_, "UPDATE job SET announced = 1 WHERE number = ?", job).run();
}

void transaction::insert_delivery(delivery_record& delivery)
{
    query(*store_.index_,
          "INSERT INTO delivery (message_id, topic, message, created, attempts) VALUES (?, ?, ?, ?, ?)",
          delivery.message_id, delivery.topic, delivery.message, delivery.created, delivery.attempts)
        .run();
    delivery.number = store_.index_->last_row();
}

std::optional<delivery_record> transaction::find_delivery(std::int64_t number)
{
    static std::string const sql = std::string(select_delivery) + "WHERE number = ?";
    query rows(*store_.index_, sql, number);
    return read_one(rows, read_delivery);
}

std::vector<delivery_record> transaction::deliveries_after(std::int64_t after, std::size_t count)
{
    static std::string const sql = std::string(select_delivery) + "WHERE number > ? ORDER BY number LIMIT ?";
    query rows(*store_.index_, sql, after, std::uint64_t{count});
    return read_all(rows, read_delivery);
}

void transaction::set_delivery_attempts(std::int64_t number, std::uint64_t attempts)
{
    query(*store_.index_, "UPDATE delivery SET attempts = ? WHERE number = ?", attempts, number).run();
}

void transaction::delete_delivery(std::int64_t number)
{
    query(*store_.index_, "DELETE FROM delivery WHERE number = ?", number).run();
}

void transaction::sweep(timestamp jobs_completed_until, timestamp uploads_used_until)
{
    std::int64_t const jobs_limit = jobs_completed_until.time_since_epoch().count();
    std::int64_t const uploads_limit = uploads_used_until.time_since_epoch().count();
    std::vector<std::int64_t> archives;
    {
        // By itself SQLite would go through all jobs, in the order of their archives.
        query rows(*store_.index_,
                   "SELECT DISTINCT archive FROM job INDEXED BY job_completion "
                   "WHERE archive IS NOT NULL AND completion <= ?",
                   jobs_limit);
        while (rows.next())
            rows.read(archives.emplace_back());
    }
    remove_contents("SELECT content FROM job WHERE content IS NOT NULL AND completion <= ?", jobs_limit);
    query(*store_.index_, "DELETE FROM job WHERE completion <= ?", jobs_limit).run();
    for (std::int64_t const archive : archives)
        remove_contents_if_unneeded(archive);
    remove_contents("SELECT content FROM part WHERE upload IN (SELECT number FROM upload WHERE active <= ?)",
                    uploads_limit);
    query(*store_.index_, "DELETE FROM upload WHERE active <= ?", uploads_limit).run();
}

} // namespace glacier::emulation
