# The documents. Indexes are those that the local Firestore demands in the tests: firestore.indexes.json.

resource "google_firestore_database" "documents" {
  name                              = "(default)"
  location_id                       = var.firestore_location
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "PESSIMISTIC"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = local.kept ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = local.kept ? "ABANDON" : "DELETE"

  dynamic "cmek_config" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]
    content { kms_key_name = cmek_config.value }
  }

  depends_on = [google_project_service.used]
}

locals {
  indexes = {
    for index in jsondecode(file("${path.module}/firestore.indexes.json")).indexes :
    join(" ", concat(
      [index.collectionGroup, index.queryScope],
      [for field in index.fields : "${field.fieldPath}:${try(field.order, field.arrayConfig)}"],
    )) => index
  }
  # An index of one field is an exception of that field: beside its own indexes it gets one over the collection group.
  composite_indexes = { for key, index in local.indexes : key => index if length(index.fields) > 1 }
  group_fields      = { for key, index in local.indexes : "${index.collectionGroup} ${index.fields[0].fieldPath}" => index... if length(index.fields) == 1 }
}

resource "google_firestore_index" "composite" {
  for_each    = local.composite_indexes
  database    = google_firestore_database.documents.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path   = fields.value.fieldPath
      order        = try(fields.value.order, null)
      array_config = try(fields.value.arrayConfig, null)
    }
  }
}

resource "google_firestore_field" "group" {
  for_each   = local.group_fields
  database   = google_firestore_database.documents.name
  collection = each.value[0].collectionGroup
  field      = each.value[0].fields[0].fieldPath

  index_config {
    dynamic "indexes" {
      for_each = ["ASCENDING", "DESCENDING"]
      content {
        order       = indexes.value
        query_scope = "COLLECTION"
      }
    }
    indexes {
      array_config = "CONTAINS"
      query_scope  = "COLLECTION"
    }
    dynamic "indexes" {
      for_each = each.value
      content {
        order        = try(indexes.value.fields[0].order, null)
        array_config = try(indexes.value.fields[0].arrayConfig, null)
        query_scope  = "COLLECTION_GROUP"
      }
    }
  }
}

# What is kept for a time only: idempotency records, inboxes, finished tasks.
resource "google_firestore_field" "expiry" {
  for_each   = toset(var.manifest.expiring)
  database   = google_firestore_database.documents.name
  collection = each.key
  field      = "expires_at"

  ttl_config {}
  # A moment that only grows makes one part of an index hot, and nothing asks for it.
  index_config {}
}

# Maps with a member for each path, of which no query asks for one: an index of them would soon be full (40,000 entries).
resource "google_firestore_field" "unindexed" {
  for_each   = toset(["rows", "spend"])
  database   = google_firestore_database.documents.name
  collection = "attribution_days"
  field      = each.key

  index_config {}
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.documents.name
  retention = "1209600s" # two weeks

  daily_recurrence {}
}

# Browsers and phones never read documents themselves: the functions do, and they are no subject of these rules.
resource "google_firebaserules_ruleset" "documents" {
  source {
    files {
      name    = "firestore.rules"
      content = file("${path.module}/firestore.rules")
    }
  }

  depends_on = [google_firestore_database.documents]
}

resource "google_firebaserules_release" "documents" {
  name         = "cloud.firestore"
  ruleset_name = google_firebaserules_ruleset.documents.name
}
