# Topics, and a push subscription of our own for each handler and topic: with an identity, a filter, retries, and a topic
# for what cannot be delivered.

resource "google_pubsub_topic" "topic" {
  for_each                   = toset(var.manifest.topics)
  name                       = each.key
  message_retention_duration = "604800s" # seven days: how far back `gcloud pubsub subscriptions seek` can go
  kms_key_name               = var.kms_key == "" ? null : var.kms_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.used]
}

resource "google_pubsub_subscription" "push" {
  for_each                   = var.manifest.subscriptions
  name                       = each.key
  topic                      = "projects/${var.project}/topics/${each.value.topic}"
  filter                     = each.value.filter
  ack_deadline_seconds       = each.value.ack_seconds
  message_retention_duration = "604800s"

  push_config {
    push_endpoint = local.addresses[each.value.function]
    oidc_token {
      service_account_email = local.accounts[each.value.function]
      audience              = local.addresses[each.value.function]
    }
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "600s"
  }

  dynamic "dead_letter_policy" {
    for_each = each.value.dead_letters == null ? [] : [each.value.dead_letters]
    content {
      dead_letter_topic     = "projects/${var.project}/topics/${dead_letter_policy.value}"
      max_delivery_attempts = each.value.max_attempts
    }
  }

  # Never deleted for want of traffic.
  expiration_policy { ttl = "" }

  depends_on = [google_pubsub_topic.topic, terraform_data.callable]
}

# Pub/Sub itself moves what cannot be delivered, and signs the identity tokens.
resource "google_pubsub_topic_iam_member" "dead_letters" {
  topic  = google_pubsub_topic.topic["dead-letters"].name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

# Gmail itself tells of a mailbox that changed: its own account publishes (Gmail API, "Configure push notifications").
resource "google_pubsub_topic_iam_member" "gmail" {
  for_each = setintersection(var.manifest.topics, ["gmail-push"])
  topic    = google_pubsub_topic.topic[each.key].name
  role     = "roles/pubsub.publisher"
  member   = "serviceAccount:gmail-api-push@system.gserviceaccount.com"
}

resource "google_pubsub_subscription_iam_member" "dead_letters" {
  for_each     = { for name, found in var.manifest.subscriptions : name => found if found.dead_letters != null }
  subscription = each.key
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent

  depends_on = [google_pubsub_subscription.push]
}

resource "google_service_account_iam_member" "push_identity" {
  for_each           = toset([for found in values(var.manifest.subscriptions) : found.function])
  service_account_id = "projects/${var.project}/serviceAccounts/${local.accounts[each.key]}"
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent

  depends_on = [terraform_data.accounts]
}

locals {
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

# Changes of documents and objects, by Eventarc.
resource "google_eventarc_trigger" "change" {
  for_each = var.manifest.triggers
  name     = each.key
  # Firestore's events are where the database is, a bucket's where the bucket is.
  location                = contains([for filter in each.value : filter.attribute], "database") ? var.firestore_location : var.region
  service_account         = local.accounts[each.key]
  event_data_content_type = contains([for filter in each.value : filter.attribute], "database") ? "application/protobuf" : "application/json"

  dynamic "matching_criteria" {
    for_each = each.value
    content {
      attribute = matching_criteria.value.attribute
      operator  = matching_criteria.value.pattern ? "match-path-pattern" : null
      value = (
        matching_criteria.value.attribute == "bucket"
        ? "${matching_criteria.value.value}${local.bucket_suffix}"
        : matching_criteria.value.value
      )
    }
  }

  destination {
    cloud_run_service {
      service = each.key
      region  = var.region
    }
  }

  depends_on = [google_project_iam_member.event_receiver, terraform_data.callable]
}

resource "google_project_iam_member" "event_receiver" {
  for_each = var.manifest.triggers
  project  = var.project
  role     = "roles/eventarc.eventReceiver"
  member   = local.members[each.key]

  depends_on = [terraform_data.accounts]
}

# Ticks.
resource "google_cloud_scheduler_job" "tick" {
  for_each         = var.manifest.jobs
  name             = each.key
  region           = var.region
  schedule         = each.value.cron
  time_zone        = each.value.time_zone
  attempt_deadline = "${each.value.deadline}s"

  http_target {
    uri         = local.addresses[each.key]
    http_method = "POST"
    oidc_token {
      service_account_email = local.accounts[each.key]
      audience              = local.addresses[each.key]
    }
  }

  retry_config {
    retry_count          = 3
    min_backoff_duration = "5s"
    max_backoff_duration = "300s"
  }

  depends_on = [terraform_data.callable]
}
