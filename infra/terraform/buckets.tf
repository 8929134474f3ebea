# Objects, each bucket with the age at which they go.

resource "google_storage_bucket" "bucket" {
  for_each                    = var.manifest.buckets
  name                        = "${each.key}${local.bucket_suffix}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !local.kept

  versioning { enabled = each.value.appended }

  dynamic "lifecycle_rule" {
    for_each = each.value.days == null ? [] : [each.value.days]
    content {
      action { type = "Delete" }
      condition { age = lifecycle_rule.value }
    }
  }

  # What is signed and added is not taken back, by nobody, for seven years.
  dynamic "retention_policy" {
    for_each = each.value.appended && local.kept ? [1] : []
    content { retention_period = 220752000 }
  }

  dynamic "encryption" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]
    content { default_kms_key_name = encryption.value }
  }

  depends_on = [google_project_service.used]
}
