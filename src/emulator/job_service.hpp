#pragma once

#include "emulator/output.hpp"
#include "emulator/service_context.hpp"
#include "protocol/job_operations.hpp"

#include <glacier/job.hpp>
#include <glacier/job_output.hpp>

#include <memory>
#include <string>

namespace glacier::emulation {

service_result<initiate_job_result> initiate_job(service_context& context,
                                                 initiate_job_request const& request);
service_result<job_description> describe_job(service_context& context, describe_job_request const& request);
service_result<list_jobs_result> list_jobs(service_context& context, list_jobs_request const& request);

struct job_output {
    job_output_head head;
    std::shared_ptr<output> bytes;
};

service_result<job_output> get_job_output(service_context& context, get_job_output_request const& request);

/// What describe_job() answers about the job, in JSON.
std::string job_message(service_context const& context, vault_name const& vault, job_record const& job,
                        timestamp now);

} // namespace glacier::emulation
