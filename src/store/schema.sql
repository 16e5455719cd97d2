CREATE TABLE "audit_log" (
  "seq" integer primary key autoincrement not null,
  "at" integer not null,
  "verb" text not null,
  "principal" text,
  "principal_issuer" text,
  "principal_id" text,
  "principal_name" text,
  "target" text not null,
  "correlation_id" text not null,
  "details" text not null,
  constraint "audit_log_principal" check ((principal is null) = (principal_issuer is null) and (principal is null) = (principal_id is null) and (principal is null) = (principal_name is null))
) strict;

CREATE INDEX "audit_log_by_age" on "audit_log" ("at");

CREATE INDEX "audit_log_by_target" on "audit_log" ("target", "verb", "principal");

CREATE TABLE "clients" (
  "id_key" text not null primary key,
  "id" text not null,
  "principal_id" text not null,
  "name" text not null,
  "secret_sha256" text not null,
  "created_at" integer not null
) strict;

CREATE TABLE "cluster_credentials" (
  "cluster_uid" text not null primary key references "clusters" ("uid") on delete cascade,
  "sealed_kubeconfig" blob not null
) strict;

CREATE TABLE "clusters" (
  "uid" text not null primary key,
  "subscription_id" text not null,
  "resource_group" text not null,
  "resource_group_key" text not null,
  "name" text not null,
  "name_key" text not null,
  "location" text not null,
  "tags" text not null,
  "origin" text not null,
  "executor" text not null,
  "shell" text not null,
  "run_command_disabled" integer not null,
  "strict" integer not null,
  "queue_limit_ms" integer,
  "start_limit_ms" integer,
  "run_limit_ms" integer,
  "grace_limit_ms" integer,
  "concurrent_limit" integer,
  "waiting_limit" integer,
  "waiting_limit_bytes" integer,
  "output_limit_bytes" integer,
  "inline_logs_limit_bytes" integer,
  "retention_ms" integer,
  "created_at" integer not null,
  "kubernetes" text constraint clusters_kubernetes check ((kubernetes is not null) = (executor = 'kubernetes')),
  constraint "clusters_address" unique ("subscription_id", "resource_group_key", "name_key"),
  constraint "clusters_flags" check (run_command_disabled in (0, 1) and strict in (0, 1))
) strict;

CREATE TABLE "command_payloads" (
  "command_id" text not null primary key references "commands" ("id") on delete cascade,
  "sealed_text" blob not null,
  "sealed_context" blob,
  "sealed_cluster_token" blob
) strict;

