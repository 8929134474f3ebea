# What differs between stages is in stages/*.tfvars; what the functions declare is in `manifest`, which
# `python -m infra.manifest terraform` generates.

variable "project" {
  description = "The Google Cloud project. Each stage has its own, so that nothing of one can reach another."
  type        = string
}

variable "stage" {
  description = "dev, prod, or pr- and the number of a pull request."
  type        = string
  validation {
    condition     = can(regex("^(dev|prod|pr-[0-9]+)$", var.stage))
    error_message = "A stage is dev, prod or pr-123."
  }
}

variable "region" {
  description = "Where everything runs."
  type        = string
  default     = "us-central1"
}

variable "commit" {
  description = "The commit that is deployed: a label of every function."
  type        = string
  default     = "unknown"
}

variable "firestore_location" {
  description = "A region, or a multi-region such as nam5. It can never be changed."
  type        = string
  default     = "us-central1"
}

variable "kms_key" {
  description = "A Cloud KMS key for BigQuery, buckets, topics and secrets; empty for Google's own keys."
  type        = string
  default     = ""
}

variable "redis_tier" {
  description = "BASIC, or STANDARD_HA for two zones."
  type        = string
  default     = "STANDARD_HA"
}

variable "redis_memory_gb" {
  type    = number
  default = 1
}

variable "min_instances" {
  description = "The least number of warm instances of every function that answers HTTP calls, above what it declares."
  type        = number
  default     = 0
}

variable "cors_origins" {
  description = "The origins that browsers may call from."
  type        = list(string)
  default     = ["https://xynergy-platform.com", "https://api.xynergy.dev", "https://*.xynergy.com"]
}

variable "gateway_host" {
  description = "The host name that callers use, where it is not API Gateway's own."
  type        = string
  default     = ""
}

variable "ai_keys" {
  description = "The secrets of AI and mail providers in use: openai-api-key, abacus-api-key, internal-ai-key; resend-api-key, postmark-server-token, sendgrid-api-key, and resend-webhook-secret and so on."
  type        = list(string)
  default     = []
}

variable "internal_ai_url" {
  description = "A model of your own that speaks OpenAI's protocol; empty where there is none."
  type        = string
  default     = ""
}

variable "alert_email" {
  description = "Who is told when an objective burns; empty for nobody."
  type        = string
  default     = ""
}

variable "billing_account" {
  description = "The billing account that the budget is set on; empty for no budget."
  type        = string
  default     = ""
}

variable "monthly_budget_usd" {
  type    = number
  default = 500
}

variable "archives" {
  description = "Each function's archive: the file, and the digest of what is in it."
  type        = map(object({ file = string, digest = string }))
}

variable "manifest" {
  description = "Everything that the functions' declarations ask for."
  type = object({
    functions = map(object({
      entry_point      = string
      command          = string
      summary          = string
      service          = string
      kind             = string
      tier             = string
      account          = string
      memory           = number
      cpu              = number
      min_instances    = number
      max_instances    = number
      concurrency      = number
      timeout          = number
      called_by_anyone = bool
      environment      = map(string)
      secrets          = list(string)
      provider_keys    = list(string)
      firestore        = string
      bigquery         = string
      tenant_datasets  = string
      topics           = list(string)
      buckets          = map(string)
      redis            = bool
    }))
    services = map(string)
    topics   = list(string)
    subscriptions = map(object({
      function     = string
      topic        = string
      filter       = string
      ack_seconds  = number
      max_attempts = number
      dead_letters = optional(string)
    }))
    triggers = map(list(object({ attribute = string, value = string, pattern = bool })))
    jobs     = map(object({ cron = string, time_zone = string, deadline = number }))
    tables = map(object({
      dataset   = string
      table     = string
      columns   = list(object({ name = string, type = string, mode = string }))
      partition = string
      cluster   = list(string)
    }))
    buckets  = map(object({ days = optional(number), appended = bool }))
    expiring = list(string)
  })
}

variable "gateway" {
  description = "The gateway's specification, with $${number}, $${region} and $${host} where the project's own belong."
  type        = string
}
