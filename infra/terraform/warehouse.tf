# BigQuery: partitioned by day, clustered, and never read without a partition.

locals {
  datasets = distinct([for table in values(var.manifest.tables) : table.dataset])
}

resource "google_bigquery_dataset" "dataset" {
  for_each                   = toset(local.datasets)
  dataset_id                 = each.key
  location                   = var.region
  description                = "Fed by events, read by analytics."
  delete_contents_on_destroy = !local.kept

  dynamic "default_encryption_configuration" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]
    content { kms_key_name = default_encryption_configuration.value }
  }

  depends_on = [google_project_service.used]
}

resource "google_bigquery_table" "table" {
  for_each                 = var.manifest.tables
  dataset_id               = google_bigquery_dataset.dataset[each.value.dataset].dataset_id
  table_id                 = each.value.table
  schema                   = jsonencode(each.value.columns)
  clustering               = each.value.cluster
  require_partition_filter = true
  deletion_protection      = local.kept

  time_partitioning {
    type  = "DAY"
    field = each.value.partition
  }

  dynamic "encryption_configuration" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]
    content { kms_key_name = encryption_configuration.value }
  }
}