CREATE TABLE "commands" (
  "id" text not null primary key,
  "cluster_uid" text not null,
  "submitted_by" text not null,
  "submitter_issuer" text not null,
  "submitter_id" text not null,
  "submitter_name" text not null,
  "submitted_at" integer not null,
  "text_sha256" text not null,
  "timeout_ms" integer not null,
  "grace_ms" integer not null,
  "start_ms" integer not null,
  "queue_deadline" integer not null,
  "output_limit_bytes" integer not null,
  "payload_bytes" integer not null,
  "strict" integer not null,
  "phase" text not null,
  "revision" integer not null,
  "attempts" integer not null,
  "lease_worker_id" text,
  "lease_token" text,
  "lease_expires_at" integer,
  "launched_at" integer,
  "start_deadline" integer,
  "pending_reason" text,
  "pending_message" text,
  "started_at" integer,
  "stop_cause" text,
  "stop_requested_at" integer,
  "stop_deadline" integer,
  "finished_at" integer,
  "exit_code" integer,
  "failure_reason" text,
  "failure_message" text,
  "output_stored_bytes" integer,
  "output_total_bytes" integer,
  "output_sha256" text,
  "output_complete" integer,
  "means" text constraint commands_means check (means is null or phase = 'launching'),
  "service_account" text,
  "events" text constraint commands_events check (events is null or phase in ('launching', 'completed', 'failed', 'cancelled')),
  constraint "commands_phase" check (phase in ('accepted', 'claimed', 'launching', 'running', 'completed', 'failed', 'cancelled')),
  constraint "commands_counts" check (revision >= 1 and attempts >= 0 and payload_bytes >= 0 and strict in (0, 1)),
  constraint "commands_lease" check (("lease_worker_id" is not null) = (phase in ('claimed', 'launching', 'running')) and ("lease_token" is not null) = (phase in ('claimed', 'launching', 'running')) and ("lease_expires_at" is not null) = (phase in ('claimed', 'launching', 'running'))),
  constraint "commands_launched" check (("launched_at" is not null) = (phase in ('launching', 'running'))),
  constraint "commands_start_deadline" check (("start_deadline" is not null) = (phase in ('launching'))),
  constraint "commands_pending" check (("pending_reason" is null or phase in ('launching')) and ("pending_message" is null) = ("pending_reason" is null)),
  constraint "commands_stop" check (("stop_cause" is null or phase in ('launching', 'running')) and ("stop_requested_at" is null) = ("stop_cause" is null) and ("stop_deadline" is null) = ("stop_cause" is null)),
  constraint "commands_started" check (case when phase in ('running', 'completed') then started_at is not null when phase in ('failed', 'cancelled') then true else started_at is null end),
  constraint "commands_exit" check (case when phase = 'completed' then exit_code is not null when phase in ('failed', 'cancelled') then true else exit_code is null end),
  constraint "commands_failure" check (("failure_reason" is not null) = (phase in ('failed')) and ("failure_message" is not null) = (phase in ('failed'))),
  constraint "commands_finished" check (("finished_at" is not null) = (phase in ('completed', 'failed', 'cancelled')) and ("output_stored_bytes" is not null) = (phase in ('completed', 'failed', 'cancelled')) and ("output_total_bytes" is not null) = (phase in ('completed', 'failed', 'cancelled')) and ("output_sha256" is not null) = (phase in ('completed', 'failed', 'cancelled')) and ("output_complete" is not null) = (phase in ('completed', 'failed', 'cancelled'))),
  constraint "commands_output" check (output_stored_bytes >= 0 and output_total_bytes >= 0 and output_complete in (0, 1))
) strict;

CREATE INDEX "commands_by_finish" on "commands" ("cluster_uid", "finished_at", "id") where "finished_at" is not null;

CREATE INDEX "commands_by_lease_expiry" on "commands" ("lease_expires_at") where "lease_expires_at" is not null;

CREATE INDEX "commands_by_phase" on "commands" ("phase", "cluster_uid", "submitted_at", "id", "payload_bytes");

CREATE INDEX "commands_by_queue_deadline" on "commands" ("queue_deadline") where "phase" = 'accepted';

CREATE INDEX "commands_by_submitter" on "commands" ("cluster_uid", "submitted_by", "phase", "submitted_at", "id");

CREATE INDEX "commands_counted" on "commands" ("phase");

CREATE TABLE "kysely_migration" (
  "name" varchar(255) not null primary key,
  "timestamp" varchar(255) not null
);

CREATE TABLE "kysely_migration_lock" (
  "id" varchar(255) not null primary key,
  "is_locked" integer default 0 not null
);

CREATE TABLE "role_assignments" (
  "id_key" text not null primary key,
  "id" text not null,
  "scope" text not null,
  "role_id" text not null,
  "issuer" text not null,
  "principal_id" text not null,
  "created_at" integer not null,
  "service_account" text
) strict;

CREATE INDEX "role_assignments_by_principal" on "role_assignments" ("principal_id", "issuer");

CREATE TABLE "signing_keys" (
  "id" text not null primary key,
  "sealed_private_jwk" blob not null,
  "created_at" integer not null
) strict;

CREATE TABLE "submissions" (
  "principal" text not null,
  "cluster_uid" text not null,
  "key" text not null,
  "body_sha256" text not null,
  "command_id" text not null,
  "expires_at" integer not null,
  constraint "submissions_key" primary key ("principal", "cluster_uid", "key")
) strict;

CREATE INDEX "submissions_by_expiry" on "submissions" ("expires_at");
